/** `column = value, …` of UPDATE, SET and ON DUPLICATE KEY UPDATE. */
import type { Assignment, ColumnTarget } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { columnReference } from './names.ts'

export function assignments(cursor: Cursor): readonly Assignment[] {
  const list: Assignment[] = []
  do list.push(assignment(cursor))
  while (cursor.acceptSymbol(','))
  return list
}

function assignment(cursor: Cursor): Assignment {
  const { schema, table, name, start } = columnReference(cursor)
  if (!cursor.acceptSymbol('=')) cursor.expectSymbol(':=')
  const value = assignedValue(cursor)
  return { schema, table, column: name, value, start, end: cursor.end }
}

/** MariaDB knows IGNORE as a value, which leaves the column as DEFAULT would. */
export function assignedValue(cursor: Cursor): Assignment['value'] {
  const { start } = cursor.token
  if (!cursor.mariadb || !cursor.at('IGNORE')) return cursor.grammar.expression(cursor)
  cursor.advance()
  return { kind: 'default', column: undefined, start, end: cursor.end }
}

export function columnTarget(cursor: Cursor): ColumnTarget {
  const { schema, table, name, start, end } = columnReference(cursor)
  return { schema, table, name, start, end }
}

/** The words that stand between a verb and its table. */
export function modifiers(cursor: Cursor, ...allowed: readonly string[]): readonly string[] {
  const found: string[] = []
  for (;;) {
    const word = cursor.acceptAny(...allowed)
    if (word === undefined) return found
    found.push(word)
  }
}
