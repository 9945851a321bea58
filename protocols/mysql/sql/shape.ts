/**
 * The shape of a text: the text with its plain number and string literals replaced by marks that
 * keep their class. Two texts of one shape have the same tree but for the values of constants.
 * Anything tricky has no shape: comments, introducers, quoted variables, letters beyond ASCII.
 * https://dev.mysql.com/doc/refman/en/literals.html
 */
import type { LexerOptions } from './lexer/options.ts'

const Space = 1
const Word = 2
const Digit = 3
const Quote = 4
const DoubleQuote = 5
const Backtick = 6
const Dot = 7
const Plain = 8
const Dash = 9
const Slash = 10
const At = 11

/** What a character may begin; 0 has no place outside of quotes, or makes the text tricky. */
const classes = new Uint8Array(128)
for (const code of [9, 10, 12, 13, 32]) classes[code] = Space
for (let code = 0x30; code <= 0x39; code++) classes[code] = Digit
for (let code = 0x41; code <= 0x5a; code++) classes[code] = classes[code + 32] = Word
classes[0x5f] = Word
for (const each of '(),;=<>+*%^!&|~?:[]') classes[each.charCodeAt(0)] = Plain
classes[0x27] = Quote
classes[0x22] = DoubleQuote
classes[0x60] = Backtick
classes[0x2e] = Dot
classes[0x2d] = Dash
classes[0x2f] = Slash
classes[0x40] = At

/** Marks begin with a character that has no place outside of quotes. */
const integerMark = '\u0001i'
const longMark = '\u0001l'
const decimalMark = '\u0001d'
const floatMark = '\u0001f'
const stringMark = '\u0001s'

/** undefined: the text has no shape. */
export function shapeOf(
  text: string,
  { ansiQuotes, noBackslashEscapes }: Pick<LexerOptions, 'ansiQuotes' | 'noBackslashEscapes'>,
): string | undefined {
  const length = text.length
  let key = ''
  let kept = 0
  let at = 0
  while (at < length) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? classes[code] : 0
    switch (kind) {
      case Space:
      case Plain:
        at++
        break
      case Word:
        at = wordEnd(text, at + 1, length)
        // N'…', X'…', B'…', _utf8mb4'…': another kind of literal.
        if (isQuote(text.charCodeAt(at))) return undefined
        break
      case At: {
        // @name and @@name; what follows in quotes is no literal.
        while (text.charCodeAt(at) === 0x40) at++
        if (classes[text.charCodeAt(at)] !== Word) return undefined
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
        key += text.slice(kept, at) + numberMark(text, at, end)
        kept = at = end
        break
      }
      case Quote:
      case DoubleQuote: {
        if (kind === DoubleQuote && ansiQuotes) {
          at = nameEnd(text, at + 1, length, code)
          if (at < 0) return undefined
          break
        }
        const end = stringEnd(text, at + 1, length, code, noBackslashEscapes)
        if (end < 0) return undefined
        key += text.slice(kept, at) + stringMark
        kept = at = end
        break
      }
      case Backtick:
        at = nameEnd(text, at + 1, length, code)
        if (at < 0) return undefined
        break
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

function isQuote(code: number): boolean {
  return code === 0x27 || code === 0x22
}

function wordEnd(text: string, from: number, length: number): number {
  let at = from
  while (at < length) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? classes[code] : 0
    if (kind !== Word && kind !== Digit) break
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

/** A character that would be read into a name: `1a`, `1$`, `1é` are names. */
function joins(code: number): boolean {
  if (Number.isNaN(code)) return false
  if (code >= 128 || code === 0x24) return true
  const kind = classes[code]
  return kind === Word || kind === Digit
}

/** `from` itself when a dot stands alone; -1 when it is tricky: 1a, 1..2, 0x1F, t.1. */
function numberEnd(text: string, from: number, length: number): number {
  let at = digitsEnd(text, from, length)
  const whole = at > from
  if (text.charCodeAt(at) === 0x2e) {
    const end = digitsEnd(text, at + 1, length)
    if (!whole && end === at + 1) return from
    // Next to a name the digits are one, too: t.1, `t`.1.
    if (!whole && mayFollowName(text, from)) return -1
    at = end
    if (text.charCodeAt(at) === 0x2e) return -1
  } else if (text.charCodeAt(from - 1) === 0x2e) return -1
  if ((text.charCodeAt(at) | 0x20) === 0x65) {
    const sign = text.charCodeAt(at + 1)
    const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1
    const end = digitsEnd(text, digits, length)
    if (end === digits) return -1
    at = end
  }
  const next = text.charCodeAt(at)
  return joins(next) || isQuote(next) ? -1 : at
}

function mayFollowName(text: string, dot: number): boolean {
  const before = text.charCodeAt(dot - 1)
  if (Number.isNaN(before)) return false
  return before === 0x60 || before === 0x22 || classes[before] === Word
}

/** Numbers that are too large for an integer are decimals. */
function numberMark(text: string, from: number, to: number): string {
  let mark = to - from <= 18 ? integerMark : longMark
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x2e) mark = decimalMark
    else if (!isDigit(code)) return floatMark
  }
  return mark
}

/** After the closing quote; -1 when it is missing. */
function stringEnd(
  text: string,
  from: number,
  length: number,
  quote: number,
  noBackslashEscapes: boolean,
): number {
  let at = from
  while (at < length) {
    const code = text.charCodeAt(at++)
    if (code === 0x5c && !noBackslashEscapes) at++
    if (code !== quote) continue
    if (text.charCodeAt(at) !== quote) return at
    at++
  }
  return -1
}

function nameEnd(text: string, from: number, length: number, quote: number): number {
  let at = from
  while (at < length) {
    if (text.charCodeAt(at++) !== quote) continue
    if (text.charCodeAt(at) !== quote) return at
    at++
  }
  return -1
}
