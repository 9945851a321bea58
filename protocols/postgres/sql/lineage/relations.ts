/**
 * From a relation's name to its columns: which relations the name may mean, and the base columns
 * behind each of their columns, through views, generated columns, parents and children.
 */
import { parseSync } from 'libpg-query'
import type { ColumnName, RelationName } from '../../../protocol.ts'
import type { CatalogSnapshot, Relation, RelationColumn } from '../../catalog.ts'
import { type Names, noObjects, resolveRelation, type SessionRelation } from '../names.ts'
import type { FieldsOf, Node } from '../tree.ts'
import { holdsValues, isSystemSchema, isToastSchema } from './catalog-values.ts'
import { allOf, type Conditions, unconditional, unknownConditions } from './conditions.ts'
import type { Context } from './context.ts'
import { emptyScope, level } from './scope.ts'
import {
  anyOf,
  type Columns,
  derive,
  type Field,
  type Rows,
  unknownColumns,
  untraced,
  type Value,
  zipped,
} from './value.ts'

/** What a name in FROM, or a written relation, stands for. */
export interface Resolved {
  readonly columns: Columns
  /** What decides which rows a view has. */
  readonly conditions: Conditions
  readonly schemas: readonly string[]
  readonly system: boolean
  /** Names of generated columns. */
  readonly generated: ReadonlySet<string>
}

const unresolved: Resolved = {
  columns: unknownColumns,
  conditions: unknownConditions,
  schemas: [],
  system: true,
  generated: new Set(),
}

/** All relations that a RangeVar may mean, as one: the union of their columns. */
export function resolveRange(range: FieldsOf<'RangeVar'>, context: Context): Resolved {
  const found = resolveRelation(context.names, range.schemaname, range.relname ?? '')
  if (found.length === 0) return unresolved
  const only = range.inh !== true
  return {
    conditions: allOf(found.map(relation => relationConditions(relation, context))),
    columns: candidates(found.map(relation => relationColumns(relation, only, context))),
    schemas: found.map(({ schema }) => schema),
    system: found.some(relation => !isView(relation)),
    generated: new Set(
      found.flatMap(({ columns }) =>
        columns.filter(c => c.generated !== undefined).map(c => c.name),
      ),
    ),
  }
}

/** The columns of one relation of the catalog. */
function relationColumns(relation: Relation, only: boolean, context: Context): Columns {
  if (isSessionRelation(relation)) return sessionColumns(relation, context)
  const shape = shapeOf(relation, context)
  context.absorb(shape.context, true, false)
  return only ? shape.only : shape.columns
}

function relationConditions(relation: Relation, context: Context): Conditions {
  return isView(relation) && !isSessionRelation(relation)
    ? shapeOf(relation, context).conditions
    : unconditional
}

/** One column, as the wire names it: its own table, and everything that its value may be of. */
export function columnValue(relation: Relation, column: RelationColumn, context: Context): Value {
  const { columns } = shapeOf(relation, context)
  const at = relation.columns.indexOf(column)
  return columns.fields[at]?.value ?? untraced
}

interface Shape {
  readonly columns: Columns
  /** Without the columns of its children, as FROM ONLY reads it. */
  readonly only: Columns
  readonly conditions: Conditions
  /** What reading it reaches: for a view, its own predicates and relations. */
  readonly context: Context
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
  const inside = context.inside(definitionNames(context.names))
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

const unknownRows: Rows = { columns: unknownColumns, conditions: unknownConditions }

function unknownShape(context: Context): Shape {
  return { columns: unknownColumns, only: unknownColumns, conditions: unknownConditions, context }
}

function tableShape(relation: Relation, context: Context): Shape {
  if (isToastSchema(relation.schema)) {
    return unknownShape(context)
  }
  const own = relation.columns.map(column => baseField(relation, column, context))
  const only = { fields: withGenerated(relation, own, context), rest: undefined }
  const descendants = relativesOf(relation, r => context.names.catalog.children(r.oid))
  if (descendants.length === 0) return { columns: only, only, conditions: unconditional, context }
  const fields = only.fields.map(field => ({
    name: field.name,
    value: alsoNamed(field.value, sameColumns(descendants, field.name)),
  }))
  return { columns: { fields, rest: undefined }, only, conditions: unconditional, context }
}

function baseField(relation: Relation, column: RelationColumn, context: Context): Field {
  if (holdsValues(relation.schema, relation.name, column.name)) {
    return { name: column.name, value: untraced }
  }
  const { catalog } = context.names
  const ancestors = relativesOf(relation, r =>
    r.parents.flatMap(oid => catalog.relationByOid(oid) ?? []),
  )
  const sources = [column.column, ...sameColumns(ancestors, column.name)]
  const value: Value = {
    sources: [...new Set([...sources, ...referencedColumns(relation, column, catalog)])],
    copies: [column.column],
    untraced: false,
    type: catalog.valueType(column.typeOid, column.typeModifier),
    row: undefined,
  }
  return { name: column.name, value }
}

/** A foreign key repeats values of other relations, and those perhaps of others again. */
function referencedColumns(
  relation: Relation,
  column: RelationColumn,
  catalog: CatalogSnapshot,
): readonly ColumnName[] {
  const found = new Map<RelationColumn, Relation>([[column, relation]])
  for (const [each, owner] of found) {
    for (const { relation: oid, number } of each.references ?? []) {
      const target = catalog.relationByOid(oid)
      const key = target?.columns.find(one => one.number === number)
      if (target !== undefined && key !== undefined) found.set(key, target)
    }
    // Partitions and children repeat what their parents' keys do.
    for (const oid of owner.parents) {
      const parent = catalog.relationByOid(oid)
      const same = parent?.columns.find(one => one.name === each.name)
      if (parent !== undefined && same !== undefined) found.set(same, parent)
    }
  }
  return [...found.keys()].map(each => each.column)
}

/** A generated column depends on the columns of its expression, too. */
function withGenerated(relation: Relation, own: readonly Field[], context: Context): Field[] {
  return own.map((field, i) => {
    const expression = relation.columns[i]?.generated
    if (expression === undefined) return field
    const node = parsed(`SELECT ${expression}`)
    const columns = { fields: own, rest: undefined }
    const item = { name: relation.name, schemas: [relation.schema], columns, system: true }
    const scope = level(emptyScope, { items: [item], columns, conditions: unknownConditions })
    const generated = node === undefined ? untraced : anyOf(context.query(node, scope).columns)
    return { name: field.name, value: derive([field.value, generated]) }
  })
}

function viewShape(view: Relation, context: Context): Shape {
  const node = view.definition === undefined ? undefined : parsed(view.definition)
  const { columns: inner, conditions } =
    node === undefined ? unknownRows : context.query(node, emptyScope)
  const byPosition = inner.rest === undefined && inner.fields.length === view.columns.length
  const whole = anyOf(inner)
  const fields = view.columns.map((column, i) => {
    const behind = byPosition ? (inner.fields[i]?.value ?? untraced) : whole
    // The view's own name comes along, so that a rule may name the view.
    return { name: column.name, value: alsoNamed(behind, [column.column]) }
  })
  const columns = { fields, rest: undefined }
  return { columns, only: columns, conditions, context }
}

/** The same value under further names. */
function alsoNamed(value: Value, names: readonly ColumnName[]): Value {
  if (names.length === 0) return value
  return { ...value, sources: [...new Set([...value.sources, ...names])] }
}

function sameColumns(relations: readonly Relation[], name: string): ColumnName[] {
  return relations.flatMap(({ columns }) =>
    columns.filter(column => column.name === name).map(({ column }) => column),
  )
}

/** Everything reached from a relation by `next`, itself left out. */
function relativesOf(from: Relation, next: (r: Relation) => readonly Relation[]): Relation[] {
  const found = new Set<Relation>([from])
  for (const relation of found) for (const relative of next(relation)) found.add(relative)
  found.delete(from)
  return [...found]
}

/** Candidates for one name. What not all of them have cannot be told. */
function candidates(columns: readonly Columns[]): Columns {
  const [first] = columns
  if (first === undefined) return unknownColumns
  if (columns.length === 1) return first
  const names = (c: Columns): string => JSON.stringify(c.fields.map(field => field.name))
  if (columns.every(c => c.rest === undefined && names(c) === names(first))) return zipped(columns)
  const common = first.fields.filter(({ name }) =>
    columns.every(c => c.fields.some(field => field.name === name)),
  )
  const fields = common.map(({ name }) => ({
    name,
    value: derive(columns.flatMap(c => c.fields.filter(f => f.name === name).map(f => f.value))),
  }))
  return { fields, rest: untraced }
}

/** What the session made: its own names, and the base columns whose values went into it. */
function sessionColumns(relation: SessionRelation, context: Context): Columns {
  context.relations.set(relation, relationName(relation))
  if (relation.untraced) return doubted(relation, context)
  const fields = relation.columns.map(({ name, column, sources, plain }) => {
    context.steps?.made(column, sources)
    const first = sources[0] ?? column
    const copies = plain || sources.length === 0 ? [first] : []
    const value = { sources: [...sources, column], copies, untraced: false, type: undefined }
    return { name, value: { ...value, row: undefined } }
  })
  return { fields, rest: undefined }
}

/**
 * Nobody can say what it holds by now. What the catalog says of a relation of that name it may hold
 * as well, and that is what questions about it, and what is made of it, are about.
 */
function doubted({ schema, name }: SessionRelation, context: Context): Columns {
  const before = context.names.catalog.relations(schema, name)
  if (before.length === 0) return unknownColumns
  const { fields, rest } = candidates(before.map(each => relationColumns(each, false, context)))
  const known = fields.map(field => ({ ...field, value: derive([field.value, untraced]) }))
  return { fields: known, rest: derive([untraced, ...(rest === undefined ? [] : [rest])]) }
}

function isSessionRelation(relation: Relation): relation is SessionRelation {
  return 'untraced' in relation
}

function isView(relation: Relation): boolean {
  const { kind, schema } = relation
  return (kind === 'view' || kind === 'materialized') && !isSystemSchema(schema)
}

function relationName(relation: Relation): RelationName {
  const columns = relation.columns.map(({ column }) => column)
  return { schema: relation.schema, name: relation.name, columns }
}

/**
 * The server stores definitions resolved, so the session's path and its temporary tables do not
 * matter to them; a name that comes without a schema may be in any.
 */
function definitionNames(names: Names): Names {
  const { catalog, user, version } = names
  return { catalog, user, version, searchPath: undefined, session: noObjects }
}

/** The only statement of a text of the catalog's, or undefined. */
export function parsed(text: string): Node | undefined {
  try {
    const statements = parseSync(text).stmts ?? []
    return statements.length === 1 ? statements[0]?.stmt : undefined
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
