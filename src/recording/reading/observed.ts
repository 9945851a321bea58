/** What mode `observe` let pass, by rule and by who did it: for the console, from the journal. */
import { journalStatements } from './recorded-statements.ts'

export interface ObservedGroup {
  readonly rule: string
  readonly would: 'hold' | 'deny'
  readonly user: string
  readonly kind: 'person' | 'agent'
  readonly database: string
  /** One sentence, of the latest; empty of a budget. */
  readonly reason: string
  readonly count: number
  readonly last: Date
  /** The latest of them, without literals, and its session. */
  readonly example: string
  readonly session: string
}

export interface ObservedList {
  readonly since: Date
  /** The most frequent first. */
  readonly groups: readonly ObservedGroup[]
}

/** A page is looked at by several, and a journal is long. */
const keptMs = 10_000
const exampleLengthMax = 300

export class ObservedStatements {
  readonly #dir: string
  readonly #lists = new Map<number, { readonly at: number; readonly list: Promise<ObservedList> }>()

  /** `dir` is the journal's folder. */
  constructor(dir: string) {
    this.#dir = dir
  }

  /** Those of the last so many milliseconds. */
  list(spanMs: number): Promise<ObservedList> {
    const now = Date.now()
    const kept = this.#lists.get(spanMs)
    if (kept !== undefined && now - kept.at < keptMs) return kept.list
    const list = this.#read(new Date(now - spanMs))
    this.#lists.set(spanMs, { at: now, list })
    list.catch(() => this.#lists.delete(spanMs))
    return list
  }

  async #read(since: Date): Promise<ObservedList> {
    const groups = new Map<string, ObservedGroup>()
    for await (const { session, entry, shape, at } of journalStatements(this.#dir, since)) {
      const { verdict } = entry
      if (verdict?.observed === undefined) continue
      const { user, kind, database, id } = session
      for (const rule of verdict.rules) {
        const key = JSON.stringify([rule, verdict.observed, user, database])
        const count = (groups.get(key)?.count ?? 0) + 1
        const { observed: would, reason } = verdict
        const example = shape.normalized.slice(0, exampleLengthMax)
        groups.set(key, {
          ...{ rule, would, user, kind, database, reason, count, last: at, example },
          session: id,
        })
      }
    }
    return { since, groups: [...groups.values()].sort((a, b) => b.count - a.count) }
  }
}
