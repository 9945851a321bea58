/** Columns by name, stars, whole rows, fields of rows. parse_expr.c: transformColumnRef. */
import { as, type FieldsOf, kindOf, type Node, nameOf, stringOf } from '../tree.ts'
import type { Context } from './context.ts'
import { findArgs, findInItem, findItem, findName, type Scope } from './scope.ts'
import {
  type Columns,
  derive,
  either,
  fieldNamed,
  rowOf,
  unknownColumns,
  untraced,
  type Value,
} from './value.ts'

export function columnReference(
  reference: FieldsOf<'ColumnRef'>,
  scope: Scope,
  context: Context,
): Value {
  const names = nameOf(reference.fields)
  // `t.*` as an argument is the whole row.
  if (endsInStar(reference.fields)) return rowOf(itemColumns(names, scope))
  const [first = '', second, third, fourth] = names
  if (second === undefined) return findName(scope, first)
  if (third === undefined) return qualified(undefined, first, second, scope, context)
  if (fourth === undefined) return qualified(first, second, third, scope, context)
  return qualified(second, third, fourth, scope, context)
}

function qualified(
  schema: string | undefined,
  relation: string,
  column: string,
  scope: Scope,
  context: Context,
): Value {
  const item = findItem(scope, schema, relation)
  // In a SQL function's body: the function's name and one of its arguments, or a field of one.
  if (item === undefined) return findArgs(scope) ?? untraced
  const found = findInItem(item, column)
  return found ?? context.tracers.attribute(column, rowOf(item.columns), scope, context)
}

/** What a star stands for in a target list: `*`, `t.*`, `(row).*`. Undefined: no star. */
export function starColumns(node: Node, scope: Scope, context: Context): Columns | undefined {
  const reference = as(node, 'ColumnRef')
  if (reference !== undefined) {
    if (!endsInStar(reference.fields)) return undefined
    const names = nameOf(reference.fields)
    return names.length === 0 ? scope.namespace.columns : itemColumns(names, scope)
  }
  const indirection = as(node, 'A_Indirection')
  if (indirection?.arg === undefined || !endsInStar(indirection.indirection)) return undefined
  const steps = (indirection.indirection ?? []).slice(0, -1)
  return fieldsOf(follow(context.value(indirection.arg, scope), steps, scope, context))
}

/** `(expression).field`, `expression[i]`. */
export function indirectionValue(
  indirection: FieldsOf<'A_Indirection'>,
  scope: Scope,
  context: Context,
): Value {
  const steps = indirection.indirection ?? []
  return follow(context.value(indirection.arg, scope), steps, scope, context)
}

/** A field of a row by name, where nothing else than a field can be meant. */
export function fieldOf(row: Value, name: string): Value | undefined {
  if (row.row === undefined) return undefined
  const found = fieldNamed(row.row, name)
  if (found === undefined || row.row.rest === undefined) return found ?? row.row.rest
  return either([found, row.row.rest])
}

function follow(start: Value, steps: readonly Node[], scope: Scope, context: Context): Value {
  let value = start
  for (const step of steps) {
    const name = stringOf(step)
    if (name !== undefined) {
      value = fieldOf(value, name) ?? context.tracers.attribute(name, value, scope, context)
    } else if (kindOf(step) === 'A_Indices') {
      const indices = as(step, 'A_Indices')
      value = derive([value, ...context.values([indices?.lidx, indices?.uidx], scope)])
    } else if (kindOf(step) !== 'A_Star') {
      value = untraced
    }
  }
  return value
}

function fieldsOf(row: Value): Columns {
  return row.row ?? { fields: [], rest: derive([row]) }
}

function itemColumns(names: readonly string[], scope: Scope): Columns {
  const name = names.at(-1) ?? ''
  const item = findItem(scope, names.at(-2), name)
  if (item !== undefined) return item.columns
  const args = findArgs(scope)
  return args === undefined ? unknownColumns : { fields: [], rest: args }
}

function endsInStar(nodes: readonly Node[] | undefined): boolean {
  const last = nodes?.at(-1)
  return last !== undefined && kindOf(last) === 'A_Star'
}
