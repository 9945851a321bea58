/**
 * ORDER BY, GROUP BY and DISTINCT ON lists, and windows: what decides an order or a group without
 * being shown.
 */
import { as, type FieldsOf, type Node, nameOf } from '../tree.ts'
import { keepSorted } from './asked.ts'
import type { Context } from './context.ts'
import { readByOperator } from './made-operators.ts'
import { findWindow, type Scope } from './scope.ts'
import { anyOf, type Columns, derive, isConstant, type Value } from './value.ts'

/**
 * An element may be an output column by position or by name, or an expression over the input.
 * Where a name may be both, both count. Everything in it is read.
 */
export function orderBy(
  clause: readonly Node[] | undefined,
  scope: Scope,
  outputs: Columns,
  context: Context,
): readonly Value[] {
  const values: Value[] = []
  for (const element of clause ?? []) {
    const set = as(element, 'GroupingSet')
    if (set !== undefined) values.push(...orderBy(set.content, scope, outputs, context))
    else {
      const { node = element, useOp } = as(element, 'SortBy') ?? {}
      const value = elementValue(node, scope, outputs, context)
      values.push(useOp === undefined ? value : usedBy(useOp, value, scope, context))
    }
  }
  context.touch(derive(values))
  return values
}

function elementValue(node: Node, scope: Scope, outputs: Columns, context: Context): Value {
  const constant = as(node, 'A_Const')
  if (constant !== undefined) {
    const position = constant.ival?.ival ?? 0
    const field = outputs.rest === undefined ? outputs.fields[position - 1] : undefined
    return field?.value ?? anyOf(outputs)
  }
  // (a, b) in GROUP BY is a row of elements.
  const row = as(node, 'RowExpr')
  if (row !== undefined) {
    return derive((row.args ?? []).map(arg => elementValue(arg, scope, outputs, context)))
  }
  const names = nameOf(as(node, 'ColumnRef')?.fields)
  const named = names.length === 1 ? outputs.fields.filter(f => f.name === names[0]) : []
  if (named.length === 0) return context.value(node, scope)
  const values = named.map(field => field.value)
  const input = context.value(node, scope)
  // Not an input column as well: then only the output is meant.
  return derive(input.untraced ? values : [...values, input])
}

/**
 * PARTITION BY, ORDER BY and the frame; they influence what a window function gives, and the rows
 * come out as the last window sorted them. `used` is the named window that it is or builds upon.
 */
export function windowValue(
  window: FieldsOf<'WindowDef'>,
  used: string | undefined,
  scope: Scope,
  context: Context,
): Value {
  const partitions = context.values(window.partitionClause, scope)
  const order = sortedBy(window.orderClause, scope, context)
  keepSorted('group', partitions, context)
  keepSorted('order', order, context)
  const frame = context.values([window.startOffset, window.endOffset], scope)
  const values = [...partitions, ...order, ...frame]
  if (used !== undefined) values.push(findWindow(scope, used))
  return derive(values)
}

/** ORDER BY inside of a window or of an aggregate, where no output column has a name. */
export function sortedBy(
  clause: readonly Node[] | undefined,
  scope: Scope,
  context: Context,
): readonly Value[] {
  return (clause ?? []).map(element => {
    const { node = element, useOp } = as(element, 'SortBy') ?? {}
    const value = context.value(node, scope)
    return useOp === undefined ? value : usedBy(useOp, value, scope, context)
  })
}

/** USING >: the operator may be anybody's. */
function usedBy(operator: readonly Node[], value: Value, scope: Scope, context: Context): Value {
  const made = readByOperator(operator, scope, context)
  return isConstant(made) ? value : derive([value, made])
}
