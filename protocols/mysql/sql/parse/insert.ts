/** INSERT and REPLACE. https://dev.mysql.com/doc/refman/9.7/en/insert.html */
import type { Assignment, ColumnTarget, Expression, Insert } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { assignedValue, assignments, columnTarget, modifiers } from './assignments.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { startsQueryOrParenthesis } from './query-start.ts'
import { selectItems } from './select.ts'

export function insert(cursor: Cursor): Insert {
  const { start } = cursor.token
  const replace = cursor.advance().value === 'REPLACE'
  if (cursor.token.type === TokenType.Hint) cursor.advance()
  const options = modifiers(cursor, 'LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'IGNORE')
  cursor.accept('INTO')
  const table = tableName(cursor)
  const partitions = cursor.accept('PARTITION') ? cursor.nameList() : []
  const { columns, source } = rows(cursor)
  const rowAlias = alias(cursor)
  const onDuplicate = onDuplicateKey(cursor)
  const returning = cursor.mariadb && cursor.accept('RETURNING') ? selectItems(cursor) : undefined
  return {
    kind: 'insert',
    replace,
    options,
    table,
    partitions,
    columns,
    source,
    rowAlias,
    onDuplicate,
    returning,
    start,
    end: cursor.end,
  }
}

type Rows = Pick<Insert, 'columns' | 'source'>

function rows(cursor: Cursor): Rows {
  if (cursor.accept('SET')) return fromAssignments(assignments(cursor))
  // `insert t (select …)` has a query where `insert t (a, b)` has columns.
  const listed = cursor.atSymbol('(') && !startsQueryOrParenthesis(cursor)
  const columns = listed ? columnList(cursor) : undefined
  if (cursor.at('VALUES') || cursor.at('VALUE')) {
    if (cursor.peekWord(1, 'ROW')) return { columns, source: query(cursor) }
    cursor.advance()
    return { columns, source: { kind: 'values', rows: valueRows(cursor) } }
  }
  // MariaDB: `insert t (a) values …` may have SET after the columns in none of its forms.
  return { columns, source: query(cursor) }
}

function query(cursor: Cursor): Insert['source'] {
  return { kind: 'query', query: cursor.grammar.query(cursor) }
}

function fromAssignments(assigned: readonly Assignment[]): Rows {
  const columns = assigned.map(({ schema, table, column, start, end }) => {
    return { schema, table, name: column, start, end }
  })
  return { columns, source: { kind: 'values', rows: [assigned.map(each => each.value)] } }
}

function columnList(cursor: Cursor): readonly ColumnTarget[] {
  const columns: ColumnTarget[] = []
  cursor.expectSymbol('(')
  if (cursor.acceptSymbol(')')) return columns
  do columns.push(columnTarget(cursor))
  while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return columns
}

function valueRows(cursor: Cursor): readonly (readonly Expression[])[] {
  const list: (readonly Expression[])[] = []
  do {
    cursor.expectSymbol('(')
    const row: Expression[] = []
    if (!cursor.atSymbol(')')) {
      do row.push(assignedValue(cursor))
      while (cursor.acceptSymbol(','))
    }
    cursor.expectSymbol(')')
    list.push(row)
  } while (cursor.acceptSymbol(','))
  return list
}

function alias(cursor: Cursor): Insert['rowAlias'] {
  if (cursor.mariadb || !cursor.accept('AS')) return undefined
  const name = cursor.name('an alias')
  return { name, columns: cursor.atSymbol('(') ? cursor.nameList() : [] }
}

function onDuplicateKey(cursor: Cursor): readonly Assignment[] {
  if (!cursor.accept('ON')) return []
  cursor.expect('DUPLICATE', 'KEY', 'UPDATE')
  cursor.inDuplicate = true
  const list = assignments(cursor)
  cursor.inDuplicate = false
  return list
}
