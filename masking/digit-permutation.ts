/**
 * A keyed permutation of all texts of so many decimal digits: the Feistel network of FF1 (NIST SP
 * 800-38G) with HMAC-SHA-256 for its round function. Two values of one length never meet, which a
 * digest cut to a few digits could not promise.
 */
import type { KeyedHash } from './keyed.ts'

const ROUNDS = 10
/** Halves of up to 15 digits are exact in a double, and so is the sum of two. */
const DIGITS_MAX = 30

/** Texts under different tweaks are permuted differently. Throws RangeError beyond 30 digits. */
export function permuteDigits(digits: string, tweak: string, digest: KeyedHash): string {
  if (digits.length > DIGITS_MAX) throw new RangeError(`expected up to ${DIGITS_MAX} digits`)
  const half = digits.length >> 1
  let left = digits.slice(0, half)
  let right = digits.slice(half)
  for (let round = 0; round < ROUNDS; round += 1) {
    const { length } = left
    const modulus = 10 ** length
    const added = roundValue(digest, `${round} ${digits.length} ${tweak} ${right}`, modulus)
    const sum = (Number(left) + added) % modulus
    left = right
    right = length === 0 ? '' : String(sum).padStart(length, '0')
  }
  return left + right
}

/** Sixty-four bits more than are kept, so that no remainder is likelier than another. */
function roundValue(digest: KeyedHash, message: string, modulus: number): number {
  return Number(BigInt(`0x${digest.hex(message).slice(0, 30)}`) % BigInt(modulus))
}
