/** OVER and WINDOW. https://dev.mysql.com/doc/refman/9.7/en/window-functions-frames.html */
import type { Expression, Window } from '../ast.ts'
import { orderByClause } from './clauses.ts'
import type { Cursor } from './cursor.ts'

/** After OVER: a name, or a definition in parentheses. */
export function over(cursor: Cursor): Window {
  const { start } = cursor.token
  if (cursor.atSymbol('(')) return windowDefinition(cursor)
  const base = cursor.name('a window')
  return { base, partitionBy: [], orderBy: [], frame: [], start, end: cursor.end }
}

export function windowDefinition(cursor: Cursor): Window {
  const { start } = cursor.token
  cursor.expectSymbol('(')
  const base = isBase(cursor) ? cursor.name() : undefined
  const partitionBy: Expression[] = []
  if (cursor.accept('PARTITION')) {
    cursor.expect('BY')
    do partitionBy.push(cursor.grammar.expression(cursor))
    while (cursor.acceptSymbol(','))
  }
  const orderBy = orderByClause(cursor)
  const frame = frameClause(cursor)
  cursor.expectSymbol(')')
  return { base, partitionBy, orderBy, frame, start, end: cursor.end }
}

function isBase(cursor: Cursor): boolean {
  if (!cursor.atName()) return false
  // Not reserved in MariaDB, so that only what follows tells them from a name.
  const unit = cursor.at('ROWS') || cursor.at('RANGE') || cursor.at('GROUPS')
  return !unit || cursor.peekSymbol(1, ')')
}

function frameClause(cursor: Cursor): readonly Expression[] {
  if (cursor.acceptAny('ROWS', 'RANGE', 'GROUPS') === undefined) return []
  const bounds: Expression[] = []
  if (cursor.accept('BETWEEN')) {
    bound(cursor, bounds)
    cursor.expect('AND')
    bound(cursor, bounds)
  } else bound(cursor, bounds)
  if (cursor.accept('EXCLUDE')) {
    if (cursor.acceptWords('CURRENT', 'ROW') || cursor.acceptWords('NO', 'OTHERS')) return bounds
    if (!cursor.accept('GROUP')) cursor.expect('TIES')
  }
  return bounds
}

function bound(cursor: Cursor, bounds: Expression[]): void {
  if (cursor.acceptWords('CURRENT', 'ROW')) return
  if (!cursor.accept('UNBOUNDED')) bounds.push(cursor.grammar.expression(cursor))
  if (!cursor.accept('PRECEDING')) cursor.expect('FOLLOWING')
}
