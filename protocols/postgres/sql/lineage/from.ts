/** FROM: tables, subqueries, functions, joins. https://www.postgresql.org/docs/current/queries-table-expressions.html */
import type { Steps } from '../../../origins.ts'
import { as, type FieldsOf, kindOf, type Node, nameOf } from '../tree.ts'
import { allOf, asking, unknownConditions } from './conditions.ts'
import type { Context } from './context.ts'
import { functionItem, jsonTable, xmlTable } from './from-functions.ts'
import { join } from './join.ts'
import { resolveRange } from './relations.ts'
import {
  emptyNamespace,
  findCte,
  joined,
  level,
  type Namespace,
  type Scope,
  single,
} from './scope.ts'
import { type Columns, derive, renamed, through, unknownColumns } from './value.ts'

/** Items from left to right; LATERAL ones, and functions always, see those before them. */
export function fromClause(
  clause: readonly Node[] | undefined,
  outer: Scope,
  context: Context,
): Namespace {
  let before = emptyNamespace
  for (const node of clause ?? []) {
    before = joined(before, fromItem(node, outer, before, context))
  }
  return before
}

/** One item. `before` is what stands to its left. */
export function fromItem(node: Node, outer: Scope, before: Namespace, context: Context): Namespace {
  const kind = kindOf(node)
  switch (kind) {
    case 'RangeVar': {
      const range = as(node, 'RangeVar')
      return range === undefined ? unknownNamespace : rangeVar(range, outer, context)
    }
    case 'RangeSubselect': {
      const subselect = as(node, 'RangeSubselect')
      const scope = subselect?.lateral === true ? level(outer, before) : outer
      const { columns, conditions } = context.query(subselect?.subquery, scope)
      const { alias } = subselect ?? {}
      const shown = context.steps ? shownBy(context.steps, alias, columns) : columns
      return single(alias, undefined, shown, conditions)
    }
    case 'JoinExpr': {
      const expression = as(node, 'JoinExpr')
      if (expression?.larg === undefined || expression.rarg === undefined) return unknownNamespace
      const left = fromItem(expression.larg, outer, before, context)
      const right = fromItem(expression.rarg, outer, joined(before, left), context)
      return join(expression, left, right, outer, context)
    }
    case 'RangeTableSample': {
      const sample = as(node, 'RangeTableSample')
      if (sample?.relation === undefined) return unknownNamespace
      const inner = fromItem(sample.relation, outer, before, context)
      const args = context.values([...(sample.args ?? []), sample.repeatable], level(outer, before))
      context.touch(derive(args))
      context.counted(derive(args))
      return { ...inner, conditions: allOf([inner.conditions, asking(derive(args))]) }
    }
    case 'RangeFunction':
      return functionItem(as(node, 'RangeFunction') ?? {}, level(outer, before), context)
    case 'RangeTableFunc':
      return xmlTable(as(node, 'RangeTableFunc') ?? {}, level(outer, before), context)
    case 'JsonTable':
      return jsonTable(as(node, 'JsonTable') ?? {}, level(outer, before), context)
    default:
      return unknownNamespace
  }
}

function shownBy(steps: Steps, alias: FieldsOf<'Alias'> | undefined, columns: Columns): Columns {
  const named = renamed(columns, nameOf(alias?.colnames))
  return through(steps, 'subquery', alias?.aliasname ?? '', named)
}

const unknownNamespace: Namespace = {
  items: [],
  columns: unknownColumns,
  conditions: unknownConditions,
}

function rangeVar(range: FieldsOf<'RangeVar'>, outer: Scope, context: Context): Namespace {
  const cte = range.schemaname === undefined ? findCte(outer, range.relname ?? '') : undefined
  if (cte !== undefined) {
    const { columns, conditions } = cte()
    return single(range.alias, range.relname, columns, conditions)
  }
  return targetRelation(range, context)
}

/** A table that is named where no common table expression can be meant. */
export function targetRelation(range: FieldsOf<'RangeVar'>, context: Context): Namespace {
  const { columns, conditions, schemas, system } = resolveRange(range, context)
  const more = { system, schemas: range.alias === undefined ? schemas : undefined }
  return single(range.alias, range.relname, columns, conditions, more)
}
