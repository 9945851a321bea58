/**
 * The relay's half that reads the client. Synchronous: it never sees a socket and never waits, but
 * says in `wait` what has to be waited for before it is called again.
 *
 * Frames that nobody changes pass as spans of the chunk they came in. A statement that is held is
 * kept back from its first message on, and a refused one is replaced by a message that must fail, so
 * that the server itself raises the error in the right place, rolls back and skips to Sync.
 */
import { ByteReader } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Limits, Session } from '../protocol.ts'
import { Spans } from '../spans.ts'
import { Waiting } from '../waiting.ts'
import type { Conversation } from './conversation.ts'
import { ExtendedQuery } from './extended-query.ts'
import { Frontend, frameLength, headerBytes } from './framing.ts'
import type { Planner } from './impact/planner.ts'
import { fastPath, tooLarge } from './refusal.ts'
import { Reviews } from './reviews.ts'
import { SimpleQuery } from './simple-query.ts'
import type { StatementNames } from './statement-names.ts'

export class FromClient {
  /** Set when the bytes given hold no whole frame: how many would. */
  needed = 1
  /** The client said goodbye: nothing more is read from it. */
  terminated = false

  readonly #session: Session
  readonly #conversation: Conversation
  readonly #limits: Limits
  readonly #spans = new Spans()
  readonly #waiting = new Waiting()
  readonly #reviews: Reviews
  readonly #simple: SimpleQuery
  readonly #extended: ExtendedQuery
  /** Bytes of a frame that pass without being read, and of one that is thrown away. */
  #streaming = 0
  #discarding = 0

  constructor(parts: {
    session: Session
    conversation: Conversation
    names: StatementNames
    planner: Planner
    limits: Limits
    notify: (text: string) => void
    /** Fires when the client is gone or asks to cancel; a getter, since a cancel makes a new one. */
    interrupted: () => AbortSignal
    /** A held statement was decided: what `output` has can be sent. */
    flush: () => void
    /** How many were reviewed before the relay began. */
    statements: number
  }) {
    this.#session = parts.session
    this.#conversation = parts.conversation
    this.#limits = parts.limits
    this.#reviews = new Reviews({ ...parts, waiting: this.#waiting })
    const { conversation, names, limits } = parts
    const common = {
      ...{ conversation, names, statementBytesMax: limits.statementBytesMax },
      ...{ reviews: this.#reviews, spans: this.#spans, waiting: this.#waiting },
    }
    this.#simple = new SimpleQuery(common)
    this.#extended = new ExtendedQuery(common)
  }

  /** What goes to the server, in order. Emptied by whoever sends it. */
  get output(): Buffer[] {
    return this.#spans.output
  }

  /** Set when nothing more may be read from the client before it settles. */
  get wait(): Promise<void> | undefined {
    return this.#waiting.wait
  }

  /** A statement waits for people. */
  get held(): boolean {
    return this.#reviews.held
  }

  /** The server answered a segment: what waited for that may look again. */
  segmentAnswered(): void {
    this.#waiting.answered()
  }

  /** Takes whole frames, and parts of those that only pass. Returns how many bytes it took. */
  consume(bytes: Buffer): number {
    let offset = 0
    this.#spans.begin()
    this.#extended.endSeries()
    if (this.#streaming > 0) {
      offset = Math.min(this.#streaming, bytes.length)
      this.#streaming -= offset
      this.#recordSent(bytes.subarray(0, offset))
    } else if (this.#discarding > 0) {
      offset = Math.min(this.#discarding, bytes.length)
      this.#discarding -= offset
      this.#spans.drop(bytes, 0, offset)
    }
    const waiting = this.#waiting
    while (bytes.length - offset >= headerBytes && waiting.wait === undefined && !this.terminated) {
      const next = this.#frame(bytes, offset)
      if (next === offset) break
      offset = next
    }
    this.#spans.pass(bytes, offset)
    return offset
  }

  /** Handles the frame at `offset`; returns where the next begins, or `offset` when it cannot yet. */
  #frame(bytes: Buffer, offset: number): number {
    const type = bytes[offset]
    if (type === undefined || !frontendTypes.has(type))
      throw new ProtocolError('a frontend message', `type 0x${(type ?? 0).toString(16)}`)
    const length = frameLength(bytes, offset)
    if (length < 4) throw new ProtocolError('a frame length of 4 or more', String(length))
    if (length > lengthMax)
      throw new ProtocolError(`a frame length to ${lengthMax}`, String(length))
    const end = offset + 1 + length
    if (this.#conversation.skipping && isSkipped(type)) return this.#skip(bytes, offset, end)
    if (!inSeries.has(type)) this.#extended.endSeries()
    if (type === Frontend.CopyData) return this.#copyData(bytes, offset, end)
    if (length > this.#limits.frameBytesMax) return this.#oversized(bytes, offset, end, type)
    if (end > bytes.length) {
      this.needed = end - offset
      return offset
    }
    const body = new ByteReader(bytes, offset + headerBytes, end)
    switch (type) {
      case Frontend.Query:
        return this.#simple.query(bytes, offset, end)
      case Frontend.Parse:
        return this.#extended.parse(body, bytes, offset, end)
      case Frontend.Bind:
        return this.#extended.bind(body, bytes, offset, end)
      case Frontend.Describe:
        return this.#extended.describe(body, bytes, offset, end)
      case Frontend.Execute:
        return this.#extended.execute(body, bytes, offset, end)
      case Frontend.Close:
        return this.#extended.close(body, bytes, offset, end)
      case Frontend.Sync:
        this.#conversation.skipping = false
        if (!this.#conversation.copyIn) {
          this.#conversation.owe({ reply: 'sync' })
          this.#conversation.segment += 1
        }
        return end
      case Frontend.Flush:
        return end
      case Frontend.CopyDone:
      case Frontend.CopyFail:
        this.#recordSent(bytes.subarray(offset, end))
        this.#conversation.oweCopied()
        return end
      case Frontend.FunctionCall:
        return this.#simple.refuse(bytes, offset, end, fastPath)
      case Frontend.Terminate:
        this.terminated = true
        return end
      default:
        throw new ProtocolError('a frontend message', `type 0x${type.toString(16)}`)
    }
  }

  #copyData(bytes: Buffer, offset: number, end: number): number {
    const here = Math.min(end, bytes.length)
    this.#recordSent(bytes.subarray(offset, here))
    this.#streaming = end - here
    return here
  }

  /** Nothing of it is looked at: the server would not, either. */
  #skip(bytes: Buffer, offset: number, end: number): number {
    const here = Math.min(end, bytes.length)
    this.#spans.drop(bytes, offset, here)
    this.#discarding = end - here
    return here
  }

  /** What must be read whole and is too large for that fails in its place; its bytes are dropped. */
  #oversized(bytes: Buffer, offset: number, end: number, type: number | undefined): number {
    const replaced = type === Frontend.Query || type === Frontend.FunctionCall
    if (!replaced && type !== Frontend.Parse && type !== Frontend.Bind)
      throw new ProtocolError(
        `a frame of at most ${this.#limits.frameBytesMax} bytes`,
        `one of ${end - offset}`,
      )
    const here = Math.min(end, bytes.length)
    this.#discarding = end - here
    const refusal = tooLarge(end - offset, this.#limits.frameBytesMax)
    if (replaced) this.#simple.refuse(bytes, offset, here, refusal)
    else this.#extended.refuse(bytes, offset, here, refusal)
    return here
  }

  #recordSent(bytes: Buffer): void {
    this.#waiting.alsoFor(this.#session.record({ type: 'frames', from: 'client', bytes }))
  }
}

/** PQ_LARGE_MESSAGE_LIMIT: the server closes the connection on more. */
const lengthMax = 0x3ffffffe

/** What can be held back until the Execute that it belongs to is decided upon. */
const inSeries: ReadonlySet<number> = new Set([
  Frontend.Parse,
  Frontend.Bind,
  Frontend.Describe,
  Frontend.Execute,
])

const frontendTypes: ReadonlySet<number> = new Set(Object.values(Frontend))

function isSkipped(type: number): boolean {
  return type !== Frontend.Sync && type !== Frontend.Terminate
}
