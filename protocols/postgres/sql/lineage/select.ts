/** SELECT, VALUES and set operations. https://www.postgresql.org/docs/current/sql-select.html */
import { as, type FieldsOf, type Node } from '../tree.ts'
import type { Context } from './context.ts'
import { fromClause } from './from.ts'
import { orderBy, windowValue } from './order.ts'
import { emptyNamespace, level, type Scope } from './scope.ts'
import { targetList } from './targets.ts'
import { anyOf, type Columns, clean, derive, type Rows, type Value, zipped } from './value.ts'
import { withScope } from './with.ts'

export type Select = FieldsOf<'SelectStmt'>

export function traceSelect(select: Select, parent: Scope, context: Context): Rows {
  const scope = select.withClause ? withScope(select.withClause, parent, context) : parent
  return selectBody(select, scope, context)
}

/** Without its WITH, which `scope` has already. */
export function selectBody(select: Select, scope: Scope, context: Context): Rows {
  if (select.op !== undefined && select.op !== 'SETOP_NONE')
    return setOperation(select, scope, context)
  if (select.valuesLists !== undefined) return valuesLists(select, scope, context)
  return plainSelect(select, scope, context)
}

/** The arms of a chain of set operations, from the left: chains are long to the left only. */
export function setOperation(select: Select, scope: Scope, context: Context): Rows {
  const arms: Rows[] = []
  const tails: Value[] = []
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
  if (distinct) tails.push(touched(anyOf(columns), context))
  tails.push(orderBy(select.sortClause, level(scope), columns, context))
  tails.push(limits(select, scope, context))
  return { columns, conditions: derive([...arms.map(arm => arm.conditions), ...tails]) }
}

function plainSelect(select: Select, outer: Scope, context: Context): Rows {
  const from = fromClause(select.fromClause, outer, context)
  const bare = level(outer, from)
  const windows = windowValues(select.windowClause, bare, context)
  const scope: Scope = windows.size === 0 ? bare : { ...bare, windows }
  const conditions = [from.conditions]
  for (const clause of [select.whereClause, select.havingClause]) {
    if (clause !== undefined) conditions.push(touched(context.value(clause, scope), context))
  }
  const columns = targetList(select.targetList, scope, context)
  conditions.push(orderBy(select.groupClause, scope, columns, context))
  conditions.push(distinctClause(select, scope, columns, context))
  // The order alone decides nothing about which rows there are, a limit makes it decide.
  const order = orderBy(select.sortClause, scope, columns, context)
  if (isLimited(select) || select.distinctClause !== undefined) conditions.push(order)
  conditions.push(limits(select, scope, context))
  return { columns, conditions: derive(conditions) }
}

function distinctClause(select: Select, scope: Scope, columns: Columns, context: Context): Value {
  const [first] = select.distinctClause ?? []
  if (first === undefined) return clean
  // DISTINCT without ON is a list of one empty node.
  if (Object.keys(first).length === 0) return touched(anyOf(columns), context)
  return orderBy(select.distinctClause, scope, columns, context)
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
    fields: context
      .values(as(list, 'List')?.items, scope)
      .map((value, i) => ({ name: `column${i + 1}`, value })),
    rest: undefined,
  }))
  const columns = zipped(rows)
  orderBy(select.sortClause, scope, columns, context)
  return { columns, conditions: limits(select, scope, context) }
}

function limits(select: Select, scope: Scope, context: Context): Value {
  const clauses = [select.limitCount, select.limitOffset]
  return touched(derive(context.values(clauses, scope)), context)
}

function isLimited(select: Select): boolean {
  return select.limitCount !== undefined || select.limitOffset !== undefined
}

function touched(value: Value, context: Context): Value {
  context.touch(value)
  return value
}

/** The SELECT whose INTO counts: the leftmost of a set operation. */
export function intoClause(select: Select): Select['intoClause'] {
  let at = select
  while (at.larg !== undefined) at = at.larg
  return at.intoClause
}
