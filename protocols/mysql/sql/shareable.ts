/**
 * Whether texts that differ only in the values of their constants do the same: then they may share
 * an Analysis. Decided on the tree, once for each shape.
 */
import type { Expression, Statement } from './ast.ts'
import { type Token, TokenType } from './lexer/token.ts'

const statements: ReadonlySet<Statement['kind']> = new Set(['query', 'insert', 'update', 'delete'])

export function shareable(statement: Statement, tokens: readonly Token[]): boolean {
  return statements.has(statement.kind) && isFree(statement) && areValues(tokens, statement)
}

/**
 * What is written like a constant and is none in the tree is a name, or a part of one: `SELECT 1 'a'`
 * calls its column a.
 */
function areValues(tokens: readonly Token[], statement: Statement): boolean {
  const starts = new Set<number>()
  literalStarts(statement, starts)
  return tokens.every(({ type, start }) => !constants.has(type) || starts.has(start))
}

const constants: ReadonlySet<TokenType> = new Set([
  TokenType.String,
  TokenType.Integer,
  TokenType.Decimal,
  TokenType.Float,
])

function literalStarts(value: unknown, starts: Set<number>): void {
  if (Array.isArray(value)) for (const each of value) literalStarts(each, starts)
  else if (typeof value === 'object' && value !== null) {
    const { kind, start } = value as { kind?: unknown; start?: unknown }
    if (kind === 'literal' && typeof start === 'number') starts.add(start)
    else literalStarts(Object.values(value), starts)
  }
}

function isFree(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isFree)
  if (typeof value !== 'object' || value === null) return true
  if (depends(value as Readonly<Record<string, unknown>>)) return false
  return Object.values(value).every(each => typeof each !== 'object' || isFree(each))
}

/** Its meaning hangs on a constant's value. */
function depends(node: Readonly<Record<string, unknown>>): boolean {
  const { kind, expression, alias, descending, into } = node
  // ORDER BY 2 and GROUP BY 1 name output columns by position.
  if (descending !== undefined) return isConstant(expression as Expression)
  // A column without a name of its own is called as its text.
  if (expression !== undefined && 'alias' in node && alias === undefined)
    return hasLiteral(expression)
  if (into !== undefined) return true
  // CAST(… AS CHAR(10)), columns of JSON_TABLE, names that stand in VALUES' first row.
  return typeof kind === 'string' && 'start' in node && dependent.has(kind)
}

const dependent: ReadonlySet<string> = new Set([
  'cast',
  'jsonTable',
  'jsonArrow',
  'values',
  'assign',
  'sequence',
])

function isConstant(node: Expression): boolean {
  return node.kind === 'literal' || (node.kind === 'unary' && isConstant(node.operand))
}

function hasLiteral(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasLiteral)
  if (typeof value !== 'object' || value === null) return false
  if ((value as { kind?: unknown }).kind === 'literal') return true
  return Object.values(value).some(each => typeof each === 'object' && hasLiteral(each))
}
