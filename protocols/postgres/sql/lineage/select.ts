/** SELECT, VALUES and set operations. https://www.postgresql.org/docs/current/sql-select.html */
import { as, type FieldsOf, type Node } from '../tree.ts'
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
import { fromClause } from './from.ts'
import { decidedBy } from './guesses.ts'
import { orderBy, windowValue } from './order.ts'
import { emptyNamespace, level, type Scope } from './scope.ts'
import { targetList } from './targets.ts'
import { type Columns, derive, type Rows, type Value, zipped } from './value.ts'
import { withScope } from './with.ts'

export type Select = FieldsOf<'SelectStmt'>

export function traceSelect(select: Select, parent: Scope, context: Context): Rows {
  const scope = select.withClause ? withScope(select.withClause, parent, context) : parent
  return selectBody(select, scope, context)
}

/** Without its WITH, which `scope` has already. */
function selectBody(select: Select, scope: Scope, context: Context): Rows {
  if (select.op !== undefined && select.op !== 'SETOP_NONE')
    return setOperation(select, scope, context)
  if (select.valuesLists !== undefined) return valuesLists(select, scope, context)
  return plainSelect(select, scope, context)
}

/** The arms of a chain of set operations, from the left: chains are long to the left only. */
function setOperation(select: Select, scope: Scope, context: Context): Rows {
  const arms: Rows[] = []
  let at: Select = select
  let distinct = false
  for (;;) {
    if (at.op === undefined || at.op === 'SETOP_NONE' || at.rarg === undefined) break
    arms.unshift(context.query({ SelectStmt: at.rarg }, scope))
    distinct ||= at.all !== true || at.op !== 'SETOP_UNION'
    const left: Select | undefined = at.larg
    if (left === undefined) break
    at = left
    // A WITH of its own, or ORDER BY and LIMIT, make the left arm a query by itself.
    if (at.withClause !== undefined || at.sortClause !== undefined || isLimited(at)) break
  }
  arms.unshift(context.query({ SelectStmt: at }, scope))
  const columns = zipped(arms.map(arm => arm.columns))
  const tails = [limits(select, scope, context)]
  if (distinct) tails.push(compared(valuesOf(columns), context))
  const order = orderBy(select.sortClause, level(scope), columns, context)
  keepSorted('order', order, context)
  if (isLimited(select)) tails.push(asking(derive(order)))
  return { columns, conditions: allOf([...arms.map(arm => arm.conditions), ...tails]) }
}

function plainSelect(select: Select, outer: Scope, context: Context): Rows {
  const from = fromClause(select.fromClause, outer, context)
  const bare = level(outer, from)
  const windows = windowValues(select.windowClause, bare, context)
  const scope: Scope = windows.size === 0 ? bare : { ...bare, windows }
  const conditions = [
    from.conditions,
    predicate(select.whereClause, scope, context),
    predicate(select.havingClause, scope, context),
  ]
  let columns = targetList(select.targetList, scope, context)
  conditions.push(grouped(orderBy(select.groupClause, scope, columns, context), context))
  conditions.push(distinctClause(select, scope, columns, context))
  // The order alone decides nothing about which rows there are, a limit makes it decide.
  const order = orderBy(select.sortClause, scope, columns, context)
  keepSorted('order', order, context)
  const decides = isLimited(select) || isDistinctOn(select)
  if (decides) conditions.push(asking(derive(order)))
  conditions.push(limits(select, scope, context))
  const all = allOf(conditions)
  const namespace = decidedBy(from, all)
  if (namespace !== from) columns = targetList(select.targetList, { ...scope, namespace }, context)
  return { columns, conditions: all }
}

function distinctClause(
  select: Select,
  scope: Scope,
  columns: Columns,
  context: Context,
): Conditions {
  if (select.distinctClause === undefined) return unconditional
  if (!isDistinctOn(select)) return compared(valuesOf(columns), context)
  return grouped(orderBy(select.distinctClause, scope, columns, context), context)
}

/** DISTINCT without ON is a list of one empty node. */
function isDistinctOn({ distinctClause }: Select): boolean {
  const [first] = distinctClause ?? []
  return first !== undefined && Object.keys(first).length > 0
}

/** WINDOW w AS (…): a later one may build upon an earlier one. */
function windowValues(
  clause: readonly Node[] | undefined,
  scope: Scope,
  context: Context,
): Map<string, Value> {
  const windows = new Map<string, Value>()
  for (const node of clause ?? []) {
    const definition = as(node, 'WindowDef')
    if (definition === undefined) continue
    const seen = { ...scope, windows }
    windows.set(definition.name ?? '', windowValue(definition, definition.refname, seen, context))
  }
  return windows
}

function valuesLists(select: Select, outer: Scope, context: Context): Rows {
  const scope = level(outer, emptyNamespace)
  const rows = (select.valuesLists ?? []).map(list => ({
    fields: (as(list, 'List')?.items ?? []).map((node, i) => {
      const value = context.value(node, scope)
      keepEffects(node, value, scope, context)
      return { name: `column${i + 1}`, value }
    }),
    rest: undefined,
  }))
  const columns = zipped(rows)
  orderBy(select.sortClause, scope, columns, context)
  return { columns, conditions: limits(select, scope, context) }
}

function limits(select: Select, scope: Scope, context: Context): Conditions {
  const value = derive(context.values([select.limitCount, select.limitOffset], scope))
  context.touch(value)
  context.counted(value)
  return asking(value)
}

function isLimited(select: Select): boolean {
  return select.limitCount !== undefined || select.limitOffset !== undefined
}

function compared(values: readonly Value[], context: Context): Conditions {
  context.touch(derive(values))
  return grouped(values, context)
}

function grouped(values: readonly Value[], context: Context): Conditions {
  keepSorted('group', values, context)
  return comparing(values)
}

function valuesOf({ fields, rest }: Columns): readonly Value[] {
  const values = fields.map(field => field.value)
  return rest === undefined ? values : [...values, rest]
}

/** The SELECT whose INTO counts: the leftmost of a set operation. */
export function intoClause(select: Select): Select['intoClause'] {
  let at = select
  while (at.larg !== undefined) at = at.larg
  return at.intoClause
}
