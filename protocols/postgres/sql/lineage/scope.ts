/**
 * Which names an expression can see: the items of FROM at each query level, innermost first, and
 * the common table expressions. As parse_relation.c and parse_expr.c of the server resolve them.
 */

import { type FieldsOf, nameOf } from '../tree.ts'
import { allOf, type Conditions, unconditional } from './conditions.ts'
import {
  type Columns,
  clean,
  derive,
  either,
  fieldNamed,
  type Rows,
  renamed,
  rowOf,
  untraced,
  type Value,
} from './value.ts'

/** Something that a qualified name can reach. */
export interface Item {
  readonly name: string | undefined
  /** Where it may live, when it was named without an alias; `schema.table.column` needs it. */
  readonly schemas: readonly string[] | undefined
  readonly columns: Columns
  /** It has ctid, xmin and their like. */
  readonly system: boolean
}

/** What FROM brings into view. `columns` are those that need no qualification, in `*` order. */
export interface Namespace {
  readonly items: readonly Item[]
  readonly columns: Columns
  /** What decided which rows are there: join conditions, and those inside the items. */
  readonly conditions: Conditions
}

export interface Scope {
  readonly parent: Scope | undefined
  readonly namespace: Namespace
  readonly ctes: ReadonlyMap<string, () => Rows>
  /** WINDOW definitions by name. */
  readonly windows: ReadonlyMap<string, Value>
  /** In the body of a SQL function: its arguments, `$1` and by name. */
  readonly args: Value | undefined
}

export const emptyNamespace: Namespace = {
  items: [],
  columns: { fields: [], rest: undefined },
  conditions: unconditional,
}

export const emptyScope: Scope = {
  parent: undefined,
  namespace: emptyNamespace,
  ctes: new Map(),
  windows: new Map(),
  args: undefined,
}

/** A query level inside `parent`. */
export function level(parent: Scope, namespace: Namespace = emptyNamespace): Scope {
  return { ...emptyScope, parent, namespace }
}

/** One item in view under its alias or, without one, its own name. */
export function single(
  alias: FieldsOf<'Alias'> | undefined,
  name: string | undefined,
  columns: Columns,
  conditions: Conditions,
  more: Partial<Item> = {},
): Namespace {
  const shown = renamed(columns, nameOf(alias?.colnames))
  const item: Item = {
    name: alias?.aliasname ?? name,
    schemas: undefined,
    system: false,
    ...more,
    columns: shown,
  }
  return { items: [item], columns: shown, conditions }
}

/** Side by side; `more` decides about the rows besides. */
export function joined(
  left: Namespace,
  right: Namespace,
  more: Conditions = unconditional,
): Namespace {
  if (left === emptyNamespace && more === unconditional) return right
  return new Joined(left, right, more)
}

/** Its columns are put together when somebody wants all of them: a long join has many. */
class Joined implements Namespace {
  readonly items: readonly Item[]
  readonly conditions: Conditions
  readonly #parts: readonly Namespace[]
  #columns: Columns | undefined

  constructor(left: Namespace, right: Namespace, more: Conditions) {
    this.items = [...left.items, ...right.items]
    this.conditions = allOf([left.conditions, right.conditions, more])
    this.#parts = [...Joined.#partsOf(left), ...Joined.#partsOf(right)]
  }

  get columns(): Columns {
    this.#columns ??= {
      fields: this.#parts.flatMap(({ columns }) => columns.fields),
      rest: this.#parts.map(({ columns }) => columns.rest).reduce(eitherRest),
    }
    return this.#columns
  }

  static #partsOf(namespace: Namespace): readonly Namespace[] {
    return namespace instanceof Joined ? namespace.#parts : [namespace]
  }
}

export function findCte(scope: Scope, name: string): (() => Rows) | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.ctes.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

export function findWindow(scope: Scope, name: string): Value {
  return scope.windows.get(name) ?? untraced
}

/** The arguments of the SQL function whose body this is. */
export function findArgs(scope: Scope): Value | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.args !== undefined) return at.args
  }
  return undefined
}

/** An unqualified name: a column, else a whole row; the nearest level that has it. */
export function findName(scope: Scope, name: string): Value {
  const possible: Value[] = []
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const { columns, items } = at.namespace
    const found = fieldNamed(columns, name)
    if (found !== undefined) return either([...possible, found])
    if (systemColumns.has(name) && items.some(item => item.system)) return clean
    // The level may have a column of that name among those we cannot list: look further, too.
    if (columns.rest !== undefined) possible.push(columns.rest)
  }
  const item = findItem(scope, undefined, name)
  if (item !== undefined) return either([...possible, rowOf(item.columns)])
  const args = findArgs(scope)
  if (args !== undefined) possible.push(args)
  return possible.length === 0 ? untraced : derive(possible)
}

/** The nearest item of that name. Two at the same level would be an error: their union. */
export function findItem(scope: Scope, schema: string | undefined, name: string): Item | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    let first: Item | undefined
    let others: Item[] | undefined
    for (const item of at.namespace.items) {
      if (item.name !== name || !isIn(item, schema)) continue
      if (first === undefined) first = item
      else others = [...(others ?? []), item]
    }
    if (first === undefined) continue
    if (others === undefined) return first
    const rows = [first, ...others].map(item => rowOf(item.columns))
    return { ...first, columns: { fields: [], rest: derive(rows) } }
  }
  return undefined
}

function isIn({ schemas }: Item, schema: string | undefined): boolean {
  return schema === undefined || schemas?.some(where => sameSchema(where, schema)) === true
}

/** A column of an item, or undefined when it surely has none of that name. */
export function findInItem(item: Item, name: string): Value | undefined {
  const found = fieldNamed(item.columns, name)
  if (found !== undefined) return found
  if (item.system && systemColumns.has(name)) return clean
  return item.columns.rest
}

/** https://www.postgresql.org/docs/current/ddl-system-columns.html */
const systemColumns: ReadonlySet<string> = new Set([
  'tableoid',
  'xmin',
  'cmin',
  'xmax',
  'cmax',
  'ctid',
])

function sameSchema(where: string, named: string): boolean {
  return where === named || (named === 'pg_temp' && where.startsWith('pg_temp'))
}

function eitherRest(left: Value | undefined, right: Value | undefined): Value | undefined {
  if (left === undefined) return right
  return right === undefined ? left : derive([left, right])
}
