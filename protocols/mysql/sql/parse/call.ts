/**
 * Calls of functions: built in, stored, loadable, aggregates and window functions.
 * https://dev.mysql.com/doc/refman/9.7/en/function-resolution.html
 */
import type { Expression, FunctionCall, OrderItem } from '../ast.ts'
import { adjacentFunctions, reservedFunctions } from '../keywords.ts'
import { isSpace } from '../lexer/characters.ts'
import { TokenType } from '../lexer/token.ts'
import { orderByClause } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { dataType } from './data-type.ts'
import { over } from './window.ts'

/** At a name with `(` behind it, or behind the name after a dot. */
export function startsCall(cursor: Cursor): boolean {
  const { type, value } = cursor.token
  if (cursor.peekSymbol(1, '(')) {
    return type === TokenType.Name || !cursor.isReserved(value) || reservedFunctions.has(value)
  }
  if (!cursor.peekSymbol(1, '.') || !cursor.atName()) return false
  return cursor.peekSymbol(3, '(') || isPackaged(cursor)
}

/** MariaDB: `schema.package.function()`. */
function isPackaged(cursor: Cursor): boolean {
  return cursor.mariadb && cursor.peekSymbol(3, '.') && cursor.peekSymbol(5, '(')
}

export function call(cursor: Cursor): FunctionCall {
  const { start, type } = cursor.token
  const adjacent = isAdjacent(cursor)
  const first = cursor.nameOf(cursor.advance())
  const qualified = cursor.acceptSymbol('.')
  const schema = qualified ? first : undefined
  let name = qualified ? cursor.name('a function') : first
  if (qualified && cursor.acceptSymbol('.')) name += `.${cursor.name('a function')}`
  const keyword = adjacentFunctions.has(name.toUpperCase())
  const stored = qualified || type !== TokenType.Word || (keyword && !adjacent)
  const lower = qualified || type !== TokenType.Word ? name : name.toLowerCase()
  cursor.expectSymbol('(')
  return arguments_(cursor, { schema, name: lower, stored, start })
}

/** CURRENT_TIMESTAMP, CURRENT_USER and their like without parentheses. */
export function bareCall(cursor: Cursor): FunctionCall {
  const { start, value } = cursor.advance()
  return finished(
    cursor,
    { schema: undefined, name: value.toLowerCase(), stored: false, start },
    {},
  )
}

export type Callee = Pick<FunctionCall, 'schema' | 'name' | 'stored' | 'start'>

export type CallParts = Partial<
  Pick<
    FunctionCall,
    'args' | 'distinct' | 'orderBy' | 'separator' | 'words' | 'over' | 'withinGroup'
  >
>

const nothing: readonly never[] = []

export function finished(cursor: Cursor, callee: Callee, parts: CallParts): FunctionCall {
  return {
    kind: 'call',
    schema: callee.schema,
    name: callee.name,
    stored: callee.stored,
    args: parts.args ?? nothing,
    distinct: parts.distinct ?? false,
    orderBy: parts.orderBy ?? nothing,
    separator: parts.separator,
    words: parts.words ?? nothing,
    over: parts.over,
    withinGroup: parts.withinGroup ?? nothing,
    start: callee.start,
    end: cursor.end,
  }
}

/** After `(`. */
function arguments_(cursor: Cursor, callee: Callee): FunctionCall {
  cursor.enter()
  const distinct = !callee.stored && cursor.accept('DISTINCT')
  if (!distinct && !callee.stored) cursor.accept('ALL')
  const args = argumentList(cursor, callee)
  const orderBy = callee.stored ? nothing : orderByClause(cursor)
  const separator = cursor.accept('SEPARATOR') ? cursor.string('a separator') : undefined
  if (cursor.mariadb && cursor.accept('LIMIT')) {
    cursor.grammar.operand(cursor)
    if (cursor.acceptSymbol(',') || cursor.accept('OFFSET')) cursor.grammar.operand(cursor)
  }
  const words = jsonConstructorOptions(cursor)
  cursor.expectSymbol(')')
  cursor.leave()
  return afterCall(cursor, callee, { args, distinct, orderBy, separator, words })
}

/** WITHIN GROUP, FROM FIRST, RESPECT NULLS and OVER. */
export function afterCall(cursor: Cursor, callee: Callee, parts: CallParts): FunctionCall {
  let withinGroup: readonly OrderItem[] = nothing
  if (cursor.mariadb && cursor.acceptWords('WITHIN', 'GROUP')) {
    cursor.expectSymbol('(')
    withinGroup = orderByClause(cursor)
    cursor.expectSymbol(')')
  }
  if (cursor.at('FROM') && (cursor.peekWord(1, 'FIRST') || cursor.peekWord(1, 'LAST'))) {
    const { value } = cursor.peek(2)
    if (value === 'OVER' || value === 'RESPECT' || value === 'IGNORE') {
      cursor.advance()
      cursor.advance()
    }
  }
  if (!cursor.acceptWords('RESPECT', 'NULLS')) cursor.acceptWords('IGNORE', 'NULLS')
  const window = cursor.accept('OVER') ? over(cursor) : undefined
  return finished(cursor, callee, { ...parts, withinGroup, over: window })
}

function argumentList(cursor: Cursor, callee: Callee): readonly Expression[] {
  if (cursor.atSymbol(')')) return nothing
  const { start, end } = cursor.token
  if (callee.name === 'count' && !callee.stored && cursor.acceptSymbol('*')) {
    return [{ kind: 'star', schema: undefined, table: undefined, start, end }]
  }
  const args: Expression[] = []
  do {
    args.push(cursor.grammar.expression(cursor))
    argumentName(cursor, callee)
  } while (cursor.acceptSymbol(','))
  return args
}

/** MariaDB: their values and results have types, `1 AS int`. */
const dynamicColumns = new Set(['column_create', 'column_add', 'column_get'])

/** Loadable functions are given names of their arguments: `f(a AS x)`. */
function argumentName(cursor: Cursor, callee: Callee): void {
  if (cursor.atSymbol(',') || cursor.atSymbol(')')) return
  if (cursor.accept('AS')) {
    if (dynamicColumns.has(callee.name)) dataType(cursor)
    else if (cursor.token.type === TokenType.String) cursor.advance()
    else cursor.name('an alias')
  } else if (cursor.token.type === TokenType.String || cursor.atName()) {
    const { type, value } = cursor.peek(1)
    if (type === TokenType.Symbol && (value === ',' || value === ')')) cursor.advance()
  }
}

/** NULL ON NULL and ABSENT ON NULL of JSON_ARRAYAGG and its like. */
function jsonConstructorOptions(cursor: Cursor): readonly string[] {
  const { value } = cursor.token
  if (!cursor.acceptWords('ABSENT', 'ON', 'NULL') && !cursor.acceptWords('NULL', 'ON', 'NULL')) {
    return nothing
  }
  return [`${value.toLowerCase()} on null`]
}

/** No gap between the name and `(`; IGNORE_SPACE allows space, but no comment. */
export function isAdjacent(cursor: Cursor): boolean {
  const { text, options } = cursor
  let at = cursor.token.end
  if (options.ignoreSpace) while (isSpace(text.charCodeAt(at))) at++
  return text.charCodeAt(at) === 40
}
