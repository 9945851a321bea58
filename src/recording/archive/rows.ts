/**
 * The journal's records as rows of the archive, in their order. A statement's row is whole when the
 * statement has ended; until then what is known of it goes out with `flush`, under a lower version.
 */

import { clearOf, type HeadSignature } from '../journal/chain.ts'
import {
  type ApprovalEntry,
  type ClearEntry,
  readEntries,
  type SessionEntry,
  type ShapeEntry,
  type StatementEntry,
} from '../journal/clear.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import type { JournalNote, RecoveredNote, SegmentStart } from '../journal/segment.ts'
import type { ArchiveRow } from './archive.ts'
import type { ArchiveTable } from './schema.ts'

/** Takes a row; rows that replace each other come in order. */
export type RowSink = (table: ArchiveTable, row: ArchiveRow) => void

export const noSink: RowSink = () => undefined

/** What has to be remembered from one segment to the next: who is there, and what still runs. */
export interface Carry {
  readonly sessions: readonly (readonly [number, OpenSession])[]
}

interface OpenSession {
  readonly entry: SessionEntry
  readonly statements: (readonly [number, OpenStatement])[]
  readonly version: number
}

/** A row that is not whole yet. */
type OpenStatement = Record<string, unknown>

interface Session {
  readonly entry: SessionEntry
  readonly startedAt: string
  readonly startedUs: number
  readonly shapes: Map<number, ShapeEntry>
  readonly statements: Map<number, OpenStatement>
  readonly dirty: Set<number>
  version: number
  ended: boolean
}

/** Of statements that never end, a session keeps no more in mind. */
const openStatementsMax = 1000

export class JournalRows {
  readonly #sessions = new Map<number, Session>()
  readonly #dirty = new Set<Session>()
  #segment = -1
  #journal = ''
  #segmentStartedAt = ''

  constructor(carry?: Carry) {
    for (const [number, open] of carry?.sessions ?? []) {
      const session = newSession(open.entry)
      session.version = open.version
      for (const [statement, row] of open.statements) session.statements.set(statement, { ...row })
      this.#sessions.set(number, session)
    }
  }

  get carry(): Carry {
    const open = [...this.#sessions].filter(([, { ended }]) => !ended)
    return {
      sessions: open.map(([number, { entry, version, statements }]) => [
        number,
        { entry, version, statements: [...statements] },
      ]),
    }
  }

  /** Of one journal, in order. */
  add(record: JournalRecord, sink: RowSink): void {
    if (record.segment !== this.#segment) this.#turn(record)
    if (record.kind === RecordKind.Session) this.#session(record, sink)
    else this.#journalRecord(record, sink)
  }

  /** The record itself, sealed as it is. To be asked for behind `add`. */
  sealed(record: JournalRecord): ArchiveRow {
    const session =
      record.kind === RecordKind.Session ? this.#sessions.get(record.session) : undefined
    return {
      journal: this.#journal,
      segment: record.segment,
      record: record.counter,
      ...this.#whose(session),
      base64: record.bytes.toString('base64'),
    }
  }

  /** Rows of what is still under way and has changed. */
  flush(sink: RowSink): void {
    for (const session of this.#dirty) {
      for (const number of session.dirty) {
        const row = session.statements.get(number)
        if (row !== undefined) sink('statement_log', { ...row })
      }
      session.dirty.clear()
    }
    this.#dirty.clear()
  }

  #turn(record: JournalRecord): void {
    this.#segment = record.segment
    this.#segmentStartedAt = time(record.timeUs)
    for (const [number, { ended }] of this.#sessions) if (ended) this.#sessions.delete(number)
    const start = clearOf<SegmentStart>(record, 'segment')
    if (start !== undefined) this.#journal = start.journal
  }

  #whose(session: Session | undefined): ArchiveRow {
    if (session === undefined) {
      const started_at = this.#segmentStartedAt
      return { session: '', started_at, user: '', database: '', environment: '' }
    }
    const { id, user, database, environment } = session.entry
    return { session: id, started_at: session.startedAt, user, database, environment }
  }

  #session(record: JournalRecord, sink: RowSink): void {
    let index = 0
    for (const entry of readEntries(record.clear)) {
      if (entry.type === 'session') this.#begin(entry, record, sink)
      const session = this.#sessions.get(record.session)
      if (session !== undefined) this.#entry(session, entry, { record, index, sink })
      index += 1
    }
  }

  /** Says who it is again in every segment. */
  #begin(entry: SessionEntry, record: JournalRecord, sink: RowSink): void {
    const known = this.#sessions.get(record.session)
    if (known !== undefined) {
      known.shapes.clear()
      return
    }
    const session = newSession(entry)
    session.version = record.counter
    this.#sessions.set(record.session, session)
    sink('session_log', this.#sessionRow(session, null, null))
  }

  #entry(session: Session, entry: ClearEntry, at: Place): void {
    session.version = at.record.counter
    switch (entry.type) {
      case 'session':
        if (entry.begins) this.#event(session, entry, at, { protocol: entry.protocol })
        return
      case 'shape':
        session.shapes.set(entry.shape, entry)
        return
      case 'masks':
        return
      case 'statement':
        this.#open(session, entry)
        return
      case 'statement.end': {
        const { tag, rows, bytes, error } = entry
        const ended_at = momentOf(session, entry.at)
        this.#close(session, entry.statement, { ended_at, tag, rows, bytes, error }, at)
        return
      }
      case 'refused':
        this.#event(session, entry, at, { reason: entry.reason })
        this.#close(session, entry.statement, { error: entry.reason }, at)
        return
      case 'session.end': {
        for (const number of [...session.statements.keys()]) this.#close(session, number, {}, at)
        session.ended = true
        this.#event(session, entry, at, { reason: entry.reason, statements: entry.statements })
        at.sink('session_log', this.#sessionRow(session, momentOf(session, entry.at), entry.reason))
        return
      }
      case 'gap':
        this.#event(session, entry, at, { reason: entry.reason, bytes: entry.bytes })
        return
      default:
        if ('approvalId' in entry) this.#approval(session, entry, at)
    }
  }

  #sessionRow(session: Session, ended_at: string | null, end_reason: string | null): ArchiveRow {
    const { entry, startedAt, version } = session
    const { id, user, kind, owner, purpose, groups, database, environment, protocol } = entry
    return {
      ...{ session: id, version, started_at: startedAt, user, kind, owner, purpose, groups },
      ...{ database, environment, protocol, application: entry.application },
      ...{ remote_address: entry.remoteAddress, tls: entry.tls, ended_at, end_reason },
      journal: this.#journal,
    }
  }

  #open(session: Session, statement: StatementEntry): void {
    const { entry } = session
    const { verdict, approval } = statement
    const shape = session.shapes.get(statement.shape)
    const row: OpenStatement = {
      session: entry.id,
      statement: statement.statement,
      version: session.version,
      started_at: session.startedAt,
      at: momentOf(session, statement.at),
      user: entry.user,
      database: entry.database,
      environment: entry.environment,
      kind: entry.kind,
      owner: entry.owner,
      remote_address: entry.remoteAddress,
      command: shape?.tag ?? '',
      effects: shape?.effects ?? [],
      tables: shape?.tables ?? [],
      columns: shape?.columns ?? [],
      normalized: shape?.normalized ?? '',
      unreadable: shape?.unreadable ?? null,
      verdict: verdict?.kind ?? 'allow',
      observed: verdict?.observed ?? null,
      rules: verdict?.rules ?? [],
      reason: verdict?.reason ?? '',
      approval: approval ?? null,
      decided_by: [],
      break_glass: false,
      ended_at: null,
      tag: null,
      rows: null,
      bytes: null,
      error: null,
    }
    if (session.statements.size >= openStatementsMax) {
      const [oldest] = session.statements.keys()
      if (oldest !== undefined) session.statements.delete(oldest)
    }
    session.statements.set(statement.statement, row)
    this.#changed(session, statement.statement)
  }

  /** Its row is whole: it goes out, and is forgotten. */
  #close(session: Session, statement: number, end: ArchiveRow, at: Place): void {
    const row = session.statements.get(statement)
    if (row === undefined) return
    session.statements.delete(statement)
    session.dirty.delete(statement)
    at.sink('statement_log', { ...row, ...end, version: session.version })
  }

  #approval(session: Session, entry: ApprovalEntry, at: Place): void {
    const { approvalId, shortId, statement, type, decision, by, surface, expiresAt } = entry
    const row = session.statements.get(statement)
    if (row !== undefined) {
      row['approval'] = approvalId
      row['version'] = session.version
      if (by !== undefined) row['decided_by'] = [...(row['decided_by'] as string[]), by]
      if (type === 'approval.break_glass') row['break_glass'] = true
      this.#changed(session, statement)
    }
    at.sink('approval_log', {
      ...this.#whose(session),
      ...{ record: at.record.counter, entry: at.index, at: momentOf(session, entry.at) },
      ...{ statement, approval: approvalId, short_id: shortId ?? '', type },
      ...{ decision: decision ?? null, person: by ?? null, surface: surface ?? null },
      ...{ reason: entry.reason ?? null, requester_reason: entry.requesterReason ?? null },
      ...{ rules: entry.rules ?? [], expires_at: expiresAt ? timeOf(expiresAt) : null },
    })
  }

  #changed(session: Session, statement: number): void {
    session.dirty.add(statement)
    this.#dirty.add(session)
  }

  #event(
    session: Session,
    entry: ClearEntry,
    { record, index, sink }: Place,
    detail: object,
  ): void {
    sink('event_log', {
      journal: this.#journal,
      segment: record.segment,
      record: record.counter,
      entry: index,
      ...this.#whose(session),
      at: momentOf(session, 'at' in entry ? entry.at : 0),
      type: entry.type === 'session' ? 'session.start' : entry.type,
      statement: 'statement' in entry ? entry.statement : null,
      detail: JSON.stringify(detail),
    })
  }

  #journalRecord(record: JournalRecord, sink: RowSink): void {
    const journal = this.#journal
    if (record.kind === RecordKind.Signature) {
      const signature = clearOf<HeadSignature>(record, 'signature')
      if (signature === undefined) return
      const { type: _, at, ...head } = signature
      sink('head_log', { journal, ...head, at: timeOf(at).slice(0, 23) })
      return
    }
    if (record.kind !== RecordKind.Note) return
    const note = noteOf(record)
    if (note === undefined) return
    const { type, ...detail } = note
    sink('event_log', {
      ...{ journal, segment: record.segment, record: record.counter, entry: 0 },
      ...this.#whose(undefined),
      ...{ at: time(record.timeUs), type, statement: null, detail: JSON.stringify(detail) },
    })
    if (type === 'recovered') this.#recovered(note as unknown as RecoveredNote, record, sink)
  }

  /** Sessions that were cut off have an end from here on. */
  #recovered({ openSessions }: RecoveredNote, record: JournalRecord, sink: RowSink): void {
    const open = new Set(openSessions)
    for (const session of this.#sessions.values()) {
      if (session.ended || !open.has(session.entry.id)) continue
      session.ended = true
      session.version += 1
      for (const [number, row] of session.statements) {
        sink('statement_log', { ...row, version: session.version })
        session.dirty.delete(number)
      }
      session.statements.clear()
      sink('session_log', this.#sessionRow(session, time(record.timeUs), cutReason))
    }
  }
}

export const cutReason = 'the proxy stopped without an end'

interface Place {
  readonly record: JournalRecord
  readonly index: number
  readonly sink: RowSink
}

function newSession(entry: SessionEntry): Session {
  const startedUs = Date.parse(entry.startedAt) * 1000
  return {
    ...{ entry, startedUs, startedAt: time(startedUs) },
    ...{ shapes: new Map(), statements: new Map(), dirty: new Set() },
    ...{ version: 0, ended: false },
  }
}

function noteOf(record: JournalRecord): JournalNote | undefined {
  try {
    const value: unknown = JSON.parse(record.clear.toString('utf8'))
    const type = (value as { readonly type?: unknown } | null)?.type
    return typeof type === 'string' ? (value as JournalNote) : undefined
  } catch {
    return undefined
  }
}

function momentOf(session: Session, atUs: number): string {
  return time(session.startedUs + atUs)
}

function timeOf(iso: string): string {
  return time(Date.parse(iso) * 1000)
}

/**
 * As ClickHouse reads it fastest, in UTC: `2026-11-21 10:00:00.000000`. Rows come in order, so the
 * second is mostly that of the last.
 */
function time(us: number): string {
  const second = Math.floor(us / 1_000_000)
  if (second !== lastSecond) {
    lastSecond = second
    lastText = new Date(second * 1000).toISOString().slice(0, 20).replace('T', ' ')
  }
  return `${lastText}${String(Math.floor(us - second * 1_000_000)).padStart(6, '0')}`
}

let lastSecond = Number.NaN
let lastText = ''
