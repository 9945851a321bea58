/** What changed on a server while one statement ran, and whether that is what its label says. */
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, changeKinds, type Entry } from './corpus.ts'

/** What a server holds, by what a change of it is called: names, and a digest of each. */
export type Held = Readonly<Record<Change, ReadonlyMap<string, string>>>

/** What it changed, or the server's error. */
export type Outcome =
  | { readonly changes: readonly Change[] }
  | { readonly error: string; readonly changes: readonly Change[] }

export function changed(before: Held, after: Held): readonly Change[] {
  return changeKinds.filter(kind => !same(before[kind], after[kind]))
}

/** What holds nothing is as if it were not there: a table that was made has no rows yet. */
function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  const names = new Set([...a.keys(), ...b.keys()])
  return [...names].every(name => (a.get(name) ?? '') === (b.get(name) ?? ''))
}

export function filesIn(dir: string): ReadonlyMap<string, string> {
  return new Map(readdirSync(dir).map(name => [name, String(statSync(join(dir, name)).size)]))
}

export function emptied(dir: string): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true })
}

/** Undefined when the outcome is as labelled; otherwise both, for people. */
export function differs(entry: Entry, outcome: Outcome): string | undefined {
  const wanted = words(entry.changes, entry.fails)
  const seen = words(outcome.changes, 'error' in outcome)
  if (wanted === seen) return undefined
  const said = 'error' in outcome ? ` (${outcome.error})` : ''
  return `${entry.file}: ${entry.sql}: label ${wanted}, server ${seen}${said}`
}

function words(changes: readonly Change[], fails: boolean): string {
  const sorted = changeKinds.filter(kind => changes.includes(kind))
  const all = fails ? [...sorted, 'fails'] : sorted
  return all.length === 0 ? 'nothing' : all.join('+')
}

/** Kinds of effects without which no statement may change such a thing. */
const needed: Readonly<Record<Change, readonly string[]>> = {
  rows: ['insert', 'update', 'delete', 'truncate', 'create', 'drop', 'alter', 'import'],
  schema: ['create', 'alter', 'drop', 'grant'],
  privileges: ['grant', 'role', 'create'],
  settings: ['setting', 'role', 'transaction', 'grant'],
  files: ['export', 'create'],
  sessions: ['execute'],
}

/** What nothing that is allowed may change. */
export function graveOf({ changes }: Entry): readonly Change[] {
  return changes.filter(change => grave.has(change))
}

const grave: ReadonlySet<Change> = new Set(['privileges', 'files', 'sessions'])

/** What nobody can read beforehand may do anything, and says so. */
const anything = ['execute', 'unknown']

/** Changes that none of the label's effects accounts for. */
export function unexplained({ effects, changes, verdict }: Entry): readonly Change[] {
  const kinds = effects.map(effect => effect.split(' ')[0]?.replace('!', '') ?? '')
  return changes.filter(change => {
    const enough = verdict === 'allow' ? needed[change] : [...needed[change], ...anything]
    return !kinds.some(kind => enough.includes(kind))
  })
}
