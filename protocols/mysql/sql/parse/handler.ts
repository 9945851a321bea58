/** HANDLER. https://dev.mysql.com/doc/refman/9.7/en/handler.html */
import type { Expression, Handler } from '../ast.ts'
import { limitClause } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { tableAlias, tableName } from './names.ts'

const comparisons = new Set(['=', '<', '<=', '>', '>='])

export function handler(cursor: Cursor): Handler {
  const { start } = cursor.advance()
  const table = tableName(cursor)
  const action = cursor.acceptAny('OPEN', 'READ', 'CLOSE')
  const alias = action === 'open' ? tableAlias(cursor) : undefined
  switch (action) {
    case 'open':
    case 'close':
      return { kind: 'handler', action, table, alias, expressions: [], start, end: cursor.end }
    case 'read': {
      const expressions = read(cursor)
      return { kind: 'handler', action, table, alias, expressions, start, end: cursor.end }
    }
    default:
      return cursor.fail('OPEN, READ or CLOSE')
  }
}

function read(cursor: Cursor): readonly Expression[] {
  const found: Expression[] = []
  const first = cursor.at('FIRST') || cursor.at('NEXT')
  if (first) cursor.advance()
  else {
    if (!cursor.accept('PRIMARY')) cursor.name('an index')
    if (comparisons.has(cursor.token.value)) {
      cursor.advance()
      cursor.expectSymbol('(')
      do found.push(cursor.grammar.expression(cursor))
      while (cursor.acceptSymbol(','))
      cursor.expectSymbol(')')
    } else if (cursor.acceptAny('FIRST', 'NEXT', 'PREV', 'LAST') === undefined) {
      cursor.fail('FIRST, NEXT, PREV or LAST')
    }
  }
  if (cursor.accept('WHERE')) found.push(cursor.grammar.expression(cursor))
  limitClause(cursor)
  return found
}
