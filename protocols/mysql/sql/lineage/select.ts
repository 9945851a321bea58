/** Queries: SELECT, VALUES, TABLE and set operations. https://dev.mysql.com/doc/refman/9.7/en/select.html */
import type { Expression, Query, QueryBody, Select, SetOperation, Values } from '../ast.ts'
import { folded } from '../names.ts'
import { keepEffects, keepSorted } from './asked.ts'
import {
  allOf,
  asking,
  type Conditions,
  comparing,
  predicate,
  unconditional,
} from './conditions.ts'
import type { Context } from './context.ts'
import { fromClause, targetRelation } from './from.ts'
import { decidedBy } from './guesses.ts'
import { orderBy, windowValue } from './order.ts'
import { level, type Namespace, type Scope } from './scope.ts'
import { aliasesOf, targetList } from './targets.ts'
import {
  anyOf,
  type Columns,
  derive,
  type Field,
  type Rows,
  untraced,
  type Value,
  valuesOf,
  zipped,
} from './value.ts'
import { withScope } from './with.ts'

export function traceQuery(query: Query, parent: Scope, context: Context): Rows {
  const scope = query.with === undefined ? parent : withScope(query.with, parent, context)
  const body = unwrapped(query.body)
  const rows =
    body.kind === 'select'
      ? plainSelect(body, query, scope, context)
      : tailed(bodyRows(body, scope, context), query, scope, context)
  // MariaDB: what it gives are the least and the greatest values, and more, of every column.
  if (query.procedure === undefined) return rows
  const value = derive([anyOf(rows.columns), ...context.values(query.procedure, scope)])
  return { columns: { fields: [], rest: value }, conditions: rows.conditions }
}

/** Parentheses that hold nothing but a body: what stands behind them is about its own columns. */
function unwrapped(body: QueryBody): QueryBody {
  let at = body
  while (at.kind === 'query' && isBare(at)) at = at.body
  return at
}

function isBare({ with: ctes, orderBy: order, limit, procedure }: Query): boolean {
  return ctes === undefined && order.length === 0 && limit === undefined && procedure === undefined
}

function bodyRows(body: QueryBody, scope: Scope, context: Context): Rows {
  switch (body.kind) {
    case 'query':
      return context.query(body, scope)
    case 'select':
      return plainSelect(body, undefined, scope, context)
    case 'setOperation':
      return setOperation(body, scope, context)
    case 'values':
      return { columns: valuesRows(body, scope, context), conditions: unconditional }
    case 'tableQuery': {
      const { columns, conditions } = targetRelation(body.table, undefined, context)
      return { columns, conditions }
    }
    default:
      return { columns: { fields: [], rest: untraced }, conditions: unconditional }
  }
}

/** ORDER BY and LIMIT over rows of which only the output columns have names. */
function tailed(rows: Rows, query: Query, scope: Scope, context: Context): Rows {
  const { columns } = rows
  const inside = level(scope, namespaceOf(columns))
  const order = orderBy(query.orderBy, inside, columns, context)
  keepSorted('order', order, context)
  const tails = [limits(query, inside, context)]
  if (query.limit !== undefined) tails.push(asking(derive(order)))
  return { columns, conditions: allOf([rows.conditions, ...tails]) }
}

function namespaceOf(columns: Columns): Namespace {
  const hidden = { fields: [], rest: undefined }
  return { items: [], columns, hidden, conditions: unconditional }
}

function setOperation(body: SetOperation, scope: Scope, context: Context): Rows {
  const arms = body.operands.map(operand => bodyRows(operand, scope, context))
  const columns = zipped(arms.map(arm => arm.columns))
  const conditions = arms.map(arm => arm.conditions)
  // EXCEPT ALL and INTERSECT ALL compare, too.
  const distinct = body.operators.some(({ operator, all }) => !all || operator !== 'union')
  if (distinct) conditions.push(compared(valuesOf(columns), context))
  return { columns, conditions: allOf(conditions) }
}

function plainSelect(
  select: Select,
  query: Query | undefined,
  outer: Scope,
  context: Context,
): Rows {
  const from = fromClause(select.from, outer, context)
  const aliases = aliasesOf(select.items, () => scope, context)
  const bare: Scope = { ...level(outer, from), aliases }
  const scope: Scope = { ...bare, windows: windowValues(select, bare, context) }
  const tail: Scope = { ...scope, tail: true }
  const conditions = [
    from.conditions,
    predicate(select.where, scope, context),
    predicate(select.having, tail, context),
    predicate(select.qualify, tail, context),
  ]
  let columns = targetList(select.items, scope, context)
  conditions.push(grouped(orderBy(select.groupBy, tail, columns, context), context))
  if (select.distinct) conditions.push(compared(valuesOf(columns), context))
  // The order alone decides nothing about which rows there are, a limit makes it decide.
  const order = orderBy(query?.orderBy ?? [], tail, columns, context)
  keepSorted('order', order, context)
  if (query?.limit !== undefined) conditions.push(asking(derive(order)))
  conditions.push(limits(query, scope, context))
  const all = allOf(conditions)
  const namespace = decidedBy(from, all)
  if (namespace !== from) columns = targetList(select.items, { ...scope, namespace }, context)
  return { columns, conditions: all }
}

/** WINDOW w AS (…): one may build upon another, in whatever order. */
function windowValues(select: Select, scope: Scope, context: Context): Map<string, Value> {
  const windows = new Map<string, Value>()
  const left = new Map(select.windows.map(each => [folded(each.name), each.window]))
  const settle = (name: string): void => {
    const window = left.get(name)
    if (window === undefined) return
    left.delete(name)
    if (window.base !== undefined) settle(folded(window.base))
    windows.set(name, windowValue(window, { ...scope, windows }, context))
  }
  for (const name of [...left.keys()]) settle(name)
  return windows
}

/** VALUES ROW(…) names its columns itself; MariaDB's are called as the first row's texts. */
function valuesRows({ rows }: Values, scope: Scope, context: Context): Columns {
  return zipped(
    rows.map(row => ({
      fields: row.map((node: Expression, i): Field => {
        const value = context.value(node, scope)
        keepEffects(node, value, scope, context)
        return { name: `column_${i}`, guessed: true, value }
      }),
      rest: undefined,
    })),
  )
}

function limits(query: Query | undefined, scope: Scope, context: Context): Conditions {
  const value = derive(context.values([query?.limit?.count, query?.limit?.offset], scope))
  context.touch(value)
  context.counted(value)
  return asking(value)
}

function compared(values: readonly Value[], context: Context): Conditions {
  context.touch(derive(values))
  return grouped(values, context)
}

function grouped(values: readonly Value[], context: Context): Conditions {
  keepSorted('group', values, context)
  return comparing(values)
}
