/**
 * Whether a WHERE narrows anything: none, or one that is true for every row, does not. What cannot
 * be decided narrows. Literals that decided are reported, since texts that differ in them differ.
 */
import type { RangeVar, SelectStmt } from 'libpg-query'
import { as, type Node, nameOf, walk } from '../tree.ts'
import { columnOf, type Literals, systemColumns } from './constants.ts'
import { rangesOf } from './objects.ts'
import { type ColumnTypes, truth } from './truth.ts'

/** What is written to, and what else stands beside it: FROM, USING, the source of a MERGE. */
export interface Written {
  readonly relation: RangeVar | undefined
  readonly others: readonly Node[] | undefined
  /** Of what is written to; undefined: they are not known. */
  readonly columns: ColumnTypes | undefined
}

/** Nothing is left out by it: it is true for every row, or asks nothing of the rows at all. */
export function unfiltered(where: Node | undefined, written: Written, literals: Literals): boolean {
  if (where === undefined) return true
  const certain = truth(withoutOneself(where, written), written.columns, literals)
  return certain ?? !asksOf(where, written)
}

/**
 * Whether a column of what is written to is named. A name of no table is, unless nothing there has
 * it: then it is another table's, or a variable of the body that it stands in.
 */
function asksOf(where: Node, { relation, columns }: Written): boolean {
  const name = relation?.alias?.aliasname ?? relation?.relname
  let asks = false
  walk(where, (kind, fields) => {
    if (kind === 'CurrentOfExpr') asks = true
    if (kind !== 'ColumnRef') return
    const names = nameOf((fields as { fields?: readonly Node[] }).fields)
    const star = names.length < ((fields as { fields?: readonly Node[] }).fields?.length ?? 0)
    const table = star ? names.at(-1) : names.at(-2)
    const column = names.at(-1) ?? ''
    const known = columns === undefined || columns.has(column) || systemColumns.has(column)
    asks ||= table === undefined ? star || known || column === name : table === name
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
    const array = as(rexpr, 'SubLink')
    if (kind === 'AEXPR_OP_ANY' && array?.subLinkType === 'ARRAY_SUBLINK')
      return nameOf(name).at(-1) === '=' && givesAll(lexpr, array.subselect, isSame)
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
  const operator = nameOf(link?.operName).at(-1) ?? '='
  if (link?.subLinkType !== 'ANY_SUBLINK' || operator !== '=') return false
  return givesAll(link.testexpr, link.subselect, isSame)
}

/** A query gives the tested column's value of every row of the table. */
function givesAll(
  tested: Node | undefined,
  query: Node | undefined,
  isSame: (range: RangeVar) => boolean,
): boolean {
  const select = as(query, 'SelectStmt')
  if (select === undefined || !isWhole(select)) return false
  const [target] = select.targetList ?? []
  const [from, ...more] = select.fromClause ?? []
  const whole = more.length === 0 ? keptWhole(from).find(isSame) : undefined
  const name = columnOf(tested)?.at(-1)
  const found = columnOf(as(target, 'ResTarget')?.val)
  if (whole === undefined || name === undefined || found?.at(-1) !== name) return false
  const table = found.at(-2)
  return table === undefined || table === (whole.alias?.aliasname ?? whole.relname)
}

/** The tables of a FROM of which no join leaves out a row. */
function keptWhole(from: Node | undefined): readonly RangeVar[] {
  const range = as(from, 'RangeVar')
  if (range !== undefined) return [range]
  const join = as(from, 'JoinExpr')
  const left = join?.jointype === 'JOIN_LEFT' || join?.jointype === 'JOIN_FULL'
  const right = join?.jointype === 'JOIN_RIGHT' || join?.jointype === 'JOIN_FULL'
  return [...(left ? keptWhole(join.larg) : []), ...(right ? keptWhole(join.rarg) : [])]
}

/** Every row of what it is from. */
function isWhole(select: SelectStmt): boolean {
  const { whereClause, havingClause, limitCount, limitOffset, op = 'SETOP_NONE' } = select
  const parts = [whereClause, havingClause, limitCount, limitOffset]
  return op === 'SETOP_NONE' && select.targetList?.length === 1 && parts.every(each => !each)
}
