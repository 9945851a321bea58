/** Names of tables and columns. https://dev.mysql.com/doc/refman/9.7/en/identifier-qualifiers.html */
import type { ColumnReference, TableName } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'

/** `name` or `schema.name`. After a dot any word is a name. */
export function tableName(cursor: Cursor): TableName {
  const { start } = cursor.token
  // MariaDB takes `.name` for a table of the current database.
  if (cursor.mariadb) cursor.acceptSymbol('.')
  const first = cursor.name('a table')
  if (!cursor.acceptSymbol('.')) return { schema: undefined, name: first, start, end: cursor.end }
  return { schema: first, name: nameAfterDot(cursor), start, end: cursor.end }
}

export function tableNames(cursor: Cursor): readonly TableName[] {
  const names: TableName[] = []
  do names.push(tableName(cursor))
  while (cursor.acceptSymbol(','))
  return names
}

/** `column`, `table.column`, `schema.table.column`. */
export function columnReference(cursor: Cursor): ColumnReference {
  const { start } = cursor.token
  const parts = [cursor.name('a column')]
  while (parts.length < 3 && cursor.acceptSymbol('.')) parts.push(nameAfterDot(cursor))
  return columnOf(parts, start, cursor.end)
}

export function columnOf(parts: readonly string[], start: number, end: number): ColumnReference {
  const name = parts.at(-1) ?? ''
  return { kind: 'column', schema: parts.at(-3), table: parts.at(-2), name, start, end }
}

function nameAfterDot(cursor: Cursor): string {
  return cursor.name('a name after the dot')
}

/** `AS name`, or a name that stands where an alias may. */
export function tableAlias(cursor: Cursor): string | undefined {
  if (cursor.accept('AS')) return cursor.name('an alias')
  // MariaDB: a name elsewhere, and the clause here.
  if (!cursor.atName() || cursor.at('WINDOW')) return undefined
  return cursor.name()
}

/** Of a select item: a string too. */
export function columnAlias(cursor: Cursor): string | undefined {
  const { type } = cursor.token
  if (cursor.accept('AS')) {
    return cursor.token.type === TokenType.String ? cursor.string() : cursor.name('an alias')
  }
  if (type === TokenType.String) return cursor.string()
  return cursor.atName() ? cursor.name() : undefined
}
