/**
 * What an auditor can ask for. A filter over statements finds the sessions in which one statement
 * fits all of it; without one, the sessions themselves are looked at. The archive answers in SQL
 * (archive/search.ts), the journal by reading (journal-search.ts), both the same.
 */
import type { SessionSummary } from './summaries.ts'

export interface SessionQuery {
  /** Who, person or agent. */
  readonly user?: string
  /** The same, and it has to be an agent. */
  readonly agent?: string
  /** The person who answers for the agent. */
  readonly owner?: string
  readonly database?: string
  readonly environment?: string
  /** Ran a statement then; without a filter over statements: was open then. `until` is excluded. */
  readonly since?: Date
  readonly until?: Date
  /** `customers` or `public.customers`. */
  readonly table?: string
  /** `email`, `customers.email` or `public.customers.email`. */
  readonly column?: string
  /** `delete`. */
  readonly effect?: string
  readonly verdict?: 'allow' | 'hold' | 'deny'
  readonly rule?: string
  /** Who decided, either way. */
  readonly approver?: string
  /** Stands in the statement without its values, whatever the case. */
  readonly text?: string
  /** At least so many were shown by one statement, or touched. */
  readonly rows?: number
  readonly bytes?: number
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string
}

export interface FoundSession extends SessionSummary {
  /** Statements that fit; undefined when none was asked for. */
  readonly matched?: number
}

/** Newest first. */
export interface SessionPage {
  readonly sessions: readonly FoundSession[]
  /** Absent on the last page. */
  readonly next?: string
  /** Of the journal, not in the archive yet: sessions of the last minutes may be missing. */
  readonly behindBytes?: number
}

const statementFilters = [
  'table',
  'column',
  'effect',
  'verdict',
  'rule',
  'approver',
  'text',
  'rows',
  'bytes',
] as const satisfies readonly (keyof SessionQuery)[]

export function asksStatements(query: SessionQuery): boolean {
  return statementFilters.some(filter => query[filter] !== undefined)
}

/** Where a page ended: newest first, and by id where two began at once. */
export interface PagePlace {
  readonly startedAt: string
  readonly id: string
}

export function pageCursor({ startedAt, id }: PagePlace): string {
  return Buffer.from(`${startedAt} ${id}`).toString('base64url')
}

/** Undefined when it is none of ours. */
export function placeOf(cursor: string): PagePlace | undefined {
  const [startedAt = '', id] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ')
  return id === undefined || id === '' || Number.isNaN(Date.parse(startedAt))
    ? undefined
    : { startedAt, id }
}

/** What a table or a column may be called: whole, without its schema, by its own name alone. */
export function shorterNames(name: string): readonly string[] {
  const first = name.indexOf('.')
  const second = name.indexOf('.', first + 1)
  return [name, name.slice(first + 1), name.slice(second + 1)]
}

/** As ClickHouse's `lower` has it: letters of ASCII only. */
export function lower(text: string): string {
  return text.replace(/[A-Z]/g, letter => letter.toLowerCase())
}
