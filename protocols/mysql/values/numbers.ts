/**
 * Whole numbers, which are little-endian in a binary row, and DECIMAL, which is text in both.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html#sect_protocol_binary_resultset_row_value
 */
import { type Codec, Width } from './codec.ts'
import { stripZeros } from './floats.ts'

const INTEGER = /^-?\d{1,20}$/

/** `bits` is what the type holds, `size` what it takes in a row; `zerofill` 0 or a width. */
export function integerCodec(
  bits: 8 | 16 | 24 | 32,
  size: 1 | 2 | 4,
  unsigned: boolean,
  zerofill: number,
): Codec {
  const lowest = unsigned ? 0 : -(2 ** (bits - 1))
  const highest = unsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1
  const valid = (text: string): number | undefined => {
    const value = INTEGER.test(text) ? Number(text) : Number.NaN
    // Adding 0 makes a zero of minus zero.
    return value >= lowest && value <= highest ? value + 0 : undefined
  }
  return {
    width: size,
    charset: 'utf8',
    ...(zerofill > 0 ? { read: stripZeros } : {}),
    write: text => filled(valid(text), zerofill),
    decode: bytes => {
      if (bytes.length !== size) return undefined
      return String(unsigned ? bytes.readUIntLE(0, size) : bytes.readIntLE(0, size))
    },
    encode: text => {
      const value = valid(text)
      if (value === undefined) return undefined
      const bytes = Buffer.allocUnsafe(size)
      if (unsigned) bytes.writeUIntLE(value, 0, size)
      else bytes.writeIntLE(value, 0, size)
      return bytes
    },
    fallback: '0',
  }
}

export function bigintCodec(unsigned: boolean, zerofill: number): Codec {
  const valid = (text: string): number | bigint | undefined => {
    if (!INTEGER.test(text)) return undefined
    if (text.length <= SAFE_DIGITS && !(unsigned && text.charCodeAt(0) === MINUS))
      return Number(text) + 0
    const value = BigInt(text)
    const held = unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value)
    return held === value ? value : undefined
  }
  return {
    width: 8,
    charset: 'utf8',
    ...(zerofill > 0 ? { read: stripZeros } : {}),
    write: text => filled(valid(text), zerofill),
    decode: bytes => {
      if (bytes.length !== 8) return undefined
      const high = bytes.readInt32LE(4)
      // Most numbers are small, and a BigInt costs more than all the rest.
      if (high >= -SAFE_HIGH && high < SAFE_HIGH && !(unsigned && high < 0))
        return String(high * 0x100000000 + bytes.readUInt32LE())
      return String(unsigned ? bytes.readBigUInt64LE() : bytes.readBigInt64LE())
    },
    encode: text => {
      const value = valid(text)
      if (value === undefined) return undefined
      const bytes = Buffer.allocUnsafe(8)
      if (typeof value === 'number') {
        bytes.writeInt32LE(value | 0)
        bytes.writeInt32LE(Math.floor(value / 0x100000000), 4)
      } else {
        bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
      }
      return bytes
    },
    fallback: '0',
  }
}

/** A number of so many characters is exact. */
const SAFE_DIGITS = 15
/** So is one whose upper half is below this. */
const SAFE_HIGH = 0x100000
const MINUS = 0x2d

function filled(value: number | bigint | undefined, zerofill: number): string | undefined {
  return value === undefined ? undefined : String(value).padStart(zerofill, '0')
}

/** 0000, or 1901 to 2155. */
export const yearCodec: Codec = {
  width: 2,
  charset: 'utf8',
  write: validYear,
  decode: bytes => (bytes.length === 2 ? String(bytes.readUInt16LE()).padStart(4, '0') : undefined),
  encode: text => {
    const year = validYear(text)
    if (year === undefined) return undefined
    const bytes = Buffer.allocUnsafe(2)
    bytes.writeUInt16LE(Number(year))
    return bytes
  },
  fallback: '0000',
}

function validYear(text: string): string | undefined {
  const year = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (year === 0) return '0000'
  return year >= 1901 && year <= 2155 ? String(year) : undefined
}

/** DECIMAL has at most this many digits. */
const DIGITS_MAX = 65

/**
 * A masked value may have more digits than the column was declared with, which no client minds; it
 * always has those behind the point that the server would write.
 */
export function decimalCodec(scale: number, zerofill: number): Codec {
  return {
    width: Width.lenenc,
    charset: 'utf8',
    ...(zerofill > 0 ? { read: stripZeros } : {}),
    write: text => {
      const match = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(text)
      if (match === null) return undefined
      const [, sign = '', whole = '', fraction = ''] = match
      // Digits cut off here are the mask's own, made for a type that it knows no scale of.
      const shown = scale <= 38 ? fraction.slice(0, scale).padEnd(scale, '0') : fraction
      if (whole.length + shown.length > DIGITS_MAX) return undefined
      const zero = /^0+$/.test(whole) && /^0*$/.test(shown)
      const number = shown === '' ? whole : `${whole}.${shown}`
      return (zero ? '' : sign) + number.padStart(zerofill, '0')
    },
    fallback: '0',
  }
}
