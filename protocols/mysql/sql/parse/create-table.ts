/** CREATE TABLE. https://dev.mysql.com/doc/refman/9.7/en/create-table.html */
import type { ColumnDefinition, CreateTable, Expression, Query, TableName } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { dataType } from './data-type.ts'
import { tableName, tableNames } from './names.ts'
import { startsQueryOrParenthesis } from './query-start.ts'
import { existenceClause, skipOne } from './rest.ts'

/** What a definition gathers on its way. */
interface Gathered {
  readonly columns: ColumnDefinition[]
  readonly references: TableName[]
  readonly expressions: Expression[]
  readonly options: Map<string, string>
}

/** At the name, behind TABLE. */
export function createTable(
  cursor: Cursor,
  flags: Pick<CreateTable, 'replace' | 'temporary' | 'start'>,
): CreateTable {
  const ifNotExists = existenceClause(cursor)
  const table = tableName(cursor)
  const like = likeClause(cursor)
  const gathered: Gathered = { columns: [], references: [], expressions: [], options: new Map() }
  let query: Query | undefined
  if (like === undefined) {
    if (cursor.atSymbol('(') && !startsQueryOrParenthesis(cursor)) definitions(cursor, gathered)
    options(cursor, gathered)
    query = queryClause(cursor)
  }
  const { replace, temporary, start } = flags
  const shared = { replace, temporary, ifNotExists, table, like, ...gathered }
  return { kind: 'createTable', ...shared, query, start, end: cursor.end }
}

function likeClause(cursor: Cursor): TableName | undefined {
  if (cursor.accept('LIKE')) return tableName(cursor)
  if (!cursor.atSymbol('(') || !cursor.peekWord(1, 'LIKE')) return undefined
  cursor.advance()
  cursor.advance()
  const like = tableName(cursor)
  cursor.expectSymbol(')')
  return like
}

function queryClause(cursor: Cursor): Query | undefined {
  if (!cursor.accept('IGNORE')) cursor.accept('REPLACE')
  const as = cursor.accept('AS')
  if (!as && !startsQueryOrParenthesis(cursor)) return undefined
  return cursor.grammar.query(cursor)
}

// ── Columns, keys and constraints ───────────────────────────────────────────────────────────────

const keyWords = new Set([
  'CONSTRAINT',
  'PRIMARY',
  'UNIQUE',
  'INDEX',
  'KEY',
  'FULLTEXT',
  'SPATIAL',
  'FOREIGN',
  'CHECK',
  'LIKE',
])

function definitions(cursor: Cursor, gathered: Gathered): void {
  cursor.expectSymbol('(')
  do {
    const { type, value } = cursor.token
    const period = cursor.at('PERIOD') && cursor.peekWord(1, 'FOR')
    if (period || (type === TokenType.Word && keyWords.has(value))) attributes(cursor, gathered)
    else gathered.columns.push(column(cursor, gathered))
  } while (cursor.acceptSymbol(','))
  cursor.expectSymbol(')')
}

function column(cursor: Cursor, gathered: Gathered): ColumnDefinition {
  const { start } = cursor.token
  const name = cursor.name('a column')
  const typed = cursor.token.type === TokenType.Word && !cursor.at('AS') && !cursor.at('GENERATED')
  const type = typed ? dataType(cursor) : undefined
  const generated = attributes(cursor, gathered)
  return { name, type, generated, start, end: cursor.end }
}

/** To the comma or parenthesis that ends a definition. Returns what GENERATED computes. */
export function attributes(
  cursor: Cursor,
  gathered: Pick<Gathered, 'references' | 'expressions'>,
): Expression | undefined {
  let generated: Expression | undefined
  while (!cursor.atSymbol(',') && !cursor.atSymbol(')') && !cursor.atEnd()) {
    if (cursor.accept('REFERENCES')) gathered.references.push(tableName(cursor))
    else if (cursor.accept('DEFAULT')) gathered.expressions.push(cursor.grammar.operand(cursor))
    else if (cursor.at('CHECK') || (cursor.at('AS') && cursor.peekSymbol(1, '('))) {
      const computed = cursor.advance().value === 'AS'
      const value = cursor.grammar.operand(cursor)
      gathered.expressions.push(value)
      if (computed) generated = value
    } else if (cursor.atSymbol('(')) keyParts(cursor, gathered)
    else cursor.advance()
  }
  return generated
}

/** `(a, b(10) DESC, (lower(c)))`: the last of them is an expression. */
function keyParts(cursor: Cursor, gathered: Pick<Gathered, 'expressions'>): void {
  cursor.expectSymbol('(')
  while (!cursor.atSymbol(')')) {
    if (cursor.atSymbol('(')) gathered.expressions.push(cursor.grammar.expression(cursor))
    else if (cursor.atEnd()) cursor.fail("')'")
    else {
      cursor.advance()
      if (cursor.atSymbol('(')) skipOne(cursor)
    }
  }
  cursor.advance()
}

// ── Options and partitions ──────────────────────────────────────────────────────────────────────

function options(cursor: Cursor, gathered: Gathered): void {
  while (!atQuery(cursor)) {
    if (cursor.at('PARTITION') && cursor.peekWord(1, 'BY')) partitions(cursor, gathered)
    else if (cursor.acceptSymbol(',') || cursor.accept('DEFAULT')) continue
    else if (isWord(cursor)) option(cursor, gathered)
    else cursor.fail('an option of the table')
  }
}

/** Engines of MariaDB have options of their own, with any name. */
function isWord(cursor: Cursor): boolean {
  const { type } = cursor.token
  return type === TokenType.Word || type === TokenType.Name
}

function atQuery(cursor: Cursor): boolean {
  if (cursor.atEnd() || cursor.at('AS') || cursor.at('IGNORE')) return true
  if (cursor.at('REPLACE')) return true
  // WITH SYSTEM VERSIONING is an option of MariaDB's.
  if (cursor.at('WITH')) return !cursor.peekWord(1, 'SYSTEM')
  return startsQueryOrParenthesis(cursor)
}

function option(cursor: Cursor, gathered: Gathered): void {
  let name = cursor.advance().value.toLowerCase()
  const pair = cursor.at('DIRECTORY') || cursor.at('SET') || cursor.at('SYSTEM')
  if (pair || cursor.at('TRANSACTION')) name += ` ${cursor.advance().value.toLowerCase()}`
  cursor.acceptSymbol('=')
  if (atQuery(cursor)) return
  if (cursor.atSymbol('(')) {
    cursor.advance()
    if (!cursor.atSymbol(')')) gathered.references.push(...tableNames(cursor))
    cursor.expectSymbol(')')
    return
  }
  if (cursor.atSymbol(',')) return
  gathered.options.set(name, cursor.nameOf(cursor.advance()))
}

function partitions(cursor: Cursor, gathered: Gathered): void {
  while (!atQuery(cursor)) {
    const by = cursor.at('HASH') || cursor.at('RANGE') || cursor.at('LIST')
    if (by && cursor.peekSymbol(1, '(')) {
      cursor.advance()
      gathered.expressions.push(cursor.grammar.expression(cursor))
    } else skipOne(cursor)
  }
}
