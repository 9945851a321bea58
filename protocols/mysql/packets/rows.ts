/**
 * The lengths in rows. A text row is a length-encoded string for each column, 0xfb for NULL; a
 * binary row a zero, a bitmap of the NULLs, and the values of the others.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_dt_integers.html
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html
 */
import { ProtocolError } from '../../errors.ts'
import { Width } from '../values/codec.ts'

/** In the place of a length in a text row. */
export const NULL_MARK = 0xfb

/** The first two bits of the bitmap are not used. */
export const BITMAP_OFFSET = 2

export function bitmapBytes(columns: number): number {
  return (columns + BITMAP_OFFSET + 7) >> 3
}

/** Where the string with the length at `at` begins; `at` itself must be within the row. */
export function stringStart(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < NULL_MARK) return at + 1
  if (first === 0xfc) return at + 3
  if (first === 0xfd) return at + 4
  if (first === 0xfe) return at + 9
  throw new ProtocolError('the length of a string', `0x${first.toString(16)}`)
}

/** Where it ends. Throws ProtocolError when that, or the length itself, is beyond `end`. */
export function stringEnd(bytes: Buffer, at: number, end: number): number {
  const start = stringStart(bytes, at)
  if (start <= end) {
    const next = start + stringLength(bytes, at)
    if (next <= end) return next
  }
  throw new ProtocolError(`up to ${end - at} bytes of a string`, 'a longer one')
}

function stringLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < NULL_MARK) return first
  if (first === 0xfc) return bytes.readUInt16LE(at + 1)
  if (first === 0xfd) return bytes.readUIntLE(at + 1, 3)
  // Six bytes are more than any row has; a length that needs the other two is wrong anyway.
  return bytes.readUInt16LE(at + 7) === 0 ? bytes.readUIntLE(at + 1, 6) : Number.MAX_SAFE_INTEGER
}

/** Where the value of a binary row at `at` ends. Throws ProtocolError when that is beyond `end`. */
export function binaryEnd(bytes: Buffer, at: number, end: number, width: number): number {
  if (width === Width.lenenc) return stringEnd(bytes, at, end)
  if (width === Width.absent) return at
  if (width === Width.unknown) throw new ProtocolError('a value of a known type', 'another type')
  const next = at + (width === Width.dated ? 1 + (bytes[at] ?? 0) : width)
  if (next > end) throw new ProtocolError(`up to ${end - at} bytes of a value`, 'a longer one')
  return next
}

/** One value of a row, its length left off; undefined is NULL. */
export type RowValue = Buffer | undefined

/** The values share memory with the payload. Throws ProtocolError. */
export function textRowValues(payload: Buffer, columns: number): readonly RowValue[] {
  const values: RowValue[] = []
  let at = 0
  for (let i = 0; i < columns; i += 1) {
    if (at >= payload.length) throw new ProtocolError(`${columns} values in a row`, String(i))
    if (payload[at] === NULL_MARK) {
      values.push(undefined)
      at += 1
      continue
    }
    const next = stringEnd(payload, at, payload.length)
    values.push(payload.subarray(stringStart(payload, at), next))
    at = next
  }
  return checkedEnd(values, at, payload)
}

/** `widths` are those of the columns' codecs. */
export function binaryRowValues(payload: Buffer, widths: readonly number[]): readonly RowValue[] {
  const values: RowValue[] = []
  let at = 1 + bitmapBytes(widths.length)
  if (payload[0] !== 0 || at > payload.length)
    throw new ProtocolError('a binary row', `${payload.length} bytes of something else`)
  for (const [i, width] of widths.entries()) {
    if (isNull(payload, 1, i)) {
      values.push(undefined)
      continue
    }
    const next = binaryEnd(payload, at, payload.length, width)
    const start = width === Width.lenenc ? stringStart(payload, at) : at
    values.push(payload.subarray(width === Width.dated ? at + 1 : start, next))
    at = next
  }
  return checkedEnd(values, at, payload)
}

export function isNull(bytes: Buffer, bitmapStart: number, column: number): boolean {
  const bit = column + BITMAP_OFFSET
  return ((bytes[bitmapStart + (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0
}

function checkedEnd(values: readonly RowValue[], at: number, payload: Buffer): readonly RowValue[] {
  if (at !== payload.length)
    throw new ProtocolError('the end of a row', `${payload.length - at} bytes`)
  return values
}
