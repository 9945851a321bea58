/**
 * The search where there is no archive: every segment is read. The same rows are looked at that an
 * archive would hold, so that both answer the same.
 */
import type { ArchiveRow } from '../archive/archive.ts'
import { JournalRows } from '../archive/rows.ts'
import { listSegments, readSegment } from '../journal/segment.ts'
import {
  asksStatements,
  type FoundSession,
  lower,
  type PagePlace,
  pageCursor,
  placeOf,
  type SessionPage,
  type SessionQuery,
  shorterNames,
} from './search.ts'
import type { SessionSummary } from './summaries.ts'

/** `sessions` are all that the journal has; `dir` is its folder. */
export async function searchJournal(
  dir: string,
  query: SessionQuery,
  sessions: readonly SessionSummary[],
): Promise<SessionPage> {
  const place = query.after === undefined ? undefined : placeOf(query.after)
  const matched = asksStatements(query) ? await matches(dir, query) : undefined
  const found = sessions
    .filter(session => fits(session, query))
    .filter(session => (matched === undefined ? openThen(session, query) : matched.has(session.id)))
    .filter(session => place === undefined || compare(session, place) < 0)
    .sort((a, b) => compare(b, a))
    .map((session): FoundSession => {
      const count = matched?.get(session.id)
      return count === undefined ? session : { ...session, matched: count }
    })
  const shown = found.slice(0, query.limit)
  const last = shown.at(-1)
  const more = found.length > shown.length && last !== undefined
  return { sessions: shown, ...(more && { next: pageCursor(last) }) }
}

function fits(session: SessionSummary, query: SessionQuery): boolean {
  return (
    is(query.user, session.user) &&
    (query.agent === undefined || (session.kind === 'agent' && session.user === query.agent)) &&
    is(query.owner, session.owner) &&
    is(query.database, session.database) &&
    is(query.environment, session.environment)
  )
}

function is(wanted: string | undefined, value: string | null): boolean {
  return wanted === undefined || wanted === value
}

function openThen({ startedAt, endedAt }: SessionSummary, { since, until }: SessionQuery): boolean {
  return (
    (since === undefined || endedAt === null || new Date(endedAt) >= since) &&
    (until === undefined || new Date(startedAt) < until)
  )
}

function compare(a: PagePlace, b: PagePlace): number {
  const [left, right] = a.startedAt === b.startedAt ? [a.id, b.id] : [a.startedAt, b.startedAt]
  return left < right ? -1 : left > right ? 1 : 0
}

/** How many statements of each session fit. */
async function matches(dir: string, query: SessionQuery): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const rows = new JournalRows()
  const look = (table: string, row: ArchiveRow): void => {
    if (table !== 'statement_log' || !statementFits(row, query)) return
    const session = String(row['session'])
    counts.set(session, (counts.get(session) ?? 0) + 1)
  }
  for (const segment of await listSegments(dir)) {
    const { records } = await readSegment(dir, segment)
    for (const record of records) rows.add(record, look)
  }
  rows.flush(look)
  return counts
}

function statementFits(row: ArchiveRow, query: SessionQuery): boolean {
  const { since, until, text } = query
  const at = `${String(row['at']).replace(' ', 'T')}Z`
  const has = (names: unknown, wanted: string | undefined): boolean =>
    wanted === undefined || (names as readonly string[]).includes(wanted)
  const named = (names: unknown, wanted: string | undefined): boolean =>
    wanted === undefined ||
    (names as readonly string[]).some(name => shorterNames(name).includes(wanted))
  const least = (count: unknown, wanted: number | undefined): boolean =>
    wanted === undefined || (typeof count === 'number' && count >= wanted)
  return (
    (since === undefined || new Date(at) >= since) &&
    (until === undefined || new Date(at) < until) &&
    named(row['tables'], query.table) &&
    named(row['columns'], query.column) &&
    has(effectKinds(row['effects'] as readonly string[]), query.effect) &&
    is(query.verdict, String(row['verdict'])) &&
    has(row['rules'], query.rule) &&
    has(row['decided_by'], query.approver) &&
    (text === undefined || lower(String(row['normalized'])).includes(lower(text))) &&
    least(row['rows'], query.rows) &&
    least(row['bytes'], query.bytes)
  )
}

function effectKinds(effects: readonly string[]): readonly string[] {
  return effects.map(effect => effect.split(' ', 1)[0] ?? '')
}
