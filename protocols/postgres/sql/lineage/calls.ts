/** Function calls, aggregates and window functions. parse_func.c: ParseFuncOrColumn. */
import type { Steps } from '../../../origins.ts'
import type { ColumnName } from '../../../protocol.ts'
import type { CatalogFunction } from '../../catalog.ts'
import { resolveFunctions } from '../names.ts'
import { as, constantOf, type FieldsOf, type Node, nameOf, qualified } from '../tree.ts'
import { keepSorted } from './asked.ts'
import { sinks } from './built-ins.ts'
import type { Context } from './context.ts'
import { functionResult } from './functions.ts'
import { extractedByFunction } from './json-path.ts'
import { sortedBy, windowValue } from './order.ts'
import { fieldOf } from './references.ts'
import type { Scope } from './scope.ts'
import { clean, derive, either, untraced, type Value } from './value.ts'

type Call = FieldsOf<'FuncCall'>

export function functionCall(call: Call, scope: Scope, context: Context): Value {
  const args = context.values(call.args, scope)
  const order = sortedBy(call.agg_order, scope, context)
  const influences = [...context.values([call.agg_filter], scope), ...order]
  // The rows of all aggregates beside it may come sorted as it wants them: planner.c,
  // adjust_group_pathkeys_for_groupagg.
  if (call.agg_within_group !== true) keepSorted('order', order, context)
  if (call.agg_distinct === true) keepSorted('group', args, context)
  const { over } = call
  if (over !== undefined) {
    influences.push(windowValue(over, over.name ?? over.refname, scope, context))
  }
  const value = callValue(call, args, context)
  return influences.length === 0 ? value : derive([value, ...influences])
}

/** `row.name`, or `(row).name`: a function of the row, when it is no field. */
export function attributeValue(name: string, row: Value, _: Scope, context: Context): Value {
  const candidates = resolveFunctions(context.names, undefined, name)
  if (candidates.length === 0) return row.row === undefined ? derive([row]) : untraced
  return derive([row, resultOf(undefined, name, candidates, [], [row], context)])
}

function callValue(call: Call, args: readonly Value[], context: Context): Value {
  const { schema, name } = qualified(nameOf(call.funcname))
  const candidates = resolveFunctions(context.names, schema, name)
  // With two arguments it is something that was made just now.
  const counts = name === 'count' && args.length <= 1 && candidates.length > 0
  if (counts && candidates.every(each => each.builtIn)) {
    context.call({ schema, name, candidates, args: [] })
    return derive(args.map(arg => context.drop(arg)))
  }
  const [only, ...others] = args
  const field =
    only !== undefined && others.length === 0 && schema === undefined
      ? fieldOf(only, name)
      : undefined
  if (candidates.length === 0) {
    if (field === undefined) context.callsUntraced = true
    return field ?? untraced
  }
  const taken = extractedByFunction(name, candidates, call, args)
  if (taken !== undefined) {
    context.call({ schema, name, candidates, args: call.args ?? [] })
    return taken
  }
  const result = resultOf(schema, name, candidates, call.args ?? [], args, context)
  return field === undefined ? result : either([field, result])
}

function resultOf(
  schema: string | undefined,
  name: string,
  candidates: readonly CatalogFunction[],
  nodes: readonly Node[],
  args: readonly Value[],
  context: Context,
): Value {
  context.call({ schema, name, candidates, args: nodes })
  const given = derive(args)
  const sink = sinks.get(name)
  if (sink !== undefined) context.move(given, { type: sink, schema: undefined, name })
  if (name === 'generate_series') context.counted(given)
  if (name === 'current_setting' && isServerSetting(nodes[0], args[0])) return clean
  const results = candidates.map(candidate => functionResult(candidate, given, context))
  const result = results.length === 1 ? (results[0] ?? untraced) : either(results)
  return context.steps === undefined ? result : throughCall(context.steps, candidates, result)
}

/** What the server has of its own is no step of anybody's. */
function throughCall(steps: Steps, candidates: readonly CatalogFunction[], result: Value): Value {
  const [called] = candidates
  if (called === undefined || candidates.some(({ builtIn }) => builtIn)) return result
  const name = `${called.schema}.${called.name}()`
  const { row } = result
  const through = steps.through('function', name, result)
  if (row === undefined) return through
  const fields = row.fields.map(field => ({
    name: field.name,
    value: steps.through('function', name, field.value),
  }))
  return { ...through, row: { ...row, fields } }
}

/**
 * Settings of an application, `app.user`, hold what somebody put there; pg_settings leaves them
 * out. All others are the server's.
 */
function isServerSetting(node: Node | undefined, value: Value | undefined): boolean {
  const copies = value?.copies ?? []
  if (copies.length > 0) return copies.every(isSettingName)
  const name = constantOf(as(node, 'TypeCast')?.arg ?? node)
  return name !== undefined && !name.includes('.')
}

function isSettingName({ schema, table, column }: ColumnName): boolean {
  return schema === 'pg_catalog' && table === 'pg_settings' && column === 'name'
}
