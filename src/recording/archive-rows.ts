/** The journal's records as rows of the archive. */
import type { ArchiveRow, ArchiveTable } from './archive.ts'
import { clearOf, type HeadSignature } from './chain.ts'
import {
  type ClearEntry,
  readEntries,
  type SessionEntry,
  type ShapeEntry,
  type StatementEntry,
} from './clear.ts'
import { type JournalRecord, RecordKind } from './record.ts'
import type { RecoveredNote, SegmentStart } from './segment.ts'

export type Rows = Map<ArchiveTable, ArchiveRow[]>

/** What a segment has said so far: needed to understand the records that follow. */
export class SegmentRows {
  readonly #sessions = new Map<number, SessionEntry>()
  readonly #shapes = new Map<number, Map<number, ShapeEntry>>()
  #journal = ''

  /** Adds the record's rows. */
  add(record: JournalRecord, rows: Rows): void {
    if (record.kind === RecordKind.Session) this.#session(record, rows)
    else this.#journalRecord(record, rows)
  }

  #session(record: JournalRecord, rows: Rows): void {
    for (const entry of readEntries(record.clear)) this.#entry(entry, record, rows)
    const session = this.#sessions.get(record.session)
    if (session === undefined) return
    push(rows, 'events', {
      session: session.id,
      record: record.counter,
      segment: record.segment,
      at: time(record.timeUs),
      clear: record.clear.toString('utf8'),
      hash: record.hash.toString('hex'),
      bytes: record.bytes.toString('base64'),
    })
  }

  #entry(entry: ClearEntry, record: JournalRecord, rows: Rows): void {
    if (entry.type === 'session') {
      this.#sessions.set(record.session, entry)
      this.#shapes.set(record.session, new Map())
      push(rows, 'session_starts', startRow(entry))
      return
    }
    if (entry.type === 'shape') {
      this.#shapes.get(record.session)?.set(entry.shape, entry)
      return
    }
    const session = this.#sessions.get(record.session)
    if (session === undefined) return
    const at = time(Date.parse(session.startedAt) * 1000 + entry.at)
    if (entry.type === 'statement') {
      const shape = this.#shapes.get(record.session)?.get(entry.shape)
      push(rows, 'statement_starts', statementRow(session, entry, shape, at))
    } else if (entry.type === 'statement.end') {
      const { statement, tag, rows: count, bytes, error } = entry
      const end = { session: session.id, statement, ended_at: at, tag, rows: count, bytes, error }
      push(rows, 'statement_ends', end)
    } else if (entry.type === 'session.end') {
      const { reason } = entry
      push(rows, 'session_ends', { session: session.id, ended_at: at, end_reason: reason })
      this.#sessions.delete(record.session)
      this.#shapes.delete(record.session)
      // The record that ends the last stretch may follow: it needs the session's name.
      this.#sessions.set(record.session, session)
    } else if (entry.type !== 'gap' && entry.type !== 'refused') {
      push(rows, 'approvals', {
        session: session.id,
        statement: entry.statement,
        approval: entry.approvalId,
        type: entry.type,
        at,
        decision: entry.decision ?? null,
        person: entry.by ?? null,
        surface: entry.surface ?? null,
        reason: entry.requesterReason ?? entry.reason ?? null,
        rules: entry.rules ?? [],
      })
    }
  }

  #journalRecord(record: JournalRecord, rows: Rows): void {
    if (record.kind === RecordKind.SegmentStart) {
      this.#journal = clearOf<SegmentStart>(record, 'segment')?.host ?? ''
    } else if (record.kind === RecordKind.Signature) {
      const signature = clearOf<HeadSignature>(record, 'signature')
      if (signature === undefined) return
      const { type: _, ...head } = signature
      push(rows, 'heads', { journal: this.#journal, ...head })
    } else if (record.kind === RecordKind.Note) {
      const note = clearOf<RecoveredNote>(record, 'recovered')
      for (const session of note?.openSessions ?? []) {
        const reason = 'the proxy stopped without an end'
        push(rows, 'session_ends', { session, ended_at: time(record.timeUs), end_reason: reason })
      }
    }
  }
}

function startRow(entry: SessionEntry): ArchiveRow {
  const { id, user, kind, owner, purpose, groups, database, environment, protocol } = entry
  return {
    session: id,
    user,
    kind,
    owner,
    purpose,
    groups,
    database,
    environment,
    protocol,
    application: entry.application,
    remote_address: entry.remoteAddress,
    tls: entry.tls,
    started_at: entry.startedAt,
  }
}

function statementRow(
  session: SessionEntry,
  entry: StatementEntry,
  shape: ShapeEntry | undefined,
  at: string,
): ArchiveRow {
  const { verdict } = entry
  return {
    session: session.id,
    statement: entry.statement,
    at,
    user: session.user,
    database: session.database,
    environment: session.environment,
    kind: shape?.tag ?? '',
    effects: shape?.effects ?? [],
    tables: shape?.tables ?? [],
    columns: shape?.columns ?? [],
    normalized: shape?.normalized ?? '',
    unreadable: shape?.unreadable ?? null,
    verdict: verdict?.kind ?? 'allow',
    observed: verdict?.observed ?? null,
    rules: verdict?.rules ?? [],
    reason: verdict?.reason ?? '',
    approval: entry.approval ?? null,
  }
}

function push(rows: Rows, table: ArchiveTable, row: ArchiveRow): void {
  const list = rows.get(table)
  if (list === undefined) rows.set(table, [row])
  else list.push(row)
}

/** Six digits behind the seconds. Rows come in order, so the second is mostly that of the last. */
function time(us: number): string {
  const second = Math.floor(us / 1_000_000)
  if (second !== lastSecond) {
    lastSecond = second
    lastText = new Date(second * 1000).toISOString().slice(0, 20)
  }
  return `${lastText}${String(Math.floor(us - second * 1_000_000)).padStart(6, '0')}Z`
}

let lastSecond = Number.NaN
let lastText = ''
