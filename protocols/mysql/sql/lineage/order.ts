/**
 * ORDER BY and GROUP BY lists, and windows: what decides an order or a group without being shown.
 * https://dev.mysql.com/doc/refman/9.7/en/window-functions-usage.html
 */
import type { Expression, OrderItem, Window } from '../ast.ts'
import { keepSorted } from './asked.ts'
import type { Context } from './context.ts'
import { findWindow, type Scope } from './scope.ts'
import { anyOf, type Columns, derive, type Value } from './value.ts'

/**
 * An element may be an output column by position, or an expression over the input and the aliases.
 * Everything in it is read. `scope` is one that sees the aliases.
 */
export function orderBy(
  items: readonly OrderItem[],
  scope: Scope,
  outputs: Columns,
  context: Context,
): readonly Value[] {
  const values = items.map(({ expression }) => elementValue(expression, scope, outputs, context))
  context.touch(derive(values))
  return values
}

function elementValue(node: Expression, scope: Scope, outputs: Columns, context: Context): Value {
  // A parameter is an expression there, and a constant one.
  if (node.kind !== 'literal' || node.type !== 'integer') return context.value(node, scope)
  const field = outputs.rest === undefined ? outputs.fields[Number(node.value) - 1] : undefined
  return field?.value ?? anyOf(outputs)
}

/**
 * PARTITION BY, ORDER BY and the frame; they influence what a window function gives, and the rows
 * come out as the last window sorted them.
 */
export function windowValue(window: Window, scope: Scope, context: Context): Value {
  // The server looks among the aliases there, too.
  const seen: Scope = { ...scope, tail: true }
  const partitions = context.values(window.partitionBy, seen)
  const order = context.values(
    window.orderBy.map(item => item.expression),
    seen,
  )
  keepSorted('group', partitions, context)
  keepSorted('order', order, context)
  const values = [...partitions, ...order, ...context.values(window.frame, seen)]
  if (window.base !== undefined) values.push(findWindow(scope, window.base))
  return derive(values)
}
