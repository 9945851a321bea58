/** Says in words what a statement would touch; the same words on every surface. Not escaped. */
import type { CascadeImpact, Impact, LockImpact, TableImpact } from '../../protocols/protocol.ts'
import { rowsText, spanText } from './describe.ts'

const listedMax = 4

/** A name and a text each, the most important first. */
export function impactFacts(impact: Impact | undefined): readonly (readonly [string, string])[] {
  if (impact === undefined) return []
  const { rows, noEstimate, tables, cascades, locks, openMs } = impact
  const expected =
    rows === undefined
      ? `nobody can say how many: ${noEstimate ?? 'nobody asked'}`
      : `about ${rowsText(rows)}, as the server plans it`
  const undo = undoText(impact)
  return [
    ['Rows', expected],
    ...(tables.length === 0 ? [] : [['Tables', listed(tables.map(tableText))] as const]),
    ...(cascades.length === 0
      ? []
      : [['By foreign keys', listed(cascades.map(cascadeText))] as const]),
    ...(locks.length === 0 ? [] : [['Locks', listed(locks.map(lockText))] as const]),
    ...(undo === undefined ? [] : [['Undo', undo] as const]),
    ...(openMs === undefined
      ? []
      : [['Transaction', `open for ${spanText(openMs)} when it was asked`] as const]),
  ]
}

/** For where there is one line. */
export function impactText(impact: Impact | undefined): string | undefined {
  const facts = impactFacts(impact)
  if (facts.length === 0) return undefined
  return facts.map(([name, text]) => `${name}: ${text}`).join(' · ')
}

function listed(texts: readonly string[]): string {
  const more = texts.length - listedMax
  const shown = texts.slice(0, listedMax).join('; ')
  return more > 0 ? `${shown}; and ${more} more` : shown
}

function tableText({ table, rows, bytes, access, index }: TableImpact): string {
  const notes = [
    rows === undefined ? undefined : rowsText(rows),
    bytes === undefined ? undefined : bytesText(bytes),
    access === 'whole' ? 'read whole' : access === 'index' ? `found by index ${index}` : undefined,
  ].filter(note => note !== undefined)
  return notes.length === 0 ? table : `${table} (${notes.join(', ')})`
}

const done: Readonly<Record<CascadeImpact['does'], string>> = {
  delete: 'deletes from',
  update: 'changes',
  truncate: 'empties',
}

function cascadeText({ table, does, rows }: CascadeImpact): string {
  return `${done[does]} ${table}${rows === undefined ? '' : ` (of ${rowsText(rows)})`}`
}

const blocked: Readonly<Record<LockImpact['blocks'], string>> = {
  rows: 'others cannot write the same rows',
  definitions: 'others cannot change its definition',
  writes: 'nobody else can write it',
  everything: 'nobody else can read or write it',
}

function lockText({ table, mode, blocks }: LockImpact): string {
  return `${mode} on ${table}: ${blocked[blocks]}`
}

function undoText({ undo, commits, openMs }: Impact): string | undefined {
  if (undo === 'nothing') return undefined
  if (undo === 'never')
    return commits === true
      ? 'no ROLLBACK takes it back, and it commits what its transaction did before'
      : 'no ROLLBACK takes it back'
  return openMs === undefined
    ? 'it commits by itself: no ROLLBACK takes it back then'
    : 'ROLLBACK takes it back until its transaction ends'
}

/** `12 kB`, `3.4 GB`. */
function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
  const digits = value < 10 && unit > 0 ? 1 : 0
  return `${value.toFixed(digits)} ${units[unit]}`
}
