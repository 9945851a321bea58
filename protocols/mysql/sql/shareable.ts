/**
 * Whether texts that differ only in the values of their constants do the same: then they may share
 * an Analysis. Decided on the tree, once for each shape.
 */
import type { Expression, Statement } from './ast.ts'

const statements: ReadonlySet<Statement['kind']> = new Set(['query', 'insert', 'update', 'delete'])

export function shareable(statement: Statement): boolean {
  return statements.has(statement.kind) && isFree(statement)
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
