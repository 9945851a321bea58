/**
 * Expressions: precedence is climbed, and chains of one precedence become one node.
 * https://dev.mysql.com/doc/refman/9.7/en/operator-precedence.html
 */
import type { Expression, Like, Operation } from '../ast.ts'
import { TokenType } from '../lexer/token.ts'
import type { Cursor } from './cursor.ts'
import { literal } from './literals.ts'
import { parenthesized } from './parenthesized.ts'
import { primary } from './primary.ts'

export function expression(cursor: Cursor): Expression {
  const alone = standsAlone(cursor) ? literal(cursor) : undefined
  if (alone !== undefined) return alone
  cursor.enter()
  const node = disjunction(cursor)
  cursor.leave()
  return node
}

/** Most values of long lists are literals between commas: no operator has to be looked for. */
function standsAlone(cursor: Cursor): boolean {
  if (cursor.pending !== undefined) return false
  const { type, value } = cursor.peek(1)
  return type === TokenType.Symbol && (value === ',' || value === ')')
}

function chain(
  cursor: Cursor,
  operand: (cursor: Cursor) => Expression,
  operator: (cursor: Cursor) => string | undefined,
): Expression {
  const { start } = cursor.pending ?? cursor.token
  const first = operand(cursor)
  let found = operator(cursor)
  if (found === undefined) return first
  const operands = [first]
  const operators: string[] = []
  while (found !== undefined) {
    operators.push(found)
    operands.push(operand(cursor))
    found = operator(cursor)
  }
  return operation(operators, operands, start, cursor.end)
}

function operation(
  operators: readonly string[],
  operands: readonly Expression[],
  start: number,
  end: number,
): Operation {
  return { kind: 'operation', operators, operands, start, end }
}

function disjunction(cursor: Cursor): Expression {
  return chain(cursor, exclusion, orOperator)
}

function orOperator(cursor: Cursor): string | undefined {
  if (cursor.accept('OR')) return 'or'
  return !cursor.options.pipesAsConcat && cursor.acceptSymbol('||') ? '||' : undefined
}

function exclusion(cursor: Cursor): Expression {
  return chain(cursor, conjunction, xorOperator)
}

function xorOperator(cursor: Cursor): string | undefined {
  return cursor.accept('XOR') ? 'xor' : undefined
}

function conjunction(cursor: Cursor): Expression {
  return chain(cursor, negation, andOperator)
}

function andOperator(cursor: Cursor): string | undefined {
  return cursor.accept('AND') || cursor.acceptSymbol('&&') ? 'and' : undefined
}

function negation(cursor: Cursor): Expression {
  const high = cursor.options.highNotPrecedence
  if (high || cursor.pending !== undefined || !cursor.at('NOT')) return comparison(cursor)
  const { start } = cursor.advance()
  cursor.enter()
  const operand = negation(cursor)
  cursor.leave()
  return { kind: 'unary', operator: 'not', operand, start, end: cursor.end }
}

const comparisons = new Set(['=', '<=>', '<', '<=', '>', '>=', '<>', '!='])

/** Comparisons, IS, and comparisons with all or any rows of a query. */
function comparison(cursor: Cursor): Expression {
  const { start } = cursor.pending ?? cursor.token
  let left = predicate(cursor)
  let operands: Expression[] = [left]
  let operators: string[] = []
  for (let count = 0; ; count++) {
    const { token } = cursor
    if (cursor.accept('IS')) {
      left = operators.length === 0 ? left : operation(operators, operands, start, left.end)
      left = isTest(cursor, left, start)
      operands = [left]
      operators = []
    } else if (cursor.atSymbol(token.value) && comparisons.has(token.value)) {
      cursor.advance()
      const quantifier = cursor.acceptAny('ALL', 'ANY', 'SOME')
      if (quantifier === undefined) {
        left = predicate(cursor)
        operands.push(left)
        operators.push(token.value)
        continue
      }
      const operand =
        operators.length === 0 ? left : operation(operators, operands, start, left.end)
      left = {
        kind: 'quantified',
        operator: token.value,
        quantifier: quantifier === 'all' ? 'all' : 'any',
        operand,
        query: parenthesizedQuery(cursor),
        start,
        end: cursor.end,
      }
      operands = [left]
      operators = []
    } else break
    cursor.bound(count)
  }
  return operators.length === 0 ? left : operation(operators, operands, start, cursor.end)
}

function isTest(cursor: Cursor, operand: Expression, start: number): Expression {
  const negated = cursor.accept('NOT')
  const value = cursor.acceptAny('NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'JSON')
  switch (value) {
    case 'null':
    case 'true':
    case 'false':
    case 'unknown':
    case 'json':
      return { kind: 'is', negated, operand, value, start, end: cursor.end }
    default:
      return cursor.fail('NULL, TRUE, FALSE or UNKNOWN')
  }
}

function predicate(cursor: Cursor): Expression {
  const { start } = cursor.pending ?? cursor.token
  let left = bits(cursor)
  // MariaDB takes one after the other.
  for (let count = 0; ; count++) {
    const next = onePredicate(cursor, left, start)
    if (next === undefined) return left
    left = next
    cursor.bound(count)
  }
}

function onePredicate(cursor: Cursor, operand: Expression, start: number): Expression | undefined {
  if (cursor.token.type !== TokenType.Word) return undefined
  const negated = cursor.at('NOT') && isPredicate(cursor.peek(1).value)
  if (negated) cursor.advance()
  const { value } = cursor.token
  if (!isPredicate(value) && value !== 'MEMBER' && value !== 'SOUNDS') return undefined
  if (cursor.accept('IN')) return membership(cursor, operand, negated, start)
  if (cursor.accept('BETWEEN')) {
    const low = bits(cursor)
    cursor.expect('AND')
    cursor.enter()
    const high = predicate(cursor)
    cursor.leave()
    return { kind: 'between', negated, operand, low, high, start, end: cursor.end }
  }
  if (cursor.accept('LIKE')) {
    const pattern = bits(cursor)
    const escaped = cursor.accept('ESCAPE') ? bits(cursor) : undefined
    return like(cursor, 'like', { negated, operand, pattern, escape: escaped, start })
  }
  if (cursor.accept('REGEXP') || cursor.accept('RLIKE')) {
    return like(cursor, 'regexp', {
      negated,
      operand,
      pattern: bits(cursor),
      escape: undefined,
      start,
    })
  }
  if (cursor.acceptWords('SOUNDS', 'LIKE')) {
    const pattern = bits(cursor)
    return like(cursor, 'sounds like', { negated, operand, pattern, escape: undefined, start })
  }
  if (cursor.at('MEMBER') && (cursor.peekWord(1, 'OF') || cursor.peekSymbol(1, '('))) {
    cursor.advance()
    cursor.accept('OF')
    cursor.expectSymbol('(')
    const array = expression(cursor)
    cursor.expectSymbol(')')
    return operation(['member of'], [operand, array], start, cursor.end)
  }
  return undefined
}

function isPredicate(word: string): boolean {
  switch (word) {
    case 'IN':
    case 'BETWEEN':
    case 'LIKE':
    case 'REGEXP':
    case 'RLIKE':
      return true
    default:
      return false
  }
}

function like(
  cursor: Cursor,
  operator: Like['operator'],
  parts: Pick<Like, 'negated' | 'operand' | 'pattern' | 'escape' | 'start'>,
): Expression {
  return { kind: 'like', operator, ...parts, end: cursor.end }
}

function membership(
  cursor: Cursor,
  operand: Expression,
  negated: boolean,
  start: number,
): Expression {
  if (!cursor.atSymbol('(')) cursor.fail("'('")
  const inside = parenthesized(cursor)
  const query = inside.kind === 'query' ? inside : undefined
  const list = inside.kind === 'query' ? undefined : inside.items
  return { kind: 'in', negated, operand, list, query, start, end: cursor.end }
}

function parenthesizedQuery(cursor: Cursor) {
  if (!cursor.atSymbol('(')) cursor.fail("'('")
  const inside = parenthesized(cursor)
  return inside.kind === 'query' ? inside : cursor.fail('a query')
}

// ── Operators that compute, from the loosest to the tightest ────────────────────────────────────

export function bits(cursor: Cursor): Expression {
  return level(cursor, 0)
}

const levels: readonly ReadonlySet<string>[] = [
  new Set(['|']),
  new Set(['&']),
  new Set(['<<', '>>']),
  new Set(['+', '-']),
  new Set(['*', '/', '%', 'DIV', 'MOD']),
  new Set(['^']),
]

/** How tight each operator binds: its place in `levels`. */
const tightness = new Map(
  levels.flatMap((set, place) => [...set].map(each => [each, place] as const)),
)

function level(cursor: Cursor, loosest: number): Expression {
  const { start } = cursor.pending ?? cursor.token
  let left = concatenation(cursor)
  let place = placeOf(cursor)
  // Each round takes what binds looser than what the one before it took.
  while (place !== undefined && place >= loosest) {
    const operands = [left]
    const operators: string[] = []
    while (placeOf(cursor) === place) {
      operators.push(cursor.advance().value.toLowerCase())
      operands.push(level(cursor, place + 1))
    }
    left = operation(operators, operands, start, cursor.end)
    place = placeOf(cursor)
  }
  return left
}

function placeOf(cursor: Cursor): number | undefined {
  const { type, value } = cursor.token
  return type === TokenType.Symbol || type === TokenType.Word ? tightness.get(value) : undefined
}

/** `||` of PIPES_AS_CONCAT. */
function concatenation(cursor: Cursor): Expression {
  return cursor.options.pipesAsConcat ? chain(cursor, primary, concatOperator) : primary(cursor)
}

function concatOperator(cursor: Cursor): string | undefined {
  return cursor.acceptSymbol('||') ? 'concat' : undefined
}
