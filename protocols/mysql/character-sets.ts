/**
 * Which character sets a client may speak. The bytes of a statement are read here and by the
 * server, and must mean the same to both: in sjis, big5 or gbk a backslash can be half a character.
 * The numbers are collations: https://dev.mysql.com/doc/refman/9.7/en/charset-charsets.html
 */
import type { Flavour } from './packets/handshake-v10.ts'

export type CharacterSet = 'utf8mb4' | 'utf8mb3' | 'ascii' | 'binary' | 'latin1'

const ofCollation: ReadonlyMap<number, CharacterSet> = new Map([
  ...all('utf8mb4', [45, 46, ...range(224, 247), ...range(255, 323)]),
  ...all('utf8mb3', [33, 76, 83, ...range(192, 215), 223]),
  ...all('ascii', [11, 65]),
  ...all('binary', [63]),
  ...all('latin1', [5, 8, 15, 31, 47, 48, 49, 94]),
  // MariaDB's: without padding, 1024 higher, and those of Unicode 14.
  ...all('utf8mb4', [1069, 1070, ...range(1248, 1271), ...range(2304, 2559)]),
  ...all('utf8mb3', [1057, 1107, ...range(1216, 1239), ...range(2048, 2303)]),
  ...all('ascii', [1035, 1089]),
])

/** Undefined for one that is not to be used, or not known. */
export function characterSetOf(collation: number): CharacterSet | undefined {
  return ofCollation.get(collation)
}

export interface ServerKind {
  readonly version: string
  readonly flavour: Flavour
}

/** utf8mb4_0900_ai_ci, the default of MySQL 8 and newer, or utf8mb4_general_ci, which all have. */
export function defaultCollation({ version, flavour }: ServerKind): number {
  return flavour === 'mysql' && Number.parseInt(version, 10) >= 8 ? 255 : 45
}

/**
 * The collation to ask the upstream for; undefined when the client's cannot be used. Old drivers
 * say latin1, or nothing, and mean nothing by it: their statements are ASCII or not read at all.
 */
export function collationForUpstream(collation: number, server: ServerKind): number | undefined {
  if (collation === 0) return defaultCollation(server)
  const characterSet = characterSetOf(collation)
  if (characterSet === undefined) return undefined
  if (characterSet === 'latin1') return defaultCollation(server)
  // One byte in the handshake; and a number that the server does not know would mean its default.
  if (collation <= 247) return collation
  return characterSet === 'utf8mb4' ? defaultCollation(server) : baseCollation(characterSet)
}

function baseCollation(characterSet: CharacterSet): number {
  return characterSet === 'utf8mb3' ? 33 : 11
}

function all(
  characterSet: CharacterSet,
  collations: readonly number[],
): readonly (readonly [number, CharacterSet])[] {
  return collations.map(collation => [collation, characterSet] as const)
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
