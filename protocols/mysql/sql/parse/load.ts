/** LOAD DATA and LOAD XML. https://dev.mysql.com/doc/refman/9.7/en/load-data.html */
import type { ColumnTarget, Load, UserVariable } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { assignments, columnTarget } from './assignments.ts'
import { exportOptions } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { userVariable } from './literals.ts'
import { tableName } from './names.ts'

/** At DATA or XML. */
export function load(cursor: Cursor, start: number): Load {
  const format = cursor.advance().value === 'XML' ? 'xml' : 'data'
  cursor.accept('FROM')
  if (!cursor.accept('LOW_PRIORITY')) cursor.accept('CONCURRENT')
  const local = cursor.accept('LOCAL')
  if (!cursor.accept('INFILE') && !cursor.accept('URL')) cursor.expect('S3')
  const file = cursor.string('a path')
  if (cursor.accept('COUNT')) cursor.advance()
  cursor.acceptWords('IN', 'PRIMARY', 'KEY', 'ORDER')
  const replace = cursor.accept('REPLACE')
  if (!replace) cursor.accept('IGNORE')
  cursor.expect('INTO', 'TABLE')
  const table = tableName(cursor)
  if (cursor.accept('PARTITION')) cursor.nameList()
  exportOptions(cursor)
  if (cursor.acceptWords('ROWS', 'IDENTIFIED', 'BY')) cursor.string()
  exportOptions(cursor)
  if (cursor.accept('IGNORE')) {
    cursor.advance()
    if (!cursor.accept('LINES')) cursor.expect('ROWS')
  }
  const columns = cursor.atSymbol('(') ? columnList(cursor) : []
  const list = cursor.accept('SET') ? assignments(cursor) : []
  if (!cursor.mariadb) bulkOptions(cursor)
  const { end } = cursor
  return {
    kind: 'load',
    format,
    local,
    file,
    replace,
    table,
    columns,
    assignments: list,
    start,
    end,
  }
}

function columnList(cursor: Cursor): Load['columns'] {
  const columns: (ColumnTarget | UserVariable)[] = []
  cursor.expectSymbol('(')
  if (cursor.acceptSymbol(')')) return columns
  do {
    const variable = cursor.token.type === TokenType.UserVariable
    columns.push(variable ? userVariable(cursor) : columnTarget(cursor))
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return columns
}

/** MySQL: PARALLEL = n MEMORY = m ALGORITHM = BULK. */
function bulkOptions(cursor: Cursor): void {
  while (cursor.acceptAny('PARALLEL', 'MEMORY', 'ALGORITHM', 'COMPRESSION') !== undefined) {
    cursor.acceptSymbol('=')
    cursor.advance()
  }
}
