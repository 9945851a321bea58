/** Recorded sessions as the console's pages list and show them. */
import { type JournalReader, NoSuchSession } from './reader.ts'
import type { SessionPage, SessionQuery } from './search.ts'
import type { SessionSummary } from './summaries.ts'

export interface ListedSession {
  readonly id: string
  readonly user: string
  readonly kind: 'person' | 'agent'
  readonly owner: string | undefined
  readonly database: string
  readonly environment: string
  readonly application: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date | undefined
  readonly statements: number
}

export interface ShownSession extends ListedSession {
  readonly items: readonly ShownStatement[]
}

export interface ShownStatement {
  readonly number: number
  readonly at: Date
  readonly text: string
  readonly verdict: 'allow' | 'hold' | 'deny'
  readonly rules: readonly string[]
  readonly approvalId: string | undefined
  readonly tag: string | undefined
  readonly rows: number | undefined
  readonly error: string | undefined
  readonly durationMs: number | undefined
}

/** A page shows no more statements than this; the terminal's replay shows all. */
const shownMax = 10_000

export type Search = (query: SessionQuery) => Promise<SessionPage>

export class JournalSessions {
  readonly #reader: JournalReader
  /** Newest first; see session-search.ts. */
  readonly search: Search

  constructor(reader: JournalReader, search: Search) {
    this.#reader = reader
    this.search = search
  }

  /** Undefined when there is none. */
  async get(id: string): Promise<ShownSession | undefined> {
    let summary: SessionSummary
    try {
      summary = await this.#reader.find(id)
    } catch (error) {
      if (error instanceof NoSuchSession) return undefined
      throw error
    }
    const start = new Date(summary.startedAt).getTime()
    const items = new Map<number, ShownStatement>()
    for await (const happening of this.#reader.happenings(summary.id)) {
      if (happening.type === 'statement' && items.size < shownMax) {
        const { statement: number, atUs, verdict, approval, tag } = happening
        items.set(number, {
          number,
          at: new Date(start + atUs / 1000),
          text: happening.text ?? happening.normalized,
          verdict: verdict.kind,
          rules: verdict.rules,
          approvalId: approval,
          tag,
          rows: undefined,
          error: undefined,
          durationMs: undefined,
        })
      }
      if (happening.type !== 'entry') continue
      const { entry } = happening
      const item = 'statement' in entry ? items.get(entry.statement) : undefined
      if (item === undefined) continue
      if (entry.type === 'approval.requested') {
        items.set(item.number, { ...item, approvalId: entry.approvalId })
      } else if (entry.type === 'refused') {
        items.set(item.number, { ...item, error: entry.reason })
      } else if (entry.type === 'statement.end') {
        const endedAt = start + entry.at / 1000
        items.set(item.number, {
          ...item,
          tag: entry.tag ?? item.tag,
          rows: entry.rows,
          error: entry.error ?? undefined,
          durationMs: endedAt - item.at.getTime(),
        })
      }
    }
    return { ...listed(summary), items: [...items.values()] }
  }
}

function listed(summary: SessionSummary): ListedSession {
  const { id, user, kind, database, environment, statements } = summary
  return {
    id,
    user,
    kind,
    owner: summary.owner ?? undefined,
    database,
    environment,
    application: summary.application ?? undefined,
    startedAt: new Date(summary.startedAt),
    endedAt: summary.endedAt === null ? undefined : new Date(summary.endedAt),
    statements,
  }
}
