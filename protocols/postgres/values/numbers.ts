/** Integers, floats, numeric and money. Source: int.c, int8.c, float.c, numeric.c, cash.c. */
import type { Codec, Codecs } from './codec.ts'

const INTEGER = /^-?\d{1,20}$/

export const numbers: Codecs = {
  int2: integer(2, bytes => bytes.readInt16BE(), -32768, 32767),
  int4: integer(4, bytes => bytes.readInt32BE(), -2147483648, 2147483647),
  int8: {
    decode: bytes => (bytes.length === 8 ? bytes.readBigInt64BE().toString() : undefined),
    encode: text => int64(INTEGER.test(text) ? BigInt(text) : undefined),
  },
  oid: integer(4, bytes => bytes.readUInt32BE(), 0, 4294967295),
  xid: integer(4, bytes => bytes.readUInt32BE(), 0, 4294967295),
  cid: integer(4, bytes => bytes.readUInt32BE(), 0, 4294967295),
  float4: {
    decode: bytes => (bytes.length === 4 ? floatText(bytes.readFloatBE(), 6) : undefined),
    encode: text => {
      const value = parseFloatText(text)
      if (value === undefined) return undefined
      const bytes = Buffer.allocUnsafe(4)
      bytes.writeFloatBE(value)
      return bytes
    },
  },
  float8: {
    decode: bytes => (bytes.length === 8 ? floatText(bytes.readDoubleBE(), 15) : undefined),
    encode: text => {
      const value = parseFloatText(text)
      if (value === undefined) return undefined
      const bytes = Buffer.allocUnsafe(8)
      bytes.writeDoubleBE(value)
      return bytes
    },
  },
  numeric: { decode: decodeNumeric, encode: encodeNumeric },
  money: { decode: decodeMoney, encode: encodeMoney },
}

function integer(
  size: 2 | 4,
  read: (bytes: Buffer) => number,
  lowest: number,
  highest: number,
): Codec {
  return {
    decode: bytes => (bytes.length === size ? String(read(bytes)) : undefined),
    encode: text => {
      const value = INTEGER.test(text) ? Number(text) : Number.NaN
      if (!(value >= lowest && value <= highest)) return undefined
      const bytes = Buffer.allocUnsafe(size)
      if (size === 2) bytes.writeInt16BE(value)
      else bytes.writeInt32BE(value | 0)
      return bytes
    },
  }
}

function int64(value: bigint | undefined): Buffer | undefined {
  if (value === undefined || BigInt.asIntN(64, value) !== value) return undefined
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

// ── Floats ──────────────────────────────────────────────────────────────────────────────────────

/**
 * The shortest digits that read back as the same value, as float.c writes them: with an exponent
 * below 1e-4 and from 1e`fixedDigits` on.
 */
function floatText(value: number, fixedDigits: 6 | 15): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const shortest = fixedDigits === 6 ? shortestFloat4(value) : shortestFloat8(value)
  const [mantissa = '', exponentText = ''] = shortest.split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= fixedDigits)
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  const sign = value < 0 ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`)
}

function shortestFloat4(value: number): string {
  for (let digits = 0; digits < 8; digits += 1) {
    const text = roundedToEven(value, digits)
    const read = Number(text)
    // Halfway to a neighbour reads back right by rounding to even, on which the server does not rely.
    const neighbour = 2 * read - value
    const halfway = read !== value && Math.fround(neighbour) === neighbour
    if (Math.fround(read) === value && !halfway) return text
  }
  return value.toExponential(8)
}

/** `toExponential`, but a value in the middle of two texts takes the one with the even digit. */
function roundedToEven(value: number, digits: number): string {
  const text = value.toExponential(digits)
  const longer = value.toExponential(digits + 1)
  const middle = /5e/.test(longer) && Number(longer) === value
  return middle ? text.replace(/[13579](?=e)/, digit => String(Number(digit) - 1)) : text
}

/** JavaScript does rely on it. Only above 2^53 can a number so short lie halfway. */
function shortestFloat8(value: number): string {
  const text = value.toExponential()
  const size = Math.abs(value)
  if (size <= Number.MAX_SAFE_INTEGER || size > 1e41) return text
  let digits = text.split('e')[0]?.split('.')[1]?.length ?? 0
  // A zero added to the same text is still halfway.
  while (digits < 16 && isHalfway(value.toExponential(digits), value)) digits += 1
  return value.toExponential(digits)
}

function isHalfway(text: string, value: number): boolean {
  const [digits = '', exponent] = text.split('e')
  const fraction = digits.split('.')[1]?.length ?? 0
  const read = BigInt(digits.replace('.', '')) * 10n ** BigInt(Number(exponent) - fraction)
  const exact = BigInt(value)
  const neighbour = 2n * read - exact
  return read !== exact && BigInt(Number(neighbour)) === neighbour
}

function parseFloatText(text: string): number | undefined {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return Number(text)
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

// ── numeric ─────────────────────────────────────────────────────────────────────────────────────
//
//  ┌─────────┬────────┬──────┬────────┬────────────────────┐
//  │ ndigits │ weight │ sign │ dscale │ digit, base 10000 …│
//  │  Int16  │ Int16  │Int16 │ Int16  │ Int16 × ndigits    │
//  └─────────┴────────┴──────┴────────┴────────────────────┘

const NUMERIC_SPECIAL: ReadonlyMap<number, string> = new Map([
  [0xc000, 'NaN'],
  [0xd000, 'Infinity'],
  [0xf000, '-Infinity'],
])

function decodeNumeric(bytes: Buffer): string | undefined {
  if (bytes.length < 8 || bytes.length !== 8 + 2 * bytes.readUInt16BE(0)) return undefined
  const count = bytes.readUInt16BE(0)
  const weight = bytes.readInt16BE(2)
  const sign = bytes.readUInt16BE(4)
  const scale = bytes.readUInt16BE(6)
  if (sign !== 0 && sign !== 0x4000) return NUMERIC_SPECIAL.get(sign)
  let digits = ''
  for (let i = 0; i < count; i += 1) {
    const digit = bytes.readUInt16BE(8 + 2 * i)
    if (digit > 9999) return undefined
    digits += String(digit).padStart(4, '0')
  }
  const point = (weight + 1) * 4
  const whole =
    point <= 0
      ? '0'
      : digits
          .slice(0, point)
          .padEnd(point, '0')
          .replace(/^0+(?=\d)/, '')
  const behind = point < 0 ? '0'.repeat(-point) + digits : digits.slice(point)
  const fraction = behind.slice(0, scale).padEnd(scale, '0')
  return (sign === 0 ? '' : '-') + (scale === 0 ? whole : `${whole}.${fraction}`)
}

const NUMERIC_SCALE_MAX = 16383

function encodeNumeric(text: string): Buffer | undefined {
  // The server's own infinities have a scale of 32, which means nothing.
  for (const [sign, name] of NUMERIC_SPECIAL)
    if (text === name) return numericBytes([], 0, sign, text === 'NaN' ? 0 : 32)
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', wholeText = '', fraction = ''] = match
  const whole = wholeText.replace(/^0+/, '')
  const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + fraction
  const digits = (padded.match(/\d{1,4}/g) ?? []).map(group => Number(group.padEnd(4, '0')))
  const first = digits.findIndex(digit => digit !== 0)
  const last = digits.findLastIndex(digit => digit !== 0)
  const weight = Math.ceil(whole.length / 4) - 1 - first
  if (fraction.length > NUMERIC_SCALE_MAX || weight > 32767) return undefined
  if (first < 0) return numericBytes([], 0, 0, fraction.length)
  const signCode = sign === '' ? 0 : 0x4000
  return numericBytes(digits.slice(first, last + 1), weight, signCode, fraction.length)
}

function numericBytes(
  digits: readonly number[],
  weight: number,
  sign: number,
  scale: number,
): Buffer {
  const bytes = Buffer.allocUnsafe(8 + 2 * digits.length)
  bytes.writeUInt16BE(digits.length, 0)
  bytes.writeInt16BE(weight, 2)
  bytes.writeUInt16BE(sign, 4)
  bytes.writeUInt16BE(scale, 6)
  digits.forEach((digit, i) => {
    bytes.writeUInt16BE(digit, 8 + 2 * i)
  })
  return bytes
}

// ── money: cents, written as in the C locale ────────────────────────────────────────────────────

function decodeMoney(bytes: Buffer): string | undefined {
  if (bytes.length !== 8) return undefined
  const cents = bytes.readBigInt64BE()
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `${cents < 0n ? '-' : ''}$${whole}.${digits.slice(-2)}`
}

function encodeMoney(text: string): Buffer | undefined {
  const match = /^(-?)\$?(\d[\d,]*)(?:\.(\d\d))?$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', cents = '00'] = match
  return int64(BigInt(`${sign}${whole.replaceAll(',', '')}${cents}`))
}
