/**
 * `generalize`: dates become the first day of their year, month or decade, numbers the lower end of
 * their bucket. What cannot be read (infinity, NaN, another DateStyle) is undefined, and the caller
 * redacts it.
 */
import type { ValueType } from '../protocols/protocol.ts'
import { lowestOf, YEAR, yearFrom } from './integers.ts'
import { utcTimestamp } from './timestamps.ts'

export type DateStep = 'year' | 'month' | 'decade'

type Apply = (value: string) => string | undefined

/** Undefined for types that have nothing coarser: texts, UUIDs, times of day. */
export function generalized(
  type: ValueType,
  to: DateStep = 'year',
  bucket?: number,
): Apply | undefined {
  switch (type.class) {
    case 'date':
      return value => dateStart(value, to)
    case 'timestamp':
      return value => suffixed(dateStart(value, to), ' 00:00:00')
    case 'timestamptz':
      return value => suffixed(dateStart(utcTimestamp(value) ?? '', to), ' 00:00:00+00')
    case 'integer':
      return integerBuckets(type.name, bucket ?? 10)
    case 'float':
      return value => decimalBucket(value, bucket ?? 10)
    case 'decimal':
      // Mostly amounts of money, where tens would say too much.
      return type.name === 'money' ? undefined : value => decimalBucket(value, bucket ?? 1000)
    default:
      return undefined
  }
}

const NO_DATE = '0000-00-00'
const DATE = /^(\d{4,7})-(\d\d)-\d\d(?: [\d:.]+)?( BC)?$/

function dateStart(value: string, to: DateStep): string | undefined {
  const match = DATE.exec(value)
  if (match === null) return undefined
  const [, year = '', month = '', era = ''] = match
  // MySQL's date of no day, of which nothing is left to be hidden.
  if (value.startsWith(NO_DATE)) return NO_DATE
  if (to === 'month' && month !== '00') return `${year}-${month}-01${era}`
  if (to !== 'decade') return `${year}-01-01${era}`
  // There is no year 0; the first decade starts with 1.
  const decade = Math.max(1, Math.floor(Number(year) / 10) * 10)
  return `${String(decade).padStart(4, '0')}-01-01${era}`
}

function suffixed(date: string | undefined, time: string): string | undefined {
  if (date === undefined) return undefined
  return date.endsWith(' BC') ? `${date.slice(0, -3)}${time} BC` : date + time
}

function integerBuckets(typeName: string, bucket: number): Apply {
  const lowest = lowestOf(typeName)
  if (typeName !== YEAR) return value => integerBucket(value, bucket, lowest)
  return value => {
    const start = integerBucket(value, bucket, lowest)
    return start === undefined ? undefined : yearFrom(Number(start))
  }
}

function integerBucket(
  value: string,
  bucket: number,
  lowest: bigint | undefined,
): string | undefined {
  if (!/^-?\d{1,20}$/.test(value) || !(bucket > 0)) return undefined
  const size = Math.max(1, Math.round(bucket))
  const number = Number(value)
  // The usual case: small enough that neither rounding nor the type's lower end matters.
  if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) return String(number - (number % size))
  const start = floorBig(BigInt(value), BigInt(size))
  return String(lowest !== undefined && start < lowest ? lowest : start)
}

function decimalBucket(value: string, bucket: number): string | undefined {
  if (!(bucket > 0)) return undefined
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value)
  if (match !== null && Number.isInteger(bucket)) {
    const [, sign = '', whole = '', fraction = ''] = match
    const number = BigInt(sign + whole)
    // A fraction moves a negative number below its whole part.
    const below = sign === '-' && /[1-9]/.test(fraction) ? 1n : 0n
    return String(floorBig(number - below, BigInt(bucket)))
  }
  const number = Number(value)
  if (!Number.isFinite(number) || value.trim() === '') return undefined
  return plainNumber(Math.floor(number / bucket) * bucket)
}

function floorBig(value: bigint, size: bigint): bigint {
  const rest = value % size
  return rest < 0n ? value - rest - size : value - rest
}

/** Twelve digits are enough for a bucket, and hide what binary fractions leave behind. */
function plainNumber(value: number): string {
  return String(Number(value.toPrecision(12)))
}
