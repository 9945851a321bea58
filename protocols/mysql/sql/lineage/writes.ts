/**
 * INSERT, REPLACE, UPDATE, DELETE and LOAD: where values go, and what RETURNING gives.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-data-manipulation-statements.html
 */
import type { ObjectName } from '../../../protocol.ts'
import type { Trigger } from '../../catalog.ts'
import type {
  AlterTable,
  Assignment,
  Delete,
  Insert,
  Load,
  SelectItem,
  TableName,
  Update,
} from '../ast.ts'
import { folded } from '../names.ts'
import { allOf, type Conditions, predicate, unconditional } from './conditions.ts'
import type { Context } from './context.ts'
import { fromClause, targetRelation } from './from.ts'
import { decidedBy } from './guesses.ts'
import { orderBy } from './order.ts'
import {
  emptyNamespace,
  emptyScope,
  findInItem,
  type Item,
  itemsNamed,
  joined,
  level,
  type Namespace,
  proposedItem,
  type Scope,
  single,
} from './scope.ts'
import { targetList } from './targets.ts'
import {
  anyOf,
  type Columns,
  clean,
  derive,
  isConstant,
  noColumns,
  type Rows,
  renamed,
  type Value,
  zipped,
} from './value.ts'
import { withScope } from './with.ts'

/** By lower-case name of the column; the empty one: into a table whose columns are not known. */
type Written = ReadonlyMap<string, Value>

/** `parent` has the variables of the stored program that it is in. */
export function traceInsert(insert: Insert, context: Context, parent: Scope = emptyScope): Rows {
  const target = targetRelation(insert.table, undefined, context)
  const names = insert.columns?.map(column => column.name) ?? []
  const { written, from, conditions } = insertedRows(insert, target, names, parent, context)
  move(written, target, context)
  triggered(target, 'insert', written, context)
  if (insert.replace) triggered(target, 'delete', written, context)
  const updated = new Map(written)
  if (insert.onDuplicate.length > 0) {
    const scope = level(parent, joined(duplicateNames(insert, target, written), from))
    for (const [name, value] of assigned(insert.onDuplicate, target, scope, context))
      updated.set(name, derive([value, updated.get(name) ?? clean]))
    triggered(target, 'update', updated, context)
  }
  return returning(insert.returning, target, updated, conditions, parent, context)
}

interface Inserted {
  readonly written: Written
  /** What ON DUPLICATE KEY UPDATE sees of the query. */
  readonly from: Namespace
  readonly conditions: Conditions
}

function insertedRows(
  insert: Insert,
  target: Namespace,
  names: readonly string[],
  parent: Scope,
  context: Context,
): Inserted {
  const { source } = insert
  if (source.kind === 'query') {
    const { columns, conditions } = context.query(source.query, parent)
    const { body } = source.query
    const ctes = source.query.with
    const outer = ctes === undefined ? parent : withScope(ctes, parent, context)
    const simple = insert.onDuplicate.length > 0 && body.kind === 'select'
    const from = simple ? fromClause(body.from, outer, context) : emptyNamespace
    return { written: byName(target, names, columns), from, conditions }
  }
  // A column's name stands for what the row has in it by then.
  const rows = (seen: Columns): Columns => {
    const scope = level(parent, withColumns(target, seen))
    return zipped(
      source.rows.map(row => ({
        fields: context.values(row, scope).map(value => ({ name: '', value })),
        rest: undefined,
      })),
    )
  }
  if (source.rows.length === 0)
    return { written: new Map(), from: emptyNamespace, conditions: unconditional }
  let written: Written = byName(target, names, rows(proposed(target, new Map())))
  // A value may be of one that was given before it, and that of another again.
  for (let before = 0, now = sizeOf(written); now > before; now = sizeOf(written)) {
    before = now
    written = byName(target, names, rows(proposed(target, written)))
  }
  return { written, from: emptyNamespace, conditions: unconditional }
}

function sizeOf(written: Written): number {
  let size = 0
  for (const { sources, untraced } of written.values()) size += sources.length + Number(untraced)
  return size
}

/** The target, and the new row under the names that ON DUPLICATE KEY UPDATE has for it. */
function duplicateNames(insert: Insert, target: Namespace, written: Written): Namespace {
  const row = itemOf(target)
  const columns = proposed(target, written)
  const items: Item[] = [
    ...target.items,
    { ...row, name: proposedItem, schemas: undefined, columns },
  ]
  const { rowAlias } = insert
  if (rowAlias === undefined) return { ...target, items }
  const named = renamed(columns, rowAlias.columns)
  items.push({ ...row, name: rowAlias.name, schemas: undefined, columns: named })
  // Columns that were given names of their own need no qualification.
  const more = rowAlias.columns.length === 0 ? noColumns : named
  return { ...joined(target, { ...target, items: [], columns: more }), items }
}

export function traceUpdate(update: Update, context: Context, parent: Scope = emptyScope): Rows {
  const outer = update.with === undefined ? parent : withScope(update.with, parent, context)
  const tables = fromClause(update.tables, outer, context)
  const scope = level(outer, tables)
  const where = predicate(update.where, scope, context)
  const written = assigned(update.assignments, tables, scope, context)
  triggered(tables, 'update', written, context)
  orderBy(update.orderBy, scope, noColumns, context)
  return { columns: noColumns, conditions: allOf([tables.conditions, where]) }
}

export function traceDelete(del: Delete, context: Context, parent: Scope = emptyScope): Rows {
  const outer = del.with === undefined ? parent : withScope(del.with, parent, context)
  const tables = fromClause(del.from, outer, context)
  const scope = level(outer, tables)
  const conditions = allOf([tables.conditions, predicate(del.where, scope, context)])
  triggered(tables, 'delete', new Map(), context)
  orderBy(del.orderBy, scope, noColumns, context)
  return returning(del.returning, tables, new Map(), conditions, parent, context)
}

/** Fields of a file go to columns and variables; SET may move anything. */
export function traceLoad(load: Load, context: Context): void {
  const target = targetRelation(load.table, undefined, context)
  const written = assigned(load.assignments, target, level(emptyScope, target), context)
  triggered(target, 'insert', written, context)
}

/** A column's DEFAULT may be computed from others of the row, and is given to every row. */
export function traceAlter({ table, defaults }: AlterTable, context: Context): void {
  const target = targetRelation(table, undefined, context)
  const scope = level(emptyScope, target)
  // A name that is not there yet is that of a column that the statement adds.
  for (const node of defaults)
    context.move({ ...context.value(node, scope), untraced: false }, objectOf(itemOf(target)))
}

/**
 * Evaluates and moves what is assigned to columns of what is in view. They are assigned one after
 * another: a column is by then what was assigned to it, unless it is of another table or the sql_mode
 * has SIMULTANEOUS_ASSIGNMENT.
 */
function assigned(
  assignments: readonly Assignment[],
  targets: Namespace,
  scope: Scope,
  context: Context,
): Written {
  const written = new Map<string, Value>()
  let seen = scope
  for (const assignment of assignments) {
    const { column } = assignment
    const value = context.value(assignment.value, seen)
    const items = assignedItems(assignment, targets)
    for (const item of items) context.move(value, objectOf(item), findInItem(item, column))
    if (items.length === 0) context.move(value, { type: 'table', schema: undefined, name: '' })
    written.set(folded(column), derive([value, written.get(folded(column)) ?? clean]))
    if (!isConstant(value)) seen = { ...seen, namespace: alsoWith(seen.namespace, column, value) }
  }
  return written
}

/** The columns of that name, of whatever table, may hold that value, too. */
function alsoWith(namespace: Namespace, column: string, value: Value): Namespace {
  const name = folded(column)
  const columns = ({ fields, rest }: Columns): Columns => ({
    rest: rest === undefined ? rest : derive([rest, value]),
    fields: fields.map(field =>
      folded(field.name) === name ? { ...field, value: derive([field.value, value]) } : field,
    ),
  })
  return {
    ...namespace,
    items: namespace.items.map(item => ({
      ...{ ...item, columns: columns(item.columns), hidden: columns(item.hidden) },
    })),
    columns: columns(namespace.columns),
    hidden: columns(namespace.hidden),
  }
}

/** Those that the column may be of. */
function assignedItems(
  { schema, table, column }: Assignment,
  { items }: Namespace,
): readonly Item[] {
  const possible =
    table === undefined ? items : itemsNamed({ ...emptyNamespace, items }, schema, table)
  return possible.filter(item => item.table !== undefined && findInItem(item, column) !== undefined)
}

/** Values by position to the named columns, or to the table's own. */
function byName(target: Namespace, names: readonly string[], given: Columns): Written {
  const own = itemOf(target).columns.fields.map(field => field.name)
  const columns = names.length > 0 ? names : own
  const exact = given.rest === undefined && given.fields.length <= columns.length
  const whole = anyOf(given)
  const written = new Map<string, Value>()
  columns.forEach((name, i) => {
    const value = exact ? given.fields[i]?.value : whole
    if (value !== undefined) written.set(folded(name), value)
  })
  // Into a table of which we do not know the columns.
  if (columns.length === 0) written.set('', whole)
  return written
}

function move(written: Written, target: Namespace, context: Context): void {
  const item = itemOf(target)
  for (const [name, value] of written) context.move(value, objectOf(item), findInItem(item, name))
}

/** What the triggers of the tables make of the rows: of an INSERT they see what is given alone. */
function triggered(
  tables: Namespace,
  event: Trigger['event'],
  written: Written,
  context: Context,
): void {
  const { catalog, database } = context.names
  for (const item of tables.items) {
    if (item.table === undefined) continue
    const { schema = database, name } = item.table
    const triggers = catalog.triggers(schema, name).filter(each => each.event === event)
    if (triggers.length === 0) continue
    const fields = item.columns.fields.map(({ name: column, value }) => {
      const given = written.get(folded(column)) ?? clean
      return { name: column, value: event === 'insert' ? given : derive([value, given]) }
    })
    const old = single('old', item.columns, unconditional)
    const rows = joined(single('new', { fields, rest: undefined }, unconditional), old)
    for (const trigger of triggers)
      for (const [column, value] of context.tracers.trigger(trigger, rows, context))
        context.move(value, objectOf(item), findInItem(item, column))
  }
}

function objectOf({ table }: Item): ObjectName {
  return { type: 'table', schema: table?.schema, name: table?.name ?? '' }
}

/** The row that is to be inserted. */
function proposed(target: Namespace, written: Written): Columns {
  const { fields, rest } = itemOf(target).columns
  return {
    fields: fields.map(({ name }) => ({ name, value: written.get(folded(name)) ?? clean })),
    rest: rest === undefined ? undefined : derive([...written.values()]),
  }
}

function withColumns(target: Namespace, columns: Columns): Namespace {
  return { ...target, items: target.items.map(item => ({ ...item, columns })), columns }
}

/** RETURNING of MariaDB: the row as it is afterwards, that of a DELETE as it was. */
function returning(
  items: readonly SelectItem[] | undefined,
  target: Namespace,
  written: Written,
  conditions: Conditions,
  parent: Scope,
  context: Context,
): Rows {
  if (items === undefined) return { columns: noColumns, conditions }
  const all = written.get('')
  const { fields, rest } = target.columns
  const columns: Columns = {
    fields: fields.map(({ name, value }) => {
      const added = written.get(folded(name))
      const tainted = added !== undefined && (added.sources.length > 0 || added.untraced)
      return { name, value: tainted ? derive([value, added]) : value }
    }),
    rest: rest === undefined || all === undefined ? rest : derive([rest, all]),
  }
  const now = decidedBy(withColumns(target, columns), conditions)
  return { columns: targetList(items, level(parent, now), context), conditions }
}

/** Tables that TRUNCATE, ALTER, LOCK and their like name: their columns may be in what goes wrong. */
export function named(tables: readonly (TableName | undefined)[], context: Context): void {
  for (const table of tables) if (table !== undefined) targetRelation(table, undefined, context)
}

function itemOf(target: Namespace): Item {
  const [item] = target.items
  if (item === undefined) throw new TypeError('expected the table that is written to')
  return item
}
