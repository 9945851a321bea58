/**
 * Whether a WHERE narrows anything: none, or one that is true for every row, does not. What cannot
 * be decided narrows. Literals that decided are reported, since texts that differ in them differ.
 */
import type { A_Expr, BoolExpr } from 'libpg-query'
import { as, constantOf, kindOf, type Node, nameOf } from '../tree.ts'

export interface Literals {
  literalsMatter: boolean
}

/** Nothing is left out by it. */
export function unfiltered(where: Node | undefined, literals: Literals): boolean {
  return where === undefined || truth(where, literals) === true
}

/** true and false for every row; undefined: it depends, or we cannot tell. */
function truth(node: Node, literals: Literals): boolean | undefined {
  const boolean = as(node, 'BoolExpr')
  if (boolean !== undefined) return connective(boolean, literals)
  const constant = as(node, 'A_Const')
  if (constant !== undefined) return constantTruth(node, literals)
  const cast = as(node, 'TypeCast')
  if (cast?.arg !== undefined) {
    const type = nameOf(cast.typeName?.names).at(-1)
    return type === 'bool' ? constantTruth(cast.arg, literals) : undefined
  }
  const comparison = as(node, 'A_Expr')
  if (comparison !== undefined) return compared(comparison, literals)
  const test = as(node, 'BooleanTest')
  if (test?.arg !== undefined) {
    const inner = truth(test.arg, literals)
    if (inner === undefined) return undefined
    if (test.booltesttype === 'IS_TRUE' || test.booltesttype === 'IS_NOT_FALSE') return inner
    if (test.booltesttype === 'IS_FALSE' || test.booltesttype === 'IS_NOT_TRUE') return !inner
    return test.booltesttype === 'IS_NOT_UNKNOWN'
  }
  const nullTest = as(node, 'NullTest')
  if (nullTest?.arg !== undefined && constantOf(nullTest.arg) !== undefined)
    return nullTest.nulltesttype === 'IS_NOT_NULL'
  const link = as(node, 'SubLink')
  if (link?.subLinkType === 'EXISTS_SUBLINK') {
    const select = as(link.subselect, 'SelectStmt')
    // A SELECT of nothing from nowhere has one row.
    const bare = select?.op === 'SETOP_NONE' && select.fromClause === undefined
    if (bare && select.whereClause === undefined && select.limitCount === undefined)
      return select.limitOffset === undefined ? true : undefined
  }
  const call = as(node, 'CoalesceExpr')
  const [first] = call?.args ?? []
  return first === undefined ? undefined : truth(first, literals)
}

function connective({ boolop, args = [] }: BoolExpr, literals: Literals): boolean | undefined {
  const parts = args.map(each => truth(each, literals))
  if (boolop === 'NOT_EXPR') return parts[0] === undefined ? undefined : !parts[0]
  if (boolop === 'AND_EXPR') {
    if (parts.includes(false)) return false
    return parts.every(part => part === true) ? true : undefined
  }
  if (parts.includes(true) || complementary(args)) return true
  return parts.every(part => part === false) ? false : undefined
}

/** `x IS NULL OR x IS NOT NULL`, `p OR NOT p`. */
function complementary(args: readonly Node[]): boolean {
  return args.some((each, index) =>
    args.slice(index + 1).some(other => {
      const a = as(each, 'NullTest')
      const b = as(other, 'NullTest')
      if (a?.arg !== undefined && b?.arg !== undefined)
        return a.nulltesttype !== b.nulltesttype && same(a.arg, b.arg)
      return negates(each, other) || negates(other, each)
    }),
  )
}

function negates(a: Node, b: Node): boolean {
  const not = as(a, 'BoolExpr')
  return not?.boolop === 'NOT_EXPR' && not.args?.[0] !== undefined && same(not.args[0], b)
}

function constantTruth(node: Node, literals: Literals): boolean | undefined {
  const constant = as(node, 'A_Const')
  if (constant?.boolval !== undefined) return constant.boolval.boolval ?? false
  const value = constantOf(node)?.trim().toLowerCase()
  if (value === undefined) return undefined
  literals.literalsMatter = true
  if (/^(?:t|tr|tru|true|y|ye|yes|on|1)$/.test(value)) return true
  return /^(?:f|fa|fal|fals|false|n|no|of|off|0)$/.test(value) ? false : undefined
}

function compared(expression: A_Expr, literals: Literals): boolean | undefined {
  const { kind, lexpr, rexpr } = expression
  const operator = nameOf(expression.name).at(-1) ?? ''
  if (lexpr === undefined || rexpr === undefined) return undefined
  if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') return matchesAll(operator, rexpr, literals)
  if (kind === 'AEXPR_IN') return amongConstants(operator, lexpr, rexpr, literals)
  if (kind === 'AEXPR_BETWEEN') return undefined
  if (kind === 'AEXPR_NOT_DISTINCT' || kind === 'AEXPR_DISTINCT') {
    if (!isConstant(lexpr) || !isConstant(rexpr))
      return same(lexpr, rexpr)
        ? literal(lexpr, literals, kind === 'AEXPR_NOT_DISTINCT')
        : undefined
  }
  const left = constantOf(unsigned(lexpr))
  const right = constantOf(unsigned(rexpr))
  if (left !== undefined && right !== undefined) {
    literals.literalsMatter = true
    return order(expression, left, right)
  }
  // NULL apart, a thing equals itself; nobody writes that to leave the NULLs out.
  if (!same(lexpr, rexpr)) {
    if (sameBut(lexpr, rexpr)) literals.literalsMatter = true
    return undefined
  }
  if (['=', '<=', '>='].includes(operator)) return literal(lexpr, literals, true)
  return ['<>', '!=', '<', '>'].includes(operator) ? literal(lexpr, literals, false) : undefined
}

function literal(node: Node, literals: Literals, result: boolean): boolean {
  if (JSON.stringify(node).includes('"A_Const"')) literals.literalsMatter = true
  return result
}

function order(expression: A_Expr, left: string, right: string): boolean | undefined {
  const operator = nameOf(expression.name).at(-1) ?? ''
  const numbers = [Number(left), Number(right)] as const
  const numeric = left.trim() !== '' && right.trim() !== '' && !numbers.some(Number.isNaN)
  const [a, b] = numeric ? numbers : [left, right]
  const difference = a === b ? 0 : a < b ? -1 : 1
  // The order of texts is the server's collation, so only their equality is certain.
  if (!numeric && difference !== 0 && !['=', '<>', '!='].includes(operator)) return undefined
  switch (operator) {
    case '=':
      return expression.kind === 'AEXPR_DISTINCT' ? difference !== 0 : difference === 0
    case '<>':
    case '!=':
      return difference !== 0
    case '<':
      return difference < 0
    case '>':
      return difference > 0
    case '<=':
      return difference <= 0
    case '>=':
      return difference >= 0
    default:
      return undefined
  }
}

/** `LIKE '%'` leaves out nothing but NULL. */
function matchesAll(operator: string, pattern: Node, literals: Literals): boolean | undefined {
  const text = constantOf(pattern)
  if (text === undefined) return undefined
  literals.literalsMatter = true
  return /^%+$/.test(text) && !operator.startsWith('!') ? true : undefined
}

function amongConstants(
  operator: string,
  left: Node,
  list: Node,
  literals: Literals,
): boolean | undefined {
  const items = as(list, 'List')?.items ?? []
  const value = constantOf(left)
  if (value === undefined)
    return items.some(item => same(item, left)) && operator === '='
      ? literal(left, literals, true)
      : undefined
  literals.literalsMatter = true
  const found = items.some(item => constantOf(item) === value)
  if (found) return operator === '='
  return items.every(isConstant) ? operator !== '=' : undefined
}

function isConstant(node: Node): boolean {
  return kindOf(node) === 'A_Const'
}

/** A constant behind a cast: `1::int = 1`. */
function unsigned(node: Node): Node {
  const cast = as(node, 'TypeCast')
  return cast?.arg !== undefined && isConstant(cast.arg) ? cast.arg : node
}

function same(a: Node, b: Node): boolean {
  return print(a, false) === print(b, false)
}

/** Equal but for their literals. */
function sameBut(a: Node, b: Node): boolean {
  return print(a, true) === print(b, true)
}

function print(node: Node, blind: boolean): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (key === 'location') return undefined
    return blind && (key === 'A_Const' || key === 'sval') ? '?' : value
  })
}
