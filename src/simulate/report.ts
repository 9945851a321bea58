/** What changed, gathered by rule and by who asked, as data and as text. */
import { visibleLine } from '../approvals/visible-text.ts'
import type { Action } from '../policy/rule.ts'
import type { RecordedOne } from '../recording/reading/recorded-statements.ts'
import type { Outcome } from './simulate.ts'

export interface Change {
  readonly before: Action
  readonly after: Action
  /** Of the new policy; of the recorded verdict where the new one allows it. */
  readonly rules: readonly string[]
  readonly user: string
  readonly database: string
  /** One sentence, of the first of them. */
  readonly reason: string
  count: number
  readonly first: string
  last: string
  /** Without literals, the most frequent first seen. */
  readonly examples: Example[]
}

export interface Example {
  readonly statement: string
  readonly session: string
  readonly number: number
}

export interface SimulationReport {
  readonly since: string
  readonly statements: number
  readonly same: number
  readonly changed: number
  readonly cannotTell: readonly { readonly why: string; readonly count: number }[]
  readonly changes: readonly Change[]
}

const examplesMax = 3
const exampleLengthMax = 200

export class ChangeList {
  readonly #since: Date
  readonly #changes = new Map<string, Change>()
  readonly #unknown = new Map<string, number>()
  #statements = 0
  #same = 0

  constructor(since: Date) {
    this.#since = since
  }

  add({ session, entry, shape, at }: RecordedOne, outcome: Outcome): void {
    this.#statements += 1
    if (outcome.kind === 'same') {
      this.#same += 1
      return
    }
    if (outcome.kind === 'cannot tell') {
      this.#unknown.set(outcome.why, (this.#unknown.get(outcome.why) ?? 0) + 1)
      return
    }
    const { before, after, rules, reason } = outcome
    const { user, database, id } = session
    const key = JSON.stringify([before, after, rules, user, database])
    const time = at.toISOString()
    const known = this.#changes.get(key)
    const change: Change = known ?? {
      ...{ before, after, rules, user, database, reason, count: 0, first: time, last: time },
      examples: [],
    }
    if (known === undefined) this.#changes.set(key, change)
    change.count += 1
    change.last = time
    const statement = shape.normalized.slice(0, exampleLengthMax)
    const told = change.examples.some(example => example.statement === statement)
    if (!told && change.examples.length < examplesMax)
      change.examples.push({ statement, session: id, number: entry.statement })
  }

  report(): SimulationReport {
    const changes = [...this.#changes.values()].sort((a, b) => b.count - a.count)
    return {
      since: this.#since.toISOString(),
      statements: this.#statements,
      same: this.#same,
      changed: changes.reduce((sum, { count }) => sum + count, 0),
      cannotTell: [...this.#unknown].map(([why, count]) => ({ why, count })),
      changes,
    }
  }
}

export function reportText(report: SimulationReport): string {
  const { statements, same, changed, cannotTell, changes } = report
  const since = report.since.slice(0, 16).replace('T', ' ')
  const lines = [
    `${counted(statements, 'statement')} since ${since} UTC: ${number(changed)} would change, ${number(same)} would not.`,
    ...cannotTell.map(({ why, count }) => `${counted(count, 'statement')} cannot be told: ${why}.`),
  ]
  for (const { before, after, rules, user, database, reason, count, examples } of changes) {
    const rule = rules.length === 0 ? 'no rule' : rules.join(', ')
    lines.push('', `${before} → ${after}  ${rule}  ${user} on ${database}: ${number(count)}`)
    if (after !== 'allow' && reason !== '') lines.push(`  ${reason}`)
    for (const { statement, session, number: at } of examples)
      lines.push(`  │ ${statement}   (session ${session.slice(0, 8)}, statement ${at + 1})`)
  }
  return lines.map(line => visibleLine(line)).join('\n')
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`
}

function number(count: number): string {
  return count.toLocaleString('en')
}
