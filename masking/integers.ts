/**
 * Whole numbers made from keyed digests and permutations, within what each type holds. Types are
 * told apart by their server's own name, of which no two servers have the same for integers.
 */
import type { IntegerPermutation, KeyedHash, PermutationBits } from './keyed.ts'

export interface IntegerType {
  readonly bits: 8 | 16 | 24 | 32 | 64
  readonly unsigned: boolean
}

const signed = (bits: IntegerType['bits']): IntegerType => ({ bits, unsigned: false })
const unsigned = (bits: IntegerType['bits']): IntegerType => ({ bits, unsigned: true })

const TYPES: ReadonlyMap<string, IntegerType> = new Map([
  // Postgres
  ['int2', signed(16)],
  ['int4', signed(32)],
  ['int8', signed(64)],
  // MySQL and MariaDB
  ['tinyint', signed(8)],
  ['tinyint unsigned', unsigned(8)],
  ['smallint', signed(16)],
  ['smallint unsigned', unsigned(16)],
  ['mediumint', signed(24)],
  ['mediumint unsigned', unsigned(24)],
  ['int', signed(32)],
  ['int unsigned', unsigned(32)],
  ['bigint', signed(64)],
  ['bigint unsigned', unsigned(64)],
])

/** The least value that a bucket may begin with; undefined where none is known. */
export function lowestOf(typeName: string): bigint | undefined {
  const type = TYPES.get(typeName)
  if (type === undefined) return undefined
  return type.unsigned ? 0n : -(2n ** BigInt(type.bits - 1))
}

/** Never negative. */
export function integerHash(typeName: string, digest: KeyedHash): (value: string) => string {
  if (typeName === YEAR) return value => yearOf(1 + (bitsOf(digest.hex(value), 31) % YEARS))
  const type = TYPES.get(typeName)
  // Of others, as of Postgres's oid, a bit stays unused.
  const count = type === undefined ? 31 : type.unsigned ? type.bits : type.bits - 1
  if (count <= 32) return value => String(bitsOf(digest.hex(value), count))
  return value => String(BigInt.asUintN(count, leading(digest.hex(value))))
}

/**
 * Types of 32 and 64 bits share a permutation, so that a foreign key of the other width still
 * joins. What does not fit into it gets a token above it, which can meet none of them.
 */
export function integerToken(
  typeName: string,
  digest: KeyedHash,
  permutation: (bits: PermutationBits) => IntegerPermutation,
): (value: string) => string {
  if (typeName === YEAR) {
    const years = permutation(8)
    return value => yearOf(years.apply(Math.max(0, Number(value) - 1900)) & 0xff)
  }
  const { bits, unsigned } = TYPES.get(typeName) ?? OID
  if (bits === 64) {
    const small = permutation(32)
    const apply = unsigned ? smallUnsigned(small) : smallSigned(small)
    return value => apply(value) ?? String(LARGE | BigInt.asUintN(62, leading(digest.hex(value))))
  }
  const whole = permutation(bits)
  if (!unsigned) return value => String(whole.apply(Number(value)))
  const unused = 32 - bits
  return value => String((whole.apply(Number(value)) << unused) >>> unused)
}

/** As which types without an entry are treated. */
const OID = unsigned(32)

const LARGE = 1n << 62n

/** The first 64 bits of a digest. */
function leading(hex: string): bigint {
  return BigInt(`0x${hex.slice(0, 16)}`)
}

/** The token of a number of 32 bits with a sign; undefined for any other. */
export function smallSigned(
  permutation: IntegerPermutation,
): (value: string) => string | undefined {
  return value => {
    if (!SIGNED.test(value)) return undefined
    const number = Number(value)
    return number === (number | 0) ? String(permutation.apply(number)) : undefined
  }
}

/** The same of a number of 32 bits without a sign. */
export function smallUnsigned(
  permutation: IntegerPermutation,
): (value: string) => string | undefined {
  return value => {
    if (!UNSIGNED.test(value)) return undefined
    const number = Number(value)
    return number === number >>> 0 ? String(permutation.apply(number) >>> 0) : undefined
  }
}

const SIGNED = /^-?\d{1,10}$/
const UNSIGNED = /^\d{1,10}$/

/** The first `count` bits of a digest, up to 32. */
export function bitsOf(hex: string, count: number): number {
  return Number.parseInt(hex.slice(0, 8), 16) >>> (32 - count)
}

// ── MySQL's YEAR: one byte, which is 0000 and 1901 to 2155 ──────────────────────────────────────

export const YEAR = 'year'
const YEARS = 255
const FIRST_YEAR = 1901

function yearOf(byte: number): string {
  return byte === 0 ? '0000' : String(1900 + byte)
}

/** The bucket that begins there begins with a year that the type has. */
export function yearFrom(start: number): string {
  return start === 0 ? yearOf(0) : String(Math.max(FIRST_YEAR, start))
}
