/** SQL/JSON constructors and functions. https://www.postgresql.org/docs/current/functions-json.html */
import { as, type FieldsOf, type Node } from '../tree.ts'
import type { Context, ExpressionTracers } from './context.ts'
import { windowValue } from './order.ts'
import type { Scope } from './scope.ts'
import { anyOf, derive, type Value } from './value.ts'

type JsonBehavior = FieldsOf<'JsonBehavior'>
type Part = Node | undefined

export const jsonTracers: ExpressionTracers = {
  JsonValueExpr: ({ raw_expr }, scope, context) => all([raw_expr], scope, context),
  JsonKeyValue: ({ key, value }, scope, context) => all([key, value?.raw_expr], scope, context),
  JsonArgument: ({ val }, scope, context) => all([val?.raw_expr], scope, context),
  JsonIsPredicate: ({ expr }, scope, context) => all([expr], scope, context),
  JsonParseExpr: ({ expr }, scope, context) => all([expr?.raw_expr], scope, context),
  JsonScalarExpr: ({ expr }, scope, context) => all([expr], scope, context),
  JsonSerializeExpr: ({ expr }, scope, context) => all([expr?.raw_expr], scope, context),
  JsonObjectConstructor: ({ exprs }, scope, context) => all(exprs, scope, context),
  JsonArrayConstructor: ({ exprs }, scope, context) => all(exprs, scope, context),
  JsonArrayQueryConstructor: ({ query }, scope, context) =>
    derive([anyOf(context.query(query, scope).columns)]),
  JsonObjectAgg: (node, scope, context) => {
    const parts = [node.arg?.key, node.arg?.value?.raw_expr]
    return aggregate(aggConstructor(node), parts, scope, context)
  },
  JsonArrayAgg: (node, scope, context) =>
    aggregate(aggConstructor(node), [node.arg?.raw_expr], scope, context),
  JsonFuncExpr: (node, scope, context) =>
    all(
      [
        node.context_item?.raw_expr,
        node.pathspec,
        ...(node.passing ?? []),
        ...behaviors(node.on_empty, node.on_error),
      ],
      scope,
      context,
    ),
}

/** The expressions of DEFAULT … ON EMPTY and ON ERROR. */
export function behaviors(...clauses: readonly (JsonBehavior | undefined)[]): Part[] {
  return clauses.map(clause => clause?.expr)
}

function all(parts: readonly Part[] | undefined, scope: Scope, context: Context): Value {
  return derive(context.values(parts, scope))
}

type AggConstructor = FieldsOf<'JsonAggConstructor'>

/** The field is called `constructor`, which every object has: only an own one counts. */
function aggConstructor(node: FieldsOf<'JsonObjectAgg'> | FieldsOf<'JsonArrayAgg'>) {
  return (Object.hasOwn(node, 'constructor') ? node.constructor : {}) as AggConstructor
}

function aggregate(
  { agg_filter, agg_order, over }: AggConstructor,
  parts: readonly Part[],
  scope: Scope,
  context: Context,
): Value {
  const order = agg_order?.map(node => as(node, 'SortBy')?.node ?? node)
  const values = context.values([...parts, agg_filter, ...(order ?? [])], scope)
  if (over !== undefined) {
    values.push(windowValue(over, over.name ?? over.refname, scope, context))
  }
  return derive(values)
}
