/**
 * The shape of a text: the text with its plain number and string literals replaced by marks that
 * keep their class. Two texts of one shape have the same tree but for the values of constants.
 * Anything tricky has no shape. standard_conforming_strings is on for every session.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

const Space = 1
const Word = 2
const Digit = 3
const Quote = 4
const DoubleQuote = 5
const Dollar = 6
const Dot = 7
const Plain = 8
const Dash = 9
const Slash = 10

/** What a character may begin; 0 has no place outside of quotes. */
const classes = new Uint8Array(128)
for (const code of [9, 10, 12, 13, 32]) classes[code] = Space
for (let code = 0x30; code <= 0x39; code++) classes[code] = Digit
for (let code = 0x41; code <= 0x5a; code++) classes[code] = classes[code + 32] = Word
classes[0x5f] = Word
for (const each of '(),;=<>+*%^!@#&|~?:[]`') classes[each.charCodeAt(0)] = Plain
classes[0x27] = Quote
classes[0x22] = DoubleQuote
classes[0x24] = Dollar
classes[0x2e] = Dot
classes[0x2d] = Dash
classes[0x2f] = Slash

/** Marks begin with a character that has no place outside of quotes. */
const integerMark = '\u0001i'
const longMark = '\u0001l'
const decimalMark = '\u0001d'
const stringMark = '\u0001s'

/** undefined: the text has no shape. */
export function shapeOf(text: string): string | undefined {
  const length = text.length
  let key = ''
  let kept = 0
  let at = 0
  while (at < length) {
    const code = text.charCodeAt(at)
    switch (code < 128 ? classes[code] : 0) {
      case Space:
      case Plain:
        at++
        break
      case Word: {
        at = wordEnd(text, at + 1, length)
        // E'…', B'…', N'…' and the like; U&'…' ends in an ampersand.
        if (text.charCodeAt(at) === 0x27) return undefined
        break
      }
      case Digit:
      case Dot: {
        const end = numberEnd(text, at, length)
        if (end < 0) return undefined
        if (end === at) {
          at++
          break
        }
        const mark = numberMark(text, at, end)
        if (mark === undefined) return undefined
        key += text.slice(kept, at) + mark
        kept = at = end
        break
      }
      case Quote: {
        if (text.charCodeAt(at - 1) === 0x26) return undefined
        const end = stringEnd(text, at + 1, length)
        if (end < 0) return undefined
        key += text.slice(kept, at) + stringMark
        kept = at = end
        break
      }
      case DoubleQuote: {
        if (text.charCodeAt(at - 1) === 0x26) return undefined
        const end = identifierEnd(text, at + 1, length)
        if (end < 0) return undefined
        at = end
        break
      }
      case Dollar: {
        // $1 stands as it is; $tag$ would open a string.
        const end = digitsEnd(text, at + 1, length)
        if (end === at + 1 || joins(text.charCodeAt(end))) return undefined
        at = end
        break
      }
      case Dash:
        if (text.charCodeAt(++at) === 0x2d) return undefined
        break
      case Slash:
        if (text.charCodeAt(++at) === 0x2a) return undefined
        break
      default:
        return undefined
    }
  }
  return kept === 0 ? text : key + text.slice(kept)
}

function wordEnd(text: string, from: number, length: number): number {
  let at = from
  while (at < length) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? classes[code] : 0
    if (kind !== Word && kind !== Digit && kind !== Dollar) break
    at++
  }
  return at
}

function digitsEnd(text: string, from: number, length: number): number {
  let at = from
  while (at < length && isDigit(text.charCodeAt(at))) at++
  return at
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** A character that may not follow a number or a parameter, or would be read into it. */
function joins(code: number): boolean {
  if (Number.isNaN(code)) return false
  if (code >= 128) return true
  const kind = classes[code]
  return kind === Word || kind === Dollar || kind === Digit
}

/** `from` itself when a dot stands alone; -1 when it is tricky: 1a, 1..2, 0x1F, 1_000. */
function numberEnd(text: string, from: number, length: number): number {
  let at = digitsEnd(text, from, length)
  const whole = at > from
  if (text.charCodeAt(at) === 0x2e) {
    const end = digitsEnd(text, at + 1, length)
    if (!whole && end === at + 1) return from
    at = end
    if (text.charCodeAt(at) === 0x2e) return -1
  }
  const exponent = text.charCodeAt(at) | 0x20
  if (exponent === 0x65) {
    const sign = text.charCodeAt(at + 1)
    const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1
    const end = digitsEnd(text, digits, length)
    if (end === digits) return -1
    at = end
  }
  return joins(text.charCodeAt(at)) ? -1 : at
}

/** Integers that fit four bytes are another token than those that do not. */
function numberMark(text: string, from: number, to: number): string | undefined {
  const length = to - from
  for (let at = from; at < to; at++) {
    if (!isDigit(text.charCodeAt(at))) return decimalMark
  }
  if (length <= 9) return integerMark
  if (text.charCodeAt(from) === 0x30) return undefined
  return length === 10 && Number(text.slice(from, to)) <= 0x7fffffff ? integerMark : longMark
}

/** After the closing quote; -1 when it is missing, or has a backslash in it. */
function stringEnd(text: string, from: number, length: number): number {
  let at = from
  while (at < length) {
    const code = text.charCodeAt(at++)
    if (code === 0x5c) return -1
    if (code !== 0x27) continue
    if (text.charCodeAt(at) !== 0x27) return at
    at++
  }
  return -1
}

function identifierEnd(text: string, from: number, length: number): number {
  let at = from
  while (at < length) {
    if (text.charCodeAt(at++) !== 0x22) continue
    if (text.charCodeAt(at) !== 0x22) return at
    at++
  }
  return -1
}
