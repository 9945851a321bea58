/**
 * What names mean in a session: the catalog, the current database, and what the session itself made
 * and the catalog does not show. A name stands for every relation that it may mean, in any case:
 * candidates are united, never chosen among where there is doubt, and nothing that a session makes
 * hides a relation of the catalog.
 * https://dev.mysql.com/doc/refman/9.1/en/identifier-qualifiers.html
 */
import type { ColumnMove, ColumnName, Effect, ResultLineage } from '../../protocol.ts'
import type { CatalogSnapshot, Relation, RelationColumn, Routine } from '../catalog.ts'
import type { Statement } from './ast.ts'
import type { LexerOptions } from './lexer/options.ts'

export interface Names {
  readonly catalog: CatalogSnapshot
  /** undefined: none, or it cannot be known; an unqualified name may be in any database. */
  readonly database: string | undefined
  readonly lexer: LexerOptions
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
  /** What was put into `@name`, or `@@name`. undefined: nothing that would have to be said. */
  variable(name: string): SessionValue | undefined
  /** What was put into any user variable, or into any setting. */
  variables(of: 'user' | 'system'): SessionValue | undefined
  /** The tables that HANDLER name OPEN may have opened. Empty: nothing is known of it. */
  handlers(name: string): readonly SessionHandler[]
}

/** A table or view as the session's own statement described it. */
export interface SessionRelation extends Relation {
  readonly columns: readonly SessionColumn[]
  readonly temporary: boolean
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

/** What a variable may hold. */
export interface SessionValue {
  readonly sources: readonly ColumnName[]
  /** Of unknown origin. */
  readonly untraced: boolean
}

export interface SessionHandler {
  readonly schema: string | undefined
  readonly table: string
}

/**
 * A statement kept by name: PREPARE. Names in it were looked up when it was made (and may be looked
 * up again), so its lineage is that of then, united with that of now.
 */
export interface SessionStatement {
  /** undefined: its text came from a variable, or could not be read. */
  readonly statement: Statement | undefined
  /** Names without a database mean those of the one that was current then. */
  readonly database: string | undefined
  readonly result: ResultLineage
  readonly reads: readonly ColumnName[]
  readonly moves: readonly ColumnMove[]
  readonly effects: readonly Effect[]
}

/** For names without a session: nothing was made. */
export const noObjects: SessionObjects = {
  relations: () => [],
  prepared: () => [],
  variable: () => undefined,
  variables: () => undefined,
  handlers: () => [],
}

/** Every relation that a name may mean. Empty: the name is not known. */
export function resolveRelation(
  names: Names,
  schema: string | undefined,
  name: string,
): readonly Relation[] {
  const where = schema ?? names.database
  const own = names.session.relations(where, name)
  const known = names.catalog.relations(where, name)
  return own.length === 0 ? known : [...own, ...known]
}

/** Every stored function and procedure that a name may mean. */
export function resolveRoutines(
  names: Names,
  schema: string | undefined,
  name: string,
): readonly Routine[] {
  return names.catalog.routines(schema ?? names.database, name)
}

/** The same names with another current database: for the bodies of views and routines. */
export function inDatabase(
  names: Names,
  database: string | undefined,
  lexer: LexerOptions = names.lexer,
): Names {
  const { catalog, user, session, version } = names
  return { catalog, database, lexer, user, session, version }
}

/** How names of WITH are compared: to MySQL they are names of tables, and those it tells apart. */
export function commonName(name: string, { server }: CatalogSnapshot): string {
  const exact = server.flavour === 'mysql' && server.lowerCaseTableNames === 0
  return exact ? name : folded(name)
}

/** How names of tables, columns and variables are compared. */
export function folded(name: string): string {
  return name.toLowerCase()
}
