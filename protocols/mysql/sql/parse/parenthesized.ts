/**
 * What stands in parentheses where a value may stand: a query, a value, or a row of values. Which
 * one it is only the innermost parentheses tell: `((select 1) union select 2)`, `((select 1) + 1)`.
 * https://dev.mysql.com/doc/refman/9.7/en/subqueries.html
 */
import type { Expression, Query, Ranged } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { continuesQuery, startsQuery } from './query-start.ts'

export interface Items extends Ranged {
  readonly kind: 'items'
  readonly items: readonly Expression[]
}

/** At the opening parenthesis. */
export function parenthesized(cursor: Cursor): Query | Items {
  cursor.enter()
  const inside = inParentheses(cursor)
  cursor.leave()
  return inside
}

function inParentheses(cursor: Cursor): Query | Items {
  const { start } = cursor.advance()
  if (startsQuery(cursor)) return closed(cursor, cursor.grammar.query(cursor))
  if (cursor.atSymbol('(')) {
    const inner = parenthesized(cursor)
    if (inner.kind === 'query' && (cursor.atSymbol(')') || continuesQuery(cursor))) {
      return closed(cursor, cursor.grammar.queryAround(cursor, inner, start))
    }
    cursor.pending = asExpression(inner)
  }
  const items: Expression[] = []
  do items.push(cursor.grammar.expression(cursor))
  while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return { kind: 'items', items, start, end: cursor.end }
}

function closed(cursor: Cursor, query: Query): Query {
  cursor.expectSymbol(')')
  return query
}

export function asExpression(inside: Query | Items): Expression {
  const { start, end } = inside
  if (inside.kind === 'query') return { kind: 'subquery', query: inside, start, end }
  const [only] = inside.items
  if (only !== undefined && inside.items.length === 1) return only
  return { kind: 'row', items: inside.items, start, end }
}
