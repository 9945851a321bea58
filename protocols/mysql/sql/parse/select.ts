/** SELECT itself. https://dev.mysql.com/doc/refman/9.7/en/select.html */
import type { Expression, OrderItem, Select, SelectItem, Star, Window } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import { intoClause, orderItems } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { columnAlias } from './names.ts'
import { tableReferences } from './table-references.ts'
import { windowDefinition } from './window.ts'

const options = new Set([
  'ALL',
  'DISTINCT',
  'DISTINCTROW',
  'UNIQUE',
  'HIGH_PRIORITY',
  'STRAIGHT_JOIN',
  'SQL_SMALL_RESULT',
  'SQL_BIG_RESULT',
  'SQL_BUFFER_RESULT',
  'SQL_CACHE',
  'SQL_NO_CACHE',
  'SQL_CALC_FOUND_ROWS',
])

export function select(cursor: Cursor): Select {
  const { start } = cursor.token
  cursor.expect('SELECT')
  if (cursor.token.type === TokenType.Hint) cursor.advance()
  const found = selectOptions(cursor)
  const items = selectItems(cursor)
  cursor.into ??= intoClause(cursor)
  const from = fromClause(cursor)
  const where = cursor.accept('WHERE') ? cursor.grammar.expression(cursor) : undefined
  const groups = groupByClause(cursor)
  const having = cursor.accept('HAVING') ? cursor.grammar.expression(cursor) : undefined
  const windows = windowClause(cursor)
  const qualify =
    !cursor.mariadb && cursor.accept('QUALIFY') ? cursor.grammar.expression(cursor) : undefined
  return {
    kind: 'select',
    distinct: found.some(each => each === 'unique' || each.startsWith('distinct')),
    options: found,
    items,
    from,
    where,
    groupBy: groups.items,
    rollup: groups.rollup,
    having,
    windows,
    qualify,
    start,
    end: cursor.end,
  }
}

function selectOptions(cursor: Cursor): readonly string[] {
  const found: string[] = []
  while (cursor.token.type === TokenType.Word && options.has(cursor.token.value)) {
    const only = cursor.at('SQL_CACHE') || cursor.at('UNIQUE')
    if (only && !cursor.mariadb) break
    found.push(cursor.advance().value.toLowerCase())
  }
  return found
}

export function selectItems(cursor: Cursor): readonly SelectItem[] {
  const items: SelectItem[] = []
  do items.push(selectItem(cursor))
  while (cursor.acceptSymbol(','))
  return items
}

function selectItem(cursor: Cursor): SelectItem {
  const { start } = cursor.token
  const star = starItem(cursor)
  if (star !== undefined) return { expression: star, alias: undefined, start, end: cursor.end }
  const expression: Expression = cursor.grammar.expression(cursor)
  const { end } = cursor
  const alias = columnAlias(cursor)
  return { expression, alias, start, end: alias === undefined ? end : cursor.end }
}

/** `*`, `t.*`, `s.t.*`. */
function starItem(cursor: Cursor): Star | undefined {
  const { start } = cursor.token
  let offset = 0
  while (offset < 4 && cursor.peekSymbol(offset + 1, '.')) offset += 2
  if (!cursor.peekSymbol(offset, '*')) return undefined
  const parts: string[] = []
  for (let taken = 0; taken < offset; taken += 2) {
    parts.push(cursor.name())
    cursor.advance()
  }
  cursor.advance()
  return { kind: 'star', schema: parts.at(-2), table: parts.at(-1), start, end: cursor.end }
}

function fromClause(cursor: Cursor): Select['from'] {
  if (!cursor.accept('FROM')) return []
  if (cursor.accept('DUAL')) return []
  return tableReferences(cursor)
}

function groupByClause(cursor: Cursor): { items: readonly OrderItem[]; rollup: boolean } {
  if (!cursor.accept('GROUP')) return { items: [], rollup: false }
  cursor.expect('BY')
  // ROLLUP (a, b) and CUBE (a, b) before their columns: MySQL.
  const ahead = cursor.at('CUBE') || (cursor.at('ROLLUP') && cursor.peekSymbol(1, '('))
  if (ahead && !cursor.mariadb) {
    cursor.advance()
    cursor.expectSymbol('(')
    const items = orderItems(cursor)
    cursor.expectSymbol(')')
    return { items, rollup: true }
  }
  const items = orderItems(cursor)
  const rollup = cursor.acceptWords('WITH', 'ROLLUP') || cursor.acceptWords('WITH', 'CUBE')
  return { items, rollup }
}

function windowClause(cursor: Cursor): Select['windows'] {
  const windows: { readonly name: string; readonly window: Window }[] = []
  if (!cursor.at('WINDOW') || !cursor.peekWord(2, 'AS')) return windows
  cursor.advance()
  do {
    const name = cursor.name('a name of a window')
    cursor.expect('AS')
    windows.push({ name, window: windowDefinition(cursor) })
  } while (cursor.acceptSymbol(','))
  return windows
}
