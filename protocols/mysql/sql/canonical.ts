/**
 * A text without its comments and with single spaces, that the same server reads as the same
 * tokens. What executable comments hold, if it runs, stands there as ordinary text.
 * https://dev.mysql.com/doc/refman/9.7/en/comments.html
 */
import { isSpace } from './lexer/characters.ts'
import type { LexerOptions } from './lexer/options.ts'
import { type Token, TokenType } from './lexer/token.ts'

/** `tokens` are those that the lexer cut from the text, or a part of them in a row. */
export function canonical(text: string, tokens: readonly Token[], options: LexerOptions): string {
  const pieces: string[] = []
  let last: Token | undefined
  for (const token of tokens) {
    if (token.type === TokenType.End) break
    if (last !== undefined) pieces.push(gap(text, last, token, options))
    pieces.push(text.slice(token.start, token.end))
    last = token
  }
  return pieces.join('')
}

/** No gap stays none: `sum(` is an aggregate and `sum (` is not. */
function gap(text: string, before: Token, after: Token, options: LexerOptions): string {
  // Two minus signs before a comment would begin one before a space.
  if (before.value === '-' && after.value === '-') return ' '
  if (before.end === after.start) return ''
  const parenthesis = after.type === TokenType.Symbol && after.value === '('
  if (!options.ignoreSpace || !parenthesis) return ' '
  // IGNORE_SPACE takes space for no gap, but not a comment.
  for (let at = before.end; at < after.start; at++) {
    if (!isSpace(text.charCodeAt(at))) return '/**/'
  }
  return ' '
}
