/**
 * Reads a text of one or several statements completely, or says why it cannot.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html
 */
import type { Statement } from './ast.ts'
import { lex } from './lexer/lexer.ts'
import type { LexerOptions } from './lexer/options.ts'
import type { Token } from './lexer/token.ts'
import { likeNames } from './like-names.ts'
import { Cursor, type Grammar } from './parse/cursor.ts'
import { bits, expression } from './parse/expression.ts'
import { query, queryAround } from './parse/query.ts'
import { statement } from './parse/statement.ts'
import { SqlSyntaxError } from './syntax-error.ts'

export type ParsedText =
  | { readonly ok: true; readonly statements: readonly ParsedStatement[] }
  | { readonly ok: false; readonly message: string; readonly position: number | undefined }

export interface ParsedStatement {
  readonly node: Statement
  readonly start: number
  readonly end: number
  /** Without the delimiter. What executable comments hold, if they run, is among them. */
  readonly tokens: readonly Token[]
  /** How many `?` there are. */
  readonly parameters: number
}

const grammar: Grammar = { expression, operand: bits, query, queryAround, statement }

export function parse(text: string, options: LexerOptions): ParsedText {
  try {
    return { ok: true, statements: readAll(text, options) }
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error
    return { ok: false, message: error.message, position: error.position }
  }
}

function readAll(text: string, options: LexerOptions): readonly ParsedStatement[] {
  const tokens = lex(text, options)
  const statements: ParsedStatement[] = []
  const cursor = new Cursor(text, tokens, 0, options, grammar)
  for (;;) {
    while (cursor.acceptSymbol(';'));
    if (cursor.atEnd()) return distinct(statements, text)
    const first = cursor.index
    const { start } = cursor.token
    cursor.parameters = 0
    const node = statement(cursor)
    if (!cursor.atEnd()) cursor.fail('the end of the statement')
    const { end, parameters } = cursor
    statements.push({ node, start, end, tokens: tokens.slice(first, cursor.index), parameters })
  }
}

/** Of two such names nobody can tell which one a server means by the other. */
function distinct(
  statements: readonly ParsedStatement[],
  text: string,
): readonly ParsedStatement[] {
  const name = likeNames(text, statements)
  if (name !== undefined) throw new SqlSyntaxError(`two names differ in the case of '${name}'`, 0)
  return statements
}
