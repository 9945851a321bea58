/**
 * Rows of COPY data that are lines: the text format and CSV. How a line is cut into fields and how
 * a value is written differs; the rest is here.
 */
import type { ByteWriter } from '../../bytes.ts'
import { ProtocolError } from '../../errors.ts'
import type { CellMask, Column, ResultMask } from '../../protocol.ts'
import type { CopyOptions } from './options.ts'

/** One way to write a row as a line. */
export interface LineFormat {
  /**
   * Cuts the line at `start` into fields. Gives the offset behind its newline, or -1 when the line
   * is not complete.
   */
  cut(bytes: Buffer, start: number, fields: Fields): number
  /** The value of a field; null for NULL. */
  read(field: Buffer): string | null
  /** The bytes of a field. `column` by position. */
  write(value: string | null, column: number): Buffer
}

/** Where the fields of a line start and end. `count` may exceed what there is room for. */
export interface Fields {
  readonly starts: Int32Array
  readonly ends: Int32Array
  count: number
}

/** What to do with a masked column. */
interface MaskedField {
  readonly column: number
  /** A constant's bytes, or the mask. */
  readonly cell: Buffer | (CellMask & { readonly kind: 'value' })
}

/** Masks the whole lines of a buffer. */
export class LineMask {
  readonly #format: LineFormat
  readonly #fields: Fields
  readonly #masked: readonly MaskedField[]
  #header: boolean

  constructor(
    format: LineFormat,
    options: CopyOptions,
    mask: ResultMask,
    columns: readonly Column[],
  ) {
    this.#format = format
    this.#header = options.header
    const { length } = columns
    this.#fields = { starts: new Int32Array(length), ends: new Int32Array(length), count: 0 }
    this.#masked = mask.flatMap((cell, column) =>
      cell === undefined
        ? []
        : [{ column, cell: cell.kind === 'value' ? cell : format.write(cell.value, column) }],
    )
  }

  /** A line cannot be complete before there is a newline. */
  mayComplete(added: Buffer): boolean {
    return added.includes(NEWLINE)
  }

  /** Writes the whole lines; gives the offset of the first byte that was not taken. */
  mask(bytes: Buffer, out: ByteWriter): number {
    let start = 0
    while (start < bytes.length) {
      const end = this.#format.cut(bytes, start, this.#fields)
      if (end < 0) break
      if (this.#header) out.bytes(bytes.subarray(start, end))
      else this.#line(bytes, start, end, out)
      this.#header = false
      start = end
    }
    return start
  }

  #line(bytes: Buffer, start: number, end: number, out: ByteWriter): void {
    const { starts, ends, count } = this.#fields
    if (count !== starts.length)
      throw new ProtocolError(`COPY data of ${starts.length} columns`, `${count} columns`)
    let copied = start
    for (const { column, cell } of this.#masked) {
      const from = starts[column] ?? start
      const to = ends[column] ?? end
      out.bytes(bytes.subarray(copied, from))
      out.bytes(cell instanceof Uint8Array ? cell : this.#value(cell, bytes, from, to, column))
      copied = to
    }
    out.bytes(bytes.subarray(copied, end))
  }

  #value(
    cell: CellMask & { readonly kind: 'value' },
    bytes: Buffer,
    from: number,
    to: number,
    column: number,
  ): Buffer {
    const value = this.#format.read(bytes.subarray(from, to))
    return this.#format.write(value === null ? null : cell.apply(value), column)
  }
}

export const NEWLINE = 0x0a

/** Adds a field to those of a line. */
export function addField(fields: Fields, start: number, end: number): void {
  fields.starts[fields.count] = start
  fields.ends[fields.count] = end
  fields.count += 1
}
