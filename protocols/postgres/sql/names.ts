/**
 * What names mean in a session: the catalog, the search path, and what the session itself made and
 * the catalog does not show yet. A name stands for every relation that it may mean: candidates are
 * united, never chosen among where there is doubt, and nothing that a session makes hides a
 * relation of the catalog.
 */
import type { ColumnMove, ColumnName, Effect, ResultLineage } from '../../protocol.ts'
import type { CatalogFunction, CatalogSnapshot, Relation, RelationColumn } from '../catalog.ts'
import type { Node } from './tree.ts'

export interface Names {
  readonly catalog: CatalogSnapshot
  /** Schemas in order, `$user` replaced; undefined: an unqualified name may be in any schema. */
  readonly searchPath: readonly string[] | undefined
  readonly user: string
  readonly session: SessionObjects
  /**
   * Changes whenever any of the above changes meaning. Equal between two sessions only when their
   * names mean the same over the same catalog.
   */
  readonly version: number
}

export interface SessionObjects {
  /** Relations that the session made, or may have made, that the name may mean. */
  relations(schema: string | undefined, name: string): readonly SessionRelation[]
  /** What EXECUTE of that name may run. Empty: nothing is known of it. */
  prepared(name: string): readonly SessionStatement[]
  /** What FETCH from that cursor may read. Empty: nothing is known of it. */
  cursors(name: string): readonly SessionStatement[]
}

/** A table, view or materialised view as the session's own statement described it. Its oid is 0. */
export interface SessionRelation extends Relation {
  readonly columns: readonly SessionColumn[]
  /** Its columns are not known: nothing may be said about what is read from it. */
  readonly untraced: boolean
  /** What reading it does besides: those of a view's query. */
  readonly behind: readonly Effect[]
  /** A table for all sessions, into which nothing was moved: the catalog shows it once it is there. */
  readonly lasting?: true | undefined
}

export interface SessionColumn extends RelationColumn {
  /** Base columns whose values it may hold, views followed; it is a base column itself, too. */
  readonly sources: readonly ColumnName[]
  /** It holds the values of its one source unchanged. */
  readonly plain: boolean
}

/**
 * A statement kept by name: PREPARE, DECLARE. Names in it were looked up when it was made (and
 * may be looked up again), so its lineage is that of then, united with that of now.
 */
export interface SessionStatement {
  readonly node: Node
  readonly result: ResultLineage
  readonly reads: readonly ColumnName[]
  readonly moves: readonly ColumnMove[]
  readonly effects: readonly Effect[]
}

/** For names without a session: nothing was made. */
export const noObjects: SessionObjects = {
  relations: () => [],
  prepared: () => [],
  cursors: () => [],
}

/** The schemas that every server searches first, unless the path names them itself. */
const system = 'pg_catalog'

/** Every relation that a name may mean. Empty: the name is not known. */
export function resolveRelation(
  names: Names,
  schema: string | undefined,
  name: string,
): readonly Relation[] {
  const own = names.session.relations(schema, name)
  const known = catalogRelations(names, schema, name)
  return own.length === 0 ? known : [...own, ...known]
}

function catalogRelations(
  names: Names,
  schema: string | undefined,
  name: string,
): readonly Relation[] {
  const { catalog, searchPath } = names
  if (schema !== undefined || searchPath === undefined) return catalog.relations(schema, name)
  if (!searchPath.includes(system)) {
    const builtIn = catalog.relations(system, name)
    if (builtIn.length > 0) return builtIn
  }
  for (const each of searchPath) {
    const found = catalog.relations(each, name)
    if (found.length > 0) return found
  }
  return []
}

/**
 * Every function, procedure and aggregate that a name may mean, overloads included. Those of
 * temporary schemas are nobody's to know: a session makes them anew, renames them and rolls that
 * back faster than a catalog is read.
 */
export function resolveFunctions(
  names: Names,
  schema: string | undefined,
  name: string,
): readonly CatalogFunction[] {
  const { catalog, searchPath } = names
  if (schema !== undefined) return isTemporary(schema) ? [] : catalog.functions(schema, name)
  if (searchPath === undefined) {
    const anywhere = catalog.functions(undefined, name)
    return anywhere.every(each => isTemporary(each.schema)) ? [] : anywhere
  }
  // `pg_temp` itself is never searched for functions; that of another session is.
  if (searchPath.some(each => isTemporary(each) && each !== 'pg_temp')) return []
  const found = [...catalog.functions(system, name)]
  for (const each of searchPath) {
    if (each !== system) found.push(...catalog.functions(each, name))
  }
  return found
}

function isTemporary(schema: string): boolean {
  return schema.startsWith('pg_temp')
}

/** The same names, looked up in every schema: for bodies that are run with a path of their own. */
export function withoutPath(names: Names): Names {
  const { catalog, user, session, version } = names
  return { catalog, searchPath: undefined, user, session, version }
}

/** For what the catalog reads while `pg_catalog` is all of the path. */
export function systemPath(names: Names): Names {
  return { ...withoutPath(names), searchPath: [system] }
}

/**
 * The setting's text as a list: names quoted or not, divided by commas. undefined when it is not
 * such a list, so that nothing is known.
 */
export function parseSearchPath(value: string, user: string): readonly string[] | undefined {
  const schemas: string[] = []
  let rest = value.trim()
  if (rest === '') return schemas
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^\s,"]+))\s*(,|$)\s*/.exec(rest)
    if (match === null) return undefined
    const name = match[1]?.replaceAll('""', '"') ?? match[2]?.toLowerCase() ?? ''
    // The empty name stands for no schema: set_config('search_path', '', …) is shown as "".
    if (name === '$user') schemas.push(user)
    else if (name !== '') schemas.push(name)
    rest = rest.slice(match[0].length)
    if (match[3] !== ',') return rest === '' ? schemas : undefined
  }
}
