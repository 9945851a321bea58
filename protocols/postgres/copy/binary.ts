/**
 * The binary format of COPY.
 * See https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 *
 *     ┌───────────────┬───────┬───────────┬─────────┐  ┌─────────┬─────────────────────────┐
 *     │ PGCOPY\n\ff…\0│ flags │ extension │ …       │  │ columns │ (length or -1, value) × …│
 *     │    Byte11     │ Int32 │   Int32   │ Byten   │  │  Int16  │  Int32, Byten           │
 *     └───────────────┴───────┴───────────┴─────────┘  └─────────┴─────────────────────────┘
 *
 * After the header come tuples; the last one has -1 columns and nothing else.
 */
import type { ByteWriter } from '../../bytes.ts'
import { ProtocolError } from '../../errors.ts'
import type { Column, ResultMask } from '../../protocol.ts'
import { type Cell, compileCell, NULL_CELL } from '../cell-mask.ts'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const HEADER_BYTES = SIGNATURE.length + 8

export class BinaryMask {
  readonly #cells: readonly (Cell | undefined)[]
  #state: 'header' | 'tuples' | 'end' = 'header'
  /** How many bytes there must be before another look is worth it. */
  #needed = HEADER_BYTES

  constructor(mask: ResultMask, columns: readonly Column[]) {
    this.#cells = mask.map((cell, i) =>
      cell === undefined ? undefined : compileCell(cell, columns[i]?.type.name ?? '', true),
    )
  }

  mayComplete(_added: Buffer, total: number): boolean {
    return total >= this.#needed
  }

  /** Writes the whole tuples; gives the offset of the first byte that was not taken. */
  mask(bytes: Buffer, out: ByteWriter): number {
    let start = 0
    while (start < bytes.length) {
      if (this.#state === 'end') throw new ProtocolError('the end of COPY data', 'more of it')
      const end =
        this.#state === 'header' ? this.#header(bytes, out) : this.#tuple(bytes, start, out)
      if (end < 0) break
      start = end
      this.#needed = 2
    }
    return start
  }

  /** The offset behind the header, or -1 when it is not whole. */
  #header(bytes: Buffer, out: ByteWriter): number {
    if (bytes.length < HEADER_BYTES) return this.#needs(HEADER_BYTES, 0)
    if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
      throw new ProtocolError('the signature of binary COPY data', 'other bytes')
    const flags = bytes.readInt32BE(SIGNATURE.length) // Int32
    const extension = bytes.readInt32BE(SIGNATURE.length + 4) // Int32
    // Flags say what else is in a tuple; none are in use since OIDs are gone.
    if (flags !== 0 || extension < 0)
      throw new ProtocolError('binary COPY data without flags', `flags ${flags}`)
    if (bytes.length < HEADER_BYTES + extension) return this.#needs(HEADER_BYTES + extension, 0)
    out.bytes(bytes.subarray(0, HEADER_BYTES + extension))
    this.#state = 'tuples'
    return HEADER_BYTES + extension
  }

  #tuple(bytes: Buffer, start: number, out: ByteWriter): number {
    const end = this.#tupleEnd(bytes, start)
    if (end < 0) return end
    let copied = start
    let at = start + 2
    for (const cell of this.#state === 'end' ? [] : this.#cells) {
      const length = bytes.readInt32BE(at) // Int32
      const next = at + 4 + Math.max(0, length)
      if (cell !== undefined) {
        out.bytes(bytes.subarray(copied, at))
        writeCell(cell, length === -1 ? undefined : bytes.subarray(at + 4, next), out)
        copied = next
      }
      at = next
    }
    out.bytes(bytes.subarray(copied, end))
    return end
  }

  /** The offset behind a tuple whose lengths are right, or -1 when it is not whole. */
  #tupleEnd(bytes: Buffer, start: number): number {
    if (bytes.length < start + 2) return this.#needs(start + 2, start)
    const count = bytes.readInt16BE(start) // Int16
    if (count === -1) {
      this.#state = 'end'
      return start + 2
    }
    if (count !== this.#cells.length)
      throw new ProtocolError(`COPY data of ${this.#cells.length} columns`, `${count} columns`)
    let at = start + 2
    for (let i = 0; i < count; i += 1) {
      if (bytes.length < at + 4) return this.#needs(at + 4, start)
      const length = bytes.readInt32BE(at) // Int32
      if (length < -1) throw new ProtocolError('a length of -1 or more', String(length))
      at += 4 + Math.max(0, length)
      if (bytes.length < at) return this.#needs(at, start)
    }
    return at
  }

  #needs(end: number, start: number): -1 {
    this.#needed = end - start
    return -1
  }
}

function writeCell(cell: Cell, value: Buffer | undefined, out: ByteWriter): void {
  if (cell instanceof Uint8Array) {
    out.bytes(cell)
    return
  }
  const masked = value === undefined || cell.as === 'text' ? undefined : cell.apply(value)
  if (masked === undefined) out.bytes(NULL_CELL)
  else out.int32(masked.length).bytes(masked)
}
