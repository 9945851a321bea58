/**
 * Rows and COPY data on their way to the client: those that nobody masks pass as they are, also in
 * parts, and those with masked columns are made anew, as many as a chunk has in one go. Those of a
 * result that was stopped do not pass.
 */
import { ProtocolError } from '../errors.ts'
import type { Flow } from '../flow.ts'
import type { Limits } from '../protocol.ts'
import type { Spans } from '../spans.ts'
import type { Run } from './conversation.ts'
import { copyDataHeader } from './copy-out.ts'
import { Backend, frameLength, headerBytes } from './framing.ts'

export class PassingRows {
  /** When the bytes given last end within a frame that has to be read whole: how many it takes. */
  needed = 1
  readonly #spans: Spans
  readonly #flow: Flow
  readonly #limits: Limits
  /** Bytes of a row or of COPY data that pass without being read, or do not pass. */
  #streaming = 0
  #shown = true

  constructor(spans: Spans, flow: Flow, limits: Limits) {
    this.#spans = spans
    this.#flow = flow
    this.#limits = limits
  }

  /** In the middle of a frame: nothing of ours may be put there. */
  get midFrame(): boolean {
    return this.#streaming > 0
  }

  /** A new chunk: how many bytes of it belong to a frame that began before. */
  begin(bytes: Buffer): number {
    const passing = Math.min(this.#streaming, bytes.length)
    this.#streaming -= passing
    if (!this.#shown) this.#spans.drop(bytes, 0, passing)
    return passing
  }

  /** All the rows from `offset` on. Returns where it stopped. */
  rows(bytes: Buffer, offset: number, run: Run): number {
    let end = offset
    let rows = 0
    while (bytes.length - end >= rowHeaderBytes && bytes[end] === Backend.DataRow) {
      const length = frameLength(bytes, end)
      if (length < 6) throw new ProtocolError('a DataRow', `a length of ${length}`)
      const columns = bytes.readUInt16BE(end + headerBytes)
      if (columns !== run.columns)
        throw new ProtocolError(`DataRow of ${run.columns} columns`, `${columns} columns`)
      const next = end + 1 + length
      if (next > bytes.length) {
        if (run.mask !== undefined) {
          this.wholeFrame(length)
          if (end === offset) this.needed = next - end
          break
        }
        if (!this.#flow.may(run, rows + 1, next - offset)) return offset
        this.#stream(next - bytes.length, true)
        return bytes.length
      }
      rows += 1
      end = next
    }
    if (end === offset && bytes.length - end < rowHeaderBytes) this.needed = rowHeaderBytes
    if (rows === 0 || !this.#flow.may(run, rows, end - offset)) return offset
    if (run.mask !== undefined) {
      this.#spans.drop(bytes, offset, end)
      this.#spans.emit(run.mask.maskRows(bytes, offset, end))
    }
    return end
  }

  /** One CopyData message, which may hold a row, several, or a part of one. */
  copyData(bytes: Buffer, offset: number, run: Run): number {
    const end = offset + 1 + frameLength(bytes, offset)
    if (run.copy === undefined) throw new ProtocolError('CopyOutResponse', 'CopyData')
    if (run.copy === 'shown') {
      if (!this.#flow.may(run, 1, end - offset)) return offset
      const here = Math.min(end, bytes.length)
      this.#stream(end - here, true)
      return here
    }
    this.wholeFrame(end - offset)
    if (end > bytes.length) {
      this.needed = end - offset
      return offset
    }
    if (run.copy === 'withheld') {
      this.#spans.drop(bytes, offset, end)
      return end
    }
    if (!this.#flow.may(run, 1, end - offset)) return offset
    const body = run.copy.push(bytes.subarray(offset + headerBytes, end))
    this.#spans.drop(bytes, offset, end)
    if (body.length > 0) {
      this.#spans.emit(copyDataHeader(body.length))
      this.#spans.emit(body)
    }
    return end
  }

  /** A row, or COPY data, of a result that was stopped. */
  withhold(bytes: Buffer, offset: number): number {
    const end = offset + 1 + frameLength(bytes, offset)
    const here = Math.min(end, bytes.length)
    this.#stream(end - here, false)
    this.#spans.drop(bytes, offset, here)
    return here
  }

  /** Of a frame that has to be read whole. */
  wholeFrame(length: number): void {
    const { frameBytesMax } = this.#limits
    if (length > frameBytesMax)
      throw new ProtocolError(`a frame of at most ${frameBytesMax} bytes`, `one of ${length}`)
  }

  #stream(length: number, shown: boolean): void {
    this.#streaming = length
    this.#shown = shown
  }
}

/** Type, length and the number of columns. */
const rowHeaderBytes = 7
