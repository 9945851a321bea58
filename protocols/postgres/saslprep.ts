/**
 * SASLprep of a password, as Postgres does it on both sides: what the profile prohibits is used as
 * it is, because a password need not be text that the profile likes.
 * https://www.rfc-editor.org/rfc/rfc4013
 */
import {
  leftToRight,
  mappedToNothing,
  nonAsciiSpaces,
  prohibited,
  rightToLeft,
  unassigned,
} from './saslprep-tables.ts'

/** The prepared password, or the password itself where the profile has no answer. */
export function saslprep(password: string): string {
  if (/^\p{ASCII}*$/u.test(password)) return password
  let mapped = ''
  for (const character of password) {
    if (within(nonAsciiSpaces, character)) mapped += ' '
    else if (!within(mappedToNothing, character)) mapped += character
  }
  const prepared = mapped.normalize('NFKC')
  return prepared !== '' && allowed(prepared) ? prepared : password
}

function allowed(prepared: string): boolean {
  const characters = [...prepared]
  if (characters.some(c => within(prohibited, c) || within(unassigned, c))) return false
  if (!characters.some(c => within(rightToLeft, c))) return true
  // RFC 3454 section 6: text that has a right-to-left character has no left-to-right one, and
  // begins and ends with one.
  const [first] = characters
  const last = characters.at(-1)
  return (
    first !== undefined &&
    last !== undefined &&
    within(rightToLeft, first) &&
    within(rightToLeft, last) &&
    !characters.some(c => within(leftToRight, c))
  )
}

/** Tables are unpacked when a password first needs them: nearly all are ASCII. */
const unpacked = new Map<string, readonly (readonly [number, number])[]>()

function within(table: string, character: string): boolean {
  let ranges = unpacked.get(table)
  if (ranges === undefined) {
    ranges = unpack(table)
    unpacked.set(table, ranges)
  }
  const point = character.codePointAt(0) ?? 0
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = ranges[middle]
    if (range === undefined) return false
    if (point < range[0]) high = middle - 1
    else if (point > range[1]) low = middle + 1
    else return true
  }
  return false
}

function unpack(table: string): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  let end = 0
  for (const range of table.split(' ')) {
    const [distance = '', more = '0'] = range.split('-')
    const start = end + Number.parseInt(distance, 36)
    end = start + Number.parseInt(more, 36)
    ranges.push([start, end])
  }
  return ranges
}
