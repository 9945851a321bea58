/** One statement, by its leading words. https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html */
import type { Statement } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { delete_ } from './delete.ts'
import { insert } from './insert.ts'
import { query, withClause } from './query.ts'
import { update } from './update.ts'

export function statement(cursor: Cursor): Statement {
  const { start, type, value } = cursor.token
  if (type === TokenType.Symbol && value === '(') return query(cursor)
  if (type !== TokenType.Word) cursor.fail('a statement')
  switch (value) {
    case 'SELECT':
    case 'TABLE':
    case 'VALUES':
      return query(cursor)
    case 'WITH':
      return withStatement(cursor)
    case 'INSERT':
    case 'REPLACE':
      return insert(cursor)
    case 'UPDATE':
      return update(cursor, undefined, start)
    case 'DELETE':
      return delete_(cursor, undefined, start)
    default:
      return cursor.fail('a statement')
  }
}

/** UPDATE and DELETE may stand behind WITH as queries do. */
function withStatement(cursor: Cursor): Statement {
  const { start } = cursor.token
  const clause = withClause(cursor)
  if (cursor.at('UPDATE')) return update(cursor, clause, start)
  if (cursor.at('DELETE')) return delete_(cursor, clause, start)
  return query(cursor, clause)
}
