/**
 * Masks the data of COPY … TO STDOUT, in the formats text, CSV and binary. A row may be cut over
 * several CopyData messages, and a message may have several rows.
 * See https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
import { ByteWriter } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Column, ResultMask } from '../protocol.ts'
import { BinaryMask } from './copy/binary.ts'
import { csvLines } from './copy/csv.ts'
import { LineMask } from './copy/lines.ts'
import type { CopyOptions } from './copy/options.ts'
import { textLines } from './copy/text.ts'

export { type CopyOptions, copyOptions } from './copy/options.ts'

/** What a row that is cut over messages may take in memory. */
const ROW_BYTES_MAX = 64 * 1024 * 1024

/** The mask of one COPY. `columns` are those that it copies, in its order. */
export class CopyMask {
  readonly #rows: LineMask | BinaryMask
  readonly #rowBytesMax: number
  /** The beginning of a row that is not whole: its first `#held` bytes. */
  #pending: Buffer = Buffer.alloc(0)
  #held = 0

  constructor(
    options: CopyOptions,
    mask: ResultMask,
    columns: readonly Column[],
    rowBytesMax: number = ROW_BYTES_MAX,
  ) {
    if (columns.length !== mask.length)
      throw new RangeError('expected a mask and a type for each column')
    this.#rows = rowMask(options, mask, columns)
    this.#rowBytesMax = rowBytesMax
  }

  /**
   * Takes the body of a CopyData message and gives the rows that it completes, masked; an empty
   * buffer when there are none. Throws ProtocolError when the data is not what COPY would send.
   */
  push(body: Buffer): Buffer {
    if (this.#held > 0) return this.#pushPending(body)
    const out = new ByteWriter(body.length + 256)
    const taken = this.#rows.mask(body, out)
    this.#hold(body.subarray(taken))
    return out.finish()
  }

  /** To be called at CopyDone: the server does not leave a row unfinished. */
  finish(): void {
    if (this.#held > 0) throw new ProtocolError('the rest of a COPY row', 'CopyDone')
  }

  #pushPending(body: Buffer): Buffer {
    this.#hold(body)
    if (!this.#rows.mayComplete(body, this.#held)) return Buffer.alloc(0)
    const bytes = this.#pending.subarray(0, this.#held)
    const out = new ByteWriter(bytes.length + 256)
    const taken = this.#rows.mask(bytes, out)
    this.#pending.copyWithin(0, taken, this.#held)
    this.#held -= taken
    return out.finish()
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return
    const length = this.#held + bytes.length
    if (length > this.#rowBytesMax)
      throw new ProtocolError(`a COPY row of up to ${this.#rowBytesMax} bytes`, `${length} bytes`)
    if (length > this.#pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#pending.length * 2))
      grown.set(this.#pending.subarray(0, this.#held))
      this.#pending = grown
    }
    this.#pending.set(bytes, this.#held)
    this.#held = length
  }
}

function rowMask(
  options: CopyOptions,
  mask: ResultMask,
  columns: readonly Column[],
): LineMask | BinaryMask {
  if (options.format === 'binary') return new BinaryMask(mask, columns)
  const format = options.format === 'csv' ? csvLines(options, columns) : textLines(options)
  return new LineMask(format, options, mask, columns)
}
