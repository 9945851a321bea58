/**
 * Numbers, and the names that begin like one. The order of the tests is the server's.
 * https://dev.mysql.com/doc/refman/9.7/en/number-literals.html
 */
import { SqlSyntaxError } from '../syntax-error.ts'
import { isDigit, isHexDigit, isNamePart } from './characters.ts'
import { type Token, TokenType } from './token.ts'

/** At a digit. Undefined: what stands here is a name, such as `1a`. */
export function readNumber(text: string, start: number, mysql: boolean): Token | undefined {
  if (text.charCodeAt(start) === 48) {
    const prefixed = readPrefixed(text, start)
    if (prefixed !== undefined || isPrefix(text.charCodeAt(start + 1))) return prefixed
  }
  let at = start + 1
  while (isDigit(text.charCodeAt(at))) at++
  const code = text.charCodeAt(at)
  // MariaDB's `1..9` is a range.
  const range = !mysql && text.charCodeAt(at + 1) === 46
  if (code === 46 && !range) return readFraction(text, start, at)
  if (!isNamePart(code)) return number(TokenType.Integer, text, start, at)
  if (code !== 69 && code !== 101) return undefined
  const sign = text.charCodeAt(at + 1)
  const exponent = sign === 43 || sign === 45 ? at + 2 : at + 1
  if (!isDigit(text.charCodeAt(exponent))) return undefined
  return number(TokenType.Float, text, start, pastDigits(text, exponent))
}

/** `point` is where the dot stands. */
export function readFraction(text: string, start: number, point: number): Token {
  const at = pastDigits(text, point + 1)
  const code = text.charCodeAt(at)
  if (code !== 69 && code !== 101) return number(TokenType.Decimal, text, start, at)
  const sign = text.charCodeAt(at + 1)
  const exponent = sign === 43 || sign === 45 ? at + 2 : at + 1
  if (!isDigit(text.charCodeAt(exponent))) {
    // MySQL drops such a number and goes on behind it, as if nothing had been written.
    throw new SqlSyntaxError('a number has no exponent', start)
  }
  return number(TokenType.Float, text, start, pastDigits(text, exponent))
}

/** 0x… and 0b…; in upper case they are names. */
function readPrefixed(text: string, start: number): Token | undefined {
  const kind = text.charCodeAt(start + 1)
  if (!isPrefix(kind)) return undefined
  let at = start + 2
  if (kind === 120) while (isHexDigit(text.charCodeAt(at))) at++
  else while (text.charCodeAt(at) === 48 || text.charCodeAt(at) === 49) at++
  if (at === start + 2 || isNamePart(text.charCodeAt(at))) return undefined
  const type = kind === 120 ? TokenType.Hex : TokenType.Bit
  return { type, start, end: at, value: text.slice(start + 2, at) }
}

function isPrefix(code: number): boolean {
  return code === 120 || code === 98
}

function pastDigits(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at++
  return at
}

function number(type: TokenType, text: string, start: number, end: number): Token {
  return { type, start, end, value: text.slice(start, end) }
}
