/** What a list says of a session: gathered from what its records have in clear. */
import { readEntries, type SessionEntry } from '../journal/clear.ts'
import type { JournalRecord } from '../journal/record.ts'

export interface SessionSummary {
  readonly id: string
  readonly user: string
  readonly kind: 'person' | 'agent'
  readonly owner: string | null
  readonly purpose: string | null
  readonly database: string
  readonly environment: string
  readonly protocol: string
  readonly application: string | null
  readonly remoteAddress: string
  readonly tls: boolean
  readonly startedAt: string
  readonly endedAt: string | null
  /** `cut`: the proxy stopped without an end. */
  readonly state: 'open' | 'ended' | 'cut'
  readonly endReason: string | null
  readonly statements: number
  readonly held: number
  readonly denied: number
  readonly failed: number
  readonly rows: number
  /** Statements that ran although nobody had approved them. */
  readonly brokeGlass: number
}

/** Collected over a session's records; `run`: the process that it began in. */
export type MutableSummary = {
  -readonly [Field in keyof SessionSummary]: SessionSummary[Field]
} & {
  run: string
}

/** Takes in what one more record of a session says. */
export function summarize(
  byNumber: Map<number, MutableSummary>,
  record: JournalRecord,
  run: string,
): void {
  for (const entry of readEntries(record.clear)) {
    if (entry.type === 'session' && !byNumber.has(record.session)) {
      byNumber.set(record.session, newSummary(entry, run))
    }
    const summary = byNumber.get(record.session)
    if (summary === undefined) continue
    if (entry.type === 'statement') {
      summary.statements += 1
      if (entry.verdict?.kind === 'hold') summary.held += 1
      if (entry.verdict?.kind === 'deny') summary.denied += 1
    } else if (entry.type === 'statement.end') {
      summary.rows += entry.rows
      if (entry.error !== null) summary.failed += 1
    } else if (entry.type === 'approval.break_glass') {
      summary.brokeGlass += 1
    } else if (entry.type === 'session.end') {
      summary.state = 'ended'
      summary.endReason = entry.reason
      // When it ended, not when that was written down.
      const startedMs = new Date(summary.startedAt).getTime()
      summary.endedAt = new Date(startedMs + entry.at / 1000).toISOString()
    }
  }
}

function newSummary(entry: SessionEntry, run: string): MutableSummary {
  const { type: _, begins: _begins, groups: _groups, keys: _keys, ...facts } = entry
  const { wrapped: _wrapped, commitment: _commitment, ...who } = facts
  return {
    ...who,
    endedAt: null,
    state: 'open',
    endReason: null,
    statements: 0,
    held: 0,
    denied: 0,
    failed: 0,
    rows: 0,
    brokeGlass: 0,
    run,
  }
}

/** Of a segment's first record: the process that wrote it. */
export function runOf(record: JournalRecord): string {
  try {
    return String((JSON.parse(record.clear.toString('utf8')) as { readonly run?: unknown }).run)
  } catch {
    return ''
  }
}
