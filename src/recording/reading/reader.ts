/**
 * Reads sessions back from the journal's files, while they are written or after. Lists need no key;
 * texts, parameters and frames need the key that wrapped the session's own.
 */
import type { KeyObject } from 'node:crypto'
import type { Parameter } from '../../../protocols/protocol.ts'
import { type Keys, KeyUnusable } from '../../keys/keys.ts'
import type { RecordedVerdict } from '../events.ts'
import {
  type ClearEntry,
  readEntries,
  type SessionEntry,
  type ShapeEntry,
} from '../journal/clear.ts'
import { lockHolder } from '../journal/lock.ts'
import { decodeParameters, PayloadType } from '../journal/payload.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { listSegments, readSegment } from '../journal/segment.ts'
import { type OpenedRecord, Unsealer, unwrapSession } from '../journal/unseal.ts'
import { readSessionKeys } from '../session-keys/session-keys.ts'
import { searchJournal } from './journal-search.ts'
import type { SessionPage, SessionQuery } from './search.ts'

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

/** What happened in a session, in order. `atUs` is in microseconds since its start. */
export type SessionHappening =
  | {
      readonly type: 'statement'
      readonly atUs: number
      readonly statement: number
      /** Undefined when the key is gone or the record was altered. */
      readonly text: string | undefined
      readonly parameters: readonly Parameter[]
      /** Statements of one shape do the same to the same; see `masks`. */
      readonly shape: string
      readonly tag: string
      readonly effects: readonly string[]
      readonly tables: readonly string[]
      readonly columns: readonly string[]
      readonly normalized: string
      readonly verdict: RecordedVerdict
      readonly approval: string | undefined
    }
  | {
      readonly type: 'frames'
      readonly atUs: number
      readonly from: 'server' | 'client'
      readonly bytes: Buffer
    }
  | {
      /** What is hidden in one result of a shape's statements, from here on. */
      readonly type: 'masks'
      readonly atUs: number
      readonly shape: string
      readonly normalized: string
      readonly result: number
      readonly of: number
      readonly rules: Readonly<Record<number, string>>
    }
  | { readonly type: 'entry'; readonly atUs: number; readonly entry: OtherEntry }

/** Entries that stand for themselves: ends, approvals, gaps, refusals. */
export type OtherEntry = Exclude<
  ClearEntry,
  { readonly type: 'session' | 'shape' | 'masks' | 'statement' }
>

/** Where sessions are read from instead of the journal's files. */
export interface SessionSource {
  search(query: SessionQuery): Promise<SessionPage>
  /** Those whose id begins so, newest first. */
  named(prefix: string): Promise<readonly SessionSummary[]>
  /** In order. */
  records(id: string): AsyncIterable<JournalRecord>
}

export interface JournalReaderOptions {
  /** The journal's folder. Wrapped keys are read there, whatever the source is. */
  readonly dir: string
  readonly keys: Keys | undefined
  readonly source?: SessionSource
}

export class JournalReader {
  readonly #dir: string
  readonly #keys: Keys | undefined
  readonly #source: SessionSource | undefined

  constructor(options: JournalReaderOptions) {
    this.#dir = options.dir
    this.#keys = options.keys
    this.#source = options.source
  }

  /** What an auditor asks for, newest first, page by page. */
  async search(query: SessionQuery): Promise<SessionPage> {
    if (this.#source !== undefined) return this.#source.search(query)
    return searchJournal(this.#dir, query, await this.sessions())
  }

  /** All that the journal's files have, newest first. */
  async sessions(): Promise<readonly SessionSummary[]> {
    const written = (await lockHolder(this.#dir)) !== undefined
    const byNumber = new Map<number, MutableSummary>()
    let run = ''
    for (const segment of await listSegments(this.#dir)) {
      const { records } = await readSegment(this.#dir, segment)
      for (const record of records) {
        if (record.kind === RecordKind.SegmentStart) run = runOf(record)
        if (record.kind === RecordKind.Session) summarize(byNumber, record, run)
      }
    }
    return [...byNumber.values()]
      .map(({ run: begun, ...summary }) => {
        const open = summary.state === 'open' && written && begun === run
        return { ...summary, state: summary.state === 'open' && !open ? 'cut' : summary.state }
      })
      .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  }

  /** The one session whose id begins so. Throws NoSuchSession when there is none, or several. */
  async find(prefix: string): Promise<SessionSummary> {
    const all = (await this.#source?.named(prefix)) ?? (await this.sessions())
    const exact = all.find(({ id }) => id === prefix)
    if (exact !== undefined) return exact
    const found = all.filter(({ id }) => id.startsWith(prefix))
    const [first] = found
    if (first === undefined) throw new NoSuchSession(`no session's id begins with ${prefix}`)
    if (found.length > 1) {
      throw new NoSuchSession(`${found.length} sessions' ids begin with ${prefix}: say more of it`)
    }
    return first
  }

  /** A session's records as they stand in the journal, in order. */
  async *records(id: string): AsyncGenerator<JournalRecord> {
    if (this.#source !== undefined) {
      yield* this.#source.records(id)
      return
    }
    let number: number | undefined
    for (const segment of await listSegments(this.#dir)) {
      const { records } = await readSegment(this.#dir, segment)
      for (const record of records) {
        if (record.kind !== RecordKind.Session) continue
        if (number === undefined && record.counter === 0 && sessionOf(record)?.id === id) {
          number = record.session
        }
        if (record.session === number) yield record
      }
    }
  }

  /** Everything of a session. Without its key: what is in clear, and gaps. */
  async *happenings(id: string): AsyncGenerator<SessionHappening> {
    const shapes = new Map<number, ShapeEntry>()
    let unsealer: Unsealer | undefined
    let atUs = 0
    let ended = false
    const shown = function* (opened: OpenedRecord): Generator<SessionHappening> {
      for (const happening of happeningsOf(opened, shapes)) {
        atUs = Math.max(atUs, happening.atUs)
        ended ||= happening.type === 'entry' && happening.entry.type === 'session.end'
        yield happening
      }
    }
    for await (const record of this.records(id)) {
      unsealer ??= new Unsealer(await this.key(record), id)
      for (const opened of unsealer.push(record)) yield* shown(opened)
    }
    for (const opened of unsealer?.end() ?? []) yield* shown(opened)
    if (!ended && unsealer !== undefined && (await this.find(id)).state === 'cut') {
      yield { type: 'entry', atUs, entry: { type: 'gap', at: atUs, reason: cutReason, bytes: 0 } }
    }
  }

  /** The key of the session whose first record this is; undefined when it was erased. */
  async key(first: JournalRecord): Promise<KeyObject | undefined> {
    return (await this.dataKey(first))?.key
  }

  /** Rejects with KeyUnusable when the key is there and is not the right one. */
  async dataKey(
    first: JournalRecord,
  ): Promise<{ readonly key: KeyObject; readonly plain: Buffer } | undefined> {
    const entry = sessionOf(first)
    if (entry === undefined || this.#keys === undefined) return undefined
    const stored = (await readSessionKeys(this.#dir, entry.keys)).get(entry.id)
    if (stored === undefined || 'erased' in stored) return undefined
    const { key, plain, commits } = await unwrapSession(
      this.#keys,
      entry.id,
      stored.wrapped,
      entry.commitment,
    )
    if (!commits)
      throw new KeyUnusable(`the key of session ${entry.id} is not the one it began with`)
    return { key, plain }
  }
}

/** Statements are in the file before they run; what is shown follows within the flush time. */
const cutReason = 'the proxy stopped here: what was shown in its last 100 ms may be missing'

export class NoSuchSession extends Error {
  readonly code = 'COUNTERSIGN_NO_SUCH_SESSION'

  constructor(message: string) {
    super(message)
    this.name = 'NoSuchSession'
  }
}

/** The session entry that a record begins with, if it is the session's first in its segment. */
export function sessionOf(record: JournalRecord): SessionEntry | undefined {
  const [first] = readEntries(record.clear)
  return first?.type === 'session' ? first : undefined
}

const allowed: RecordedVerdict = { kind: 'allow', rules: [], reason: '', observed: undefined }

/** One record's entries and items in the order of their time. */
export function* happeningsOf(
  { record, items, closed }: OpenedRecord,
  shapes: Map<number, ShapeEntry>,
): Generator<SessionHappening> {
  const texts = new Map<number, string>()
  const parameters = new Map<number, readonly Parameter[]>()
  const frames: Extract<SessionHappening, { type: 'frames' }>[] = []
  for (const { type, statement, atUs, bytes } of items) {
    if (type === PayloadType.Text) texts.set(statement, bytes.toString('utf8'))
    if (type === PayloadType.Parameters) parameters.set(statement, decodeParameters(bytes))
    if (type === PayloadType.ServerFrames || type === PayloadType.ClientFrames) {
      const from = type === PayloadType.ServerFrames ? 'server' : 'client'
      frames.push({ type: 'frames', atUs, from, bytes })
    }
  }
  let nextFrame = 0
  for (const entry of readEntries(record.clear)) {
    if (entry.type === 'session') {
      shapes.clear()
      continue
    }
    if (entry.type === 'shape') {
      shapes.set(entry.shape, entry)
      continue
    }
    for (let frame = frames[nextFrame]; frame !== undefined && frame.atUs <= entry.at; ) {
      yield frame
      nextFrame += 1
      frame = frames[nextFrame]
    }
    if (entry.type !== 'statement' && entry.type !== 'masks') {
      yield { type: 'entry', atUs: entry.at, entry }
      continue
    }
    const shape = shapes.get(entry.shape)
    // Every segment numbers them anew.
    const shapeName = `${record.segment}.${entry.shape}`
    if (entry.type === 'masks') {
      const { result, of, rules } = entry
      const normalized = shape?.normalized ?? ''
      const shown = { type: 'masks', atUs: entry.at, shape: shapeName, normalized } as const
      yield { ...shown, result, of, rules }
      continue
    }
    const { statement, at, verdict = allowed, approval } = entry
    yield {
      type: 'statement',
      atUs: at,
      statement,
      text: texts.get(statement),
      parameters: parameters.get(statement) ?? [],
      shape: shapeName,
      tag: shape?.tag ?? '',
      effects: shape?.effects ?? [],
      tables: shape?.tables ?? [],
      columns: shape?.columns ?? [],
      normalized: shape?.normalized ?? '',
      verdict,
      approval,
    }
  }
  yield* frames.slice(nextFrame)
  if (closed !== undefined) yield closedGap(record, closed)
}

function closedGap(record: JournalRecord, closed: 'altered' | 'no key'): SessionHappening {
  const reason =
    closed === 'altered'
      ? 'this part was altered after it was recorded'
      : 'sealed, and its key is not there'
  const bytes = record.sealed.length
  const atUs = 0
  return { type: 'entry', atUs, entry: { type: 'gap', at: atUs, reason, bytes } }
}

type MutableSummary = { -readonly [Field in keyof SessionSummary]: SessionSummary[Field] } & {
  run: string
}

function summarize(
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

function runOf(record: JournalRecord): string {
  try {
    return String((JSON.parse(record.clear.toString('utf8')) as { readonly run?: unknown }).run)
  } catch {
    return ''
  }
}
