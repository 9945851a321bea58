/**
 * EXPLAIN, DESCRIBE and DESC, of a table or of a statement, and MariaDB's ANALYZE of a statement.
 * https://dev.mysql.com/doc/refman/9.7/en/explain.html
 */
import type { Describe, Explain, Statement, UserVariable } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { userVariable } from './literals.ts'
import { tableName } from './names.ts'

export function explain(cursor: Cursor): Explain | Describe {
  const { start } = cursor.advance()
  const mysqlAnalyze = !cursor.mariadb && cursor.accept('ANALYZE')
  if (!startsStatement(cursor)) {
    const options = explainOptions(cursor)
    if (options === undefined) return describe(cursor, start)
    return explained(cursor, { ...options, analyze: mysqlAnalyze, start })
  }
  const none = { format: undefined, into: undefined }
  return explained(cursor, { ...none, analyze: mysqlAnalyze, start })
}

/** MariaDB: after ANALYZE, which runs the statement. */
export function analyzeStatement(cursor: Cursor, start: number): Explain {
  const options = explainOptions(cursor) ?? { format: undefined, into: undefined }
  return explained(cursor, { ...options, analyze: true, start })
}

/** Whether ANALYZE is followed by a statement rather than by TABLE. */
export function analyzesStatement(cursor: Cursor): boolean {
  return startsStatement(cursor, 1) || (cursor.peekWord(1, 'FORMAT') && cursor.peekSymbol(2, '='))
}

function startsStatement(cursor: Cursor, offset = 0): boolean {
  const { type, value } = cursor.peek(offset)
  if (type === TokenType.Symbol) return value === '('
  if (type !== TokenType.Word) return false
  switch (value) {
    case 'SELECT':
    case 'INSERT':
    case 'REPLACE':
    case 'UPDATE':
    case 'DELETE':
    case 'WITH':
    case 'VALUES':
      return true
    case 'TABLE':
      return !cursor.mariadb
    default:
      return false
  }
}

type Options = Pick<Explain, 'format' | 'into'>

/** Undefined: what follows is the name of a table. */
function explainOptions(cursor: Cursor): Options | undefined {
  let found = false
  let format: string | undefined
  let into: UserVariable | undefined
  for (;;) {
    if (cursor.at('FORMAT') && cursor.peekSymbol(1, '=')) {
      cursor.advance()
      cursor.advance()
      format = cursor.nameOf(cursor.advance()).toLowerCase()
    } else if (cursor.accept('INTO')) into = userVariable(cursor)
    else if (isOption(cursor)) cursor.advance()
    else if (cursor.at('FOR') && !cursor.peekWord(1, 'CONNECTION')) {
      // MySQL: FOR SCHEMA name, FOR DATABASE name.
      cursor.advance()
      cursor.advance()
      cursor.name('a database')
    } else break
    found = true
  }
  const connection = cursor.at('FOR') && cursor.peekWord(1, 'CONNECTION')
  return found || connection ? { format, into } : undefined
}

function isOption(cursor: Cursor): boolean {
  return (cursor.at('EXTENDED') || cursor.at('PARTITIONS')) && startsStatement(cursor, 1)
}

function explained(cursor: Cursor, options: Options & Pick<Explain, 'analyze' | 'start'>): Explain {
  if (cursor.acceptWords('FOR', 'CONNECTION')) {
    const connection = cursor.grammar.expression(cursor)
    const statement = undefined
    return { kind: 'explain', ...options, statement, connection, end: cursor.end }
  }
  if (!startsStatement(cursor)) cursor.fail('a statement to explain')
  cursor.enter()
  const statement: Statement = cursor.grammar.statement(cursor)
  cursor.leave()
  return { kind: 'explain', ...options, statement, connection: undefined, end: cursor.end }
}

function describe(cursor: Cursor, start: number): Describe {
  const table = tableName(cursor)
  const string = cursor.token.type === TokenType.String
  const column = cursor.atEnd() ? undefined : string ? cursor.string() : cursor.name()
  return { kind: 'describe', table, column, start, end: cursor.end }
}
