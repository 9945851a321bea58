/**
 * Dates, times, timestamps and intervals. Days count from 2000-01-01, times are microseconds.
 * Source: datetime.c (EncodeDateTime, EncodeInterval), timestamp.c, date.c.
 */
import type { Codec, Codecs } from './codec.ts'

export const dates: Codecs = {
  date: { decode: decodeDate, encode: encodeDate },
  time: {
    decode: bytes => (bytes.length === 8 ? timeText(bytes.readBigInt64BE()) : undefined),
    encode: text => int64(parseTime(text)),
  },
  timetz: { decode: decodeTimetz, encode: encodeTimetz },
  timestamp: timestampCodec(''),
  timestamptz: timestampCodec('+00'),
  interval: { decode: decodeInterval, encode: encodeInterval },
}

const DAY_US = 86_400_000_000n
const INT32_MAX = 0x7fffffff
const INT32_MIN = -0x80000000
const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)

function int64(value: bigint | undefined): Buffer | undefined {
  if (value === undefined) return undefined
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

// ── Days ────────────────────────────────────────────────────────────────────────────────────────

/** 4714-11-24 BC, the first day of the Julian day count, and 5874897-12-31. */
const DAY_FIRST = -2_451_545
const DAY_LAST = 2_145_031_948
/** From 0000-03-01 to 2000-01-01: counted from March, the leap day is the last one of its year. */
const DAYS_TO_2000 = 730_425

interface Day {
  readonly text: string
  /** ` BC` or nothing; it comes last, behind time and zone. */
  readonly era: string
}

function dayText(day: number): Day {
  const days = day + DAYS_TO_2000
  const cycle = Math.floor(days / 146_097)
  const dayOfCycle = days - cycle * 146_097
  const century = Math.min(3, Math.floor(dayOfCycle / 36_524))
  const dayOfCentury = dayOfCycle - century * 36_524
  const quad = Math.floor(dayOfCentury / 1461)
  const dayOfQuad = dayOfCentury - quad * 1461
  const yearOfQuad = Math.min(3, Math.floor(dayOfQuad / 365))
  const dayOfYear = dayOfQuad - yearOfQuad * 365
  const march = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * march + 2) / 5) + 1
  const month = march < 10 ? march + 3 : march - 9
  const year = cycle * 400 + century * 100 + quad * 4 + yearOfQuad + (month <= 2 ? 1 : 0)
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return { text: `${shown}-${two(month)}-${two(date)}`, era: year > 0 ? '' : ' BC' }
}

function parseDay(year: string, month: string, date: string, era: string): number | undefined {
  const y = era === '' ? Number(year) : 1 - Number(year)
  const m = Number(month)
  const shifted = m <= 2 ? y - 1 : y
  const march = m <= 2 ? m + 9 : m - 3
  const cycle = Math.floor(shifted / 400)
  const yearOfCycle = shifted - cycle * 400
  const dayOfCycle =
    yearOfCycle * 365 +
    Math.floor(yearOfCycle / 4) -
    Math.floor(yearOfCycle / 100) +
    Math.floor((153 * march + 2) / 5) +
    Number(date) -
    1
  const day = cycle * 146_097 + dayOfCycle - DAYS_TO_2000
  if (day < DAY_FIRST || day > DAY_LAST) return undefined
  // A 31st of February comes out as another day.
  const back = dayText(day)
  return back.era === era && back.text === `${year}-${month}-${date}` ? day : undefined
}

function two(value: number | bigint): string {
  return value < 10 ? `0${value}` : String(value)
}

function decodeDate(bytes: Buffer): string | undefined {
  if (bytes.length !== 4) return undefined
  const day = bytes.readInt32BE()
  if (day === INT32_MAX) return 'infinity'
  if (day === INT32_MIN) return '-infinity'
  if (day < DAY_FIRST || day > DAY_LAST) return undefined
  const { text, era } = dayText(day)
  return text + era
}

function encodeDate(text: string): Buffer | undefined {
  const match = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/.exec(text)
  const [, year = '', month = '', date = '', era = ''] = match ?? []
  const day =
    text === 'infinity'
      ? INT32_MAX
      : text === '-infinity'
        ? INT32_MIN
        : match === null
          ? undefined
          : parseDay(year, month, date, era)
  if (day === undefined) return undefined
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(day)
  return bytes
}

// ── Times of day ────────────────────────────────────────────────────────────────────────────────

/** 24:00:00 is a time, nothing after it is. */
function timeText(us: bigint): string | undefined {
  return us < 0n || us > DAY_US ? undefined : clock(us)
}

function clock(us: bigint): string {
  const seconds = us / 1_000_000n
  const fraction = us % 1_000_000n
  const whole = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  return fraction === 0n
    ? whole
    : `${whole}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
}

function clockUs(hours: string, minutes: string, seconds: string, fraction = ''): bigint {
  const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)
  return whole * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
}

const TIME = /^(\d\d):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?/

function parseTime(text: string): bigint | undefined {
  const match = TIME.exec(text)
  if (match === null || match[0].length !== text.length) return undefined
  const [, hours = '', minutes = '', seconds = '', fraction] = match
  const us = clockUs(hours, minutes, seconds, fraction)
  return us > DAY_US ? undefined : us
}

/** Seconds east of Greenwich; the wire counts them to the west. */
function zoneText(east: number): string {
  const all = Math.abs(east)
  const seconds = all % 60
  const minutes = Math.floor(all / 60) % 60
  let text = (east < 0 ? '-' : '+') + two(Math.floor(all / 3600))
  if (minutes !== 0 || seconds !== 0) text += `:${two(minutes)}`
  return seconds === 0 ? text : `${text}:${two(seconds)}`
}

const ZONE = /([+-])(\d\d)(?::([0-5]\d))?(?::([0-5]\d))?$/

function zoneSeconds(match: RegExpExecArray): number {
  const [, sign, hours, minutes = '0', seconds = '0'] = match
  const all = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sign === '-' ? -all : all
}

function decodeTimetz(bytes: Buffer): string | undefined {
  if (bytes.length !== 12) return undefined
  const time = timeText(bytes.readBigInt64BE(0))
  return time === undefined ? undefined : time + zoneText(-bytes.readInt32BE(8))
}

function encodeTimetz(text: string): Buffer | undefined {
  const zone = ZONE.exec(text)
  const us = parseTime(zone === null ? text : text.slice(0, zone.index))
  if (us === undefined) return undefined
  const bytes = Buffer.allocUnsafe(12)
  bytes.writeBigInt64BE(us, 0)
  bytes.writeInt32BE(zone === null ? 0 : -zoneSeconds(zone), 8)
  return bytes
}

// ── Timestamps ──────────────────────────────────────────────────────────────────────────────────

const TIMESTAMP_LAST = 9_223_371_331_199_999_999n

function timestampCodec(zone: '' | '+00'): Codec {
  return {
    decode: bytes => {
      if (bytes.length !== 8) return undefined
      const us = bytes.readBigInt64BE()
      if (us === INT64_MAX) return 'infinity'
      if (us === INT64_MIN) return '-infinity'
      if (us > TIMESTAMP_LAST) return undefined
      const rest = us % DAY_US
      const time = rest < 0n ? rest + DAY_US : rest
      const day = Number((us - time) / DAY_US)
      if (day < DAY_FIRST) return undefined
      const { text, era } = dayText(day)
      return `${text} ${clock(time)}${zone}${era}`
    },
    encode: text => int64(parseTimestamp(text, zone !== '')),
  }
}

const TIMESTAMP = /^(\d{4,6})-(\d\d)-(\d\d) ([\d:.]+)([+-][\d:]+)?( BC)?$/

function parseTimestamp(text: string, zoned: boolean): bigint | undefined {
  if (text === 'infinity') return INT64_MAX
  if (text === '-infinity') return INT64_MIN
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const [, year = '', month = '', date = '', time = '', offset, era = ''] = match
  if (offset !== undefined && !zoned) return undefined
  const day = parseDay(year, month, date, era)
  const us = parseTime(time)
  const zone = offset === undefined ? undefined : ZONE.exec(offset)
  if (day === undefined || us === undefined || zone === null) return undefined
  const east = zone === undefined ? 0 : zoneSeconds(zone)
  const all = BigInt(day) * DAY_US + us - BigInt(east) * 1_000_000n
  return all > TIMESTAMP_LAST || all < BigInt(DAY_FIRST) * DAY_US ? undefined : all
}

// ── Intervals: Int64 microseconds, Int32 days, Int32 months ─────────────────────────────────────

function decodeInterval(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined
  const us = bytes.readBigInt64BE(0)
  const days = bytes.readInt32BE(8)
  const months = bytes.readInt32BE(12)
  if (us === INT64_MAX && days === INT32_MAX && months === INT32_MAX) return 'infinity'
  if (us === INT64_MIN && days === INT32_MIN && months === INT32_MIN) return '-infinity'
  const parts: string[] = []
  // A part behind a negative one says that it is positive.
  let negative = false
  const years = Math.trunc(months / 12)
  for (const [value, unit] of [
    [years, 'year'],
    [months - years * 12, 'mon'],
    [days, 'day'],
  ] as const) {
    if (value === 0) continue
    parts.push(`${negative && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`)
    negative = value < 0
  }
  if (us !== 0n || parts.length === 0)
    parts.push(us < 0n ? `-${clock(-us)}` : (negative ? '+' : '') + clock(us))
  return parts.join(' ')
}

const INTERVAL =
  /^(?:([+-]?\d{1,9}) years?)? ?(?:([+-]?\d{1,10}) mons?)? ?(?:([+-]?\d{1,10}) days?)? ?(?:([+-]?)(\d{2,10}):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?)?$/

function encodeInterval(text: string): Buffer | undefined {
  if (text === 'infinity') return intervalBytes(INT64_MAX, INT32_MAX, INT32_MAX)
  if (text === '-infinity') return intervalBytes(INT64_MIN, INT32_MIN, INT32_MIN)
  const match = INTERVAL.exec(text)
  if (match === null || text.trim() === '') return undefined
  const [, years = '0', mons = '0', days = '0', sign, hours = '0', minutes = '0', seconds = '0'] =
    match
  const time = clockUs(hours, minutes, seconds, match[8])
  return intervalBytes(sign === '-' ? -time : time, Number(days), Number(years) * 12 + Number(mons))
}

function intervalBytes(us: bigint, days: number, months: number): Buffer | undefined {
  if (BigInt.asIntN(64, us) !== us || days !== (days | 0) || months !== (months | 0))
    return undefined
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeBigInt64BE(us, 0)
  bytes.writeInt32BE(days, 8)
  bytes.writeInt32BE(months, 12)
  return bytes
}
