/** Columns of a key. https://dev.mysql.com/doc/refman/9.7/en/create-index.html */
import type { Expression } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { skipOne } from './rest.ts'

/** `(a, b(10) DESC, (lower(c)))`: names, and the last of them is an expression. */
export function keyParts(cursor: Cursor): (string | Expression)[] {
  const parts: (string | Expression)[] = []
  cursor.expectSymbol('(')
  do {
    if (cursor.atSymbol('(')) parts.push(cursor.grammar.operand(cursor))
    else parts.push(cursor.name('a column'))
    while (!cursor.atSymbol(',') && !cursor.atSymbol(')')) skipOne(cursor)
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return parts
}
