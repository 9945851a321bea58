/**
 * Reads sessions back from the journal's files, while they are written or after. Lists need no key;
 * texts, parameters and frames need the key that wrapped the session's own. What the files have no
 * more the archive may have.
 */
import type { KeyObject } from 'node:crypto'
import { basename } from 'node:path'
import { type Keys, KeyUnusable } from '../../keys/keys.ts'
import { readEntries, type SessionEntry, type ShapeEntry } from '../journal/clear.ts'
import { lockHolder } from '../journal/lock.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { keysPath, listSegments, readSegment } from '../journal/segment.ts'
import { type OpenedRecord, Unsealer, unwrapSession } from '../journal/unseal.ts'
import { readSessionKeys, type StoredKey } from '../session-keys/session-keys.ts'
import { happeningsOf, type SessionHappening } from './happenings.ts'
import { searchJournal } from './journal-search.ts'
import type { SessionPage, SessionQuery } from './search.ts'
import { type MutableSummary, runOf, type SessionSummary, summarize } from './summaries.ts'

/** Where sessions are read from instead of the journal's files. */
export interface SessionSource {
  search(query: SessionQuery): Promise<SessionPage>
  /** Those whose id begins so, newest first. */
  named(prefix: string): Promise<readonly SessionSummary[]>
  /** In order. */
  records(id: string): AsyncIterable<JournalRecord>
  /** The journal's own records in every segment that the session is in, in order. */
  heads(id: string): AsyncIterable<JournalRecord>
}

export interface JournalReaderOptions {
  /** The journal's folder. Wrapped keys are read there, whatever the source is. */
  readonly dir: string
  readonly keys: Keys | undefined
  readonly source?: SessionSource
  /** Asked for a session that the journal's files do not have; undefined: nobody can be asked. */
  readonly beyond?: () => Promise<SessionSource | undefined>
}

export class JournalReader {
  readonly #dir: string
  readonly #keys: Keys | undefined
  readonly #source: SessionSource | undefined
  readonly #beyond: () => Promise<SessionSource | undefined>

  constructor(options: JournalReaderOptions) {
    this.#dir = options.dir
    this.#keys = options.keys
    this.#source = options.source
    this.#beyond = options.beyond ?? (async () => undefined)
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
    const here = named(all, prefix)
    const found =
      here.length > 0 ? here : named((await (await this.#beyond())?.named(prefix)) ?? [], prefix)
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
    const beyond = number === undefined ? await this.#beyond() : undefined
    if (beyond !== undefined) yield* beyond.records(id)
  }

  /** The journal's own records in those segments of a session: heads, ends, signatures, notes. */
  async *heads(id: string, segments: ReadonlySet<number>): AsyncGenerator<JournalRecord> {
    if (this.#source !== undefined) {
      yield* this.#source.heads(id)
      return
    }
    const there = (await listSegments(this.#dir)).filter(segment => segments.has(segment))
    for (const segment of there) {
      const { records } = await readSegment(this.#dir, segment)
      for (const record of records) if (record.kind !== RecordKind.Session) yield record
    }
    const beyond = there.length === 0 ? await this.#beyond() : undefined
    if (beyond !== undefined) yield* beyond.heads(id)
  }

  /** Everything of a session. Without its key: what is in clear, and gaps. */
  async *happenings(id: string): AsyncGenerator<SessionHappening> {
    const shapes = new Map<number, ShapeEntry>()
    let unsealer: Unsealer | undefined
    let why: string | undefined
    let atUs = 0
    let ended = false
    const shown = function* (opened: OpenedRecord): Generator<SessionHappening> {
      for (const happening of happeningsOf(opened, shapes, why)) {
        atUs = Math.max(atUs, happening.atUs)
        ended ||= happening.type === 'entry' && happening.entry.type === 'session.end'
        yield happening
      }
    }
    for await (const record of this.records(id)) {
      if (unsealer === undefined) {
        why = await this.whySealed(record)
        unsealer = new Unsealer(await this.key(record), id)
      }
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
    const stored = await this.#stored(entry)
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

  /** Why there is no key for what the session sealed; undefined when there is one. */
  async whySealed(first: JournalRecord): Promise<string | undefined> {
    const entry = sessionOf(first)
    if (entry === undefined) return 'its beginning is missing, which names its key'
    const stored = await this.#stored(entry)
    if (stored === undefined) {
      // Keys are nowhere else, so that destroying one destroys the last of it.
      const file = basename(keysPath(this.#dir, entry.keys))
      return `its wrapped key is not in the journal's ${file}, the only place for it`
    }
    if (!('erased' in stored))
      return this.#keys === undefined ? "its owner's keys are not here" : undefined
    const { at, by, reason } = stored.erased
    return `it was erased at ${at} by ${by}: ${reason}`
  }

  async #stored({ id, keys }: SessionEntry): Promise<StoredKey | undefined> {
    return (await readSessionKeys(this.#dir, keys)).get(id)
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

/** That one alone when it is somebody's whole id. */
function named(all: readonly SessionSummary[], prefix: string): readonly SessionSummary[] {
  const exact = all.find(({ id }) => id === prefix)
  return exact === undefined ? all.filter(({ id }) => id.startsWith(prefix)) : [exact]
}
