/**
 * Whether a WHERE narrows anything: none, or one that is true for every row, does not. What cannot
 * be decided narrows. Literals that decided are reported, since texts that differ in them differ.
 */
import type { A_Expr, BoolExpr, RangeVar, SelectStmt } from 'libpg-query'
import { as, constantOf, kindOf, type Node, nameOf, walk } from '../tree.ts'
import { rangesOf } from './objects.ts'

export interface Literals {
  literalsMatter: boolean
}

/** What is written to, and what else stands beside it: FROM, USING, the source of a MERGE. */
export interface Written {
  readonly relation: RangeVar | undefined
  readonly others: readonly Node[] | undefined
}

/** Nothing is left out by it: it is true for every row, or asks nothing of the rows at all. */
export function unfiltered(where: Node | undefined, written: Written, literals: Literals): boolean {
  if (where === undefined) return true
  const certain = truth(withoutOneself(where, written), literals)
  return certain ?? !asksOf(where, written)
}

/** Whether a column of what is written to is named; one without a table's name may be. */
function asksOf(where: Node, { relation }: Written): boolean {
  const name = relation?.alias?.aliasname ?? relation?.relname
  let asks = false
  walk(where, (kind, fields) => {
    if (kind === 'CurrentOfExpr') asks = true
    if (kind !== 'ColumnRef') return
    const names = nameOf((fields as { fields?: readonly Node[] }).fields)
    const star = names.length < ((fields as { fields?: readonly Node[] }).fields?.length ?? 0)
    const table = star ? names.at(-1) : names.at(-2)
    asks ||= table === undefined || table === name
  })
  return asks
}

/** The same with `true` where a row is looked up in its own table, which always has it. */
function withoutOneself(node: Node, written: Written): Node {
  const boolean = as(node, 'BoolExpr')
  if (boolean !== undefined) {
    const args = (boolean.args ?? []).map(each => withoutOneself(each, written))
    return { BoolExpr: { ...boolean, args } }
  }
  return findsItself(node, written) ? always : node
}

const always: Node = { A_Const: { boolval: { boolval: true } } }

function findsItself(node: Node, { relation, others = [] }: Written): boolean {
  const isSame = (range: RangeVar): boolean =>
    range.relname === relation?.relname &&
    (range.schemaname === undefined ||
      relation?.schemaname === undefined ||
      range.schemaname === relation.schemaname)
  const expression = as(node, 'A_Expr')
  if (expression !== undefined) {
    // `t.id = other.id`, and other is t.
    const { lexpr, rexpr, kind, name } = expression
    const [left, right] = [columnOf(lexpr), columnOf(rexpr)]
    if (kind !== 'AEXPR_OP' || nameOf(name).at(-1) !== '=' || left === undefined) return false
    const selves = [relation, ...rangesOf(others).filter(isSame)].map(
      range => range?.alias?.aliasname ?? range?.relname,
    )
    return (
      right?.at(-1) === left.at(-1) &&
      selves.includes(left.at(-2)) &&
      selves.includes(right?.at(-2))
    )
  }
  // `id IN (SELECT id FROM t)`, `id = ANY (TABLE t)`.
  const link = as(node, 'SubLink')
  const select = as(link?.subselect, 'SelectStmt')
  if (link?.subLinkType !== 'ANY_SUBLINK' || select === undefined || !isWhole(select)) return false
  const operator = nameOf(link.operName).at(-1) ?? '='
  const [target] = select.targetList ?? []
  const [range, ...more] = rangesOf(select.fromClause ?? [])
  const tested = columnOf(link.testexpr)
  const found = columnOf(as(target, 'ResTarget')?.val)
  if (operator !== '=' || range === undefined || more.length > 0 || tested === undefined)
    return false
  return isSame(range) && tested.at(-1) === found?.at(-1)
}

/** Every row of what it is from. */
function isWhole(select: SelectStmt): boolean {
  const { whereClause, havingClause, limitCount, limitOffset, op = 'SETOP_NONE' } = select
  const parts = [whereClause, havingClause, limitCount, limitOffset]
  return op === 'SETOP_NONE' && select.targetList?.length === 1 && parts.every(each => !each)
}

function columnOf(node: Node | undefined): readonly string[] | undefined {
  const reference = as(node, 'ColumnRef')
  return reference === undefined ? undefined : nameOf(reference.fields)
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
  if (nullTest?.arg !== undefined && isNeverNull(nullTest.arg))
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
  if (kind === 'AEXPR_BETWEEN') {
    const bounds = as(rexpr, 'List')?.items ?? []
    return bounds.every(each => same(each, lexpr)) ? literal(lexpr, literals, true) : undefined
  }
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

/** Constants, and the columns that the server gives every row. */
function isNeverNull(node: Node): boolean {
  const name = columnOf(node)?.at(-1)
  return constantOf(node) !== undefined || (name !== undefined && systemColumns.has(name))
}

const systemColumns: ReadonlySet<string> = new Set('ctid tableoid xmin xmax cmin cmax'.split(' '))

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
