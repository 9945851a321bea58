/**
 * INSERT, REPLACE, UPDATE, DELETE, LOAD and TRUNCATE: which tables lose, get or change rows, with
 * what the catalog says follows from it.
 * https://dev.mysql.com/doc/refman/en/sql-data-manipulation-statements.html
 */
import type { EffectKind } from '../../../protocol.ts'
import type { Relation } from '../../catalog.ts'
import type {
  Assignment,
  Delete,
  Expression,
  Insert,
  Load,
  NamedTable,
  TableName,
  TableReference,
  Update,
} from '../ast.ts'
import { commonName, folded, resolveRelation } from '../names.ts'
import {
  type Collector,
  type Columns,
  type EffectMore,
  noScope,
  objectOf,
  type Scope,
} from './collector.ts'
import { givesOwnRows, unfiltered } from './filter.ts'
import { isCommon, reached, tablesOf, withQueries } from './query.ts'
import type { Written } from './sources.ts'

export function insert(statement: Insert, out: Collector): void {
  const { table, replace, onDuplicate, returning, source } = statement
  written('insert', table, out)
  // Rows with the same keys go; they are those that the statement names.
  const own = (replace || onDuplicate.length > 0) && givesItsOwn(statement, out)
  if (replace) written('delete', table, out, { detail: 'replace', unfiltered: own })
  if (onDuplicate.length > 0) {
    const more = { detail: 'conflict', unfiltered: own }
    written('update', table, out, more, columnsOf(onDuplicate))
  }
  if (returning !== undefined) reached('read', out.relation('read', table), out, {})
  out.evaluated([source, onDuplicate, returning])
}

/** Whether its rows have the keys of all rows that are there: any column may be one. */
function givesItsOwn({ table, columns, source }: Insert, out: Collector): boolean {
  if (source.kind !== 'query') return false
  const asked = askedOf(alone(table), [], noScope, out)
  const names = columns?.map(({ name }) => name) ?? [...(asked.columns?.keys() ?? [])]
  return givesOwnRows(source.query, names, asked, out)
}

export function load(statement: Load, out: Collector): void {
  const { table, local, replace, assignments } = statement
  const detail = local ? 'local' : 'file'
  for (const relation of written('insert', table, out, { detail: 'load' }))
    out.add('import', objectOf(relation), { detail })
  out.add('import', undefined, { detail })
  if (replace) written('delete', table, out, { detail: 'replace' })
  out.evaluated(assignments)
}

export function update(statement: Update, out: Collector): void {
  const { tables, assignments, where, orderBy, limit } = statement
  const scope = withQueries(statement.with, noScope, out)
  const base = tablesOf(tables).filter(({ table }) => !isCommon(table, scope, out))
  const targets = assigned(base, assignments, out)
  const columns = columnsOf(assignments)
  for (const target of targets)
    writtenWhere('update', askedOf(target, tables, scope, out), where, out, columns)
  others(tables, targets, scope, out)
  out.evaluated([assignments, where, orderBy, limit], scope)
}

export function remove(statement: Delete, out: Collector): void {
  const { targets, from, where, orderBy, limit, returning, multi } = statement
  const scope = withQueries(statement.with, noScope, out)
  const all = tablesOf(from)
  const written = new Set<NamedTable>()
  for (const target of targets) {
    const meant = multi ? all.filter(each => isMeant(target, each)) : all
    for (const table of meant.length === 0 ? [alone(target)] : meant) written.add(table)
  }
  for (const target of written)
    writtenWhere('delete', askedOf(target, from, scope, out), where, out)
  others(from, [...written], scope, out)
  if (returning !== undefined) out.evaluated(from, scope)
  out.evaluated([where, orderBy, limit, returning], scope)
}

export function truncate(table: TableName, out: Collector): void {
  reached('truncate', out.relation('truncate', table), out, {})
}

/** The relations that are written, with their triggers and what is behind views. */
function written(
  kind: EffectKind & ('insert' | 'update' | 'delete'),
  table: TableName,
  out: Collector,
  more: EffectMore = {},
  columns?: Columns,
): readonly Relation[] {
  const relations = out.relation(kind, table, more)
  reached(kind, relations, out, more)
  for (const relation of relations) out.triggers(relation, kind, columns)
  return relations
}

function writtenWhere(
  kind: 'update' | 'delete',
  asked: Written,
  where: Expression | undefined,
  out: Collector,
  columns?: Columns,
): void {
  const more = { unfiltered: unfiltered(where, asked, out) }
  written(kind, asked.target.table, out, more, columns)
}

function askedOf(
  target: NamedTable,
  from: readonly TableReference[],
  scope: Scope,
  out: Collector,
): Written {
  const { catalog } = out.names
  const columns = typesOf(target.table, out)
  return { target, from, columns, scope, named: name => commonName(name, catalog) }
}

function typesOf(
  { schema, name }: TableName,
  out: Collector,
): ReadonlyMap<string, string> | undefined {
  const found = resolveRelation(out.names, schema, name)
  const known = found.length > 0 && found.every(({ columns }) => columns.length > 0)
  const each = found.flatMap(({ columns }) =>
    columns.map(column => [folded(column.name), column.type] as const),
  )
  return known ? new Map(each) : undefined
}

function columnsOf(assignments: readonly Assignment[]): Columns {
  return new Set(assignments.map(({ column }) => folded(column)))
}

/** Tables whose columns are set. A column without a table may be any's that has it. */
function assigned(
  tables: readonly NamedTable[],
  assignments: readonly Assignment[],
  out: Collector,
): readonly NamedTable[] {
  if (tables.length < 2) return tables
  const found = new Set<NamedTable>()
  for (const { schema, table, column } of assignments) {
    const meant =
      table === undefined
        ? tables.filter(each => mayHave(each.table, column, out))
        : tables.filter(each => isMeant({ schema, name: table }, each))
    for (const each of meant.length === 0 ? tables : meant) found.add(each)
  }
  return [...found]
}

function mayHave(table: TableName, column: string, out: Collector): boolean {
  const relations = resolveRelation(out.names, table.schema, table.name)
  if (relations.length === 0) return true
  const name = folded(column)
  return relations.some(
    ({ columns }) => columns.length === 0 || columns.some(each => folded(each.name) === name),
  )
}

/** Whether a name before a dot, or in the list of a DELETE, may mean that table of the FROM. */
function isMeant(name: Pick<TableName, 'schema' | 'name'>, { table, alias }: NamedTable): boolean {
  if (folded(alias ?? table.name) !== folded(name.name)) return false
  if (name.schema === undefined || table.schema === undefined) return true
  return folded(name.schema) === folded(table.schema)
}

function alone(table: TableName): NamedTable {
  const { start, end } = table
  return {
    kind: 'table',
    start,
    end,
    table,
    alias: undefined,
    partitions: [],
    systemTime: undefined,
  }
}

/** What is read beside the tables that are written: joined tables, and the conditions of joins. */
function others(
  references: readonly TableReference[],
  targets: readonly NamedTable[],
  scope: Scope,
  out: Collector,
): void {
  for (const reference of references) {
    if (reference.kind === 'join') {
      others([reference.left, reference.right], targets, scope, out)
      out.evaluated(reference.on, scope)
    } else if (reference.kind === 'group') others(reference.tables, targets, scope, out)
    else if (reference.kind !== 'table' || !targets.includes(reference))
      out.evaluated(reference, scope)
  }
}
