/**
 * DATE, DATETIME, TIMESTAMP and TIME. In a binary row they take as few bytes as their value needs:
 *
 *     ┌────────┬──────┬───────┬─────┬──────┬────────┬────────┬──────────────┐
 *     │ length │ year │ month │ day │ hour │ minute │ second │ microseconds │  length 0, 4, 7, 11
 *     │   1    │  2   │   1   │  1  │  1   │   1    │   1    │      4       │
 *     └────────┴──────┴───────┴─────┴──────┴────────┴────────┴──────────────┘
 *     ┌────────┬──────────┬──────┬──────┬────────┬────────┬──────────────┐
 *     │ length │ negative │ days │ hour │ minute │ second │ microseconds │          length 0, 8, 12
 *     │   1    │    1     │  4   │  1   │   1    │   1    │      4       │
 *     └────────┴──────────┴──────┴──────┴────────┴────────┴──────────────┘
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html#sect_protocol_binary_resultset_row_value_date
 */
import { type Codec, Width } from './codec.ts'

interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microseconds: number
}

/** Zero dates and days that a month does not have are values too. */
export const dateCodec: Codec = {
  width: Width.dated,
  charset: 'utf8',
  write: text => (parseDate(text) === undefined ? undefined : text),
  decode: bytes => {
    const moment = decodeMoment(bytes)
    return moment === undefined ? undefined : dateText(moment)
  },
  encode: text => {
    const date = parseDate(text)
    return date === undefined ? undefined : encodeMoment(date)
  },
  fallback: '1970-01-01',
}

/** `decimals` above 6 means that the number of digits differs from value to value. */
export function datetimeCodec(decimals: number): Codec {
  const write = (moment: Moment) =>
    `${dateText(moment)} ${two(moment.hour)}:${two(moment.minute)}:${two(moment.second)}` +
    fractionText(moment.microseconds, decimals)
  return {
    width: Width.dated,
    charset: 'utf8',
    write: text => {
      const moment = parseDatetime(text)
      return moment === undefined ? undefined : write(moment)
    },
    decode: bytes => {
      const moment = decodeMoment(bytes)
      return moment === undefined ? undefined : write(moment)
    },
    encode: text => {
      const moment = parseDatetime(text)
      return moment === undefined ? undefined : encodeMoment(cut(moment, decimals))
    },
    fallback: '1970-01-01 00:00:00',
  }
}

const HOURS_MAX = 838

export function timeCodec(decimals: number): Codec {
  return {
    width: Width.dated,
    charset: 'utf8',
    write: text => {
      const time = parseTime(text)
      return time === undefined ? undefined : timeText(time, decimals)
    },
    decode: bytes => {
      const time = decodeTime(bytes)
      return time === undefined ? undefined : timeText(time, decimals)
    },
    encode: text => {
      const time = parseTime(text)
      return time === undefined ? undefined : encodeTime(cut(time, decimals))
    },
    fallback: '00:00:00',
  }
}

// ── Dates ───────────────────────────────────────────────────────────────────────────────────────

/** `2024-01-31 10:00:00.5`; an expression would cost more than all the rest. */
function parseDatetime(text: string): Moment | undefined {
  const { length } = text
  if (length < 19 || length === 20 || length > 26) return undefined
  const separators =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === SPACE &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    (length === 19 || text.charCodeAt(19) === POINT)
  if (!separators) return undefined
  return checked({
    year: digits(text, 0, 4),
    month: digits(text, 5, 7),
    day: digits(text, 8, 10),
    hour: digits(text, 11, 13),
    minute: digits(text, 14, 16),
    second: digits(text, 17, 19),
    microseconds: length === 19 ? 0 : digits(text, 20, length) * 10 ** (26 - length),
  })
}

function parseDate(text: string): Moment | undefined {
  return text.length === 10 ? parseDatetime(`${text} 00:00:00`) : undefined
}

const DASH = 0x2d
const SPACE = 0x20
const COLON = 0x3a
const POINT = 0x2e

/** NaN when one is no digit. */
function digits(text: string, start: number, end: number): number {
  let number = 0
  for (let i = start; i < end; i += 1) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

function checked(moment: Moment): Moment | undefined {
  const { year, month, day, hour, minute, second, microseconds } = moment
  const valid =
    year <= 9999 &&
    month <= 12 &&
    day <= 31 &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    microseconds <= 999_999
  return valid ? moment : undefined
}

function decodeMoment(bytes: Buffer): Moment | undefined {
  const { length } = bytes
  if (length !== 0 && length !== 4 && length !== 7 && length !== 11) return undefined
  return checked({
    year: length >= 4 ? bytes.readUInt16LE() : 0,
    month: bytes[2] ?? 0,
    day: bytes[3] ?? 0,
    hour: bytes[4] ?? 0,
    minute: bytes[5] ?? 0,
    second: bytes[6] ?? 0,
    microseconds: length === 11 ? bytes.readUInt32LE(7) : 0,
  })
}

function encodeMoment(moment: Moment): Buffer {
  const { year, month, day, hour, minute, second, microseconds } = moment
  const length = microseconds > 0 ? 11 : hour + minute + second > 0 ? 7 : 4
  if (length === 4 && year + month + day === 0) return Buffer.of(0)
  const bytes = Buffer.allocUnsafe(12)
  bytes[0] = length
  bytes[1] = year
  bytes[2] = year >> 8
  bytes[3] = month
  bytes[4] = day
  bytes[5] = hour
  bytes[6] = minute
  bytes[7] = second
  bytes.writeUInt32LE(microseconds, 8)
  return bytes.subarray(0, length + 1)
}

function dateText({ year, month, day }: Moment): string {
  return `${two(Math.floor(year / 100))}${two(year % 100)}-${two(month)}-${two(day)}`
}

// ── Times, which reach from -838:59:59 to 838:59:59 ─────────────────────────────────────────────

interface Time {
  readonly negative: boolean
  /** Days included. */
  readonly hours: number
  readonly minute: number
  readonly second: number
  readonly microseconds: number
}

const TIME = /^(-?)(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/

function parseTime(text: string): Time | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, sign, hours, minute, second, fraction = ''] = match
  return checkedTime({
    negative: sign === '-',
    hours: Number(hours),
    minute: Number(minute),
    second: Number(second),
    microseconds: Number(fraction.padEnd(6, '0')),
  })
}

function checkedTime(time: Time): Time | undefined {
  const { hours, minute, second, microseconds } = time
  const valid = hours <= HOURS_MAX && minute <= 59 && second <= 59 && microseconds <= 999_999
  return valid ? time : undefined
}

function decodeTime(bytes: Buffer): Time | undefined {
  const { length } = bytes
  if (length !== 0 && length !== 8 && length !== 12) return undefined
  return checkedTime({
    negative: bytes[0] === 1,
    hours: (length > 0 ? bytes.readUInt32LE(1) : 0) * 24 + (bytes[5] ?? 0),
    minute: bytes[6] ?? 0,
    second: bytes[7] ?? 0,
    microseconds: length === 12 ? bytes.readUInt32LE(8) : 0,
  })
}

function encodeTime({ negative, hours, minute, second, microseconds }: Time): Buffer {
  if (hours + minute + second + microseconds === 0) return Buffer.of(0)
  const length = microseconds > 0 ? 12 : 8
  const bytes = Buffer.allocUnsafe(13)
  bytes[0] = length
  bytes[1] = negative ? 1 : 0
  bytes.writeUInt32LE(Math.floor(hours / 24), 2)
  bytes[6] = hours % 24
  bytes[7] = minute
  bytes[8] = second
  bytes.writeUInt32LE(microseconds, 9)
  return bytes.subarray(0, length + 1)
}

function timeText(time: Time, decimals: number): string {
  const { negative, hours, minute, second, microseconds } = time
  const text = `${two(hours)}:${two(minute)}:${two(second)}${fractionText(microseconds, decimals)}`
  return (negative && /[1-9]/.test(text) ? '-' : '') + text
}

// ── Shared ──────────────────────────────────────────────────────────────────────────────────────

const FRACTION_DIGITS = 6

function fractionText(microseconds: number, decimals: number): string {
  if (decimals === 0) return ''
  if (decimals > FRACTION_DIGITS && microseconds === 0) return ''
  return `.${String(microseconds).padStart(FRACTION_DIGITS, '0').slice(0, decimals)}`
}

/** Digits that the column does not have are left off in binary rows as they are in text rows. */
function cut<T extends { readonly microseconds: number }>(value: T, decimals: number): T {
  if (decimals >= FRACTION_DIGITS) return value
  const unit = 10 ** (FRACTION_DIGITS - decimals)
  return { ...value, microseconds: value.microseconds - (value.microseconds % unit) }
}

/** At least two digits. */
function two(value: number): string {
  return TWO_DIGITS[value] ?? String(value)
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))
