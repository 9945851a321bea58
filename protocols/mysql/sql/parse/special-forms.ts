/**
 * What looks like a call and has a syntax of its own: CASE, CAST, TRIM, EXTRACT, MATCH …
 * https://dev.mysql.com/doc/refman/9.7/en/functions.html
 */
import type { Case, Expression, FunctionCall } from '../ast.ts'
import { adjacentFunctions, intervalUnits } from '../keywords.ts'
import { type Callee, type CallParts, finished, isAdjacent } from './call.ts'
import type { Cursor } from './cursor.ts'
import { charsetName, dataType } from './data-type.ts'
import { jsonResponses } from './json-table.ts'
import { columnReference, tableName } from './names.ts'
import { parenthesized } from './parenthesized.ts'

type Form = (cursor: Cursor, start: number) => Expression

/** At a word; undefined when it is none of these here. */
export function specialForm(cursor: Cursor): Expression | undefined {
  const { start, value } = cursor.token
  const form = forms.get(value)
  if (form === undefined) return undefined
  if (value === 'CASE') return inside(cursor, start, form)
  if (value === 'MATCH') return cursor.isReserved(value) ? inside(cursor, start, form) : undefined
  if (value === 'DEFAULT') return cursor.isReserved(value) ? inside(cursor, start, form) : undefined
  if (!cursor.peekSymbol(1, '(')) return undefined
  if (adjacentFunctions.has(value) && !isAdjacent(cursor)) return undefined
  if (mariadbForms.has(value) && !cursor.mariadb) return undefined
  if (valuesForms.has(value) && !isColumnOnly(cursor)) return undefined
  return inside(cursor, start, form)
}

function inside(cursor: Cursor, start: number, form: Form): Expression {
  cursor.enter()
  cursor.advance()
  const node = form(cursor, start)
  cursor.leave()
  return node
}

const mariadbForms = new Set(['NEXTVAL', 'LASTVAL', 'SETVAL', 'VALUE'])
const valuesForms = new Set(['VALUES', 'VALUE'])

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['CASE', caseExpression],
  ['CAST', cast],
  ['CHAR', char],
  ['CONVERT', convert],
  ['DEFAULT', defaultValue],
  ['EXISTS', exists],
  ['EXTRACT', extract],
  ['GET_FORMAT', getFormat],
  ['JSON_VALUE', jsonValue],
  ['LASTVAL', (cursor, start) => sequence(cursor, start, 'previous')],
  ['MATCH', match],
  ['MID', substring],
  ['NEXTVAL', (cursor, start) => sequence(cursor, start, 'next')],
  ['POSITION', position],
  ['ROW', row],
  ['SETVAL', (cursor, start) => sequence(cursor, start, 'set')],
  ['SUBSTR', substring],
  ['SUBSTRING', substring],
  ['TIMESTAMPADD', timestampArithmetic],
  ['TIMESTAMPDIFF', timestampArithmetic],
  ['TRIM', trim],
  ['VALUE', valuesColumn],
  ['VALUES', valuesColumn],
  ['WEIGHT_STRING', weightString],
])

function expression(cursor: Cursor): Expression {
  return cursor.grammar.expression(cursor)
}

/** Closes the parenthesis of a call of that name. */
function built(cursor: Cursor, name: string, start: number, parts: CallParts): FunctionCall {
  cursor.expectSymbol(')')
  const callee: Callee = { schema: undefined, name, stored: false, start }
  return finished(cursor, callee, parts)
}

function moreArguments(cursor: Cursor, args: Expression[]): Expression[] {
  while (cursor.acceptSymbol(',')) args.push(expression(cursor))
  return args
}

function caseExpression(cursor: Cursor, start: number): Case {
  const operand = cursor.at('WHEN') ? undefined : expression(cursor)
  const branches: Case['branches'][number][] = []
  while (cursor.accept('WHEN')) {
    const when = expression(cursor)
    cursor.expect('THEN')
    // biome-ignore lint/suspicious/noThenProperty: it is the keyword, and nobody awaits a tree.
    branches.push({ when, then: expression(cursor) })
  }
  if (branches.length === 0) cursor.fail('WHEN')
  const otherwise = cursor.accept('ELSE') ? expression(cursor) : undefined
  cursor.expect('END')
  return { kind: 'case', operand, branches, otherwise, start, end: cursor.end }
}

// ── Types and character sets ────────────────────────────────────────────────────────────────────

function cast(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const operand = expression(cursor)
  let zone = ''
  if (cursor.acceptWords('AT', 'TIME', 'ZONE')) {
    cursor.accept('INTERVAL')
    zone = `at time zone ${cursor.string('a time zone')} `
  }
  cursor.expect('AS')
  const type = `${zone}${dataType(cursor)}${cursor.accept('ARRAY') ? ' array' : ''}`
  if (cursor.accept('COLLATE')) cursor.advance()
  cursor.expectSymbol(')')
  return { kind: 'cast', operand, type, start, end: cursor.end }
}

function convert(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const operand = expression(cursor)
  if (cursor.accept('USING')) {
    const charset = charsetName(cursor)
    cursor.expectSymbol(')')
    return { kind: 'convertUsing', operand, charset, start, end: cursor.end }
  }
  cursor.expectSymbol(',')
  const type = dataType(cursor)
  cursor.expectSymbol(')')
  return { kind: 'cast', operand, type, start, end: cursor.end }
}

function char(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const args = moreArguments(cursor, [expression(cursor)])
  const words = cursor.accept('USING') ? [charsetName(cursor)] : []
  return built(cursor, 'char', start, { args, words })
}

function weightString(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const args = [expression(cursor)]
  const words = cursor.accept('AS') ? [dataType(cursor)] : []
  moreArguments(cursor, args)
  if (cursor.accept('LEVEL')) while (!cursor.atSymbol(')') && !cursor.atEnd()) cursor.advance()
  return built(cursor, 'weight_string', start, { args, words })
}

function jsonValue(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const args = moreArguments(cursor, [expression(cursor)])
  const words = cursor.accept('RETURNING') ? [dataType(cursor)] : []
  jsonResponses(cursor)
  return built(cursor, 'json_value', start, { args, words })
}

// ── Text ────────────────────────────────────────────────────────────────────────────────────────

function trim(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const side = cursor.acceptAny('LEADING', 'TRAILING', 'BOTH')
  const words = side === undefined ? [] : [side]
  const args: Expression[] = []
  if (side === undefined || !cursor.at('FROM')) args.push(expression(cursor))
  if (cursor.accept('FROM')) args.push(expression(cursor))
  return built(cursor, 'trim', start, { args, words })
}

function substring(cursor: Cursor, start: number): Expression {
  const name = cursor.text.slice(start, cursor.end).toLowerCase()
  cursor.expectSymbol('(')
  const args = [expression(cursor)]
  if (cursor.accept('FROM')) {
    args.push(expression(cursor))
    if (cursor.accept('FOR')) args.push(expression(cursor))
  } else moreArguments(cursor, args)
  return built(cursor, name, start, { args })
}

function position(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const args = [cursor.grammar.operand(cursor)]
  cursor.expect('IN')
  args.push(expression(cursor))
  return built(cursor, 'position', start, { args })
}

function match(cursor: Cursor, start: number): Expression {
  const parentheses = cursor.acceptSymbol('(')
  const columns: Expression[] = []
  do columns.push(columnReference(cursor))
  while (cursor.acceptSymbol(','))
  if (parentheses) cursor.expectSymbol(')')
  cursor.expect('AGAINST')
  cursor.expectSymbol('(')
  const against = cursor.grammar.operand(cursor)
  if (!cursor.acceptWords('IN', 'BOOLEAN', 'MODE')) {
    cursor.acceptWords('IN', 'NATURAL', 'LANGUAGE', 'MODE')
    cursor.acceptWords('WITH', 'QUERY', 'EXPANSION')
  }
  cursor.expectSymbol(')')
  return { kind: 'match', columns, against, start, end: cursor.end }
}

// ── Time ────────────────────────────────────────────────────────────────────────────────────────

function unit(cursor: Cursor): string {
  if (!intervalUnits.has(cursor.token.value)) cursor.fail('a unit of time')
  return cursor.advance().value.toLowerCase()
}

function extract(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const words = [unit(cursor)]
  cursor.expect('FROM')
  return built(cursor, 'extract', start, { args: [expression(cursor)], words })
}

function getFormat(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const word = cursor.acceptAny('DATE', 'TIME', 'DATETIME', 'TIMESTAMP') ?? cursor.fail('a type')
  cursor.expectSymbol(',')
  return built(cursor, 'get_format', start, { args: [expression(cursor)], words: [word] })
}

function timestampArithmetic(cursor: Cursor, start: number): Expression {
  const name = cursor.text.slice(start, cursor.end).toLowerCase()
  cursor.expectSymbol('(')
  const words = [unit(cursor)]
  cursor.expectSymbol(',')
  const args = moreArguments(cursor, [expression(cursor)])
  return built(cursor, name, start, { args, words })
}

// ── Columns, rows, queries, sequences ───────────────────────────────────────────────────────────

function defaultValue(cursor: Cursor, start: number): Expression {
  if (!cursor.acceptSymbol('(')) {
    return { kind: 'default', column: undefined, start, end: cursor.end }
  }
  const column = columnReference(cursor)
  cursor.expectSymbol(')')
  return { kind: 'default', column, start, end: cursor.end }
}

/** `VALUES(name)`: with more than a name in it, it is a call or a query. */
function isColumnOnly(cursor: Cursor): boolean {
  let offset = 3
  while (cursor.peekSymbol(offset, '.')) offset += 2
  return cursor.peekSymbol(offset, ')')
}

function valuesColumn(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const column = columnReference(cursor)
  cursor.expectSymbol(')')
  return { kind: 'valuesColumn', column, start, end: cursor.end }
}

function exists(cursor: Cursor, start: number): Expression {
  const query = parenthesized(cursor)
  if (query.kind !== 'query') cursor.fail('a query')
  return { kind: 'exists', query, start, end: cursor.end }
}

function row(cursor: Cursor, start: number): Expression {
  cursor.expectSymbol('(')
  const items = moreArguments(cursor, [expression(cursor)])
  cursor.expectSymbol(')')
  return { kind: 'row', items, start, end: cursor.end }
}

function sequence(cursor: Cursor, start: number, action: 'next' | 'previous' | 'set'): Expression {
  cursor.expectSymbol('(')
  const name = tableName(cursor)
  const args = moreArguments(cursor, [])
  cursor.expectSymbol(')')
  return { kind: 'sequence', action, sequence: name, args, start, end: cursor.end }
}
