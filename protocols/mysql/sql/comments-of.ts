/**
 * What the comments of a text say: ordinary ones, that no server runs. They stand between tokens.
 * https://dev.mysql.com/doc/refman/9.7/en/comments.html
 */
import { lex } from './lexer/lexer.ts'
import type { LexerOptions } from './lexer/options.ts'
import { SqlSyntaxError } from './syntax-error.ts'

/** The marks of a comment that the server runs are no comment themselves. */
const comment = /--(?<dashes>[^\n]*)|#(?<hash>[^\n]*)|\/\*(?!M?!)(?<block>.*?)\*\//gs

/** Without their marks. None of a text that cannot be read. */
export function commentsOf(text: string, options: LexerOptions): readonly string[] {
  const comments: string[] = []
  let end = 0
  for (const token of tokensOf(text, options)) {
    for (const { groups } of text.slice(end, token.start).matchAll(comment))
      comments.push(groups?.['dashes'] ?? groups?.['hash'] ?? groups?.['block'] ?? '')
    end = token.end
  }
  return comments
}

function tokensOf(text: string, options: LexerOptions): ReturnType<typeof lex> {
  try {
    return lex(text, options)
  } catch (error) {
    if (error instanceof SqlSyntaxError) return []
    throw error
  }
}
