/** Queries whose rows go somewhere else than to the client, and values that are set. */
import type { ObjectName } from '../../../protocol.ts'
import type { CreateTable, Expression, Query, QueryBody, SetItem, TableName } from '../ast.ts'
import { unconditional } from './conditions.ts'
import type { Context } from './context.ts'
import { nothing, type Output, output } from './output.ts'
import { emptyScope, level, type Scope } from './scope.ts'
import { anyOf, type Columns, clean, derive, noColumns, type Rows, type Value } from './value.ts'
import { named } from './writes.ts'

export function queryStatement(query: Query, context: Context): Output {
  const rows = context.query(query, emptyScope)
  const target = intoOf(query)
  if (target === undefined) return output(true, rows)
  if (target.kind !== 'variables') {
    const to: ObjectName = { type: 'file', schema: undefined, name: target.file }
    context.move(anyOf(rows.columns), to)
    return output(false, rows)
  }
  const { fields, rest } = rows.columns
  const whole = anyOf(rows.columns)
  target.targets.forEach((variable, i) => {
    const value = (rest === undefined ? fields[i]?.value : undefined) ?? whole
    // A name without `@` is one of a stored program, which this is not.
    if (typeof variable !== 'string') context.assign(variable.name, value)
  })
  return output(false, rows)
}

/** The INTO that counts: of the whole, or of the last arm of a set operation. */
function intoOf(query: Query): Query['into'] {
  if (query.into !== undefined) return query.into
  let body: QueryBody | undefined = query.body
  while (body?.kind === 'setOperation') body = body.operands.at(-1)
  return body?.kind === 'query' ? intoOf(body) : undefined
}

export function into(rows: Rows, type: string, table: TableName, context: Context): Output {
  const { schema = context.names.database, name } = table
  const { fields, rest } = rows.columns
  for (const field of fields) {
    const value = rest === undefined ? field.value : derive([field.value, rest])
    context.move(value, { type, schema, name }, field.guessed ? undefined : field.name)
  }
  if (rest !== undefined) context.move(rest, { type, schema, name })
  return output(false, rows)
}

export function createTable(create: CreateTable, context: Context): Output {
  named([create.like, ...create.references], context)
  const own = create.columns.map(({ name }) => ({ name, value: clean }))
  const columns: Columns = { fields: own, rest: undefined }
  const scope = level(emptyScope, {
    ...{ items: [], columns, hidden: noColumns, conditions: unconditional },
  })
  const { schema = context.names.database, name } = create.table
  for (const node of create.expressions)
    context.move(withoutLost(context, node, scope), { type: 'table', schema, name })
  if (create.query === undefined) return nothing
  return into(context.query(create.query, emptyScope), 'table', create.table, context)
}

/** Names in these expressions are the table's own, some of which the query only brings. */
function withoutLost(context: Context, node: Expression, scope: Scope): Value {
  const { sources } = context.value(node, scope)
  return { ...clean, sources }
}

export function setItem(item: SetItem, context: Context): void {
  switch (item.kind) {
    case 'userVariable':
      context.assign(item.target.name, context.value(item.value, emptyScope))
      break
    case 'systemVariable':
      context.assignSetting(item.target.name, context.value(item.value, emptyScope))
      break
    case 'local': {
      const name = item.name.join('.')
      const value = context.value(item.value, emptyScope)
      context.move(value, { type: 'variable', schema: undefined, name })
      break
    }
    default:
  }
}
