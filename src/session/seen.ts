/**
 * What a reviewer saw of a statement, beside its text: who asks for what under which rules, and
 * what it means in the schema. Compared with what is true when it would run. An estimate, with the
 * tolerance that it has, belongs here, too.
 */
import { createHash } from 'node:crypto'
import type { Analysis, Effect, StatementContext } from '../../protocols/protocol.ts'
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
}

export interface SeenParts {
  readonly analysis: Analysis
  readonly context: StatementContext
  readonly verdict: PolicyVerdict
  readonly masked: readonly string[]
  readonly definitions: ReadonlyMap<string, string>
}

export function seenOf({ analysis, context, verdict, masked, definitions }: SeenParts): Seen {
  const { effects, results, reads, moves, relations } = analysis
  return {
    rules: verdict.rules,
    approvers: verdict.approvers,
    effects,
    masked,
    lineage: digest([results, reads, moves, relations]),
    definitions: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
    context: [context.role ?? null, context.searchPath ?? null, context.settings ?? null],
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
