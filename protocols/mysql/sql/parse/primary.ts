/**
 * What operators stand between: literals, names, variables, calls, what is in parentheses.
 * https://dev.mysql.com/doc/refman/9.7/en/expressions.html
 */
import type { Expression, Unary } from '../ast.ts'
import { bareFunctions, intervalUnits } from '../keywords.ts'
import { TokenType } from '../lexer/token.ts'
import { bareCall, call, startsCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { literal, simple, systemVariable, userVariable } from './literals.ts'
import { columnReference, tableName } from './names.ts'
import { asExpression, parenthesized } from './parenthesized.ts'
import { specialForm } from './special-forms.ts'

/** With its prefixes and COLLATE. */
export function primary(cursor: Cursor): Expression {
  const { start } = cursor.pending ?? cursor.token
  let node = prefixed(cursor)
  for (let count = 0; cursor.accept('COLLATE'); count++) {
    cursor.bound(count)
    node = { kind: 'collate', operand: node, collation: collation(cursor), start, end: cursor.end }
  }
  return node
}

function collation(cursor: Cursor): string {
  if (cursor.token.type === TokenType.String) return cursor.string()
  if (cursor.at('BINARY')) return cursor.advance().value.toLowerCase()
  return cursor.name('a collation').toLowerCase()
}

function prefixed(cursor: Cursor): Expression {
  const { pending } = cursor
  if (pending !== undefined) {
    cursor.pending = undefined
    return pending
  }
  const operator = prefixOf(cursor)
  if (operator === undefined) return atom(cursor)
  const { start } = cursor.advance()
  cursor.enter()
  const operand = primary(cursor)
  cursor.leave()
  return { kind: 'unary', operator, operand, start, end: cursor.end }
}

function prefixOf(cursor: Cursor): Unary['operator'] | undefined {
  const { type, value } = cursor.token
  if (type === TokenType.Symbol) {
    switch (value) {
      case '-':
      case '+':
      case '~':
      case '!':
        return value
      default:
        return undefined
    }
  }
  if (type !== TokenType.Word) return undefined
  if (value === 'BINARY') return 'binary'
  return value === 'NOT' && cursor.options.highNotPrecedence ? 'not' : undefined
}

function atom(cursor: Cursor): Expression {
  const { type, start, end, value } = cursor.token
  switch (type) {
    case TokenType.Word:
      return word(cursor)
    case TokenType.Name:
      return startsCall(cursor) ? call(cursor) : column(cursor)
    case TokenType.Parameter:
      cursor.advance()
      return { kind: 'parameter', index: cursor.parameters++, start, end }
    case TokenType.UserVariable:
      return variable(cursor)
    case TokenType.SystemVariable:
      return systemVariable(cursor)
    case TokenType.Symbol:
      if (value === '(') return asExpression(parenthesized(cursor))
      if (value === '{') return braces(cursor)
      return cursor.fail('an expression')
    default:
      return literal(cursor) ?? cursor.fail('an expression')
  }
}

function variable(cursor: Cursor): Expression {
  const target = userVariable(cursor)
  if (!cursor.acceptSymbol(':=')) return target
  const value = cursor.grammar.expression(cursor)
  return { kind: 'assign', target, value, start: target.start, end: cursor.end }
}

/** `{fn now()}`, `{d '2020-01-01'}`: ODBC; the word is only looked at for dates. */
function braces(cursor: Cursor): Expression {
  cursor.enter()
  const { start } = cursor.advance()
  const kind = cursor.name('a word').toLowerCase()
  const inner = cursor.grammar.expression(cursor)
  cursor.expectSymbol('}')
  cursor.leave()
  const type = ({ d: 'date', t: 'time', ts: 'timestamp' } as const)[kind]
  const dated = inner.kind === 'literal' && type !== undefined
  return dated ? { ...inner, type, start, end: cursor.end } : inner
}

function column(cursor: Cursor): Expression {
  const reference = columnReference(cursor)
  const unquote = cursor.atSymbol('->>')
  if (!unquote && !cursor.atSymbol('->')) return reference
  cursor.advance()
  const path = cursor.string('a JSON path')
  const { start } = reference
  return { kind: 'jsonArrow', unquote, column: reference, path, start, end: cursor.end }
}

function word(cursor: Cursor): Expression {
  const { start, value } = cursor.token
  switch (value) {
    case 'NULL':
      return simple(cursor, 'null')
    case 'TRUE':
    case 'FALSE':
      return simple(cursor, 'boolean')
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      if (cursor.peek(1).type !== TokenType.String) break
      cursor.advance()
      return { ...simple(cursor, dated(value)), start }
    case 'INTERVAL':
      if (isIntervalFunction(cursor)) return call(cursor)
      return interval(cursor)
    case 'NEXT':
    case 'PREVIOUS':
      if (cursor.mariadb && cursor.peekWord(1, 'VALUE')) return sequence(cursor, value === 'NEXT')
      break
    default:
  }
  const special = specialForm(cursor)
  if (special !== undefined) return special
  if (startsCall(cursor)) return call(cursor)
  if (bareFunctions.has(value) && cursor.isReserved(value)) return bareCall(cursor)
  return column(cursor)
}

function dated(word: 'DATE' | 'TIME' | 'TIMESTAMP'): 'date' | 'time' | 'timestamp' {
  if (word === 'DATE') return 'date'
  return word === 'TIME' ? 'time' : 'timestamp'
}

/** MariaDB: NEXT VALUE FOR s, PREVIOUS VALUE FOR s. */
function sequence(cursor: Cursor, next: boolean): Expression {
  const { start } = cursor.advance()
  cursor.expect('VALUE', 'FOR')
  const name = tableName(cursor)
  const action = next ? 'next' : 'previous'
  return { kind: 'sequence', action, sequence: name, args: [], start, end: cursor.end }
}

// ── INTERVAL ────────────────────────────────────────────────────────────────────────────────────

function interval(cursor: Cursor): Expression {
  const { start } = cursor.advance()
  cursor.enter()
  const amount = cursor.grammar.expression(cursor)
  cursor.leave()
  if (!intervalUnits.has(cursor.token.value)) cursor.fail('a unit of time')
  const unit = cursor.advance().value.toLowerCase()
  return { kind: 'interval', amount, unit, start, end: cursor.end }
}

/** INTERVAL(a, b, …) is a function; with one value in parentheses it is the keyword. */
function isIntervalFunction(cursor: Cursor): boolean {
  if (!cursor.peekSymbol(1, '(')) return false
  let depth = 0
  for (let offset = 1; ; offset++) {
    const { type, value } = cursor.peek(offset)
    if (type === TokenType.End) return false
    if (type !== TokenType.Symbol) continue
    if (value === '(') depth++
    else if (value === ')' && --depth === 0) return false
    else if (value === ',' && depth === 1) return true
  }
}
