/** The canaries of the sample schema in the bytes of MySQL's protocol, binary rows included. */
import { leaksIn } from './canary.ts'

/** The upper six bytes that all scores share, as a binary row has them: least byte first. */
const score = ((): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(555_000_000_000n)
  return bytes.subarray(2)
})()

/** Length, year, month: 1961-03 and 1961-04. */
const born = [3, 4].map(month => Buffer.from([4, 1961 & 0xff, 1961 >> 8, month]))

/** Names of the secrets that the bytes show. */
export function mysqlLeaksIn(bytes: Buffer): string[] {
  const found = leaksIn(bytes)
  if (bytes.includes(score)) found.push('score in binary')
  if (born.some(each => bytes.includes(each))) found.push('born in binary')
  return found
}
