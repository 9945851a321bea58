/**
 * Frames of the client that nobody reads, and so need not be whole: those of a file that the server
 * asked for, which pass, and those of a packet that is too large, which are thrown away.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html
 */
import type { Exchange } from './exchange.ts'
import {
  frameLength,
  framePayloadMax,
  frameSequence,
  headerBytes,
  nextSequence,
  PacketsOutOfOrder,
} from './framing.ts'

export interface UnreadFramesParts {
  readonly exchange: Exchange
  /** Bytes of a file, for the server. */
  readonly pass: (bytes: Buffer) => void
  /** The last frame of a command was thrown away: the answer to it has that number. */
  readonly discarded: (code: number, sequence: number) => void
}

export class UnreadFrames {
  readonly #parts: UnreadFramesParts
  /** Bytes of this frame that are still to come, and whether another of its packet follows it. */
  #left = 0
  #continues = false
  #discarding: { readonly code: number; sequence: number } | undefined

  constructor(parts: UnreadFramesParts) {
    this.#parts = parts
  }

  /** In the middle of a frame: what comes is for `rest`. */
  get unfinished(): boolean {
    return this.#left > 0
  }

  /** In the middle of a packet that is thrown away: its next frame is for `discard`. */
  get discarding(): boolean {
    return this.#discarding !== undefined
  }

  /** The command whose first frame comes now is too large. */
  startDiscarding(code: number): void {
    this.#discarding = { code, sequence: 0 }
  }

  discard(bytes: Buffer, offset: number): number {
    const discarding = this.#discarding
    if (discarding === undefined) return offset
    discarding.sequence = this.#begin(bytes, offset, discarding.sequence)
    return this.rest(bytes, offset + headerBytes)
  }

  /** A frame of the file that the server asked for; one without a byte is its end. */
  file(bytes: Buffer, offset: number, expected: number): number {
    const ends = frameLength(bytes, offset) === 0 && !this.#continues
    const next = this.#begin(bytes, offset, expected)
    this.#parts.exchange.infile = ends ? undefined : next
    this.#parts.pass(bytes.subarray(offset, offset + headerBytes))
    return this.rest(bytes, offset + headerBytes)
  }

  rest(bytes: Buffer, offset: number): number {
    const end = Math.min(bytes.length, offset + this.#left)
    this.#left -= end - offset
    const discarding = this.#discarding
    if (discarding === undefined) {
      if (end > offset) this.#parts.pass(bytes.subarray(offset, end))
    } else if (this.#left === 0 && !this.#continues) {
      this.#discarding = undefined
      this.#parts.discarded(discarding.code, discarding.sequence)
    }
    return end
  }

  /** Returns the number that the next frame must have. */
  #begin(bytes: Buffer, offset: number, expected: number): number {
    const came = frameSequence(bytes, offset)
    if (came !== expected) throw new PacketsOutOfOrder(expected, came)
    this.#left = frameLength(bytes, offset)
    this.#continues = this.#left === framePayloadMax
    return nextSequence(came)
  }
}
