/**
 * Conditions by which a row is looked up in its own table, which always has it: beside it, in a
 * subquery, in a WITH query or by EXISTS, as long as nothing on the way leaves out a row.
 */
import type {
  Expression,
  Join,
  Limit,
  NamedTable,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  TableReference,
  With,
} from '../ast.ts'
import { folded } from '../names.ts'
import {
  commonTable,
  everything,
  expanded,
  isCopy,
  type Looking,
  type Output,
  originOf,
  renamed,
  type Source,
  unqualified,
  type Written,
} from './sources.ts'

export function lookingFrom(written: Written, more: Pick<Looking, 'literals' | 'truth'>): Looking {
  const { target, from } = written
  const outside: Looking = { ...written, ...more, levels: [], budget: { left: 1000 } }
  const own: Source = { name: folded(target.alias ?? target.table.name), outputs: everything }
  const sources = from.flatMap(each => opened(each, outside))
  const level = sources.some(({ name }) => name === own.name) ? sources : [...sources, own]
  return { ...outside, levels: [level] }
}

/** `t.id = other.id` where other is t, `id IN (SELECT id FROM t)`, EXISTS of the same. */
export function findsItself(node: Expression, looking: Looking): boolean {
  if (node.kind === 'operation' && node.operators.length === 1) {
    // It has an equal, and thereby one that is not less.
    if (!['=', '<=>', '<=', '>='].includes(node.operators[0] ?? '')) return false
    const [left, right] = node.operands.map(each =>
      partsOf(each).map(part => originOf(part, looking)),
    )
    return left?.length === right?.length && !!left?.every((of, i) => of && of === right?.[i])
  }
  if (node.kind === 'exists') return exists(node.query, looking)
  if (node.kind === 'in' && !node.negated) return givesAll(node.operand, node.query, looking)
  const isAny = node.kind === 'quantified' && node.operator === '=' && node.quantifier === 'any'
  return isAny && givesAll(node.operand, node.query, looking)
}

/** Whether the columns that a JOIN names are those of a row and of itself. */
export function joinsItself({ natural, using, left, right }: Join, looking: Looking): boolean {
  const sides = [left, right].map(side => opened(side, looking))
  if (natural) return sides.every(side => side.some(isCopy))
  return using.every(name => {
    const [of, other] = sides.map(side => unqualified(folded(name), { ...looking, levels: [side] }))
    return of !== undefined && of === other
  })
}

/** Whether an INSERT gives rows with what the rows of its own table have in those columns. */
export function givesOwn(query: Query, columns: readonly string[], looking: Looking): boolean {
  const outputs = outputsOf(query, { ...looking, levels: [] })
  if (outputs[0]?.name === '*') return true
  return columns.some((name, index) => outputs[index]?.of === folded(name))
}

function partsOf(node: Expression): readonly Expression[] {
  return node.kind === 'row' ? node.items : [node]
}

/** A query gives the tested columns' values of every row of the table. */
function givesAll(tested: Expression, query: Query | undefined, looking: Looking): boolean {
  if (query === undefined) return false
  const origins = partsOf(tested).map(each => originOf(each, looking))
  const outputs = outputsOf(query, looking)
  if (outputs[0]?.name === '*') return origins.every(of => of !== undefined)
  return outputs.length === origins.length && origins.every((of, i) => of && of === outputs[i]?.of)
}

/** `EXISTS (SELECT 1 FROM t other WHERE other.id = t.id)`. */
function exists({ body, limit, with: clause }: Query, outer: Looking): boolean {
  if (outer.budget.left-- <= 0) return true
  if (body.kind !== 'select' || body.having !== undefined || body.qualify !== undefined)
    return false
  const count = limit?.count
  if (count !== undefined && !(numberOf(count) > 0)) return false
  if (limit?.offset !== undefined && numberOf(limit.offset) !== 0) return false
  const inner = within(body, { ...outer, scope: scopeWithin(clause, outer) })
  return !!inner.levels[0]?.some(isCopy) && (body.where === undefined || passes(body.where, inner))
}

/** A query's columns, if it gives every row of the table. */
function outputsOf({ body, limit, with: clause }: Query, outer: Looking): readonly Output[] {
  // What goes on for so long is written to hide something.
  if (outer.budget.left-- <= 0) return everything
  if (limit !== undefined && !isEndless(limit, outer)) return []
  return outputsOfBody(body, { ...outer, scope: scopeWithin(clause, outer) })
}

function outputsOfBody(body: QueryBody, looking: Looking): readonly Output[] {
  switch (body.kind) {
    case 'query':
      return outputsOf(body, looking)
    case 'select':
      return outputsOfSelect(body, looking)
    case 'tableQuery': {
      const { start, end, table } = body
      return outputsOfTable({ ...unadorned, start, end, table }, looking)
    }
    case 'setOperation':
      return united(body, looking)
    case 'values':
      return []
  }
}

const unadorned = {
  kind: 'table',
  alias: undefined,
  partitions: [],
  systemTime: undefined,
} as const

function united({ operators, operands }: SetOperation, looking: Looking): readonly Output[] {
  if (operators.some(({ operator }) => operator !== 'union')) return []
  const each = operands.map(operand => expanded(outputsOfBody(operand, looking), looking))
  const [some = []] = each.filter(outputs => outputs.length > 0)
  return some.map(({ name }, index) => ({
    name: each[0]?.[index]?.name ?? name,
    of: each.find(outputs => outputs[index]?.of !== undefined)?.[index]?.of,
  }))
}

function outputsOfSelect(select: Select, outer: Looking): readonly Output[] {
  const { where, having, qualify, groupBy, items } = select
  const inner = within(select, outer)
  if (where !== undefined && !passes(where, inner)) return []
  if (qualify !== undefined) return []
  if (having !== undefined && outer.truth(having, inner, outer.literals) !== true) return []
  const own = { ...inner, levels: inner.levels.slice(0, 1) }
  const outputs = items.flatMap(item => outputsOfItem(item, own))
  if (groupBy.length === 0) return outputs
  // Of a group's rows one is left.
  const groups = groupBy.map(({ expression }) => originOf(expression, own))
  return expanded(outputs, own).map(({ name, of }) => {
    return { name, of: groups.includes(of) ? of : undefined }
  })
}

function outputsOfItem({ expression, alias }: SelectItem, looking: Looking): readonly Output[] {
  if (expression.kind === 'star') {
    const table = expression.table && folded(expression.table)
    return (looking.levels[0] ?? [])
      .filter(source => table === undefined || source.name === table)
      .flatMap(({ outputs }) => expanded(outputs, looking))
  }
  const name = alias ?? (expression.kind === 'column' ? expression.name : undefined)
  return [{ name: name && folded(name), of: originOf(expression, looking) }]
}

function within({ from }: Select, outer: Looking): Looking {
  return { ...outer, levels: [from.flatMap(each => kept(each, outer)), ...outer.levels] }
}

function scopeWithin(clause: With | undefined, { scope, named }: Looking): Looking['scope'] {
  if (clause === undefined) return scope
  return new Map([...scope, ...clause.tables.map(each => [named(each.name), each] as const)])
}

/** All that stands in joins, whatever their conditions leave out. */
function opened(reference: TableReference, looking: Looking): readonly Source[] {
  if (reference.kind === 'group') return reference.tables.flatMap(each => opened(each, looking))
  if (reference.kind !== 'join') return [sourceOf(reference, looking)]
  return [...opened(reference.left, looking), ...opened(reference.right, looking)]
}

/** What has lost rows in a join has no outputs. */
function kept(reference: TableReference, looking: Looking): readonly Source[] {
  if (reference.kind === 'group') return reference.tables.flatMap(each => kept(each, looking))
  if (reference.kind !== 'join') return [sourceOf(reference, looking)]
  const { type, on } = reference
  const [left, right] = [kept(reference.left, looking), kept(reference.right, looking)]
  const sides = { ...looking, levels: [[...left, ...right], ...looking.levels] }
  const whole = joinsItself(reference, looking) && (on === undefined || passes(on, sides))
  return [
    ...(whole || type === 'left' ? left : left.map(lost)),
    ...(whole || type === 'right' ? right : right.map(lost)),
  ]
}

function lost({ name }: Source): Source {
  return { name, outputs: [] }
}

function sourceOf(
  reference: Exclude<TableReference, { kind: 'join' | 'group' }>,
  looking: Looking,
): Source {
  const own = reference.kind === 'table' ? reference.table.name : undefined
  const name = reference.alias ?? own
  const outputs =
    reference.kind === 'table'
      ? outputsOfTable(reference, looking)
      : reference.kind === 'derived'
        ? renamed(outputsOf(reference.query, looking), reference.columns, looking)
        : []
  return { name: name && folded(name), outputs }
}

function outputsOfTable(table: NamedTable, looking: Looking): readonly Output[] {
  const common = commonTable(table.table, looking)
  if (common === undefined)
    return isSame(table, looking.target) && table.partitions.length === 0 ? everything : []
  const scope = new Map(looking.scope)
  // In its own definition the name means itself, or a table.
  scope.delete(looking.named(common.name))
  return renamed(
    outputsOf(common.query, { ...looking, levels: [], scope }),
    common.columns,
    looking,
  )
}

/** True for every row of the table, or asks nothing of its rows. */
function passes(where: Expression, looking: Looking): boolean {
  if (where.kind === 'operation' && where.operators.every(each => each === 'and'))
    return where.operands.every(each => passes(each, looking))
  const certain = looking.truth(where, looking, looking.literals)
  const copies = looking.levels.flat().filter(isCopy)
  return certain ?? !asksOf(where, new Set(copies.map(({ name }) => name)))
}

function asksOf(value: unknown, tables: ReadonlySet<string | undefined>): boolean {
  if (Array.isArray(value)) return value.some(each => asksOf(each, tables))
  if (typeof value !== 'object' || value === null) return false
  const { kind, table } = value as { kind?: unknown; table?: unknown }
  if (kind === 'column') return typeof table !== 'string' || tables.has(folded(table))
  return Object.values(value).some(each => typeof each === 'object' && asksOf(each, tables))
}

/** `LIMIT 18446744073709551615`, as manuals write where all rows are meant. */
function isEndless({ count, offset }: Limit, { literals }: Looking): boolean {
  literals.literalsMatter = true
  if (offset !== undefined && numberOf(offset) !== 0) return false
  return count === undefined || numberOf(count) > Number.MAX_SAFE_INTEGER
}

function numberOf(node: Expression): number {
  return node.kind === 'literal' ? Number(node.value) : Number.NaN
}

function isSame({ table: a }: NamedTable, { table: b }: NamedTable): boolean {
  if (folded(a.name) !== folded(b.name)) return false
  return a.schema === undefined || b.schema === undefined || folded(a.schema) === folded(b.schema)
}
