/**
 * The rows of a result on their way to the client: those that nobody masks pass as they are, also
 * in parts, and those with masked columns are made anew, as many as a chunk has in one go. Rows of
 * a result that was stopped do not pass.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_row.html
 */
import { ProtocolError } from '../errors.ts'
import type { Flow } from '../flow.ts'
import type { Spans } from '../spans.ts'
import type { Run } from './exchange.ts'
import { FatalError } from './fatal.ts'
import { frameLength, framePayloadMax, headerBytes } from './framing.ts'
import { ErrorCode } from './packets/err.ts'
import type { ServerPackets } from './server-packets.ts'

/** Frames of rows at the front of some bytes. */
interface Cut {
  /** Behind the last frame; after the bytes when that is not all there and passes in parts. */
  readonly end: number
  readonly frames: number
  /** Rows whose first frame is among them. */
  readonly rows: number
  /** The last row goes on in another frame. */
  readonly continues: boolean
}

export class PassingRows {
  readonly #packets: ServerPackets
  readonly #spans: Spans
  readonly #flow: Flow
  /** Bytes of a row that pass without being read, and whether it goes on in another frame. */
  #streaming = 0
  #continues = false
  #shown = true

  constructor(packets: ServerPackets, spans: Spans, flow: Flow) {
    this.#packets = packets
    this.#spans = spans
    this.#flow = flow
  }

  /** A new chunk: how many bytes of it belong to a row that began before. */
  begin(bytes: Buffer): number {
    const passing = Math.min(this.#streaming, bytes.length)
    this.#streaming -= passing
    if (!this.#shown) this.#spans.drop(bytes, 0, passing)
    return passing
  }

  /** Whether the packet at `at`, whose header is there, is the one behind the last row. */
  ended(bytes: Buffer, at: number): boolean {
    const first = bytes[at + headerBytes]
    if (this.#continues || first === undefined) return false
    return this.#packets.endsRows(first, frameLength(bytes, at))
  }

  /** All the rows from `offset` on, up to what ends them. Returns where it stopped. */
  pass(bytes: Buffer, offset: number, run: Run, format: 'text' | 'binary'): number {
    const { mask, stopped } = run
    const shown = stopped === undefined
    // The client has the beginning of a row that has no other end than that of the connection.
    if (!shown && this.#continues && this.#shown)
      throw new FatalError(ErrorCode.ER_QUERY_INTERRUPTED, '70100', stopped.message)
    const cut =
      mask === undefined || !shown
        ? this.#frames(bytes, offset, format)
        : this.#wholeRows(bytes, offset, format)
    const { end } = cut
    if (end === offset) return offset
    if (shown && !this.#flow.may(run, cut.rows, end - offset)) return offset
    this.#continues = cut.continues
    this.#shown = shown
    this.#streaming = Math.max(0, end - bytes.length)
    const here = Math.min(end, bytes.length)
    if (!shown) {
      this.#spans.drop(bytes, offset, here)
      // The client counts on from the last packet that it was sent.
      this.#packets.shift -= cut.frames
    } else if (mask === undefined) this.#renumber(bytes, offset, here)
    else {
      this.#spans.drop(bytes, offset, here)
      const masked = mask.maskRows(bytes, offset, here, this.#packets.shift)
      this.#packets.shift = masked.shift
      this.#spans.emit(masked.bytes)
    }
    return here
  }

  /** Frames that need not be all there; if a row goes on, no more than it. */
  #frames(bytes: Buffer, offset: number, format: 'text' | 'binary'): Cut {
    let end = offset
    let frames = 0
    let rows = 0
    let continues = this.#continues
    const began = continues
    while (bytes.length - end >= headerBytes) {
      const length = frameLength(bytes, end)
      if (!continues) {
        if (began && frames > 0) break
        if (!this.#isRow(bytes, end, length, format)) break
        rows += 1
      }
      continues = length === framePayloadMax
      frames += 1
      end += headerBytes + length
    }
    return { end, frames, rows, continues }
  }

  #wholeRows(bytes: Buffer, offset: number, format: 'text' | 'binary'): Cut {
    let end = offset
    let rows = 0
    while (bytes.length - end >= headerBytes) {
      if (!this.#isRow(bytes, end, frameLength(bytes, end), format)) break
      const extent = this.#packets.whole(bytes, end)
      if (extent === 0) break
      rows += 1
      end += extent
    }
    return { end, frames: rows, rows, continues: false }
  }

  #isRow(bytes: Buffer, at: number, length: number, format: 'text' | 'binary'): boolean {
    const first = bytes[at + headerBytes]
    if (first === undefined || this.#packets.endsRows(first, length)) return false
    if (length === 0 || (format === 'binary' && first !== 0))
      throw new ProtocolError('a row', `${length} bytes from 0x${first.toString(16)}`)
    return true
  }

  #renumber(bytes: Buffer, offset: number, end: number): void {
    if (this.#packets.shift === 0) return
    for (let at = offset; at < end; at += headerBytes + frameLength(bytes, at))
      this.#packets.renumber(bytes, at)
  }
}
