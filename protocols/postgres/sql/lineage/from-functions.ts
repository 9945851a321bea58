/** Functions in FROM: ROWS FROM, WITH ORDINALITY, unnest, XMLTABLE, JSON_TABLE. */
import { resolveFunctions, resolveRelation } from '../names.ts'
import { as, type FieldsOf, kindOf, type Node, nameOf, qualified } from '../tree.ts'
import { polymorphicRows, resultColumns } from './built-ins.ts'
import { columnName } from './column-name.ts'
import { asking } from './conditions.ts'
import type { Context } from './context.ts'
import { behaviors } from './json.ts'
import { type Namespace, type Scope, single } from './scope.ts'
import { anyOf, type Columns, derive, type Field, type Value } from './value.ts'

export function functionItem(
  range: FieldsOf<'RangeFunction'>,
  scope: Scope,
  context: Context,
): Namespace {
  const entries = (range.functions ?? []).flatMap(node => split(as(node, 'List')?.items ?? []))
  // The alias names the column, too, when there is but one function that gives one value.
  const alias = entries.length === 1 ? range.alias?.aliasname : undefined
  const parts = entries.map(({ call, definitions }) =>
    callColumns(call, definitions ?? range.coldeflist, alias, scope, context),
  )
  const fields = parts.flatMap(part => part.fields)
  const rests = parts.flatMap(part => part.rest ?? [])
  const all = derive(parts.map(anyOf))
  // How many rows there are says something of the arguments; of a body it is in its values.
  const asked = parts.flatMap(part => (part.row ? [] : anyOf(part)))
  keepCounted(entries, asked, context)
  if (range.ordinality === true) fields.push({ name: 'ordinality', value: all })
  const columns = { fields, rest: rests.length === 0 ? undefined : derive(rests) }
  const first = entries[0]?.call
  const name = first === undefined ? undefined : columnName(first, scope, context)
  context.touch(all)
  return single(range.alias, name, columns, asking(derive(asked)))
}

/** Elements of an array, parts of a text: the rows that come of it can be counted. */
function keepCounted(entries: readonly Entry[], asked: readonly Value[], context: Context): void {
  const names = entries.map(({ call }) => nameOf(as(call, 'FuncCall')?.funcname).at(-1) ?? '')
  if (names.every(name => oneRow.has(name))) return
  for (const { sources } of asked) context.predicates.add(sources, 'computed')
}

const oneRow: ReadonlySet<string> = new Set(
  ['json', 'jsonb'].flatMap(type => [`${type}_to_record`, `${type}_populate_record`]),
)

interface Entry {
  readonly call: Node
  readonly definitions: readonly Node[] | undefined
}

/** unnest(a, b) is unnest(a) beside unnest(b). */
function split([call, definitions]: readonly Node[]): Entry[] {
  if (call === undefined) return []
  const unnest = as(call, 'FuncCall')
  const args = unnest?.args ?? []
  const several = args.length > 1 && nameOf(unnest?.funcname).at(-1) === 'unnest'
  const calls = several ? args.map(arg => ({ FuncCall: { ...unnest, args: [arg] } })) : [call]
  return calls.map(each => ({ call: each, definitions: as(definitions, 'List')?.items }))
}

function callColumns(
  node: Node,
  definitions: readonly Node[] | undefined,
  alias: string | undefined,
  scope: Scope,
  context: Context,
): Columns & { row?: true } {
  const value = context.value(node, scope)
  if (definitions !== undefined) {
    return known(
      definitions.map(each => as(each, 'ColumnDef')?.colname ?? ''),
      value,
    )
  }
  if (value.row !== undefined) return { ...value.row, row: true }
  const call = as(node, 'FuncCall')
  const own = columnName(node, scope, context)
  if (call === undefined) return known([alias ?? own], value)
  const { schema, name } = qualified(nameOf(call.funcname))
  const candidates = resolveFunctions(context.names, schema, name)
  const builtIn = candidates.length > 0 && candidates.every(each => each.builtIn)
  // A function of somebody's may give one value or a row, under names that are its own.
  const typed = polymorphicRows.has(name) ? castColumns(call.args?.[0], value, context) : undefined
  if (typed !== undefined) return typed
  if (!builtIn || polymorphicRows.has(name)) return { fields: [], rest: derive([value]) }
  const names = resultColumns.get(name)
  if (names !== undefined) return known(names, value)
  const columns = known([alias ?? own], value)
  const ofRows = name === 'unnest' && !isScalarArray(call.args?.[0])
  return ofRows ? { ...columns, rest: derive([value]) } : columns
}

/** json_populate_record(NULL::customers, …): the columns of the relation of that type. */
function castColumns(node: Node | undefined, value: Value, context: Context): Columns | undefined {
  const { schema, name } = qualified(nameOf(as(node, 'TypeCast')?.typeName?.names))
  const [relation, ...others] = resolveRelation(context.names, schema, name)
  if (relation === undefined || others.length > 0) return undefined
  return known(
    relation.columns.map(column => column.name),
    value,
  )
}

function known(names: readonly string[], value: Value): Columns {
  const computed = derive([value])
  return { fields: names.map(name => ({ name, value: computed })), rest: undefined }
}

/** An array whose elements cannot be rows: unnest of it gives one column. */
function isScalarArray(node: Node | undefined): boolean {
  if (node === undefined) return false
  switch (kindOf(node)) {
    case 'A_ArrayExpr':
      return (as(node, 'A_ArrayExpr')?.elements ?? []).every(isScalar)
    case 'TypeCast':
      return isBuiltInType(as(node, 'TypeCast')?.typeName)
    case 'FuncCall':
      return arrayFunctions.has(nameOf(as(node, 'FuncCall')?.funcname).at(-1) ?? '')
    default:
      return false
  }
}

function isScalar(node: Node): boolean {
  if (kindOf(node) === 'A_Const' || isScalarArray(node)) return true
  return isBuiltInType(as(node, 'TypeCast')?.typeName)
}

/** The grammar itself puts pg_catalog before the types that have keywords. */
function isBuiltInType(type: FieldsOf<'TypeName'> | undefined): boolean {
  const names = nameOf(type?.names)
  const name = names.at(-1) ?? ''
  return names.length > 1
    ? names[0] === 'pg_catalog' && scalarTypes.has(name)
    : scalarTypes.has(name)
}

const scalarTypes: ReadonlySet<string> = new Set(
  (
    'bool int2 int4 int8 float4 float8 numeric text varchar bpchar char name bytea date time ' +
    'timetz timestamp timestamptz interval uuid json jsonb inet cidr oid regclass regtype regproc xml'
  ).split(' '),
)

const arrayFunctions: ReadonlySet<string> = new Set([
  'string_to_array',
  'regexp_split_to_array',
  'current_schemas',
  'regexp_matches',
])

export function xmlTable(
  table: FieldsOf<'RangeTableFunc'>,
  scope: Scope,
  context: Context,
): Namespace {
  const namespaces = (table.namespaces ?? []).map(node => as(node, 'ResTarget')?.val)
  const row = derive(context.values([table.docexpr, table.rowexpr, ...namespaces], scope))
  const fields = (table.columns ?? []).map(node => {
    const column = as(node, 'RangeTableFuncCol')
    const own = context.values([column?.colexpr, column?.coldefexpr], scope)
    return { name: column?.colname ?? '', value: derive([row, ...own]) }
  })
  context.touch(row)
  context.predicates.add(row.sources, 'computed')
  return single(table.alias, 'xmltable', { fields, rest: undefined }, asking(row))
}

export function jsonTable(table: FieldsOf<'JsonTable'>, scope: Scope, context: Context): Namespace {
  const parts = [table.context_item?.raw_expr, table.pathspec?.string, ...(table.passing ?? [])]
  const row = derive(context.values([...parts, ...behaviors(table.on_error)], scope))
  const fields = jsonColumns(table.columns, row, scope, context)
  context.touch(row)
  context.predicates.add(row.sources, 'computed')
  return single(table.alias, 'json_table', { fields, rest: undefined }, asking(row))
}

function jsonColumns(
  columns: readonly Node[] | undefined,
  row: Value,
  scope: Scope,
  context: Context,
): Field[] {
  return (columns ?? []).flatMap(node => {
    const column = as(node, 'JsonTableColumn')
    if (column?.columns !== undefined) return jsonColumns(column.columns, row, scope, context)
    const defaults = behaviors(column?.on_empty, column?.on_error)
    const own = context.values([column?.pathspec?.string, ...defaults], scope)
    return [{ name: column?.name ?? '', value: derive([row, ...own]) }]
  })
}
