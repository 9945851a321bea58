/**
 * Conditions by which a row is looked up in its own table, which always has it: beside it, in a
 * subquery, in a WITH query or by EXISTS, as long as nothing on the way leaves out a row.
 */
import type { CommonTableExpr, JoinExpr, RangeVar, SelectStmt } from 'libpg-query'
import { as, constantOf, kindOf, type Node, nameOf, walk } from '../tree.ts'
import type { Scope } from './collector.ts'
import { columnOf, type Literals } from './constants.ts'
import {
  everything,
  expanded,
  isCopy,
  type Looking,
  type Output,
  originOf,
  type Source,
  uncast,
  unqualified,
  type Written,
} from './sources.ts'
import { truth } from './truth.ts'

const always: Node = { A_Const: { boolval: { boolval: true } } }

export function lookingFrom(written: Written, literals: Literals): Looking {
  const { relation, others = [] } = written
  const outside: Looking = { ...written, literals, levels: [], budget: { left: 100 } }
  const name = relation?.alias?.aliasname ?? relation?.relname
  const beside = others.flatMap(each => sourcesOf(each, outside))
  return { ...outside, levels: [[...beside, { name, outputs: everything }]] }
}

/** The same with `true` where a row is looked up in its own table. */
export function withoutOneself(node: Node, looking: Looking): Node {
  const boolean = as(node, 'BoolExpr')
  if (boolean !== undefined) {
    const args = (boolean.args ?? []).map(each => withoutOneself(each, looking))
    return { BoolExpr: { ...boolean, args } }
  }
  return findsItself(node, looking) ? always : node
}

/** Whether an INSERT gives rows by the keys that all rows of its own table have. */
export function givesOwnKeys(
  source: Node | undefined,
  columns: readonly string[],
  keys: readonly string[] | undefined,
  written: Written,
  literals: Literals,
): boolean {
  const outside: Looking = { ...written, literals, levels: [], budget: { left: 100 } }
  const outputs = outputsOf(source, outside)
  if (outputs[0]?.name === '*') return true
  const names = columns.length > 0 ? columns : [...(written.columns?.keys() ?? [])]
  const own = names.filter((name, index) => outputs[index]?.of === name)
  return keys === undefined ? own.length > 0 : keys.every(key => own.includes(key))
}

function findsItself(node: Node, looking: Looking): boolean {
  const { kind, name, lexpr, rexpr } = as(node, 'A_Expr') ?? {}
  const operator = nameOf(name).at(-1) ?? ''
  if (kind === 'AEXPR_OP_ANY') {
    const array = as(rexpr, 'SubLink')
    const isQuery = operator === '=' && array?.subLinkType === 'ARRAY_SUBLINK'
    return isQuery && givesAll(lexpr, array.subselect, looking)
  }
  // `t.id = other.id`, and other is t; it has an equal and thereby one that is not less.
  if (kind === 'AEXPR_NOT_DISTINCT' || (kind === 'AEXPR_OP' && /^(?:=|<=|>=)$/.test(operator))) {
    const [left, right] = [partsOf(lexpr), partsOf(rexpr)].map(parts =>
      parts.map(each => originOf(each, looking)),
    )
    return left?.length === right?.length && !!left?.every((of, i) => of && of === right?.[i])
  }
  const test = as(node, 'NullTest')
  if (looking.matches === true && test?.nulltesttype === 'IS_NOT_NULL')
    return originOf(test.arg, looking) !== undefined
  const link = as(node, 'SubLink')
  if (link?.subLinkType === 'EXISTS_SUBLINK') return exists(link.subselect, looking)
  // `id IN (SELECT id FROM t)`, `id = ANY (TABLE t)`.
  if (link?.subLinkType !== 'ANY_SUBLINK' || (nameOf(link.operName).at(-1) ?? '=') !== '=')
    return false
  return givesAll(link.testexpr, link.subselect, looking)
}

function partsOf(node: Node | undefined): readonly (Node | undefined)[] {
  return as(node, 'RowExpr')?.args ?? [node]
}

/** A query gives the tested columns' values of every row of the table. */
function givesAll(tested: Node | undefined, query: Node | undefined, looking: Looking): boolean {
  const origins = partsOf(tested).map(each => originOf(each, looking))
  const outputs = outputsOf(query, looking)
  if (outputs[0]?.name === '*') return origins.every(of => of !== undefined)
  return outputs.length === origins.length && origins.every((of, i) => of && of === outputs[i]?.of)
}

/** `EXISTS (SELECT FROM t other WHERE other.id = t.id)`. */
function exists(query: Node | undefined, looking: Looking): boolean {
  const select = as(query, 'SelectStmt')
  if (select?.fromClause === undefined) return false
  const { limitCount, limitOffset, havingClause, whereClause } = select
  const one = limitCount === undefined || !['0', undefined].includes(constantOf(limitCount))
  if (!one || !skipsNothing(limitOffset) || havingClause !== undefined) return false
  const inner = within(select, looking)
  return !!inner.levels[0]?.some(isCopy) && passes(whereClause, inner)
}

/** A query's columns, if it gives every row of the table. */
function outputsOf(query: Node | SelectStmt | undefined, outer: Looking): readonly Output[] {
  const select = query && (as(query as Node, 'SelectStmt') ?? (query as SelectStmt))
  if (select === undefined) return []
  // What goes on for so long is written to hide something.
  if (outer.budget.left-- <= 0) return everything
  const {
    op = 'SETOP_NONE',
    larg,
    rarg,
    limitCount,
    limitOffset,
    havingClause,
    whereClause,
  } = select
  const counted = limitCount !== undefined && as(limitCount, 'A_Const')?.isnull !== true
  if (counted || !skipsNothing(limitOffset)) return []
  const looking = { ...outer, scope: scopeWithin(select, outer.scope) }
  if (op === 'SETOP_UNION') {
    const [left, right] = [outputsOf(larg, looking), outputsOf(rarg, looking)]
    const [some = [], others] = left.length > 0 ? [left, right] : [right, left]
    return some.map(({ name, of }, index) => ({ name, of: of ?? others?.[index]?.of }))
  }
  if (op !== 'SETOP_NONE') return []
  const inner = within(select, outer)
  if (!passes(whereClause, inner)) return []
  if (havingClause !== undefined && truth(havingClause, outer.columns, outer.literals) !== true)
    return []
  const own = { ...inner, levels: inner.levels.slice(0, 1) }
  const outputs = (select.targetList ?? []).flatMap(each => outputsOfTarget(each, own))
  const distinct = (select.distinctClause ?? []).filter(each => kindOf(each) !== undefined)
  if (distinct.length === 0) return outputs
  // DISTINCT ON leaves one row of each.
  const each = distinct.map(node => originOf(node, own))
  return outputs.map(({ name, of }) => ({ name, of: each.includes(of) ? of : undefined }))
}

function outputsOfTarget(node: Node, looking: Looking): readonly Output[] {
  const { name, val } = as(node, 'ResTarget') ?? {}
  const fields = as(val, 'ColumnRef')?.fields ?? []
  const last = fields.at(-1)
  if (last === undefined || kindOf(last) !== 'A_Star')
    return [{ name: name ?? columnOf(uncast(val))?.at(-1), of: originOf(val, looking) }]
  const table = nameOf(fields).at(-1)
  return (looking.levels[0] ?? [])
    .filter(source => table === undefined || source.name === table)
    .flatMap(({ outputs }) => expanded(outputs, looking))
}

function within(select: SelectStmt, outer: Looking): Looking {
  const looking = { ...outer, scope: scopeWithin(select, outer.scope) }
  const sources = (select.fromClause ?? []).flatMap(each => sourcesOf(each, looking))
  return { ...looking, levels: [sources, ...outer.levels] }
}

function scopeWithin({ withClause }: SelectStmt, scope: Scope): Scope {
  if (withClause?.ctes === undefined) return scope
  const visible = new Map(scope)
  for (const node of withClause.ctes) {
    const query = as(node, 'CommonTableExpr')
    if (query?.ctename !== undefined) visible.set(query.ctename, query)
  }
  return visible
}

function sourcesOf(node: Node, looking: Looking): readonly Source[] {
  const join = as(node, 'JoinExpr')
  if (join !== undefined) return joined(join, looking)
  const range = as(node, 'RangeVar')
  const derived = as(node, 'RangeSubselect')
  const { alias } = range ?? derived ?? (Object.values(node)[0] as RangeVar)
  const outputs = range ? outputsOfRange(range, looking) : outputsOf(derived?.subquery, looking)
  const renamed = named(outputs, nameOf(alias?.colnames), looking)
  return [{ name: alias?.aliasname ?? range?.relname, outputs: renamed }]
}

function outputsOfRange(range: RangeVar, looking: Looking): readonly Output[] {
  const { relation, scope } = looking
  const { schemaname, relname = '' } = range
  if (schemaname === undefined && scope.has(relname)) {
    const query: CommonTableExpr | undefined = scope.get(relname)
    const before = new Map(scope)
    // In its own definition the name means itself, or a table.
    before.delete(relname)
    const outputs = outputsOf(query?.ctequery, { ...looking, levels: [], scope: before })
    return named(outputs, nameOf(query?.aliascolnames), looking)
  }
  const schemas = [schemaname, relation?.schemaname]
  const isSame = schemas.includes(undefined) || schemas[0] === schemas[1]
  return relname === relation?.relname && isSame ? everything : []
}

/** `AS other(a, b)`. */
function named(
  outputs: readonly Output[],
  names: readonly string[],
  looking: Looking,
): readonly Output[] {
  if (names.length === 0) return outputs
  return expanded(outputs, looking).map(({ name, of }, i) => ({ name: names[i] ?? name, of }))
}

/** The sides of a join; one of which it may leave out rows has no outputs. */
function joined({ alias, jointype, larg, rarg, ...on }: JoinExpr, looking: Looking): Source[] {
  const left = larg === undefined ? [] : sourcesOf(larg, looking)
  const right = rarg === undefined ? [] : sourcesOf(rarg, looking)
  const sides = { ...looking, levels: [[...left, ...right], ...looking.levels] }
  const whole = isWhole(on, left, right, sides)
  const keptLeft = whole || jointype === 'JOIN_LEFT' || jointype === 'JOIN_FULL'
  const keptRight = whole || jointype === 'JOIN_RIGHT' || jointype === 'JOIN_FULL'
  const sources = [...(keptLeft ? left : left.map(lost)), ...(keptRight ? right : right.map(lost))]
  if (alias === undefined) return sources
  return [{ name: alias.aliasname, outputs: sources.flatMap(({ outputs }) => outputs) }]
}

function isWhole(
  { isNatural, usingClause, quals }: JoinExpr,
  left: readonly Source[],
  right: readonly Source[],
  looking: Looking,
): boolean {
  if (isNatural === true) return left.some(isCopy) && right.some(isCopy)
  return (
    nameOf(usingClause).every(name => {
      const [of, other] = [left, right].map(side =>
        unqualified(name, { ...looking, levels: [side] }),
      )
      return of !== undefined && of === other
    }) && passes(quals, looking)
  )
}

function lost({ name }: Source): Source {
  return { name, outputs: [] }
}

/** True for every row of the table, or asks nothing of its rows. */
function passes(where: Node | undefined, looking: Looking): boolean {
  if (where === undefined) return true
  const rest = withoutOneself(where, looking)
  const certain = truth(rest, looking.columns, looking.literals)
  if (certain !== undefined) return certain
  const copies = looking.levels.flat().filter(isCopy)
  let asks = false
  walk(rest, (kind, fields) => {
    if (kind !== 'ColumnRef') return
    const table = nameOf((fields as { fields?: readonly Node[] }).fields).at(-2)
    asks ||= table === undefined || copies.some(({ name }) => name === table)
  })
  return !asks
}

/** OFFSET 0 is written to keep a planner from folding a subquery. */
function skipsNothing(offset: Node | undefined): boolean {
  return (
    offset === undefined || as(offset, 'A_Const')?.isnull === true || constantOf(offset) === '0'
  )
}
