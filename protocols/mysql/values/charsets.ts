/**
 * What a collation's number says about the bytes of a text: the character set, and how many bytes
 * a character takes at most. Source: information_schema.COLLATION_CHARACTER_SET_APPLICABILITY of
 * MariaDB 10.11 and MySQL 9.7, where the same number never means two character sets.
 */

export interface Charset {
  readonly name: 'binary' | 'utf8' | 'latin1' | 'other'
  /** mbmaxlen */
  readonly characterBytesMax: number
}

export const binaryCollation = 63

const BINARY: Charset = { name: 'binary', characterBytesMax: 1 }
const UTF8MB4: Charset = { name: 'utf8', characterBytesMax: 4 }
const UTF8MB3: Charset = { name: 'utf8', characterBytesMax: 3 }
const ASCII: Charset = { name: 'utf8', characterBytesMax: 1 }
const LATIN1: Charset = { name: 'latin1', characterBytesMax: 1 }
/** Lengths come out too short rather than too long. */
const OTHER: Charset = { name: 'other', characterBytesMax: 4 }

/** MariaDB adds this for the NO PAD variant of a collation. */
const NO_PAD = 1024
const LATIN1_COLLATIONS: ReadonlySet<number> = new Set([5, 8, 15, 31, 47, 48, 49, 94])

export function charsetOf(collation: number): Charset {
  // Newer Unicode collations of MariaDB: one block for each character set.
  if (collation >= 2048 && collation < 2304) return UTF8MB3
  if (collation >= 2304 && collation < 2560) return UTF8MB4
  const base = collation >= NO_PAD && collation < 2048 ? collation - NO_PAD : collation
  if (base === binaryCollation) return BINARY
  if (base === 11 || base === 65) return ASCII
  if (LATIN1_COLLATIONS.has(base)) return LATIN1
  if (isUtf8mb4(base)) return UTF8MB4
  if (base === 33 || base === 76 || base === 83 || (base >= 192 && base <= 223)) return UTF8MB3
  if (base >= 576 && base <= 578) return UTF8MB3
  return OTHER
}

function isUtf8mb4(base: number): boolean {
  if (base === 45 || base === 46) return true
  return (base >= 224 && base <= 247) || (base >= 255 && base <= 323) || isMariadbUtf8mb4(base)
}

function isMariadbUtf8mb4(base: number): boolean {
  return base >= 608 && base <= 610
}
