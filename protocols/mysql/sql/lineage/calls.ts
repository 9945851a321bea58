/**
 * Function calls: the server's own, aggregates, window functions, and stored ones.
 * https://dev.mysql.com/doc/refman/9.7/en/function-resolution.html
 */
import type { FunctionCall, SequenceValue } from '../ast.ts'
import { folded, resolveRoutines } from '../names.ts'
import { isHarmless, sinks } from './built-ins.ts'
import type { Context } from './context.ts'
import { targetRelation } from './from.ts'
import { functionResult } from './functions.ts'
import { extractedByFunction } from './json-path.ts'
import { windowValue } from './order.ts'
import type { Scope } from './scope.ts'
import { anyOf, clean, derive, either, untraced, type Value } from './value.ts'

/** What LAST_INSERT_ID and two variables give. */
export const lastInsertId = '@@last_insert_id'

export function functionCall(call: FunctionCall, scope: Scope, context: Context): Value {
  const args = context.values(call.args, scope)
  const order = [...call.orderBy, ...call.withinGroup].map(item => item.expression)
  const influences = context.values(order, scope)
  if (call.over !== undefined) influences.push(windowValue(call.over, scope, context))
  const value = callValue(call, args, context)
  return influences.length === 0 ? value : derive([value, ...influences])
}

function callValue(call: FunctionCall, args: readonly Value[], context: Context): Value {
  const { names } = context
  const name = folded(call.name)
  const own = call.schema === undefined && isHarmless(name, names.catalog.server.flavour)
  // Versions differ in what they have of their own, and a name with quotes may be either.
  const candidates = resolveRoutines(names, call.schema, name).filter(
    ({ kind }) => kind !== 'procedure',
  )
  context.call({ schema: call.schema, name, builtIn: own, candidates, args: call.args })
  const results = candidates.map(candidate => {
    const result = functionResult(candidate, args, context)
    const { schema, name: called } = candidate
    return context.steps?.through('function', `${schema}.${called}()`, result) ?? result
  })
  if (own) results.push(extractedByFunction(name, call, args) ?? ownResult(name, args, context))
  if (results.length > 0) return either(results)
  // A loadable function, or one that nobody knows: it may read anything, and keep what it is given.
  context.callsUntraced = true
  context.move(derive(args), { type: 'function', schema: call.schema, name })
  return untraced
}

function ownResult(name: string, args: readonly Value[], context: Context): Value {
  const given = derive(args)
  const sink = sinks.get(name)
  if (sink !== undefined) context.move(given, { type: sink, schema: undefined, name })
  switch (name) {
    case 'count':
    case 'isnull':
      return derive(args.map(arg => context.drop(arg)))
    case 'grouping':
      context.touch(given)
      return clean
    case 'last_insert_id':
      // With an argument it is kept, and told to the client with the end of the statement.
      if (args.length > 0) context.assign(lastInsertId, given)
      return derive([given, context.variable(lastInsertId)])
    default:
      return given
  }
}

/** MariaDB's sequences give numbers of their own; SETVAL puts one in. */
export function sequenceValue(node: SequenceValue, scope: Scope, context: Context): Value {
  const { columns } = targetRelation(node.sequence, undefined, context)
  const given = derive(context.values(node.args, scope))
  const { schema, name } = node.sequence
  if (node.action !== 'previous') context.move(given, { type: 'sequence', schema, name })
  return derive([given, anyOf(columns)])
}
