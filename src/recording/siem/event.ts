/**
 * What a SIEM is told: a happening of the journal in clear, with statements that have lost their
 * values. One that arrives twice has the same `uid`.
 */
import type { ArchiveRow } from '../archive/archive.ts'
import type { ArchiveTable } from '../archive/schema.ts'

export interface SiemEvent {
  /** Of this form. */
  readonly v: 1
  readonly uid: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** `session.start`, `session.end`, `statement`, `approval.decided`, `policy.changed`, `gap`, … */
  readonly type: string
  readonly severity: Severity
  readonly session?: string
  readonly user?: string
  readonly kind?: string
  readonly owner?: string
  readonly database?: string
  readonly environment?: string
  readonly remoteAddress?: string
  readonly statement?: number
  /** Without its values. */
  readonly text?: string
  readonly effects?: readonly string[]
  readonly tables?: readonly string[]
  readonly columns?: readonly string[]
  readonly verdict?: string
  readonly observed?: string
  readonly rules?: readonly string[]
  readonly reason?: string
  readonly approval?: string
  readonly decision?: string
  readonly by?: string
  readonly surface?: string
  readonly breakGlass?: true
  /** Of a statement: false while it runs or waits; it comes again when it has ended. */
  readonly ended?: boolean
  readonly rows?: number
  readonly bytes?: number
  readonly error?: string
  /** What the others do not say. */
  readonly detail?: Readonly<Record<string, unknown>>
  /** Something was cut off so that it could be sent. */
  readonly truncated?: true
}

export type Severity = 'info' | 'notice' | 'warning' | 'high'

/** Undefined for rows that are no happening, or one that another row tells. Throws when it is none. */
export function eventOf(table: ArchiveTable, row: ArchiveRow): SiemEvent | undefined {
  switch (table) {
    case 'session_log': {
      const ended = row['ended_at'] !== null
      return event(ended ? 'session.end' : 'session.start', row, {
        uid: `${row['session']}/${row['version']}`,
        time: isoTime(ended ? row['ended_at'] : row['started_at']),
        reason: row['end_reason'],
        detail: { protocol: row['protocol'], application: row['application'], tls: row['tls'] },
      })
    }
    case 'statement_log':
      return event('statement', row, {
        uid: `${row['session']}/${row['statement']}/${row['version']}`,
        time: isoTime(row['at']),
        statement: row['statement'],
        text: row['normalized'],
        ...{ effects: row['effects'], tables: row['tables'], columns: row['columns'] },
        ...{ verdict: row['verdict'], observed: row['observed'], rules: row['rules'] },
        ...{ reason: row['reason'], approval: row['approval'] },
        breakGlass: row['break_glass'] === true ? true : undefined,
        // What was denied never runs: there is nothing to come.
        ended: row['ended_at'] !== null || row['error'] !== null || row['verdict'] === 'deny',
        ...{ rows: row['rows'], bytes: row['bytes'], error: row['error'] },
      })
    case 'approval_log':
      return event(String(row['type']), row, {
        uid: `${row['session']}/${row['record']}.${row['entry']}`,
        time: isoTime(row['at']),
        ...{ statement: row['statement'], approval: row['approval'], decision: row['decision'] },
        ...{ by: row['person'], surface: row['surface'], rules: row['rules'] },
        reason: row['reason'] ?? row['requester_reason'],
      })
    case 'event_log': {
      if (row['type'] === 'session.start' || row['type'] === 'session.end') return undefined
      return event(String(row['type']), row, {
        uid: `${row['journal']}/${row['segment']}/${row['session']}/${row['record']}.${row['entry']}`,
        time: isoTime(row['at']),
        statement: row['statement'],
        detail: JSON.parse(String(row['detail'])) as object,
      })
    }
    default:
      return undefined
  }
}

function event(type: string, row: ArchiveRow, facts: Readonly<Record<string, unknown>>): SiemEvent {
  const all = {
    v: 1,
    type,
    severity: severityOf(type, facts),
    ...{ session: row['session'], user: row['user'], kind: row['kind'], owner: row['owner'] },
    ...{ database: row['database'], environment: row['environment'] },
    remoteAddress: row['remote_address'],
    ...facts,
  }
  const said = Object.entries(all).filter(
    ([, value]) =>
      value !== null &&
      value !== undefined &&
      value !== '' &&
      !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(said) as unknown as SiemEvent
}

const high = new Set(['approval.break_glass', 'decision.refused', 'policy.refused', 'recovered'])
const notices = ['approval.', 'grant.', 'session.erased', 'hold.']
const warnings = new Set(['gap', 'refused', 'storage', 'policy.changed', 'grant.given'])

function severityOf(type: string, facts: Readonly<Record<string, unknown>>): Severity {
  if (high.has(type) || facts['breakGlass'] === true) return 'high'
  if (warnings.has(type) || facts['verdict'] === 'deny' || facts['observed'] === 'deny')
    return 'warning'
  if (notices.some(each => type.startsWith(each)) || facts['verdict'] === 'hold') return 'notice'
  return 'info'
}

/** The journal's rows write `2026-11-21 10:00:00.000000`, UTC. */
function isoTime(moment: unknown): string {
  return new Date(`${String(moment).replace(' ', 'T').slice(0, 23)}Z`).toISOString()
}
