/**
 * Sessions that somebody looks at, each read once for all who look: from the journal's files, on and
 * on while the session runs. What was read stays in memory for a while and is then forgotten.
 */
import { EventEmitter } from 'node:events'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { FrameDecoder } from '../../../protocols/protocol.ts'
import type { SessionEntry, ShapeEntry } from '../journal/clear.ts'
import { type JournalRecord, RecordKind } from '../journal/record.ts'
import { type OpenedRecord, Unsealer } from '../journal/unseal.ts'
import { happeningsOf } from '../reading/happenings.ts'
import { JournalTail, segmentOfSession } from '../reading/journal-tail.ts'
import { type JournalReader, sessionOf } from '../reading/reader.ts'
import { exportSession } from '../verify/export.ts'
import { verifyExport } from '../verify/verify-export.ts'
import { asciicast } from './asciicast.ts'
import { Playback } from './playback.ts'
import { replay } from './replay.ts'
import { resultCsv } from './result-csv.ts'

export interface PlaybacksOptions {
  readonly dir: string
  readonly reader: JournalReader
  readonly publicKey: string
  /** Whether this node has the session now. */
  readonly running: (id: string) => boolean
  readonly decoder: (protocol: string) => FrameDecoder
}

export interface ChainState {
  readonly records: number
  /** How many of them a signature covers. */
  readonly signed: number
  /** What is wrong; empty when nothing was altered. */
  readonly findings: readonly string[]
}

/** At once; the one that was looked at longest ago goes first. */
const openMax = 4
const idleMsMax = 5 * 60_000
const lookMs = 150
/** Whoever else is served by this process has the rest of the time. */
const turnMs = 8
const restMs = 4
const pieceRecords = 100

export class Playbacks {
  readonly #options: PlaybacksOptions
  readonly #open = new Map<string, Played>()
  #closed = false

  constructor(options: PlaybacksOptions) {
    this.#options = options
  }

  /** Undefined when there is no such session. */
  async open(id: string): Promise<Played | undefined> {
    const known = this.#open.get(id)
    if (known !== undefined && !known.forgotten) {
      this.#open.delete(id)
      this.#open.set(id, known)
      known.touch()
      return known
    }
    const segment = await segmentOfSession(this.#options.dir, id)
    if (this.#closed) return undefined
    const played = new Played(id, this.#options)
    this.#open.set(id, played)
    for (const [oldest, each] of [...this.#open].slice(0, -openMax)) {
      each.forget()
      this.#open.delete(oldest)
    }
    played.read(segment).catch((error: unknown) => played.fail(error))
    if ((await played.begun()) !== undefined) return played
    played.forget()
    return undefined
  }

  close(): void {
    this.#closed = true
    for (const each of this.#open.values()) each.forget()
    this.#open.clear()
  }
}

/** One session, as far as it was read. */
export class Played {
  readonly id: string
  readonly #options: PlaybacksOptions
  readonly #events = new EventEmitter().setMaxListeners(0)
  readonly #stop = new AbortController()
  #session: SessionEntry | undefined
  #playback: Playback | undefined
  #usedAt = Date.now()
  #watchers = 0
  #chain: { readonly version: number; readonly state: Promise<ChainState> } | undefined
  failure: unknown
  /** Nothing more will come. */
  complete = false
  /** All that was written by now has been read. */
  caughtUp = false

  constructor(id: string, options: PlaybacksOptions) {
    this.id = id
    this.#options = options
  }

  get session(): SessionEntry | undefined {
    return this.#session
  }

  get playback(): Playback | undefined {
    return this.#playback
  }

  get live(): boolean {
    return !this.complete && this.#options.running(this.id)
  }

  get forgotten(): boolean {
    return this.#stop.signal.aborted
  }

  touch(): void {
    this.#usedAt = Date.now()
  }

  forget(): void {
    this.#stop.abort()
    this.#told()
  }

  fail(error: unknown): void {
    this.failure = error
    this.forget()
  }

  /** Rejects when it cannot be read; undefined when there is nothing of it. */
  async begun(): Promise<SessionEntry | undefined> {
    while (this.#session === undefined && !this.complete && !this.forgotten) await this.#change()
    if (this.failure !== undefined) throw this.failure
    return this.#session
  }

  /** Resolves when there is more than that version, nothing more will come, or time is over. */
  async beyond(version: number, msMax: number): Promise<void> {
    const over = AbortSignal.timeout(msMax)
    while (!over.aborted && !this.complete && !this.forgotten) {
      if ((this.#playback?.version ?? 0) > version) return
      await this.#change(over)
    }
  }

  /** Resolves when the row is there, or nothing more will come for now. */
  async row(result: number, row: number): Promise<Buffer | undefined> {
    for (;;) {
      this.touch()
      const page = this.#playback?.rows(result)?.page(row)
      if (page !== undefined || this.complete || this.caughtUp || this.forgotten) return page
      await this.#change()
    }
  }

  /** Tells of every change, until the answer is called. */
  watch(told: () => void): () => void {
    this.#watchers += 1
    this.#events.on('change', told)
    return () => {
      this.#watchers -= 1
      this.#events.off('change', told)
      this.touch()
    }
  }

  /** All that is written by now has been read. */
  async ready(): Promise<void> {
    while (!this.complete && !this.caughtUp && !this.forgotten) await this.#change()
  }

  /** Lines that `sessions verify` checks. */
  async *evidence(): AsyncGenerator<string> {
    const { reader, publicKey } = this.#options
    for await (const line of exportSession({ reader, publicKey, id: this.id, sealed: false }))
      yield `${JSON.stringify(line)}\n`
  }

  async *asciicast(): AsyncGenerator<string> {
    const session = this.#session
    if (session === undefined) return
    const decoder = this.#options.decoder(session.protocol)
    const happenings = this.#options.reader.happenings(this.id)
    yield* asciicast(session, replay(happenings, session.database, decoder))
  }

  /** Rejects with NoSuchResult. */
  async *csv(result: number): AsyncGenerator<string> {
    const { reader, decoder } = this.#options
    const protocol = this.#session?.protocol ?? ''
    yield* resultCsv(reader.happenings(this.id), decoder(protocol), result)
  }

  /** Of what is written by now. */
  chain(): Promise<ChainState> {
    const version = this.complete ? -1 : (this.#playback?.version ?? 0)
    if (this.#chain?.version !== version) this.#chain = { version, state: this.#verify() }
    return this.#chain.state
  }

  async #verify(): Promise<ChainState> {
    const { reader, publicKey } = this.#options
    const lines: string[] = []
    for await (const line of exportSession({ reader, publicKey, id: this.id, sealed: true }))
      lines.push(JSON.stringify(line))
    const { findings, session } = verifyExport(lines, publicKey)
    const { records = 0, signed = 0 } = session ?? {}
    return { records, signed, findings: findings.map(({ what }) => what) }
  }

  /**
   * Until the session has ended, or nobody has looked for a while. `segment`: where the journal's
   * files have it; what they have not comes from wherever the reader finds it.
   */
  async read(segment: number | undefined): Promise<void> {
    if (segment !== undefined) await this.#follow(new JournalTail(this.#options.dir, segment))
    const elsewhere = this.#options.reader.records(this.id)
    if (this.#session === undefined && !this.forgotten) {
      await this.#follow({ read: () => pieces(elsewhere) })
    }
    if (this.forgotten) return
    this.#cut()
    this.complete = true
    this.#told()
    void this.#forgetLater()
  }

  async #follow(tail: Pick<JournalTail, 'read'>): Promise<void> {
    const shapes = new Map<number, ShapeEntry>()
    let unsealer: Unsealer | undefined
    let why: string | undefined
    let number: number | undefined
    let turnedAt = performance.now()
    const show = async (opened: readonly OpenedRecord[]): Promise<void> => {
      for (const each of opened) {
        for (const happening of happeningsOf(each, shapes, why)) {
          this.#playback?.push(happening)
          if (performance.now() - turnedAt < turnMs) continue
          this.#playback?.settle()
          this.#told()
          await wait(restMs)
          turnedAt = performance.now()
        }
      }
    }
    while (!this.forgotten) {
      // Asked before reading: what it still wrote is then read below.
      const running = this.#options.running(this.id)
      for await (const records of tail.read()) {
        for (const record of records) {
          number ??= this.#begins(record)
          if (record.kind !== RecordKind.Session || record.session !== number) continue
          if (unsealer === undefined) {
            why = await this.#options.reader.whySealed(record)
            unsealer = new Unsealer(await this.#options.reader.key(record), this.id)
          }
          await show(unsealer.push(record))
          if (this.forgotten) return
        }
        await turn()
        turnedAt = performance.now()
      }
      this.#playback?.settle()
      if (this.#playback?.endReason !== undefined || !running) break
      this.caughtUp = true
      this.#told()
      if (this.#watchers === 0 && Date.now() - this.#usedAt > idleMsMax) return this.forget()
      await wait(lookMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
    await show(unsealer?.end() ?? [])
    this.#playback?.settle()
  }

  #begins(record: JournalRecord): number | undefined {
    if (record.kind !== RecordKind.Session || record.counter !== 0) return undefined
    const entry = sessionOf(record)
    if (entry?.id !== this.id) return undefined
    this.#session = entry
    this.#playback = new Playback(this.#options.decoder(entry.protocol))
    return record.session
  }

  #cut(): void {
    const playback = this.#playback
    if (playback === undefined || playback.endReason !== undefined || this.forgotten) return
    const at = playback.durationUs
    const reason = 'the recording stops here, without an end'
    playback.push({ type: 'entry', atUs: at, entry: { type: 'gap', at, reason, bytes: 0 } })
  }

  async #forgetLater(): Promise<void> {
    while (!this.forgotten) {
      const left = this.#usedAt + idleMsMax - Date.now()
      if (left <= 0 && this.#watchers === 0) return this.forget()
      const options = { signal: this.#stop.signal, ref: false }
      await wait(Math.max(left, 1000), undefined, options).catch(() => undefined)
    }
  }

  #told(): void {
    this.#events.emit('change')
  }

  #change(over?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        this.#events.off('change', done)
        over?.removeEventListener('abort', done)
        resolve()
      }
      this.#events.once('change', done)
      over?.addEventListener('abort', done, { once: true })
    })
  }
}

/** Between two of them others have their turn. */
async function* pieces(
  records: AsyncIterable<JournalRecord>,
): AsyncGenerator<readonly JournalRecord[]> {
  let piece: JournalRecord[] = []
  for await (const record of records) {
    piece.push(record)
    if (piece.length < pieceRecords) continue
    yield piece
    piece = []
  }
  yield piece
}
