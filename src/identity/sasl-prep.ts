/**
 * SASLprep (RFC 4013) the way Postgres and libpq do it: a password that the profile forbids, or
 * that is no valid text, is used as it stands. https://www.rfc-editor.org/rfc/rfc4013
 */
import type { CodePointRanges } from './stringprep-tables.ts'
import {
  leftToRight,
  mappedToNothing,
  nonAsciiSpace,
  prohibited,
  rightToLeft,
  unassigned,
} from './stringprep-tables.ts'

/** The bytes to derive keys from, in UTF-8. */
export function saslPrepare(password: string): Buffer {
  const raw = Buffer.from(password, 'utf8')
  if (isAscii(password) || raw.toString('utf8') !== password) return raw
  const prepared = profile(password)
  return prepared === undefined ? raw : Buffer.from(prepared, 'utf8')
}

function profile(password: string): string | undefined {
  const mapped = [...password]
    .map(character => (isIn(nonAsciiSpace, codePoint(character)) ? ' ' : character))
    .filter(character => !isIn(mappedToNothing, codePoint(character)))
    .join('')
  const points = [...mapped.normalize('NFKC')].map(codePoint)
  if (points.length === 0) return undefined
  if (points.some(point => isIn(prohibited, point) || isIn(unassigned, point))) return undefined
  return directionsAgree(points) ? String.fromCodePoint(...points) : undefined
}

/** RFC 3454 section 6: right-to-left text stands alone, and at both ends. */
function directionsAgree(points: readonly number[]): boolean {
  const isRight = (point: number | undefined) => point !== undefined && isIn(rightToLeft, point)
  if (!points.some(isRight)) return true
  return (
    !points.some(point => isIn(leftToRight, point)) && isRight(points[0]) && isRight(points.at(-1))
  )
}

function isIn(ranges: CodePointRanges, point: number): boolean {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [from, to] = ranges[middle] ?? [0, 0]
    if (point < from) high = middle - 1
    else if (point > to) low = middle + 1
    else return true
  }
  return false
}

/** Postgres leaves such passwords alone, control characters included. */
function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}
