/**
 * Whether a condition is true, or false, for every row: what the tree says at once, and what trying
 * says of the rest. Literals that decided are reported.
 */
import type { A_Expr, CaseExpr } from 'libpg-query'
import {
  anyNumber,
  type Comparison,
  choice,
  type Domain,
  type Formula,
  truthOf,
  turned,
} from '../../../tautology.ts'
import { as, constantOf, type Node, nameOf } from '../tree.ts'
import {
  columnOf,
  constantTruth,
  isConstant,
  isNeverNull,
  type Literals,
  likesAll,
  matchesAll,
  order,
  print,
  same,
  sameBut,
  unsigned,
} from './constants.ts'

/** Names of columns, and the OIDs of their types. */
export type ColumnTypes = ReadonlyMap<string, number>

/** true and false for every row; undefined: it depends, or we cannot tell. */
export function truth(
  node: Node,
  columns: ColumnTypes | undefined,
  literals: Literals,
): boolean | undefined {
  return truthOf(formulaOf(node, columns, literals))
}

function formulaOf(node: Node, columns: ColumnTypes | undefined, literals: Literals): Formula {
  const inner = (each: Node): Formula => formulaOf(each, columns, literals)
  const boolean = as(node, 'BoolExpr')
  // Denied, `x = 1` is met by what else is 1 or is not.
  if (boolean?.boolop === 'NOT_EXPR') literals.literalsMatter = true
  if (boolean?.boolop === 'NOT_EXPR' && boolean.args?.[0] !== undefined)
    return { kind: 'not', of: inner(boolean.args[0]) }
  if (boolean !== undefined)
    return {
      kind: boolean.boolop === 'AND_EXPR' ? 'all' : 'any',
      parts: (boolean.args ?? []).map(inner),
    }
  const choice = as(node, 'CaseExpr')
  if (choice !== undefined && choice.arg === undefined) return chosen(choice, inner, literals)
  const test = as(node, 'NullTest')
  if (test?.arg !== undefined && !isNeverNull(test.arg)) {
    const isNull: Formula = { kind: 'free', what: `${print(test.arg, false)} is null` }
    return test.nulltesttype === 'IS_NULL' ? isNull : { kind: 'not', of: isNull }
  }
  const value = atom(node, columns, literals)
  if (value !== undefined) return { kind: 'known', value }
  const expression = as(node, 'A_Expr')
  const comparison = expression && comparisonOf(expression, columns, literals)
  return comparison ?? { kind: 'free', what: print(node, false) }
}

/** `CASE WHEN a THEN b … ELSE c END`: a and b, or not a and what follows. */
function chosen(
  { args = [], defresult }: CaseExpr,
  inner: (node: Node) => Formula,
  literals: Literals,
): Formula {
  const none: Formula = { kind: 'known', value: false }
  // What is chosen by `x = 1` depends on the number.
  literals.literalsMatter = true
  return args.reduceRight<Formula>(
    (otherwise, node) => {
      const { expr, result } = as(node, 'CaseWhen') ?? {}
      if (expr === undefined || result === undefined) return otherwise
      return choice(inner(expr), inner(result), otherwise)
    },
    defresult === undefined ? none : inner(defresult),
  )
}

const operators: Readonly<Record<string, Comparison['operator']>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

/** `x < 3`, `3 > x`, `x BETWEEN 1 AND 3`. */
function comparisonOf(
  { kind, name, lexpr, rexpr }: A_Expr,
  columns: ColumnTypes | undefined,
  literals: Literals,
): Formula | undefined {
  const compare = (what: Node, operator: Comparison['operator'], to: Node): Formula | undefined => {
    const constant = numberOf(to)
    if (constant === undefined || numberOf(what) !== undefined) return undefined
    literals.literalsMatter ||= operator !== '='
    const simple = simplified(what)
    const domain = domainOf(simple, columns)
    return { kind: 'compare', what: print(simple, false), operator, constant, domain }
  }
  if (lexpr === undefined || rexpr === undefined) return undefined
  if (kind === 'AEXPR_BETWEEN') {
    const [low, high] = as(rexpr, 'List')?.items ?? []
    const parts = [low && compare(lexpr, '>=', low), high && compare(lexpr, '<=', high)]
    const known = parts.filter(part => part !== undefined)
    return known.length === 2 ? { kind: 'all', parts: known } : undefined
  }
  const operator = kind === 'AEXPR_OP' ? operators[nameOf(name).at(-1) ?? ''] : undefined
  if (operator === undefined) return undefined
  return compare(lexpr, operator, rexpr) ?? compare(rexpr, turned[operator], lexpr)
}

function numberOf(node: Node): number | undefined {
  const minus = as(node, 'A_Expr')
  if (minus?.kind === 'AEXPR_OP' && minus.lexpr === undefined && minus.rexpr !== undefined) {
    const inner = nameOf(minus.name).at(-1) === '-' ? numberOf(minus.rexpr) : undefined
    return inner === undefined ? undefined : -inner
  }
  const constant = as(unsigned(node), 'A_Const')
  if (constant?.ival === undefined && constant?.fval === undefined) return undefined
  return Number(constantOf(unsigned(node)))
}

/** What a column's type, or a function's nature, leaves possible. */
function domainOf(node: Node, columns: ColumnTypes | undefined): Domain {
  const type = columns?.get(columnOf(node)?.at(-1) ?? '')
  const bits = type === undefined ? undefined : integerBits[type]
  if (bits !== undefined) return { from: -(2 ** (bits - 1)), to: 2 ** (bits - 1) - 1, whole: true }
  const name = nameOf(as(node, 'FuncCall')?.funcname).at(-1) ?? ''
  return notNegative.has(name) ? { from: 0, to: Infinity, whole: false } : anyNumber
}

/** By type OID: int2, int4, int8. */
const integerBits: Readonly<Record<number, number>> = { 21: 16, 23: 32, 20: 64 }

const notNegative: ReadonlySet<string> = new Set([
  ...['abs', 'length', 'char_length', 'character_length', 'octet_length', 'bit_length'],
  ...['cardinality', 'jsonb_array_length', 'json_array_length'],
])

/** Without `+ 0`, `* 1` and the like. */
function simplified(node: Node): Node {
  const { kind, name, lexpr, rexpr } = as(node, 'A_Expr') ?? {}
  if (kind !== 'AEXPR_OP' || lexpr === undefined || rexpr === undefined) return node
  const operator = nameOf(name).at(-1) ?? ''
  const nothing = neutral[operator]
  if (nothing === undefined) return node
  if (constantOf(rexpr) === nothing) return simplified(lexpr)
  const either = operator === '+' || operator === '*'
  return either && constantOf(lexpr) === nothing ? simplified(rexpr) : node
}

const neutral: Readonly<Record<string, string>> = {
  '+': '0',
  '-': '0',
  '*': '1',
  '/': '1',
  '||': '',
}

/** What the tree says of one condition at once. */
function atom(
  node: Node,
  columns: ColumnTypes | undefined,
  literals: Literals,
): boolean | undefined {
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
    const inner = truth(test.arg, columns, literals)
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
  return first === undefined ? undefined : truth(first, columns, literals)
}

function compared(expression: A_Expr, literals: Literals): boolean | undefined {
  const { kind, lexpr, rexpr } = expression
  const operator = nameOf(expression.name).at(-1) ?? ''
  if (lexpr === undefined || rexpr === undefined) return undefined
  if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE' || kind === 'AEXPR_SIMILAR')
    return likesAll(operator, rexpr, literals)
  if (kind === 'AEXPR_OP' && /^!?~\*?$/.test(operator)) return matchesAll(operator, rexpr, literals)
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
  if (!same(simplified(lexpr), simplified(rexpr))) {
    if (sameBut(lexpr, rexpr) || simplified(lexpr) !== lexpr || simplified(rexpr) !== rexpr)
      literals.literalsMatter = true
    return undefined
  }
  if (['=', '<=', '>='].includes(operator)) return literal(lexpr, literals, true)
  return ['<>', '!=', '<', '>'].includes(operator) ? literal(lexpr, literals, false) : undefined
}

function literal(node: Node, literals: Literals, result: boolean): boolean {
  if (JSON.stringify(node).includes('"A_Const"')) literals.literalsMatter = true
  return result
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
