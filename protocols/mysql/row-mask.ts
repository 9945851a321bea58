/**
 * Masks the cells of rows, a whole run of them in one pass and into one buffer.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_row.html
 *
 *     ┌────────┬──────────┬─────────────────────────────┐   ┌────────┬──────────┬───┬────────┬─────────┐
 *     │ length │ sequence │ (length or 0xfb, value) × … │   │ length │ sequence │ 0 │ bitmap │ value … │
 *     │   3    │    1     │         text row            │   │   3    │    1     │ 1 │ n+9>>3 │ binary  │
 *     └────────┴──────────┴─────────────────────────────┘   └────────┴──────────┴───┴────────┴─────────┘
 *
 * What lies between two masked cells is copied at once, across the border of two rows too, so a
 * row costs as many copies as it has masked cells. Nothing but strings is allocated for a row.
 */
import { ProtocolError } from '../errors.ts'
import type { ResultMask } from '../protocol.ts'
import { type Cell, compileCell } from './cell-mask.ts'
import {
  frameLength,
  framePayloadMax,
  framesOf,
  headerBytes,
  packetExtent,
  packetPayload,
} from './framing.ts'
import type { ColumnDefinition } from './packets/column-definition.ts'
import {
  BITMAP_OFFSET,
  binaryEnd,
  bitmapBytes,
  isNull,
  NULL_MARK,
  stringEnd,
  stringStart,
} from './packets/rows.ts'
import { Output, textOf } from './row-output.ts'
import { Width } from './values/codec.ts'
import { valuesOf } from './values.ts'

/** Throws ProtocolError for binary rows with a type whose values have no known length. */
export function compileRowMask(
  mask: ResultMask,
  definitions: readonly ColumnDefinition[],
  format: 'text' | 'binary',
): RowMask {
  if (definitions.length !== mask.length)
    throw new RangeError('expected a mask and a definition for each column')
  const binary = format === 'binary'
  const codecs = definitions.map(definition => valuesOf(definition).codec)
  const unknown = codecs.findIndex(codec => codec.width === Width.unknown)
  if (binary && unknown >= 0)
    throw new ProtocolError('columns of known types', `type ${definitions[unknown]?.type}`)
  const cells = codecs.map((codec, i) => {
    const cell = mask[i]
    return cell === undefined ? undefined : compileCell(cell, codec, binary)
  })
  return new RowMask(cells, binary ? codecs.map(codec => codec.width) : undefined)
}

export interface MaskedRows {
  /** Whole packets, headers included. Belongs to the caller. */
  readonly bytes: Buffer
  /**
   * What to add (modulo 256) to the sequence numbers of all packets that follow in the response,
   * because rows take more or fewer frames than before. Give it to the next call. Nearly always 0.
   */
  readonly shift: number
}

/** The mask of one result. Made by compileRowMask; it keeps no state. */
export class RowMask {
  readonly #cells: readonly (Cell | undefined)[]
  /** Of binary rows. */
  readonly #widths: readonly number[] | undefined

  constructor(cells: readonly (Cell | undefined)[], widths: readonly number[] | undefined) {
    this.#cells = cells
    this.#widths = widths
  }

  /**
   * `chunk` from `start` to `end` is a run of whole row packets, a row of 16 MiB with all of its
   * frames. Throws ProtocolError when a length is wrong: then nothing of the run may be sent.
   */
  maskRows(chunk: Buffer, start = 0, end: number = chunk.length, shift = 0): MaskedRows {
    if (start < 0 || end > chunk.length) throw new RangeError('expected a range within the chunk')
    // Most masks shorten; what does not fit makes the buffer grow.
    const out = new Output(end - start + 64)
    let copied = start
    let row = start
    let moved = shift
    while (row < end) {
      if (row + headerBytes > end) throw new ProtocolError('a row', `${end - row} bytes`)
      const length = frameLength(chunk, row)
      if (length === framePayloadMax) {
        out.copy(chunk, copied, row)
        const extent = packetExtent(chunk, row)
        if (extent < 0 || row + extent > end) throw new ProtocolError('a whole row', 'a part of it')
        moved += this.#largeRow(chunk, row, extent, moved, out)
        row += extent
        copied = row
        continue
      }
      const rowEnd = row + headerBytes + length
      if (rowEnd > end) throw new ProtocolError('a whole row', `${end - row} bytes of it`)
      const header = out.length + row - copied
      if (moved !== 0) {
        out.copy(chunk, copied, row + headerBytes)
        out.patchSequence(header, moved)
        copied = row + headerBytes
      }
      const before = copied
      copied = this.#row(chunk, copied, row + headerBytes, rowEnd, out)
      if (copied !== before) {
        const masked = out.length + rowEnd - copied - header - headerBytes
        if (masked < framePayloadMax) {
          out.patchLength(header, masked)
        } else {
          out.copy(chunk, copied, rowEnd)
          copied = rowEnd
          moved += out.splitFrames(header, masked) - 1
        }
      }
      row = rowEnd
    }
    out.copy(chunk, copied, end)
    return { bytes: out.finish(), shift: moved & 0xff }
  }

  /** A row of several frames, made anew from its payload in one piece. Returns the frames gained. */
  #largeRow(chunk: Buffer, row: number, extent: number, shift: number, out: Output): number {
    const payload = packetPayload(chunk, row, extent)
    const header = out.length
    out.copy(chunk, row, row + headerBytes)
    out.patchSequence(header, shift)
    const copied = this.#row(payload, 0, 0, payload.length, out)
    out.copy(payload, copied, payload.length)
    const frames = out.splitFrames(header, out.length - header - headerBytes)
    return frames - framesOf(extent)
  }

  /** Returns up to where the chunk is copied: a place behind `copied` when a cell was masked. */
  #row(chunk: Buffer, copied: number, start: number, end: number, out: Output): number {
    return this.#widths === undefined
      ? maskTextRow(this.#cells, chunk, copied, start, end, out)
      : maskBinaryRow(this.#cells, this.#widths, chunk, copied, start, end, out)
  }
}

function maskTextRow(
  cells: readonly (Cell | undefined)[],
  chunk: Buffer,
  from: number,
  start: number,
  end: number,
  out: Output,
): number {
  let copied = from
  let at = start
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells[i]
    // The value's own length must be within the row, and so must what it counts.
    const first = at < end ? (chunk[at] ?? 0) : 0xff
    const short = first < NULL_MARK
    let next = short ? at + 1 + first : first === NULL_MARK ? at + 1 : stringEnd(chunk, at, end)
    if (next > end) next = stringEnd(chunk, at, end)
    // A value mask leaves NULL as it is.
    if (cell !== undefined && (first !== NULL_MARK || isConstant(cell))) {
      out.copy(chunk, copied, at)
      copied = next
      const valueStart = first <= NULL_MARK ? at + 1 : stringStart(chunk, at)
      if (!writeCell(cell, chunk, valueStart, next, out)) out.uint8(NULL_MARK)
    }
    at = next
  }
  if (at !== end) throw new ProtocolError('the end of a row', `${end - at} bytes`)
  return copied
}

function maskBinaryRow(
  cells: readonly (Cell | undefined)[],
  widths: readonly number[],
  chunk: Buffer,
  from: number,
  start: number,
  end: number,
  out: Output,
): number {
  const bitmap = start + 1
  let copied = from
  let at = bitmap + bitmapBytes(cells.length)
  if (at > end || chunk[start] !== 0)
    throw new ProtocolError('a binary row', `${end - start} bytes of something else`)
  const outBitmap = out.length + bitmap - copied
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells[i]
    const width = widths[i] ?? Width.unknown
    const wasNull = isNull(chunk, bitmap, i)
    const next = wasNull ? at : binaryEnd(chunk, at, end, width)
    if (cell !== undefined && (!wasNull || isConstant(cell))) {
      out.copy(chunk, copied, at)
      copied = next
      const valueStart =
        width === Width.lenenc && !wasNull ? stringStart(chunk, at) : at + (width < 0 ? 1 : 0)
      const shown = writeCell(cell, chunk, valueStart, next, out)
      if (shown === wasNull) out.flip(outBitmap, i + BITMAP_OFFSET)
    }
    at = next
  }
  if (at !== end) throw new ProtocolError('the end of a row', `${end - at} bytes`)
  return copied
}

function isConstant(cell: Cell): cell is null | Buffer {
  return cell === null || cell instanceof Uint8Array
}

/** False when the value is NULL: then nothing was written. */
function writeCell(cell: Cell, chunk: Buffer, start: number, end: number, out: Output): boolean {
  if (cell === null) return false
  if (cell instanceof Uint8Array) {
    out.copy(cell, 0, cell.length)
    return true
  }
  if (cell.as === 'text') {
    if (cell.ascii !== undefined && out.ascii(cell.ascii, chunk, start, end)) return true
    const masked = cell.apply(textOf(chunk, start, end))
    if (masked !== null) out.text(masked)
    return masked !== null
  }
  const masked = cell.apply(chunk.subarray(start, end))
  if (masked !== null) out.copy(masked, 0, masked.length)
  return masked !== null
}
