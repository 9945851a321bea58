/**
 * Which names an expression can see: the items of FROM at each query level, innermost first, the
 * aliases of the select list where they count, and the common table expressions.
 * https://dev.mysql.com/doc/refman/9.7/en/select.html, .../correlated-subqueries.html
 */
import { folded } from '../names.ts'
import { allOf, type Conditions, unconditional } from './conditions.ts'
import {
  type Columns,
  derive,
  either,
  fieldNamed,
  noColumns,
  perhapsNamed,
  type Rows,
  untraced,
  type Value,
} from './value.ts'

/** Something that a qualified name can reach. */
export interface Item {
  readonly name: string | undefined
  /** Where a relation may live; `db.table.column` needs it. */
  readonly schemas: readonly string[] | undefined
  readonly columns: Columns
  /** Columns that a star leaves out. */
  readonly hidden: Columns
  /** The relation that it is, for what is written to it. */
  readonly table: { readonly schema: string | undefined; readonly name: string } | undefined
}

/** What FROM brings into view. `columns` are those that `*` gives, in its order. */
export interface Namespace {
  readonly items: readonly Item[]
  readonly columns: Columns
  /** Reached by their names alone. */
  readonly hidden: Columns
  /** What decided which rows are there: join conditions, and those inside the items. */
  readonly conditions: Conditions
}

export interface Scope {
  readonly parent: Scope | undefined
  readonly namespace: Namespace
  readonly ctes: ReadonlyMap<string, () => Rows>
  /** WINDOW definitions by lower-case name. */
  readonly windows: ReadonlyMap<string, Value>
  /** Aliases of this level's select list, for subqueries in it and for what follows FROM. */
  readonly aliases: ((name: string) => Value | undefined) | undefined
  /** GROUP BY, HAVING, ORDER BY: the level itself sees its aliases. */
  readonly tail: boolean
  /** In the body of a routine: what a parameter of that name may hold. */
  readonly locals: ((name: string) => Value | undefined) | undefined
}

export const emptyNamespace: Namespace = {
  items: [],
  columns: noColumns,
  hidden: noColumns,
  conditions: unconditional,
}

export const emptyScope: Scope = {
  parent: undefined,
  namespace: emptyNamespace,
  ctes: new Map(),
  windows: new Map(),
  aliases: undefined,
  tail: false,
  locals: undefined,
}

/** VALUES(column): the row that was to be inserted stands in view as an item of this name. */
export const proposedItem = '\0values'

/** A query level inside `parent`. */
export function level(parent: Scope, namespace: Namespace = emptyNamespace): Scope {
  return { ...emptyScope, parent, namespace }
}

/** One item in view under its alias or its own name. */
export function single(
  name: string | undefined,
  columns: Columns,
  conditions: Conditions,
  more: Partial<Item> = {},
): Namespace {
  const item = { name, schemas: undefined, columns, hidden: noColumns, table: undefined, ...more }
  return { items: [item], columns, hidden: item.hidden, conditions }
}

export function joined(left: Namespace, right: Namespace): Namespace {
  if (left === emptyNamespace) return right
  return {
    items: [...left.items, ...right.items],
    columns: both(left.columns, right.columns),
    hidden: both(left.hidden, right.hidden),
    conditions: allOf([left.conditions, right.conditions]),
  }
}

function both(left: Columns, right: Columns): Columns {
  if (right === noColumns) return left
  const rests = [left.rest, right.rest].filter(rest => rest !== undefined)
  return {
    fields: [...left.fields, ...right.fields],
    rest: rests.length === 0 ? undefined : derive(rests),
  }
}

/** `wanted` as `commonName` gives it. */
export function findCte(scope: Scope, wanted: string): (() => Rows) | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.ctes.get(wanted)
    if (found !== undefined) return found
  }
  return undefined
}

export function findWindow(scope: Scope, name: string): Value {
  return scope.windows.get(folded(name)) ?? untraced
}

/** What a parameter of that name of the routine whose body this is may hold. */
export function findLocal(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.locals !== undefined) return at.locals(name)
  }
  return undefined
}

/**
 * An unqualified name: the nearest level that has it. Where a column and an alias are called alike,
 * which of them is meant depends on the clause and the mode: both count.
 */
export function findName(scope: Scope, name: string): Value {
  const possible: Value[] = []
  const local = findLocal(scope, name)
  if (local !== undefined) possible.push(local)
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const { columns, hidden } = at.namespace
    const visible = at !== scope || at.tail ? at.aliases?.(name) : undefined
    const named = [fieldNamed(columns, name), fieldNamed(hidden, name), visible]
    const found = named.filter(value => value !== undefined)
    if (found.length > 0) return either([...possible, ...found])
    // The level may have a column of that name among those we cannot list: look further, too.
    const perhaps = perhapsNamed(columns)
    if (perhaps !== undefined) possible.push(perhaps)
  }
  if (local !== undefined && possible.length === 1) return local
  return possible.length === 0 ? untraced : derive(possible)
}

/** `table.column` and `db.table.column`: a level whose table lacks the column is passed over. */
export function findQualified(
  scope: Scope,
  schema: string | undefined,
  table: string,
  column: string,
): Value {
  const possible: Value[] = []
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const items = itemsNamed(at.namespace, schema, table)
    const found = items.flatMap(({ columns, hidden }) =>
      [fieldNamed(columns, column), fieldNamed(hidden, column)].filter(each => each !== undefined),
    )
    if (found.length > 0) return either([...possible, ...found])
    for (const { columns } of items) {
      const perhaps = perhapsNamed(columns)
      if (perhaps !== undefined) possible.push(perhaps)
    }
  }
  return possible.length === 0 ? untraced : derive(possible)
}

/** A column of an item, or undefined when it surely has none of that name. */
export function findInItem({ columns, hidden }: Item, name: string): Value | undefined {
  return fieldNamed(columns, name) ?? fieldNamed(hidden, name) ?? perhapsNamed(columns)
}

/** All columns of the items that have, or may have, the column: of the nearest level with any. */
export function rowsWith(
  scope: Scope,
  schema: string | undefined,
  table: string | undefined,
  column: string,
): readonly Columns[] {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const items = table === undefined ? at.namespace.items : itemsNamed(at.namespace, schema, table)
    const found = items.filter(item => findInItem(item, column) !== undefined)
    if (found.length > 0) return found.map(rowOf)
  }
  return []
}

/** With its invisible columns, and without those that every table has: no DEFAULT can name them. */
function rowOf({ columns: { fields, rest }, hidden }: Item): Columns {
  return { fields: [...fields, ...hidden.fields.filter(({ value }) => !value.untraced)], rest }
}

/** What `t.*` stands for at this level. */
export function starOf(
  namespace: Namespace,
  schema: string | undefined,
  table: string,
): Columns | undefined {
  const [first, ...others] = itemsNamed(namespace, schema, table)
  if (first === undefined) return undefined
  if (others.length === 0) return first.columns
  return { fields: [], rest: derive([first, ...others].map(each => whole(each.columns))) }
}

function whole({ fields, rest }: Columns): Value {
  const values = fields.map(field => field.value)
  return derive(rest === undefined ? values : [...values, rest])
}

/** Aliases that differ by case may be two: candidates. */
export function itemsNamed(
  { items }: Namespace,
  schema: string | undefined,
  table: string,
): readonly Item[] {
  const wanted = folded(table)
  const where = schema === undefined ? undefined : folded(schema)
  return items.filter(
    ({ name, schemas }) =>
      name !== undefined &&
      folded(name) === wanted &&
      (where === undefined || schemas?.some(each => folded(each) === where)),
  )
}
