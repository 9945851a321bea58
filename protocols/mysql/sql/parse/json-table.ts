/** JSON_TABLE. https://dev.mysql.com/doc/refman/9.7/en/json-table-functions.html */
import type { JsonTable, JsonTableColumn } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { dataType } from './data-type.ts'
import { tableAlias } from './names.ts'

export function jsonTable(cursor: Cursor): JsonTable {
  const { start } = cursor.advance()
  cursor.expectSymbol('(')
  const document = cursor.grammar.expression(cursor)
  cursor.expectSymbol(',')
  cursor.grammar.expression(cursor)
  const columns: JsonTableColumn[] = []
  columnList(cursor, columns)
  cursor.expectSymbol(')')
  return { kind: 'jsonTable', document, columns, alias: tableAlias(cursor), start, end: cursor.end }
}

function columnList(cursor: Cursor, columns: JsonTableColumn[]): void {
  cursor.enter()
  cursor.expect('COLUMNS')
  cursor.expectSymbol('(')
  do {
    if (cursor.at('NESTED') && !cursor.peekWord(1, 'FOR')) {
      cursor.advance()
      cursor.accept('PATH')
      cursor.grammar.operand(cursor)
      columnList(cursor, columns)
    } else columns.push(column(cursor))
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  cursor.leave()
}

function column(cursor: Cursor): JsonTableColumn {
  const { start } = cursor.token
  const name = cursor.name('a column')
  if (cursor.acceptWords('FOR', 'ORDINALITY')) {
    return { name, type: undefined, start, end: cursor.end }
  }
  const type = dataType(cursor)
  if (cursor.accept('COLLATE')) cursor.name()
  if (!cursor.accept('EXISTS')) cursor.accept('FORMAT')
  cursor.expect('PATH')
  cursor.grammar.operand(cursor)
  jsonResponses(cursor)
  return { name, type, start, end: cursor.end }
}

/** `NULL ON EMPTY`, `DEFAULT '…' ON ERROR`, `ERROR ON ERROR`. */
export function jsonResponses(cursor: Cursor): void {
  for (;;) {
    if (cursor.accept('DEFAULT')) cursor.grammar.operand(cursor)
    else if (cursor.acceptAny('NULL', 'ERROR') === undefined) return
    cursor.expect('ON')
    if (!cursor.accept('EMPTY')) cursor.expect('ERROR')
  }
}
