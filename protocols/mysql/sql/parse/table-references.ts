/** What FROM names: tables, queries and joins. https://dev.mysql.com/doc/refman/9.7/en/join.html */
import type { Derived, Expression, Join, NamedTable, Query, TableReference } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { jsonTable } from './json-table.ts'
import { tableAlias, tableName } from './names.ts'
import { continuesQuery, startsQuery } from './query-start.ts'

/** A comma list: at least one. */
export function tableReferences(cursor: Cursor): readonly TableReference[] {
  const list: TableReference[] = []
  do list.push(tableReference(cursor))
  while (cursor.acceptSymbol(','))
  return list
}

export function tableReference(cursor: Cursor): TableReference {
  const { start } = cursor.token
  if (!cursor.atSymbol('{') || !cursor.peekWord(1, 'OJ')) return joined(cursor, factor(cursor))
  cursor.advance()
  cursor.advance()
  cursor.enter()
  const inner = tableReference(cursor)
  cursor.leave()
  cursor.expectSymbol('}')
  return joined(cursor, { ...inner, start, end: cursor.end })
}

// ── Joins ───────────────────────────────────────────────────────────────────────────────────────

interface JoinOperator {
  readonly type: Join['type']
  readonly natural: boolean
  readonly conditional: boolean
}

function joined(cursor: Cursor, first: TableReference): TableReference {
  let left = first
  for (let count = 0; ; count++) {
    const operator = joinOperator(cursor)
    if (operator === undefined) return left
    left = joinOf(cursor, left, operator)
    cursor.bound(count)
  }
}

function joinOf(cursor: Cursor, left: TableReference, operator: JoinOperator): Join {
  const { start } = left
  const { type, natural, conditional } = operator
  let right = cursor.atSymbol('{') ? tableReference(cursor) : factor(cursor)
  if (!natural && !atCondition(cursor) && startsJoin(cursor)) {
    // `a join b join c on … on …`: the inner join is complete before the outer one's condition.
    cursor.enter()
    right = innerJoins(cursor, right)
    cursor.leave()
  }
  let on: Expression | undefined
  let using: readonly string[] = []
  if (!natural && cursor.accept('ON')) on = cursor.grammar.expression(cursor)
  else if (!natural && cursor.accept('USING')) using = cursor.nameList()
  else if (conditional) cursor.fail('ON or USING')
  return { kind: 'join', type, natural, left, right, on, using, start, end: cursor.end }
}

function innerJoins(cursor: Cursor, first: TableReference): TableReference {
  let left = first
  for (let count = 0; !atCondition(cursor); count++) {
    const operator = joinOperator(cursor)
    if (operator === undefined) break
    left = joinOf(cursor, left, operator)
    cursor.bound(count)
  }
  return left
}

function atCondition(cursor: Cursor): boolean {
  return cursor.at('ON') || cursor.at('USING')
}

function startsJoin(cursor: Cursor): boolean {
  if (cursor.token.type !== TokenType.Word) return false
  switch (cursor.token.value) {
    case 'JOIN':
    case 'INNER':
    case 'CROSS':
    case 'STRAIGHT_JOIN':
    case 'LEFT':
    case 'RIGHT':
    case 'NATURAL':
      return true
    default:
      return false
  }
}

function joinOperator(cursor: Cursor): JoinOperator | undefined {
  if (!startsJoin(cursor)) return undefined
  const natural = cursor.accept('NATURAL')
  if (cursor.accept('STRAIGHT_JOIN')) return { type: 'inner', natural, conditional: false }
  const outer = cursor.acceptAny('LEFT', 'RIGHT')
  if (outer === 'left' || outer === 'right') {
    cursor.accept('OUTER')
    cursor.expect('JOIN')
    return { type: outer, natural, conditional: !natural }
  }
  if (!cursor.accept('INNER')) cursor.accept('CROSS')
  cursor.expect('JOIN')
  return { type: 'inner', natural, conditional: false }
}

// ── One operand ─────────────────────────────────────────────────────────────────────────────────

function factor(cursor: Cursor): TableReference {
  if (cursor.atSymbol('(')) {
    const inside = inParentheses(cursor)
    return inside.kind === 'query' ? derived(cursor, inside, false, inside.start) : inside
  }
  if (cursor.at('LATERAL') && cursor.peekSymbol(1, '(')) {
    const { start } = cursor.advance()
    const inside = inParentheses(cursor)
    if (inside.kind !== 'query') cursor.fail('a query after LATERAL')
    return derived(cursor, inside, true, start)
  }
  if (cursor.at('JSON_TABLE') && cursor.peekSymbol(1, '(')) return jsonTable(cursor)
  return namedTable(cursor)
}

/** At `(`: joins, or a query, which only the innermost parentheses tell. */
function inParentheses(cursor: Cursor): Query | TableReference {
  cursor.enter()
  const inside = readParentheses(cursor)
  cursor.leave()
  return inside
}

function readParentheses(cursor: Cursor): Query | TableReference {
  const { start } = cursor.advance()
  if (startsQuery(cursor)) {
    const query = cursor.grammar.query(cursor)
    cursor.expectSymbol(')')
    return { ...query, start, end: cursor.end }
  }
  let first: TableReference
  if (cursor.atSymbol('(')) {
    const inner = inParentheses(cursor)
    if (inner.kind === 'query' && (cursor.atSymbol(')') || continuesQuery(cursor))) {
      const query = cursor.grammar.queryAround(cursor, inner, start)
      cursor.expectSymbol(')')
      return query
    }
    const operand = inner.kind === 'query' ? derived(cursor, inner, false, inner.start) : inner
    first = joined(cursor, operand)
  } else first = tableReference(cursor)
  const tables = [first]
  while (cursor.acceptSymbol(',')) tables.push(tableReference(cursor))
  cursor.expectSymbol(')')
  const [only] = tables
  if (only !== undefined && tables.length === 1) return { ...only, start, end: cursor.end }
  return { kind: 'group', tables, start, end: cursor.end }
}

function derived(cursor: Cursor, query: Query, lateral: boolean, start: number): Derived {
  if (cursor.mariadb) systemTimeClause(cursor)
  const alias = tableAlias(cursor)
  const columns = alias !== undefined && cursor.atSymbol('(') ? cursor.nameList() : []
  return { kind: 'derived', query, lateral, alias, columns, start, end: cursor.end }
}

function namedTable(cursor: Cursor): NamedTable {
  const { start } = cursor.token
  const table = tableName(cursor)
  const partitions = cursor.accept('PARTITION') ? cursor.nameList() : []
  const systemTime = cursor.mariadb ? systemTimeClause(cursor) : undefined
  const alias = tableAlias(cursor)
  if (!cursor.mariadb) sample(cursor)
  indexHints(cursor)
  return { kind: 'table', table, alias, partitions, systemTime, start, end: cursor.end }
}

/** MySQL: TABLESAMPLE SYSTEM (10). */
function sample(cursor: Cursor): void {
  if (!cursor.accept('TABLESAMPLE')) return
  cursor.advance()
  cursor.expectSymbol('(')
  cursor.grammar.expression(cursor)
  cursor.expectSymbol(')')
}

/** MariaDB: FOR SYSTEM_TIME AS OF … */
function systemTimeClause(cursor: Cursor): readonly Expression[] | undefined {
  if (!cursor.acceptWords('FOR', 'SYSTEM_TIME')) return undefined
  if (cursor.accept('ALL')) return []
  if (cursor.acceptWords('AS', 'OF')) return [instant(cursor)]
  if (cursor.accept('BEFORE')) return [instant(cursor)]
  const between = cursor.accept('BETWEEN')
  if (!between) cursor.expect('FROM')
  const from = instant(cursor)
  cursor.expect(between ? 'AND' : 'TO')
  return [from, instant(cursor)]
}

function instant(cursor: Cursor): Expression {
  const { type } = cursor.peek(1)
  if (type !== TokenType.String && (cursor.at('TIMESTAMP') || cursor.at('TRANSACTION'))) {
    if (!cursor.peekSymbol(1, '(')) cursor.advance()
  }
  return cursor.grammar.operand(cursor)
}

function indexHints(cursor: Cursor): void {
  while (cursor.at('USE') || cursor.at('IGNORE') || cursor.at('FORCE')) {
    if (!cursor.peekWord(1, 'INDEX') && !cursor.peekWord(1, 'KEY')) return
    cursor.advance()
    cursor.advance()
    if (cursor.accept('FOR')) {
      if (!cursor.accept('JOIN')) {
        if (!cursor.accept('ORDER')) cursor.expect('GROUP')
        cursor.expect('BY')
      }
    }
    cursor.expectSymbol('(')
    while (!cursor.atSymbol(')')) {
      if (!cursor.accept('PRIMARY')) cursor.name('an index')
      if (!cursor.acceptSymbol(',')) break
    }
    cursor.expectSymbol(')')
  }
}
