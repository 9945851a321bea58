/**
 * The search in SQL. Three questions: which sessions, read in the order of the key until there are
 * enough; what is in those; how much of it fits. What was shipped twice, or is an earlier version of
 * a row, is harmless in the first, because no filter fits a row that a later version does not.
 */

import {
  asksStatements,
  lower,
  pageCursor,
  placeOf,
  type SessionPage,
  type SessionQuery,
} from '../reading/search.ts'
import type { SessionSummary } from '../reading/summaries.ts'
import type { Archive, ArchiveRow } from './archive.ts'
import { cutReason } from './rows.ts'

/**
 * Reads in the order of the key, newest first, and stops when there are enough. With the buffers that
 * it has otherwise it would have read most of the table before it notices.
 */
const inOrder = 'SETTINGS optimize_read_in_order = 1, read_in_order_use_buffering = 0'

type Parameters = Record<string, unknown>

export async function searchArchive(
  archive: Pick<Archive, 'query'>,
  query: SessionQuery,
): Promise<SessionPage> {
  const parameters: Parameters = { limit: query.limit + 1 }
  const statements = asksStatements(query)
  const conditions = conditionsOf(query, statements, parameters)
  const place = query.after === undefined ? undefined : placeOf(query.after)
  const before = place === undefined ? [] : [beforePlace]
  if (place !== undefined) {
    parameters['beforeTime'] = momentText(place.startedAt)
    parameters['beforeId'] = place.id
  }
  const found = await archive.query(
    `SELECT started_at, session FROM ${statements ? 'statement_log' : 'session_log'}${
      statements ? '' : ' FINAL'
    }
     WHERE ${[...conditions, ...before, '1'].join(' AND ')}
     ORDER BY started_at DESC, session DESC LIMIT 1 BY session LIMIT {limit:UInt32}
     ${inOrder}`,
    parameters,
  )
  const shown = found.slice(0, query.limit)
  const sessions = await summaries(archive, shown)
  const matched = statements ? await matches(archive, shown, conditions, parameters) : undefined
  const last = sessions.at(-1)
  return {
    sessions: sessions.map(session => ({
      ...session,
      ...(matched && { matched: matched.get(session.id) ?? 0 }),
    })),
    ...(found.length > shown.length && last !== undefined && { next: pageCursor(last) }),
  }
}

/** Those whose id begins so, newest first. */
export async function sessionsNamed(
  archive: Pick<Archive, 'query'>,
  prefix: string,
): Promise<readonly SessionSummary[]> {
  const found = await archive.query(
    `SELECT DISTINCT started_at, session FROM session_log WHERE startsWith(session, {prefix:String})
     ORDER BY started_at DESC LIMIT 100`,
    { prefix },
  )
  return summaries(archive, found)
}

const beforePlace = `started_at <= {beforeTime:DateTime64(6, 'UTC')}
  AND (started_at, session) < ({beforeTime:DateTime64(6, 'UTC')}, {beforeId:String})`

function conditionsOf(
  query: SessionQuery,
  statements: boolean,
  parameters: Parameters,
): readonly string[] {
  const conditions: string[] = []
  const add = (name: keyof SessionQuery, condition: string, value: unknown = query[name]): void => {
    if (query[name] === undefined) return
    parameters[name] = value
    conditions.push(condition)
  }
  add('user', 'user = {user:String}')
  add('agent', "user = {agent:String} AND kind = 'agent'")
  add('owner', 'owner = {owner:String}')
  add('database', 'database = {database:String}')
  add('environment', 'environment = {environment:String}')
  const since = query.since && momentText(query.since.toISOString())
  const until = query.until && momentText(query.until.toISOString())
  if (statements) {
    add('since', "at >= {since:DateTime64(6, 'UTC')}", since)
    add('until', untilCondition('at'), until)
  } else {
    parameters['cut'] = cutReason
    add(
      'since',
      "(coalesce(end_reason, {cut:String}) = {cut:String} OR ended_at >= {since:DateTime64(6, 'UTC')})",
      since,
    )
    add('until', untilCondition('started_at'), until)
  }
  add('table', 'has(table_names, {table:String})')
  add('column', 'has(column_names, {column:String})')
  add('effect', 'has(effect_kinds, {effect:String})')
  add('verdict', 'verdict = {verdict:String}')
  add('rule', 'has(rules, {rule:String})')
  add('approver', 'has(decided_by, {approver:String})')
  add('text', 'lower(normalized) LIKE {text:String}', `%${likeText(lower(query.text ?? ''))}%`)
  add('rows', 'rows >= {rows:UInt64}')
  add('bytes', 'bytes >= {bytes:UInt64}')
  return conditions
}

/** Nothing runs before its session began: the key says where to stop. */
function untilCondition(column: string): string {
  return `${column} < {until:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}`
}

const ofThese = `started_at >= {from:DateTime64(6, 'UTC')} AND started_at <= {to:DateTime64(6, 'UTC')}
  AND session IN {ids:Array(String)}`

function theseParameters(found: readonly ArchiveRow[]): Parameters {
  const times = found.map(({ started_at }) => String(started_at))
  return { from: times.at(-1), to: times[0], ids: found.map(({ session }) => session) }
}

async function summaries(
  archive: Pick<Archive, 'query'>,
  found: readonly ArchiveRow[],
): Promise<readonly SessionSummary[]> {
  if (found.length === 0) return []
  const parameters = theseParameters(found)
  const [sessions, counts] = await Promise.all([
    archive.query(
      `SELECT * FROM session_log FINAL WHERE ${ofThese} ORDER BY started_at DESC, session DESC`,
      parameters,
    ),
    archive.query(
      `SELECT session, count() AS statements, countIf(verdict = 'hold') AS held,
         countIf(verdict = 'deny') AS denied, countIf(error IS NOT NULL) AS failed,
         sum(coalesce(rows, 0)) AS shown, countIf(break_glass) AS broke_glass
       FROM statement_log FINAL WHERE ${ofThese} GROUP BY session`,
      parameters,
    ),
  ])
  const bySession = new Map(counts.map(row => [String(row['session']), row]))
  return sessions.map(row => summaryOf(row, bySession.get(String(row['session'])) ?? {}))
}

async function matches(
  archive: Pick<Archive, 'query'>,
  found: readonly ArchiveRow[],
  conditions: readonly string[],
  parameters: Parameters,
): Promise<ReadonlyMap<string, number>> {
  if (found.length === 0) return new Map()
  const rows = await archive.query(
    `SELECT session, uniqExact(statement) AS matched FROM statement_log
     WHERE ${[...conditions, ofThese].join(' AND ')} GROUP BY session`,
    { ...parameters, ...theseParameters(found) },
  )
  return new Map(rows.map(({ session, matched }) => [String(session), Number(matched)]))
}

function summaryOf(session: ArchiveRow, counts: ArchiveRow): SessionSummary {
  const { user, kind, owner, purpose, database, environment, protocol, application } = session
  const { remote_address, tls, started_at, ended_at, end_reason } = session
  const cut = end_reason === cutReason
  const ended = typeof ended_at === 'string'
  return {
    id: String(session['session']),
    user: String(user),
    kind: kind === 'agent' ? 'agent' : 'person',
    owner: textOf(owner),
    purpose: textOf(purpose),
    database: String(database),
    environment: String(environment),
    protocol: String(protocol),
    application: textOf(application),
    remoteAddress: String(remote_address),
    tls: tls === true,
    startedAt: isoTime(String(started_at)),
    endedAt: cut || !ended ? null : isoTime(ended_at),
    state: cut ? 'cut' : ended ? 'ended' : 'open',
    endReason: cut ? null : textOf(end_reason),
    statements: Number(counts['statements'] ?? 0),
    held: Number(counts['held'] ?? 0),
    denied: Number(counts['denied'] ?? 0),
    failed: Number(counts['failed'] ?? 0),
    rows: Number(counts['shown'] ?? 0),
    brokeGlass: Number(counts['broke_glass'] ?? 0),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** ClickHouse writes `2026-11-21 10:00:00.000000`, in UTC as the columns say. */
function isoTime(text: string): string {
  return new Date(`${text.replace(' ', 'T').slice(0, 23)}Z`).toISOString()
}

function momentText(iso: string): string {
  return new Date(iso).toISOString().replace('T', ' ').replace('Z', '')
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, match => `\\${match}`)
}
