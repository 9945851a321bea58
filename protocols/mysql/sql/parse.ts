/**
 * Reads a text of one or several statements completely, or says why it cannot.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html
 */
import type { Statement } from './ast.ts'
import type { LexerOptions } from './lexer/options.ts'
import type { Token } from './lexer/token.ts'

export type ParsedText =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[] }
  | { readonly ok: false; readonly message: string; readonly position: number | undefined }

export interface ParsedStatement {
  readonly node: Statement
  readonly start: number
  readonly end: number
  /** Without the delimiter. Executable comments that run are tokens like the rest. */
  readonly tokens: readonly Token[]
  /** How many `?` there are. */
  readonly parameters: number
}

export function parse(text: string, options: LexerOptions): ParsedText {
  return { ok: false, message: `unreadable under ${options.flavour}`, position: text.length }
}
