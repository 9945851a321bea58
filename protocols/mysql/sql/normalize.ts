/**
 * A text with its literals replaced by `?` and its comments by nothing: what search and statistics
 * may see. Texts that were read are written from their tokens. Broken ones are read by halves:
 * where it cannot tell, it hides the rest, and all comments, those that the server runs as well.
 */
import type { LexerOptions } from './lexer/options.ts'
import { type Token, TokenType } from './lexer/token.ts'

export function normalizeTokens(text: string, tokens: readonly Token[]): string {
  let written = ''
  let end = tokens[0]?.start ?? 0
  for (const token of tokens) {
    if (token.type === TokenType.End || token.type === TokenType.Hint) continue
    if (token.start > end) written += ' '
    written += literals.has(token.type) ? '?' : text.slice(token.start, token.end)
    end = token.end
  }
  return written.trim()
}

const literals: ReadonlySet<TokenType> = new Set([
  TokenType.String,
  TokenType.NationalString,
  TokenType.Integer,
  TokenType.Decimal,
  TokenType.Float,
  TokenType.Hex,
  TokenType.Bit,
  TokenType.DollarString,
])

type Modes = Pick<LexerOptions, 'ansiQuotes' | 'noBackslashEscapes'>

const token =
  /--(?=[\s\p{Cc}]|$)[^\n]*|#[^\n]*|\/\*|@['"`]?|(?:\b[nNxXbB]|\b_\w+\s*)?'|"|`|\$\$|(?<![\w$\u0080-\uffff.])(?:0[xX][\dA-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$\u0080-\uffff])|[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w$\u0080-\uffff]*|\s+|[\s\S]/gu

export function normalizeBroken(text: string, modes: Modes): string {
  const parts: string[] = []
  token.lastIndex = 0
  for (;;) {
    const match = token.exec(text)
    if (match === null) return parts.join('').trim()
    const found = match[0]
    const last = found.charAt(found.length - 1)
    if (found === '/*') {
      const end = text.indexOf('*/', token.lastIndex)
      token.lastIndex = end < 0 ? text.length : end + 2
      parts.push(' ')
    } else if (/^(?:--.|#)/s.test(found) || found === '--') parts.push(' ')
    else if (found === '$$') {
      const end = text.indexOf('$$', token.lastIndex)
      token.lastIndex = end < 0 ? text.length : end + 2
      parts.push('?')
    } else if (last === '`' || (last === '"' && modes.ansiQuotes) || /^@['"]$/.test(found)) {
      const end = quoteEnd(text, token.lastIndex, last, false)
      parts.push(text.slice(match.index, end))
      token.lastIndex = end
    } else if (last === "'" || last === '"') {
      parts.push('?')
      token.lastIndex = quoteEnd(text, token.lastIndex, last, !modes.noBackslashEscapes)
    } else if (/^\.?\d/.test(found)) parts.push('?')
    else parts.push(/^\s/.test(found) ? ' ' : found)
  }
}

function quoteEnd(text: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from; at < text.length; at++) {
    const each = text.charAt(at)
    if (escapes && each === '\\') at++
    else if (each === quote) {
      if (text.charAt(at + 1) !== quote) return at + 1
      at++
    }
  }
  return text.length
}
