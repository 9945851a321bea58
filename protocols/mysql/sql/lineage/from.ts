/** FROM: tables, subqueries, JSON_TABLE, joins. https://dev.mysql.com/doc/refman/9.7/en/join.html */
import type { TableName, TableReference } from '../ast.ts'
import { commonName } from '../names.ts'
import { asking, unknownConditions } from './conditions.ts'
import type { Context } from './context.ts'
import { join } from './join.ts'
import { resolveTable } from './relations.ts'
import {
  emptyNamespace,
  findCte,
  joined,
  level,
  type Namespace,
  type Scope,
  single,
} from './scope.ts'
import { derive, noColumns, renamed, through, unknownColumns } from './value.ts'

/** Items from left to right; LATERAL ones, and JSON_TABLE always, see those before them. */
export function fromClause(
  tables: readonly TableReference[],
  outer: Scope,
  context: Context,
): Namespace {
  return listed(tables, outer, emptyNamespace, context)
}

/** `before` is what stands to the left of them all. */
function listed(
  tables: readonly TableReference[],
  outer: Scope,
  before: Namespace,
  context: Context,
): Namespace {
  let own = emptyNamespace
  for (const table of tables) {
    own = joined(own, fromItem(table, outer, joined(before, own), context))
  }
  return own
}

export function fromItem(
  node: TableReference,
  outer: Scope,
  before: Namespace,
  context: Context,
): Namespace {
  switch (node.kind) {
    case 'table': {
      const { table, alias, systemTime } = node
      // Which rows there were at a time is asked of no column.
      for (const value of context.values(systemTime ?? [], level(outer, before)))
        context.touch(value)
      const name = commonName(table.name, context.names.catalog)
      const cte = table.schema === undefined ? findCte(outer, name) : undefined
      if (cte === undefined) return targetRelation(table, alias, context)
      const { columns, conditions } = cte()
      return single(alias ?? table.name, columns, conditions)
    }
    case 'derived': {
      // MySQL lets a derived table see the query around it, and a LATERAL one what is to its left.
      const scope = node.lateral ? level(outer, before) : outer
      const { columns, conditions } = context.query(node.query, scope)
      const named = renamed(columns, node.columns)
      const { steps } = context
      const shown = steps ? through(steps, 'subquery', node.alias ?? '', named) : named
      return single(node.alias, shown, conditions)
    }
    case 'jsonTable': {
      const value = derive([context.value(node.document, level(outer, before))])
      context.touch(value)
      const fields = node.columns.map(({ name }) => ({ name, value }))
      return single(node.alias, { fields, rest: undefined }, asking(value))
    }
    case 'join': {
      const left = fromItem(node.left, outer, before, context)
      const right = fromItem(node.right, outer, joined(before, left), context)
      return join(node, left, right, outer, context)
    }
    case 'group':
      return listed(node.tables, outer, before, context)
    default:
      return unknownNamespace
  }
}

const unknownNamespace: Namespace = {
  items: [],
  columns: unknownColumns,
  hidden: noColumns,
  conditions: unknownConditions,
}

/** A table that is named where no common table expression can be meant. */
export function targetRelation(
  table: TableName,
  alias: string | undefined,
  context: Context,
): Namespace {
  const { columns, hidden, conditions, schemas } = resolveTable(table, context)
  return single(alias ?? table.name, columns, conditions, {
    // `db.alias.column` is a name, too.
    schemas,
    hidden,
    table: { schema: table.schema ?? schemas[0], name: table.name },
  })
}
