/**
 * One session on its way into the journal. What happens is gathered in two places, a text in clear
 * and a buffer to be sealed, and becomes one record when the recorder asks for it: before a
 * statement runs, when much has come together, or after 100 ms. Some twenty thousand times a second
 * on one core, so nothing here allocates a promise or an object for an event.
 */
import type { CipherGCM } from 'node:crypto'
import type { Analysis, ResultMask, SessionEvent } from '../../../protocols/protocol.ts'
import type { ApprovalRecord, RecordedStatement, SessionRecorder, SessionStart } from '../events.ts'
import type { SessionHead } from './chain.ts'
import {
  approvalEntry,
  gapEntry,
  masksEntry,
  masksRules,
  refusedEntry,
  type SessionKeyFacts,
  sessionEndEntry,
  sessionEntry,
  shapeEntry,
  statementEndEntry,
  statementEntry,
} from './clear.ts'
import type { Compressor } from './compress.ts'
import { type SessionKey, sealStretch, vouch } from './crypt.ts'
import type { Journal } from './journal.ts'
import { encodeParameters, PayloadBuffer, PayloadType } from './payload.ts'
import { RecordFlag } from './record.ts'
import { JournalUnavailable } from './unavailable.ts'

/** What a session's recorder needs of the recorder that made it. */
export interface RecorderPort {
  readonly journal: Journal
  readonly rows: boolean
  readonly compressor: Compressor
  /** Why nothing may be accepted; undefined while all is well. Tries to write when it was not. */
  refusal(): JournalUnavailable | undefined
  /** A statement or an approval waits to be committed. */
  pending(session: SealedSession): void
  /** Something waits that may wait for 100 ms. */
  waiting(session: SealedSession): void
  /** Much has come together. A promise when it could not be written. */
  overflow(session: SealedSession): Promise<void> | undefined
  commit(): void
  sync(): Promise<void>
  ended(session: SealedSession): Promise<void>
}

export class SealedSession implements SessionRecorder {
  readonly start: SessionStart
  readonly #port: RecorderPort
  readonly #key: SessionKey
  readonly #keyFacts: SessionKeyFacts
  readonly #head: SessionHead
  readonly #startedUs: number
  readonly #bornMs = performance.now()
  /** Entries with a comma between them. */
  #clear = ''
  readonly #payload = new PayloadBuffer()
  #statements = 0
  /** Statements since the last record, which a failed commit refuses. */
  #uncommitted = 0
  #segment = -1
  readonly #shapes = new Map<Analysis, number>()
  #shapeNumber = 0
  /** What is hidden, by result: every segment says it where it says what the statement is. */
  readonly #masks = new WeakMap<Analysis, Map<number, string>>()
  #cipher: CipherGCM | undefined
  #stretch = 0
  #stretchBytes = 0
  #gapBytes = 0
  #ended: Promise<void> | undefined
  /** Kept by the recorder: whether the session stands in its list. */
  isPending = false
  isWaiting = false

  constructor(
    port: RecorderPort,
    start: SessionStart,
    key: SessionKey,
    keyFacts: SessionKeyFacts,
    head: SessionHead,
  ) {
    this.start = start
    this.#port = port
    this.#key = key
    this.#keyFacts = keyFacts
    this.#head = head
    this.#startedUs = start.startedAt.getTime() * 1000
  }

  get number(): number {
    return this.#head.number
  }

  /** Whether `seal` has anything to do. */
  get hasContent(): boolean {
    return this.#clear.length > 0 || this.#payload.length > 0 || this.#cipher !== undefined
  }

  get bufferedBytes(): number {
    return this.#payload.length + this.#clear.length
  }

  /** The session's first record: it is there even when no statement ever comes. */
  begin(): void {
    this.#ready()
  }

  statement(statement: RecordedStatement): number {
    // Counted before it is refused: the session counts its statements as well, and both must agree.
    const number = this.#statements
    this.#statements += 1
    const refusal = this.#port.refusal()
    if (refusal !== undefined) throw refusal
    if (this.#ended !== undefined) throw new JournalUnavailable('the session has ended')
    this.#ready()
    this.#uncommitted += 1
    const { text, parameters, analysis, verdict, approvalId, transaction } = statement
    const at = this.#at()
    const shape = this.#shapes.get(analysis) ?? this.#newShape(analysis)
    this.#entry(statementEntry(number, at, shape, verdict, approvalId, transaction))
    this.#payload.text(PayloadType.Text, number, at, text)
    if (parameters.length > 0) {
      this.#payload.text(PayloadType.Parameters, number, at, encodeParameters(parameters))
    }
    if (!this.isPending) this.#port.pending(this)
    return number
  }

  event(event: SessionEvent): Promise<void> | undefined {
    if (this.#ended !== undefined) return undefined
    if (event.type === 'frames') {
      if (!this.#port.rows) {
        this.#gapBytes += event.bytes.length
        if (!this.isWaiting) this.#port.waiting(this)
        return undefined
      }
      if (this.#segment !== this.#port.journal.segment) this.#ready()
      const server = event.from === 'server'
      const type = server ? PayloadType.ServerFrames : PayloadType.ClientFrames
      this.#payload.data(type, 0, this.#at(), event.bytes)
    } else {
      this.#ready()
      this.#entry(
        event.type === 'gap'
          ? gapEntry(this.#at(), event.reason, event.bytes)
          : statementEndEntry(event, this.#at()),
      )
    }
    if (this.#payload.length + this.#clear.length >= sealBytesMax) return this.#port.overflow(this)
    if (!this.isWaiting) this.#port.waiting(this)
    return undefined
  }

  approval(record: ApprovalRecord): void {
    if (this.#ended !== undefined) return
    this.#ready()
    this.#entry(approvalEntry(record, this.#at()))
    if (!this.isPending) this.#port.pending(this)
    if (!this.isWaiting) this.#port.waiting(this)
  }

  masks(analysis: Analysis, result: number, mask: ResultMask | undefined): void {
    if (this.#ended !== undefined) return
    const rules = masksRules(mask)
    const known = this.#masks.get(analysis)
    if ((known?.get(result) ?? '{}') === rules) return
    this.#ready()
    this.#masks.set(analysis, (known ?? new Map<number, string>()).set(result, rules))
    const shape = this.#shapes.get(analysis)
    // A shape that is new says all of its masks by itself.
    if (shape === undefined) this.#newShape(analysis)
    else this.#entry(masksEntry(this.#at(), shape, result, analysis.results.length, rules))
    if (!this.isWaiting) this.#port.waiting(this)
  }

  commit(): void {
    this.#port.commit()
  }

  sync(): Promise<void> {
    return this.#port.sync()
  }

  async durable(statement: number): Promise<void> {
    try {
      await this.#port.sync()
    } catch (error) {
      if (this.#ended === undefined) {
        this.#ready()
        this.#entry(refusedEntry(this.#at(), statement, 'the journal does not reach the disk'))
        this.#port.waiting(this)
      }
      throw error
    }
  }

  end(reason: string): Promise<void> {
    if (this.#ended === undefined) {
      this.#ready()
      this.#gap()
      this.#entry(sessionEndEntry(this.#at(), reason, this.#statements))
      this.#ended = this.#port.ended(this)
    }
    return this.#ended
  }

  /** The commit that was to precede the session's last statements failed: they were not run. */
  refuse(reason: string): void {
    for (; this.#uncommitted > 0; this.#uncommitted -= 1) {
      this.#entry(refusedEntry(this.#at(), this.#statements - this.#uncommitted, reason))
    }
    this.#port.waiting(this)
  }

  /** The commit succeeded. */
  committed(): void {
    this.#uncommitted = 0
  }

  /** Makes one record of what was gathered and hands it to the journal, which writes it later. */
  seal(): void {
    if (this.#gapBytes > 0) this.#gap()
    const clear = this.#clear
    const length = this.#payload.length
    if (clear.length === 0 && length === 0) return
    let flags = 0
    let sealed: Buffer | undefined
    if (length > 0) {
      if (this.#cipher === undefined) {
        this.#cipher = this.#newStretch()
        flags = RecordFlag.StretchStart
      }
      const small = this.#port.compressor.compress(this.#payload.bytes)
      if (small !== undefined) flags |= RecordFlag.Compressed
      sealed = this.#cipher.update(small ?? this.#payload.bytes)
      this.#stretchBytes += length
    }
    const { journal } = this.#port
    journal.append(this.#head, this.#stretch, flags, this.#nowUs(), clear, sealed, undefined)
    this.#clear = ''
    this.#payload.clear()
    if (this.#stretchBytes >= stretchBytesMax) this.closeStretch()
    else if (this.#cipher !== undefined && !this.isWaiting) this.#port.waiting(this)
  }

  /** Ends the cipher's stretch with a record that holds nothing but what vouches for it. */
  closeStretch(): void {
    const cipher = this.#cipher
    if (cipher === undefined) return
    this.#payload.data(PayloadType.Vouch, 0, this.#at(), vouch(this.#head.hash, ''))
    const sealed = cipher.update(this.#payload.bytes)
    cipher.final()
    const tag = cipher.getAuthTag()
    const { journal } = this.#port
    const flags = RecordFlag.StretchEnd
    journal.append(this.#head, this.#stretch, flags, this.#nowUs(), '', sealed, tag)
    this.#payload.clear()
    this.#cipher = undefined
    this.#stretchBytes = 0
  }

  #newStretch(): CipherGCM {
    this.#stretch += 1
    return sealStretch(this.#key.key, this.start.id, this.#stretch, this.#head.hash)
  }

  /** Says who this is once in every segment: rotation seals all that was gathered before it. */
  #ready(): void {
    const { segment } = this.#port.journal
    if (this.#segment === segment) return
    const begins = this.#segment === -1
    this.#segment = segment
    this.#shapes.clear()
    this.#shapeNumber = 0
    this.#entry(sessionEntry(this.start, this.#keyFacts, begins))
  }

  #newShape(analysis: Analysis): number {
    const shape = this.#shapeNumber
    this.#shapeNumber += 1
    // A session that never says the same twice must not hold on to every analysis it had.
    if (this.#shapes.size >= shapesMax) this.#shapes.clear()
    this.#shapes.set(analysis, shape)
    this.#entry(shapeEntry(shape, analysis))
    for (const [result, rules] of this.#masks.get(analysis) ?? []) {
      this.#entry(masksEntry(this.#at(), shape, result, analysis.results.length, rules))
    }
    return shape
  }

  #gap(): void {
    if (this.#gapBytes === 0) return
    const bytes = this.#gapBytes
    this.#gapBytes = 0
    this.#ready()
    this.#entry(gapEntry(this.#at(), 'rows are not recorded, by configuration', bytes))
  }

  #entry(json: string): void {
    this.#clear = this.#clear === '' ? json : `${this.#clear},${json}`
  }

  /** Microseconds since the session's start; never falls. */
  #at(): number {
    return Math.round((performance.now() - this.#bornMs) * 1000)
  }

  #nowUs(): number {
    return this.#startedUs + this.#at()
  }
}

/** What is gathered before a record is made of it. */
const sealBytesMax = 256 * 1024
/** A reader holds a stretch in memory before it trusts it. */
const stretchBytesMax = 256 * 1024
const shapesMax = 500
