/**
 * Queries: WITH, set operations and what stands around them.
 * https://dev.mysql.com/doc/refman/9.7/en/set-operations.html
 */
import type { CommonTable, Lock, Query, QueryBody, SetOperation, Values, With } from '../ast.ts'
import {
  intoClause,
  limitClause,
  lockClause,
  orderByClause,
  procedureAnalyse,
  valueRow,
} from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { tableName } from './names.ts'
import { select } from './select.ts'

/** `given` is a WITH that was read before it was known what follows it. */
export function query(cursor: Cursor, given?: With): Query {
  cursor.enter()
  const { start } = given ?? cursor.token
  const around = cursor.into
  cursor.into = undefined
  const clause = given ?? (cursor.at('WITH') ? withClause(cursor) : undefined)
  const node = tail(cursor, clause, setOperations(cursor, start, undefined), start)
  cursor.into = around
  cursor.leave()
  return node
}

/** Goes on with a query whose first operand was read, in parentheses. */
export function queryAround(cursor: Cursor, first: Query, start: number): Query {
  if (cursor.atSymbol(')')) return first
  return tail(cursor, undefined, setOperations(cursor, start, first), start)
}

// ── WITH ────────────────────────────────────────────────────────────────────────────────────────

export function withClause(cursor: Cursor): With {
  const { start } = cursor.token
  cursor.expect('WITH')
  const recursive = cursor.accept('RECURSIVE')
  const tables: CommonTable[] = []
  do tables.push(commonTable(cursor))
  while (cursor.acceptSymbol(','))
  return { recursive, tables, start, end: cursor.end }
}

function commonTable(cursor: Cursor): CommonTable {
  const { start } = cursor.token
  const name = cursor.name('a name of a common table')
  const columns = cursor.atSymbol('(') ? cursor.nameList() : []
  cursor.expect('AS')
  cursor.expectSymbol('(')
  const inner = query(cursor)
  cursor.expectSymbol(')')
  const cycle: string[] = []
  if (cursor.mariadb && cursor.accept('CYCLE')) {
    do cycle.push(cursor.name())
    while (cursor.acceptSymbol(','))
    cursor.expect('RESTRICT')
  }
  return { name, columns, query: inner, cycle, start, end: cursor.end }
}

// ── Set operations ──────────────────────────────────────────────────────────────────────────────

type SetOperator = SetOperation['operators'][number]

function setOperations(cursor: Cursor, start: number, first: QueryBody | undefined): QueryBody {
  const outer = ['UNION', 'EXCEPT'] as const
  return operations(cursor, start, first, outer, (inner, given) =>
    operations(inner, given?.start ?? inner.token.start, given, ['INTERSECT'], operand),
  )
}

function operations(
  cursor: Cursor,
  start: number,
  first: QueryBody | undefined,
  words: readonly ('UNION' | 'EXCEPT' | 'INTERSECT')[],
  tighter: (cursor: Cursor, first: QueryBody | undefined) => QueryBody,
): QueryBody {
  const operands = [tighter(cursor, first)]
  const operators: SetOperator[] = []
  for (;;) {
    const operator = cursor.acceptAny(...words)
    if (operator !== 'union' && operator !== 'except' && operator !== 'intersect') break
    const all = cursor.accept('ALL')
    if (!all) cursor.accept('DISTINCT')
    operators.push({ operator, all })
    operands.push(tighter(cursor, undefined))
  }
  const [only] = operands
  if (only !== undefined && operators.length === 0) return only
  return { kind: 'setOperation', operators, operands, start, end: cursor.end }
}

function operand(cursor: Cursor, given: QueryBody | undefined): QueryBody {
  if (given !== undefined) return given
  const { start, value } = cursor.token
  if (cursor.atSymbol('(')) return parenthesizedQuery(cursor)
  switch (value) {
    case 'SELECT':
      return select(cursor)
    case 'TABLE': {
      cursor.advance()
      return { kind: 'tableQuery', table: tableName(cursor), start, end: cursor.end }
    }
    case 'VALUES':
      return values(cursor)
    default:
      return cursor.fail('a query')
  }
}

function parenthesizedQuery(cursor: Cursor): Query {
  cursor.enter()
  const { start } = cursor.token
  cursor.expectSymbol('(')
  const inner = cursor.atSymbol('(')
    ? queryAround(cursor, parenthesizedQuery(cursor), start)
    : query(cursor)
  cursor.expectSymbol(')')
  cursor.leave()
  return inner
}

function values(cursor: Cursor): Values {
  const { start } = cursor.advance()
  const rows: Values['rows'][number][] = []
  do {
    if (!cursor.mariadb) cursor.expect('ROW')
    rows.push(valueRow(cursor))
  } while (cursor.acceptSymbol(','))
  return { kind: 'values', rows, start, end: cursor.end }
}

// ── What follows a body ─────────────────────────────────────────────────────────────────────────

function tail(cursor: Cursor, clause: With | undefined, body: QueryBody, start: number): Query {
  const orderBy = orderByClause(cursor)
  const limit = limitClause(cursor)
  const procedure = cursor.mariadb ? procedureAnalyse(cursor) : undefined
  let into = intoClause(cursor)
  const locks: Lock[] = []
  for (let lock = lockClause(cursor); lock !== undefined; lock = lockClause(cursor))
    locks.push(lock)
  into ??= intoClause(cursor)
  const found = cursor.into ?? into
  cursor.into = undefined
  const bare = orderBy.length === 0 && limit === undefined && found === undefined
  // Parentheses alone make no query of their own.
  if (body.kind === 'query' && clause === undefined && bare && locks.length === 0) {
    if (procedure === undefined) return body
  }
  const { end } = cursor
  return {
    kind: 'query',
    with: clause,
    body,
    orderBy,
    limit,
    into: found,
    locks,
    procedure,
    start,
    end,
  }
}
