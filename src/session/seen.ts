/**
 * What a reviewer saw of a statement, beside its text: who asks for what under which rules, and
 * what it means in the schema and would touch. Compared with what is true when it would run.
 */
import { createHash } from 'node:crypto'
import type { Analysis, Effect, Impact, StatementContext } from '../../protocols/protocol.ts'
import { what } from '../approvals/describe.ts'
import type { PolicyVerdict } from '../policy/rule.ts'

/** Kept with the approval as JSON. */
export interface Seen {
  readonly rules: readonly string[]
  readonly approvers: PolicyVerdict['approvers']
  readonly effects: readonly Effect[]
  /** `schema.table.column`, as the masks of then had it. */
  readonly masked: readonly string[]
  /** Of the columns that it shows, reads and moves. */
  readonly lineage: string
  /** By name, each a digest. */
  readonly definitions: Readonly<Record<string, string>>
  readonly context: readonly (string | null)[]
  /** That its plan expected; null: it did not say. Absent: nobody had looked. */
  readonly rows?: number | null
  /** Tables that foreign keys would reach, each with what would be done to it. */
  readonly cascades?: readonly string[]
}

export interface SeenParts {
  readonly analysis: Analysis
  readonly context: StatementContext
  readonly verdict: PolicyVerdict
  readonly masked: readonly string[]
  readonly definitions: ReadonlyMap<string, string>
  readonly impact: Impact | undefined
}

export function seenOf(parts: SeenParts): Seen {
  const { analysis, context, verdict, masked, definitions, impact } = parts
  const { effects, results, reads, moves, relations } = analysis
  return {
    rules: verdict.rules,
    approvers: verdict.approvers,
    effects,
    masked,
    lineage: digest([results, reads, moves, relations]),
    definitions: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
    context: [context.role ?? null, context.searchPath ?? null, context.settings ?? null],
    ...(impact && {
      rows: impact.rows ?? null,
      cascades: impact.cascades.map(({ table, does }) => `${table} (${does})`).sort(),
    }),
  }
}

/** What changed in between, as one sentence without its full stop. Undefined: nothing did. */
export function driftOf(before: Seen, now: Seen): string | undefined {
  const told = [
    ...definitionsDrift(before.definitions, now.definitions),
    ...(same(before.effects, now.effects)
      ? []
      : [`it would now do: ${what(now.effects)}; before: ${what(before.effects)}`]),
    ...maskedDrift(before.masked, now.masked),
    ...(same(before.rules, now.rules)
      ? []
      : [`it is held by ${now.rules.join(', ')} now, and was by ${before.rules.join(', ')}`]),
    ...(same(before.approvers, now.approvers) ? [] : ['other people have to approve it now']),
    ...rowsDrift(before.rows, now.rows),
    ...cascadesDrift(before.cascades, now.cascades),
    ...(same(before.context, now.context)
      ? []
      : ['the role or settings that it runs with changed']),
  ]
  if (told.length > 0) return told.join('; ')
  return before.lineage === now.lineage ? undefined : 'it reads or shows other columns now'
}

const namesMax = 3

function definitionsDrift(
  before: Seen['definitions'],
  now: Seen['definitions'],
): readonly string[] {
  const changed = Object.keys(now).filter(name => name in before && before[name] !== now[name])
  const gone = Object.keys(before).filter(name => !(name in now))
  const added = Object.keys(now).filter(name => !(name in before))
  return [
    ...listed(changed, 'was changed', 'were changed'),
    ...listed(gone, 'is no part of it any more', 'are no part of it any more'),
    ...listed(added, 'is a part of it now', 'are a part of it now'),
  ]
}

/** An estimate is no more than that: twice as many may be the same rows, and a few are a few. */
const fewRows = 100

export function isMoreThanSeen(before: number, now: number): boolean {
  return now > before * 2 && now - before > fewRows
}

function rowsDrift(before: Seen['rows'], now: Seen['rows']): readonly string[] {
  if (typeof before !== 'number' || now === undefined) return []
  const shown = before.toLocaleString('en')
  if (now === null) return [`its plan expected ${shown} rows, and nobody can say it now`]
  return isMoreThanSeen(before, now)
    ? [`its plan expects ${now.toLocaleString('en')} rows now, and expected ${shown}`]
    : []
}

/** Fewer than were seen are agreed to. */
function cascadesDrift(
  before: readonly string[] | undefined,
  now: readonly string[] | undefined,
): readonly string[] {
  if (before === undefined || now === undefined) return []
  const added = now.filter(each => !before.includes(each))
  return listed(added, 'is reached by a foreign key now', 'are reached by foreign keys now')
}

function maskedDrift(before: readonly string[], now: readonly string[]): readonly string[] {
  const added = now.filter(column => !before.includes(column))
  const gone = before.filter(column => !now.includes(column))
  return [
    ...listed(added, 'is masked and touched now', 'are masked and touched now'),
    ...listed(gone, 'is not masked or not touched any more', 'are not masked or touched any more'),
  ]
}

function listed(names: readonly string[], one: string, many: string): readonly string[] {
  if (names.length === 0) return []
  const more = names.length - namesMax
  const shown = names.slice(0, namesMax).join(', ')
  return [`${shown}${more > 0 ? ` and ${more} more` : ''} ${names.length === 1 ? one : many}`]
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url')
}
