/**
 * Masks the cells of DataRow messages, a whole run of them in one pass and into one buffer.
 * See https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 *     ┌─────┬────────┬─────────┬──────────────────────────────┐
 *     │ 'D' │ length │ columns │ (length or -1, value) × …    │
 *     │Byte1│ Int32  │  Int16  │  Int32, Byten                │
 *     └─────┴────────┴─────────┴──────────────────────────────┘
 *
 * What lies between two masked cells is copied at once, across the border of two rows too, so a
 * row costs as many copies as it has masked cells. Nothing but strings is allocated for a row.
 */
import { isAscii } from 'node:buffer'
import { ProtocolError } from '../errors.ts'
import type { Column, ResultMask } from '../protocol.ts'
import { type Cell, compileCell, NULL_CELL } from './cell-mask.ts'

/** Formats are 0 for text, 1 for binary. All three have an entry for each column. */
export function compileRowMask(
  mask: ResultMask,
  columns: readonly Column[],
  formats: readonly (0 | 1)[],
): RowMask {
  if (columns.length !== mask.length || formats.length !== mask.length)
    throw new RangeError('expected a mask, a type and a format for each column')
  return new RowMask(
    mask.map((cell, i) => {
      const typeName = columns[i]?.type.name ?? ''
      return cell === undefined ? undefined : compileCell(cell, typeName, formats[i] === 1)
    }),
  )
}

const DATA_ROW = 0x44
const HEADER_BYTES = 7
/** What an AsciiMask may write beyond the length of its value. */
const asciiRoom = 8

/** The mask of one result. Made by compileRowMask. */
export class RowMask {
  readonly #cells: readonly (Cell | undefined)[]
  #out: Buffer = NULL_CELL

  constructor(cells: readonly (Cell | undefined)[]) {
    this.#cells = cells
  }

  /**
   * `chunk` from `start` to `end` is a run of whole DataRow messages. The buffer that comes back
   * belongs to the caller. Throws ProtocolError when a length is wrong or a row has another number
   * of columns than the mask: then nothing of the run may be sent.
   */
  maskRows(chunk: Buffer, start = 0, end: number = chunk.length): Buffer {
    const cells = this.#cells
    if (start < 0 || end > chunk.length) throw new RangeError('expected a range within the chunk')
    // Most masks shorten; what does not fit makes the buffer grow.
    this.#out = Buffer.allocUnsafe(end - start + 64)
    let offset = 0
    let copied = start
    let row = start
    while (row < end) {
      const rowEnd = checkedHeader(chunk, row, end, cells.length)
      const rowOffset = offset + row - copied
      let at = row + HEADER_BYTES
      let masked = false
      for (let i = 0; i < cells.length; i += 1) {
        if (at + 4 > rowEnd) throw new ProtocolError('Int32', 'the end of a DataRow')
        const length = int32(chunk, at)
        const next = at + 4 + (length === -1 ? 0 : length)
        if (length < -1 || next > rowEnd)
          throw new ProtocolError(`up to ${rowEnd - at - 4} bytes of a value`, String(length))
        const cell = cells[i]
        if (cell !== undefined) {
          offset = this.#copy(chunk, copied, at, offset)
          offset = this.#write(cell, chunk, at + 4, length, offset)
          copied = next
          masked = true
        }
        at = next
      }
      if (at !== rowEnd) throw new ProtocolError('the end of a DataRow', `${rowEnd - at} bytes`)
      if (masked) writeInt32(this.#out, rowOffset + 1, offset + rowEnd - copied - rowOffset - 1)
      row = rowEnd
    }
    offset = this.#copy(chunk, copied, end, offset)
    const out = this.#out.subarray(0, offset)
    this.#out = NULL_CELL
    return out
  }

  #write(cell: Cell, chunk: Buffer, start: number, length: number, offset: number): number {
    if (cell instanceof Uint8Array) return this.#copy(cell, 0, cell.length, offset)
    if (length === -1) return this.#copy(NULL_CELL, 0, 4, offset)
    if (cell.as === 'text') {
      if (cell.ascii !== undefined) {
        this.#room(offset + 4 + length + asciiRoom)
        const written = cell.ascii(chunk, start, start + length, this.#out, offset + 4)
        if (written >= 0) {
          writeInt32(this.#out, offset, written)
          return offset + 4 + written
        }
      }
      return this.#writeText(cell.apply(textOf(chunk, start, start + length)), offset)
    }
    const value = cell.apply(chunk.subarray(start, start + length))
    if (value === undefined) return this.#copy(NULL_CELL, 0, 4, offset)
    this.#room(offset + 4)
    writeInt32(this.#out, offset, value.length)
    return this.#copy(value, 0, value.length, offset + 4)
  }

  #writeText(text: string | null, offset: number): number {
    if (text === null) return this.#copy(NULL_CELL, 0, 4, offset)
    // A code unit takes three bytes at most.
    this.#room(offset + 4 + text.length * 3)
    const out = this.#out
    const length = writeUtf8(out, text, offset + 4)
    writeInt32(out, offset, length)
    return offset + 4 + length
  }

  #copy(from: Buffer, start: number, end: number, offset: number): number {
    this.#room(offset + end - start)
    return copyBytes(from, start, end, this.#out, offset)
  }

  #room(needed: number): void {
    if (needed <= this.#out.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#out.length * 2))
    this.#out.copy(grown)
    this.#out = grown
  }
}

/** The end of the row, which is within `end`. */
function checkedHeader(chunk: Buffer, row: number, end: number, columns: number): number {
  if (row + HEADER_BYTES > end || chunk[row] !== DATA_ROW)
    throw new ProtocolError('DataRow', `${end - row} bytes of something else`)
  const length = int32(chunk, row + 1)
  const rowEnd = row + 1 + length
  if (length < 6 || rowEnd > end) throw new ProtocolError('a whole DataRow', `length ${length}`)
  const count = ((chunk[row + 5] ?? 0) << 8) | (chunk[row + 6] ?? 0)
  if (count !== columns)
    throw new ProtocolError(`DataRow of ${columns} columns`, `${count} columns`)
  return rowEnd
}

// A call into the runtime costs more than the bytes of a short value; these stay in JavaScript.

const SHORT_BYTES = 48

function copyBytes(from: Buffer, start: number, end: number, to: Buffer, offset: number): number {
  if (end - start > SHORT_BYTES) return offset + from.copy(to, offset, start, end)
  let at = offset
  for (let i = start; i < end; i += 1, at += 1) to[at] = from[i] ?? 0
  return at
}

function textOf(bytes: Buffer, start: number, end: number): string {
  if (end - start > SHORT_BYTES) {
    const value = bytes.subarray(start, end)
    return isAscii(value) ? value.toString('latin1') : value.toString()
  }
  for (let i = start; i < end; i += 1)
    if ((bytes[i] ?? 0) >= 0x80) return bytes.toString('utf8', start, end)
  return bytes.toString('latin1', start, end)
}

function writeUtf8(to: Buffer, text: string, offset: number): number {
  if (text.length > SHORT_BYTES) return to.write(text, offset)
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) return to.write(text, offset)
    to[offset + i] = unit
  }
  return text.length
}

function int32(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  )
}

function writeInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
