/**
 * Clauses that several statements share: ORDER BY, LIMIT, INTO, locks, rows of values.
 * https://dev.mysql.com/doc/refman/9.7/en/select-into.html
 */
import type {
  IntoClause,
  Limit,
  Lock,
  OrderItem,
  Query,
  TableName,
  UserVariable,
  Values,
} from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { tableNames } from './names.ts'

export function orderByClause(cursor: Cursor): readonly OrderItem[] {
  if (!cursor.accept('ORDER')) return []
  cursor.expect('BY')
  return orderItems(cursor)
}

export function orderItems(cursor: Cursor): readonly OrderItem[] {
  const items: OrderItem[] = []
  do {
    const { start } = cursor.token
    const item = cursor.grammar.expression(cursor)
    const descending = cursor.accept('DESC')
    if (!descending) cursor.accept('ASC')
    items.push({ expression: item, descending, start, end: cursor.end })
  } while (cursor.acceptSymbol(','))
  return items
}

export function limitClause(cursor: Cursor): Limit | undefined {
  const { start } = cursor.token
  if (cursor.accept('LIMIT')) {
    // MariaDB: ROWS EXAMINED alone.
    if (cursor.acceptWords('ROWS', 'EXAMINED')) {
      cursor.grammar.expression(cursor)
      return { count: undefined, offset: undefined, start, end: cursor.end }
    }
    const first = cursor.grammar.expression(cursor)
    let limit: Limit = { count: first, offset: undefined, start, end: cursor.end }
    if (cursor.acceptSymbol(',')) {
      const count = cursor.grammar.expression(cursor)
      limit = { count, offset: first, start, end: cursor.end }
    } else if (cursor.accept('OFFSET')) {
      const offset = cursor.grammar.expression(cursor)
      limit = { count: first, offset, start, end: cursor.end }
    }
    if (cursor.acceptWords('ROWS', 'EXAMINED')) cursor.grammar.expression(cursor)
    return limit
  }
  return cursor.mariadb ? fetchClause(cursor) : undefined
}

/** MariaDB: OFFSET n ROWS FETCH FIRST m ROWS ONLY. */
function fetchClause(cursor: Cursor): Limit | undefined {
  const { start } = cursor.token
  let offset: Limit['offset']
  if (cursor.accept('OFFSET')) {
    offset = cursor.grammar.expression(cursor)
    if (!cursor.accept('ROWS')) cursor.expect('ROW')
  }
  let count: Limit['count']
  if (cursor.at('FETCH') && (cursor.peekWord(1, 'FIRST') || cursor.peekWord(1, 'NEXT'))) {
    cursor.advance()
    cursor.advance()
    if (!cursor.at('ROW') && !cursor.at('ROWS')) count = cursor.grammar.expression(cursor)
    if (!cursor.accept('ROWS')) cursor.expect('ROW')
    if (!cursor.accept('ONLY')) cursor.expect('WITH', 'TIES')
  } else if (offset === undefined) return undefined
  return { count, offset, start, end: cursor.end }
}

/** MariaDB: PROCEDURE ANALYSE(…). */
export function procedureAnalyse(cursor: Cursor): Query['procedure'] {
  if (!cursor.accept('PROCEDURE')) return undefined
  cursor.name()
  return valueRow(cursor)
}

export function intoClause(cursor: Cursor): IntoClause | undefined {
  const { start } = cursor.token
  if (!cursor.accept('INTO')) return undefined
  const file = cursor.acceptAny('OUTFILE', 'DUMPFILE')
  if (file === undefined) {
    const targets: (UserVariable | string)[] = []
    do targets.push(intoTarget(cursor))
    while (cursor.acceptSymbol(','))
    return { kind: 'variables', targets, start, end: cursor.end }
  }
  const path = cursor.string('a path')
  if (file === 'outfile') exportOptions(cursor)
  return { kind: file === 'outfile' ? 'outfile' : 'dumpfile', file: path, start, end: cursor.end }
}

function intoTarget(cursor: Cursor): UserVariable | string {
  const { type, start, end, value } = cursor.token
  if (type !== TokenType.UserVariable) return localVariable(cursor)
  cursor.advance()
  return { kind: 'userVariable', name: value, start, end }
}

/** Of a stored program; `record.field` in MariaDB. */
function localVariable(cursor: Cursor): string {
  const name = cursor.name('a variable')
  return cursor.acceptSymbol('.') ? `${name}.${cursor.name()}` : name
}

/** CHARACTER SET, FIELDS and LINES of INTO OUTFILE and LOAD DATA. */
export function exportOptions(cursor: Cursor): void {
  if (cursor.accept('CHARSET') || cursor.acceptWords('CHARACTER', 'SET')) cursor.advance()
  if (cursor.accept('FIELDS') || cursor.accept('COLUMNS')) {
    for (;;) {
      cursor.accept('OPTIONALLY')
      const word = cursor.acceptAny('TERMINATED', 'ENCLOSED', 'ESCAPED')
      if (word === undefined) break
      cursor.expect('BY')
      delimiter(cursor)
    }
  }
  if (cursor.accept('LINES')) {
    while (cursor.acceptAny('STARTING', 'TERMINATED') !== undefined) {
      cursor.expect('BY')
      delimiter(cursor)
    }
  }
}

function delimiter(cursor: Cursor): void {
  const { type } = cursor.token
  const valid = type === TokenType.String || type === TokenType.Hex || type === TokenType.Bit
  if (!valid) cursor.fail('a string')
  cursor.advance()
}

export function lockClause(cursor: Cursor): Lock | undefined {
  const { start } = cursor.token
  if (cursor.acceptWords('LOCK', 'IN', 'SHARE', 'MODE')) {
    waitClause(cursor)
    return { strength: 'share', tables: [], start, end: cursor.end }
  }
  if (!cursor.at('FOR')) return undefined
  const strength = cursor.peekWord(1, 'UPDATE') ? 'update' : 'share'
  if (strength === 'share' && !cursor.peekWord(1, 'SHARE')) return undefined
  cursor.advance()
  cursor.advance()
  const tables: readonly TableName[] = cursor.accept('OF') ? tableNames(cursor) : []
  waitClause(cursor)
  return { strength, tables, start, end: cursor.end }
}

function waitClause(cursor: Cursor): void {
  if (cursor.accept('NOWAIT') || cursor.acceptWords('SKIP', 'LOCKED')) return
  if (cursor.accept('WAIT')) cursor.grammar.expression(cursor)
}

/** `(a, DEFAULT, …)`; MySQL's may be empty. */
export function valueRow(cursor: Cursor): Values['rows'][number] {
  cursor.expectSymbol('(')
  const row: Values['rows'][number][number][] = []
  if (cursor.acceptSymbol(')')) return row
  do row.push(cursor.grammar.expression(cursor))
  while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
  return row
}
