/**
 * FLOAT and DOUBLE as the server writes them (dtoa.c, my_gcvt and my_fcvt): the shortest digits
 * that read back as the same DOUBLE, no more than six digits of a FLOAT, or a fixed number behind
 * the point where the column was declared so.
 */
import type { Codec } from './codec.ts'

/** `decimals` of a column without a fixed number of digits. */
const NOT_FIXED = 31
/** FLT_DIG. A FLOAT has more, which the server does not show. */
const FLOAT_DIGITS = 6
/** DBL_DIG. Outside of 1e-15 to 1e15 there is an exponent. */
const POINT_MAX = 15

export function floatCodec(size: 4 | 8, decimals: number, zerofill: number): Codec {
  const write = (value: number) =>
    decimals < NOT_FIXED ? fixedText(value, decimals) : floatText(value, size)
  return {
    width: size,
    charset: 'utf8',
    ...(zerofill > 0 ? { read: stripZeros } : {}),
    write: text => {
      const value = parseFloatText(text, size)
      return value === undefined ? undefined : write(value).padStart(zerofill, '0')
    },
    decode: bytes => {
      if (bytes.length !== size) return undefined
      const value = size === 4 ? bytes.readFloatLE() : bytes.readDoubleLE()
      return Number.isFinite(value) ? write(value) : undefined
    },
    encode: text => {
      const value = parseFloatText(text, size)
      if (value === undefined) return undefined
      const bytes = Buffer.allocUnsafe(size)
      if (size === 4) bytes.writeFloatLE(value)
      else bytes.writeDoubleLE(value)
      return bytes
    },
    fallback: '0',
  }
}

/** What a client sends: all digits that tell the value from its neighbours, infinities too. */
export function shortestFloat(size: 4 | 8): Codec {
  return {
    width: size,
    charset: 'utf8',
    decode: bytes => {
      if (bytes.length !== size) return undefined
      return size === 8 ? String(bytes.readDoubleLE()) : shortestFloat4(bytes.readFloatLE())
    },
    fallback: null,
  }
}

/** Nine digits always are enough. */
function shortestFloat4(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return String(shorter)
  }
  return String(Number(value.toPrecision(9)))
}

/** The zeros of ZEROFILL are not of the value. */
export function stripZeros(text: string): string {
  return text.replace(/^0+(?=\d)/, '')
}

export function floatText(value: number, size: 4 | 8): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const shortest = size === 4 ? sixDigits(value) : value.toExponential()
  const [mantissa = '', exponentText = ''] = shortest.split('e')
  const sign = value < 0 ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '')
  const point = Number(exponentText) + 1
  if (point <= -POINT_MAX || point > POINT_MAX) return `${mantissa}e${point - 1}`
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  const whole = digits.slice(0, point).padEnd(point, '0')
  const fraction = digits.slice(point)
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`)
}

function sixDigits(value: number): string {
  const [mantissa = '', exponent = ''] = toEven(
    value.toExponential(FLOAT_DIGITS - 1),
    value.toExponential(FLOAT_DIGITS),
    value,
  ).split('e')
  const digits = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  return `${digits}e${exponent}`
}

/** JavaScript rounds a value in the middle up, the server to the even digit. */
function toEven(rounded: string, longer: string, value: number): string {
  const middle = digitsOf(longer).endsWith('5') && Number(longer) === value
  if (!middle) return rounded
  const digits = digitsOf(rounded)
  const even = digits.replace(/[13579]$/, digit => String(Number(digit) - 1))
  return even + rounded.slice(digits.length)
}

/** Without the exponent. */
function digitsOf(text: string): string {
  return text.split('e', 1)[0] ?? text
}

function fixedText(value: number, decimals: number): string {
  const shortest = plainDigits(value)
  const [whole = '', fraction = ''] = shortest.split('.')
  if (fraction.length <= decimals)
    return decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`
  return toEven(value.toFixed(decimals), value.toFixed(decimals + 1), value)
}

/** The shortest digits, never with an exponent. */
function plainDigits(value: number): string {
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e')
  const digits = mantissa.replace(/[-.]/g, '')
  const point = Number(exponentText) + 1
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  const fraction = digits.slice(point)
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}${fraction === '' ? '' : `.${fraction}`}`
}

/** The nearest value of the type; undefined for what is no number or too large for it. */
function parseFloatText(text: string, size: 4 | 8): number | undefined {
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return undefined
  const value = size === 4 ? Math.fround(Number(text)) : Number(text)
  return Number.isFinite(value) ? value : undefined
}
