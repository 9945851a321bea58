/**
 * From a relation's name to its columns: which relations the name may mean, and the base columns
 * behind each of their columns, through views and generated columns.
 */
import type { ColumnName, RelationName } from '../../../protocol.ts'
import { lexerFor } from '../../catalog/sql-modes.ts'
import type { CatalogSnapshot, Relation, RelationColumn } from '../../catalog.ts'
import type { Query, TableName } from '../ast.ts'
import { folded, inDatabase, noObjects, resolveRelation, type SessionRelation } from '../names.ts'
import { parse } from '../parse.ts'
import { holdsValues, isSystemSchema } from './catalog-values.ts'
import { allOf, type Conditions, unconditional, unknownConditions } from './conditions.ts'
import type { Context } from './context.ts'
import { ownColumns } from './guesses.ts'
import { emptyScope, level, single } from './scope.ts'
import {
  anyOf,
  type Columns,
  clean,
  derive,
  type Field,
  noColumns,
  unknownColumns,
  untraced,
  type Value,
  zipped,
} from './value.ts'

/** What a name in FROM, or a written relation, stands for. */
export interface Resolved {
  readonly columns: Columns
  /** Invisible columns, and those that every table has. */
  readonly hidden: Columns
  /** What decides which rows a view has. */
  readonly conditions: Conditions
  readonly schemas: readonly string[]
}

const unresolved: Resolved = {
  columns: unknownColumns,
  hidden: noColumns,
  conditions: unknownConditions,
  schemas: [],
}

/** All relations that a name may mean, as one: the union of their columns. */
export function resolveTable({ schema, name }: TableName, context: Context): Resolved {
  const { names } = context
  const found = resolveRelation(names, schema, name)
  if (found.length === 0) {
    const known = names.catalog.server.flavour === 'mariadb' && sequenceTable.test(name)
    return known ? sequenceColumns(schema ?? names.database) : unresolved
  }
  const shapes = found.map(relation => shown(relation, context))
  return {
    columns: candidates(shapes.map(shape => shape.columns)),
    hidden: candidates(shapes.map(shape => shape.hidden)),
    conditions: allOf(shapes.map(shape => shape.conditions)),
    schemas: found.map(relation => relation.schema),
  }
}

/** MariaDB makes `seq_1_to_9_step_2` up as it is named. */
const sequenceTable = /^seq_\d+_to_\d+(?:_step_\d+)?$/i

function sequenceColumns(schema: string | undefined): Resolved {
  const columns = { fields: [{ name: 'seq', value: clean }], rest: undefined }
  const schemas = schema === undefined ? [] : [schema]
  return { columns, hidden: noColumns, conditions: unconditional, schemas }
}

/** One column, as the wire names it: its own table, and everything that its value may be of. */
export function columnValue(relation: Relation, column: RelationColumn, context: Context): Value {
  const { columns, hidden } = shapeOf(relation, context)
  const all = [...columns.fields, ...hidden.fields]
  return all.find(field => folded(field.name) === folded(column.name))?.value ?? untraced
}

interface Shape {
  readonly columns: Columns
  readonly hidden: Columns
  readonly conditions: Conditions
  /** What reading it reaches: for a view, its own predicates and relations. */
  readonly context: Context
}

function shown(relation: Relation, context: Context): Omit<Shape, 'context'> {
  if (isSessionRelation(relation)) {
    const columns = sessionColumns(relation, context)
    return { columns, hidden: systemColumns(relation, context), conditions: unconditional }
  }
  const shape = shapeOf(relation, context)
  context.absorb(shape.context, true, false)
  return shape
}

const shapes = new WeakMap<CatalogSnapshot, Map<Relation, Shape>>()

function shapeOf(relation: Relation, context: Context): Shape {
  const { catalog } = context.names
  let known = shapes.get(catalog)
  if (known === undefined) {
    known = new Map()
    shapes.set(catalog, known)
  }
  const before = known.get(relation)
  if (before !== undefined) return before
  const inside = definitionContext(relation, context)
  const { cycles } = context.budget
  if (context.following.has(relation)) {
    context.budget.cycles++
    return unknownShape(inside)
  }
  context.following.add(relation)
  inside.relations.set(relation, relationName(relation))
  const shape = isView(relation) ? viewShape(relation, inside) : tableShape(relation, inside)
  context.following.delete(relation)
  // What was found within a cycle is cut short: it may not be kept.
  if (context.budget.cycles === cycles) known.set(relation, shape)
  return shape
}

function unknownShape(context: Context): Shape {
  const conditions = unknownConditions
  return { columns: unknownColumns, hidden: noColumns, conditions, context }
}

/**
 * The server keeps definitions resolved, so that neither the session's database nor what it made
 * matters to them.
 */
function definitionContext(relation: Relation, context: Context): Context {
  const { names } = context
  const lexer = lexerFor(names.catalog.server, '')
  const inside = inDatabase(names, relation.schema, lexer)
  return context.inside({ ...inside, session: noObjects }, relation.definition)
}

function tableShape(relation: Relation, context: Context): Shape {
  const { catalog } = context.names
  const own = relation.columns.map(column => baseField(relation, column, catalog))
  const fields = withGenerated(relation, own, context)
  return { ...divided(relation, fields, context), conditions: unconditional, context }
}

function baseField(relation: Relation, column: RelationColumn, catalog: CatalogSnapshot): Field {
  if (holdsValues(relation.schema, relation.name, column.name))
    return { name: column.name, value: untraced }
  const sources = referencedColumns(column.column, catalog)
  const value: Value = { sources, copies: [column.column], untraced: false }
  return { name: column.name, value }
}

/** A foreign key repeats values of other relations, and those perhaps of others again. */
function referencedColumns(column: ColumnName, catalog: CatalogSnapshot): readonly ColumnName[] {
  const found = new Set([column])
  for (const each of found) {
    for (const { columns, references } of catalog.foreignKeys(each.schema, each.table)) {
      const target = references[columns.findIndex(own => own.column === each.column)]
      if (target !== undefined) found.add(target)
    }
  }
  return [...found]
}

/** Visible ones, and those that only their names reach. */
function divided(
  relation: Relation,
  fields: readonly Field[],
  context: Context,
): Pick<Shape, 'columns' | 'hidden'> {
  const invisible = (_: Field, i: number): boolean => relation.columns[i]?.invisible === true
  const hidden = fields.filter(invisible)
  const visible = fields.filter((field, i) => !invisible(field, i))
  return {
    columns: { fields: visible, rest: undefined },
    hidden: { fields: [...hidden, ...systemColumns(relation, context).fields], rest: undefined },
  }
}

/**
 * `_rowid` is the primary key when that is one integer; MariaDB's versioned tables have their times.
 * Neither is listed anywhere.
 */
function systemColumns(relation: Relation, { names }: Context): Columns {
  if (isView(relation)) return noColumns
  const mariadb = names.catalog.server.flavour === 'mariadb'
  const possible = mariadb ? ['_rowid', 'row_start', 'row_end'] : ['_rowid']
  const free = possible.filter(name => !relation.columns.some(each => folded(each.name) === name))
  return { fields: free.map(name => ({ name, value: untraced })), rest: undefined }
}

/** A generated column depends on the columns of its expression, and those may be generated, too. */
function withGenerated(relation: Relation, own: readonly Field[], context: Context): Field[] {
  let fields = [...own]
  if (relation.columns.every(column => column.generated === undefined)) return fields
  for (let round = 0; round <= relation.columns.length; round++) {
    const before = weight(fields)
    fields = generatedOnce(relation, fields, context)
    if (weight(fields) === before) break
  }
  return fields
}

function weight(fields: readonly Field[]): number {
  return fields.reduce((sum, { value }) => sum + value.sources.length + Number(value.untraced), 0)
}

function generatedOnce(relation: Relation, own: readonly Field[], context: Context): Field[] {
  const table = single(relation.name, { fields: own, rest: undefined }, unconditional, {
    schemas: [relation.schema],
  })
  const scope = level(emptyScope, table)
  return own.map((field, i) => {
    const expression = relation.columns[i]?.generated
    if (expression === undefined) return field
    const query = expression === '' ? undefined : queryOf(`SELECT ${expression}`, context)
    const value = query === undefined ? untraced : anyOf(context.query(query, scope).columns)
    return { name: field.name, value: derive([field.value, value]) }
  })
}

function viewShape(view: Relation, context: Context): Shape {
  const query = view.definition === undefined ? undefined : queryOf(view.definition, context)
  if (query === undefined || view.columns.length === 0) return unknownShape(context)
  const { columns: inner, conditions } = context.query(query, emptyScope)
  const byPosition = inner.rest === undefined && inner.fields.length === view.columns.length
  const whole = anyOf(inner)
  const fields = view.columns.map((column, i) => {
    const behind = byPosition ? (inner.fields[i]?.value ?? untraced) : whole
    // The view's own name comes along, so that a rule may name the view.
    return { name: column.name, value: alsoNamed(behind, column.column) }
  })
  return { ...divided(view, fields, context), conditions, context }
}

/** The same value under a further name. */
function alsoNamed(value: Value, name: ColumnName): Value {
  return { ...value, sources: [...new Set([...value.sources, name])] }
}

/** Candidates for one name. What not all of them have cannot be told. */
function candidates(columns: readonly Columns[]): Columns {
  const [first] = columns
  if (first === undefined) return unknownColumns
  if (columns.length === 1) return first
  const names = (c: Columns): string => JSON.stringify(c.fields.map(field => folded(field.name)))
  if (columns.every(c => c.rest === undefined && names(c) === names(first))) return zipped(columns)
  const named = (c: Columns, name: string): Field[] =>
    c.fields.filter(field => folded(field.name) === folded(name))
  const common = first.fields.filter(({ name }) => columns.every(c => named(c, name).length > 0))
  const fields = common.map(({ name }) => ({
    name,
    value: derive(columns.flatMap(c => named(c, name).map(field => field.value))),
  }))
  return { fields, rest: untraced }
}

/** What the session made: its own names, and the base columns whose values went into it. */
function sessionColumns(relation: SessionRelation, context: Context): Columns {
  context.relations.set(relation, relationName(relation))
  if (relation.untraced) return unknownColumns
  const fields = relation.columns.map(({ name, column, sources, plain }) => {
    context.steps?.made(column, sources)
    const first = sources[0] ?? column
    if (relation.temporary) ownColumns.add(column)
    const copies = plain || sources.length === 0 ? [first] : []
    return { name, value: { sources: [...sources, column], copies, untraced: false } }
  })
  return { fields, rest: undefined }
}

function isSessionRelation(relation: Relation): relation is SessionRelation {
  return 'untraced' in relation
}

function isView({ kind, schema }: Relation): boolean {
  return kind === 'view' && !isSystemSchema(schema)
}

function relationName(relation: Relation): RelationName {
  const columns = relation.columns.map(({ column }) => column)
  return { schema: relation.schema, name: relation.name, columns }
}

/** The only query of a text of the catalog's, or undefined. */
function queryOf(text: string, context: Context): Query | undefined {
  const parsed = parse(text, context.names.lexer)
  if (!parsed.ok || parsed.statements.length !== 1) return undefined
  const node = parsed.statements[0]?.node
  return node?.kind === 'query' ? node : undefined
}
