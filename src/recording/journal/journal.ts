/**
 * The journal's files: records are gathered in one buffer, and `flush` is one write(2) of all of it.
 * A write that fails is undone to the last whole record and tried again by the next flush, so that
 * the chains stay as they were promised. Segments are ended by size or age; the signature over an
 * end is made meanwhile and appended behind it.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, fdatasync, fsyncSync, ftruncateSync, unlinkSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'

import type { Keys } from '../../keys/keys.ts'
import type { Log } from '../events.ts'
import {
  type HeadContent,
  type HeadSignature,
  headContent,
  keyFingerprint,
  type SessionHead,
  signHead,
} from './chain.ts'
import { journalId, keepSignature, lastSignature, openSegment } from './journal-files.ts'
import { type Lock, takeLock } from './lock.ts'
import { noHash, type RecordDraft, RecordKind, recordBytesMax, writeRecord } from './record.ts'
import { type Continuation, recover } from './recover.ts'
import { type JournalNote, type SegmentStart, segmentPath } from './segment.ts'
import { JournalUnavailable } from './unavailable.ts'

export interface JournalOptions {
  readonly dir: string
  readonly keys: Keys
  /** A segment is ended when it is this large, this old, or holds this many sessions. */
  readonly segmentBytesMax: number
  readonly segmentMsMax: number
  readonly segmentSessionsMax: number
  readonly log: Log | undefined
  /** Told of every signature, in order; at the start, of the last that was made before. */
  readonly onSigned?: (journal: string, signature: HeadSignature) => void
}

export class Journal {
  readonly #options: JournalOptions
  readonly #lock: Lock
  readonly #run = randomUUID()
  /** One id for all that was ever written in this folder. */
  readonly #id: string
  readonly #key: string
  #segment: number
  #fd = -1
  /** Bytes of the segment that are in its file. */
  #offset = 0
  #out: Buffer = Buffer.allocUnsafeSlow(outBytesMin)
  #length = 0
  #records = 0
  #previousRecord: Buffer
  #own: SessionHead = { number: 0, count: 0, hash: noHash }
  #heads = new Map<number, SessionHead>()
  #startedAt = 0
  #headAt = 0
  #nextSession: number
  #failure: Error | undefined
  #syncing: Promise<void> | undefined
  /** Ended segments on their way to the disk. */
  readonly #ending = new Set<Promise<void>>()
  readonly #signing = new Set<Promise<void>>()

  static async open(options: JournalOptions): Promise<Journal> {
    const { dir, keys, log } = options
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const lock = await takeLock(dir)
    try {
      const from = await recover(dir, keys, log)
      for (const signature of from.signatures) await keepSignature(dir, signature)
      const id = await journalId(dir)
      // Its anchor may have been lost with the process that signed it.
      const last = await lastSignature(dir)
      if (last !== undefined) options.onSigned?.(id, last)
      return new Journal(options, lock, id, from)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  private constructor(
    options: JournalOptions,
    lock: Lock,
    id: string,
    { segment, previousEnd, nextSession }: Continuation,
  ) {
    this.#options = options
    this.#lock = lock
    this.#id = id
    this.#key = keyFingerprint(options.keys.publicKey)
    this.#segment = segment
    this.#previousRecord = previousEnd
    this.#nextSession = nextSession
    this.#begin(openSegment(options.dir, segment))
    this.flush()
  }

  get segment(): number {
    return this.#segment
  }

  /** Why the last write failed; undefined while writes succeed. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Bytes that wait for a flush. */
  get waiting(): number {
    return this.#length
  }

  /** Whether the segment is full: seal what is buffered, then `rotate`. */
  get full(): boolean {
    const { segmentBytesMax, segmentMsMax, segmentSessionsMax } = this.#options
    if (this.#offset >= segmentBytesMax || this.#heads.size >= segmentSessionsMax) return true
    return this.#records > 1 && performance.now() - this.#startedAt >= segmentMsMax
  }

  newSession(): SessionHead {
    const head = { number: this.#nextSession, count: 0, hash: noHash }
    this.#nextSession += 1
    return head
  }

  /** Chains one record of a session on to the buffer. Nothing is written before `flush`. */
  append(
    head: SessionHead,
    stretch: number,
    flags: number,
    timeUs: number,
    clear: string,
    sealed: Buffer | undefined,
    tag: Buffer | undefined,
  ): void {
    if (!this.#heads.has(head.number)) this.#heads.set(head.number, head)
    this.#put(RecordKind.Session, head, stretch, flags, timeUs, clear, sealed, tag)
  }

  /** Something that happened to the journal itself. */
  note(note: JournalNote): void {
    this.#own0(RecordKind.Note, { at: new Date().toISOString(), ...note })
  }

  /** One write(2) of all that waits. Throws JournalUnavailable and keeps what waits. */
  flush(): void {
    if (this.#length === 0) return
    try {
      let done = 0
      while (done < this.#length) {
        done += writeSync(this.#fd, this.#out, done, this.#length - done, this.#offset + done)
      }
    } catch (cause) {
      this.#undo()
      const why = cause instanceof Error ? cause.message : String(cause)
      this.#failure = new JournalUnavailable(`the journal cannot be written: ${why}`, { cause })
      throw this.#failure
    }
    this.#offset += this.#length
    this.#length = 0
    this.#failure = undefined
    if (this.#out.length > outBytesKept) this.#out = Buffer.allocUnsafeSlow(outBytesMin)
  }

  /**
   * Resolves when all that was flushed before the call is on the disk. Callers share a call: however
   * many commit while one is under way, the next serves them all. Rejects with JournalUnavailable.
   */
  async sync(): Promise<void> {
    // One that is under way may have begun before our bytes were written: wait for the next.
    const before = this.#syncing
    if (before !== undefined) await before.catch(ignoredHere)
    this.#syncing ??= this.#syncAll().finally(() => {
      this.#syncing = undefined
    })
    await this.#syncing
  }

  async #syncAll(): Promise<void> {
    try {
      await Promise.all([fdatasyncOf(this.#fd), ...this.#ending])
    } catch (cause) {
      // The kernel may have dropped what it could not write, and says so once only.
      this.note({ type: 'sync.failed', why: cause instanceof Error ? cause.message : '' })
      throw new JournalUnavailable('the journal does not reach the disk', { cause })
    }
  }

  /** Writes and signs how far everything has come, if anything has come since. */
  head(): void {
    if (this.#records === this.#headAt || this.#failure !== undefined) return
    const hash = this.#own0(RecordKind.Head, this.#content('head'))
    this.#headAt = this.#records + 1
    this.flush()
    const { dir, keys } = this.#options
    const segment = this.#segment
    this.#sign(
      signHead(keys, segment, 'head', hash).then(async signature => {
        await keepSignature(dir, signature)
        this.#options.onSigned?.(this.#id, signature)
        // The segment may have been ended meanwhile; its end has a signature of its own.
        if (this.#segment === segment) this.#own0(RecordKind.Signature, signature)
      }),
    )
  }

  /**
   * Ends the segment and begins the next. Call it with everything sealed and flushed. When the disk
   * does not allow it the segment goes on, and the error is returned.
   */
  rotate(): Error | undefined {
    const next = this.#segment + 1
    let fd: number
    try {
      fd = openSegment(this.#options.dir, next)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
    const failed = this.#end('rotated')
    if (failed !== undefined) {
      closeSync(fd)
      unlinkSync(segmentPath(this.#options.dir, next))
      return failed
    }
    this.#segment = next
    this.#begin(fd)
    return undefined
  }

  /** Ends the last segment, waits for every signature, and lets go of the folder. */
  async close(): Promise<void> {
    try {
      this.flush()
      const failed = this.#end('closed')
      if (failed !== undefined) throw failed
      while (this.#signing.size > 0) await Promise.all(this.#signing)
    } finally {
      await this.#lock.release()
    }
  }

  #begin(fd: number): void {
    this.#fd = fd
    this.#offset = 0
    this.#records = 0
    this.#headAt = 2
    this.#startedAt = performance.now()
    this.#own = { number: 0, count: 0, hash: noHash }
    this.#heads = new Map()
    const start: SegmentStart = {
      type: 'segment',
      journal: this.#id,
      run: this.#run,
      host: hostname(),
      firstSession: this.#nextSession,
      key: this.#key,
    }
    this.#own0(RecordKind.SegmentStart, start)
  }

  #end(reason: 'rotated' | 'closed'): Error | undefined {
    const before = {
      previousRecord: this.#previousRecord,
      records: this.#records,
      own: { ...this.#own },
    }
    const hash = this.#own0(RecordKind.SegmentEnd, this.#content('end', reason))
    try {
      this.flush()
    } catch (error) {
      this.#previousRecord = before.previousRecord
      this.#records = before.records
      this.#own = before.own
      this.#length = 0
      return error instanceof Error ? error : new Error(String(error))
    }
    const ending = fdatasyncOf(this.#fd)
    this.#ending.add(ending)
    const settled = ending.finally(() => this.#ending.delete(ending))
    this.#sign(this.#signEnd(this.#fd, this.#offset, hash, settled))
    return undefined
  }

  async #signEnd(fd: number, offset: number, hash: Buffer, synced: Promise<void>): Promise<void> {
    const { dir, keys } = this.#options
    const segment = this.#segment
    const head = { ...this.#own }
    // The file is closed below: nobody may be waiting for it by then.
    await Promise.allSettled([synced, this.#syncing])
    try {
      const signature = await signHead(keys, segment, 'end', hash)
      const draft = ownDraft(RecordKind.Signature, head, JSON.stringify(signature))
      const bytes = Buffer.alloc(recordBytesMax(draft))
      const { length } = writeRecord(bytes, 0, draft, segment, hash)
      writeSync(fd, bytes, 0, length, offset)
      fsyncSync(fd)
      await keepSignature(dir, signature)
      this.#options.onSigned?.(this.#id, signature)
    } finally {
      closeSync(fd)
    }
  }

  /** A signature that fails leaves its head unsigned; the next start makes up for an end's. */
  #sign(signing: Promise<void>): void {
    const settled: Promise<void> = signing
      .catch((error: unknown) => {
        this.#options.log?.error({ error: String(error) }, 'a journal head could not be signed')
      })
      .finally(() => this.#signing.delete(settled))
    this.#signing.add(settled)
  }

  #content(type: 'head' | 'end', reason?: HeadContent['reason']): HeadContent {
    return headContent(type, this.#records, this.#heads.values(), this.#nextSession, reason)
  }

  /** A record of the journal itself, session 0. Returns its hash. */
  #own0(kind: RecordKind, clear: object): Buffer {
    const draft = ownDraft(kind, this.#own, JSON.stringify(clear))
    const { timeUs } = draft
    this.#put(kind, this.#own, 0, 0, timeUs, draft.clear, undefined, undefined)
    return this.#previousRecord
  }

  #put(
    kind: RecordKind,
    head: SessionHead,
    stretch: number,
    flags: number,
    timeUs: number,
    clear: string,
    sealed: Buffer | undefined,
    tag: Buffer | undefined,
  ): void {
    const draft: RecordDraft = {
      kind,
      session: head.number,
      counter: head.count,
      stretch,
      flags,
      timeUs,
      previousSession: head.hash,
      clear,
      sealed,
      tag,
    }
    const needed = this.#length + recordBytesMax(draft)
    if (needed > this.#out.length) this.#grow(needed)
    const at = this.#length
    const { length, hash } = writeRecord(this.#out, at, draft, this.#segment, this.#previousRecord)
    this.#length = at + length
    this.#records += 1
    this.#previousRecord = hash
    head.count += 1
    head.hash = hash
  }

  #grow(needed: number): void {
    let size = this.#out.length * 2
    while (size < needed) size *= 2
    const grown = Buffer.allocUnsafeSlow(size)
    this.#out.copy(grown, 0, 0, this.#length)
    this.#out = grown
  }

  #undo(): void {
    try {
      ftruncateSync(this.#fd, this.#offset)
    } catch (error) {
      // The next flush writes over the torn bytes, and a restart sets them aside.
      this.#options.log?.error({ error: String(error) }, 'a torn write could not be undone')
    }
  }
}

const outBytesMin = 1024 * 1024
const outBytesKept = 4 * 1024 * 1024
const fdatasyncOf = promisify(fdatasync)

/** For waits whose failure is reported to those who began them. */
function ignoredHere(error: unknown): unknown {
  return error
}

function ownDraft(kind: RecordKind, head: SessionHead, clear: string): RecordDraft {
  return {
    kind,
    session: 0,
    counter: head.count,
    stretch: 0,
    flags: 0,
    timeUs: Date.now() * 1000,
    previousSession: head.hash,
    clear,
    sealed: undefined,
    tag: undefined,
  }
}
