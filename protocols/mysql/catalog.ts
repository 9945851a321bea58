/**
 * What is known of an upstream's schemas: relations with their columns, views with their
 * definitions, routines with their bodies. Read over a connection of our own.
 * https://dev.mysql.com/doc/refman/9.1/en/information-schema.html
 */
import type { ColumnName } from '../protocol.ts'
import type { LexerOptions } from './sql/lexer/options.ts'

/** One state of the schemas; a change makes a new one with a higher version. */
export interface CatalogSnapshot {
  readonly version: number
  readonly server: ServerFacts
  /**
   * All relations of that name, in whatever case it is written: in `schema` when it is given, else
   * in every database.
   */
  relations(schema: string | undefined, name: string): readonly Relation[]
  /** The base column, or column of a view, that the wire names by org_table and org_name. */
  column(schema: string, table: string, column: string): ColumnName | undefined
  /** Functions and procedures of that name, in whatever case. */
  routines(schema: string | undefined, name: string): readonly Routine[]
  triggers(schema: string | undefined, table: string): readonly Trigger[]
  /** Foreign keys of that table: its columns hold values of the referenced ones. */
  foreignKeys(schema: string | undefined, table: string): readonly ForeignKey[]
  hasDatabase(name: string): boolean
}

export interface ServerFacts {
  readonly flavour: 'mysql' | 'mariadb'
  /** 90704, 101106 */
  readonly version: number
  /** 0: names of tables and databases differ by case. */
  readonly lowerCaseTableNames: number
}

export interface Relation {
  readonly schema: string
  readonly name: string
  /** `system`: made by the server when it is read, as all of information_schema. */
  readonly kind: 'table' | 'view' | 'sequence' | 'system'
  /** In the order of `SELECT *`, invisible ones among them. */
  readonly columns: readonly RelationColumn[]
  /** The SELECT behind a view; undefined when we may not see it. */
  readonly definition: string | undefined
}

export interface RelationColumn {
  readonly name: string
  /** As the server writes it: `varchar(255)`, `int unsigned`. Empty when it is not known. */
  readonly type: string
  /** The interned name of this column; views have one too. */
  readonly column: ColumnName
  /** The expression of a generated column; empty when it may not be seen. */
  readonly generated: string | undefined
  /** Left out of `SELECT *` and of INSERT without a list. */
  readonly invisible: boolean
}

export interface Routine {
  readonly schema: string
  readonly name: string
  readonly kind: 'function' | 'procedure' | 'aggregate'
  /** Lower case: `sql`, `javascript`. */
  readonly language: string
  readonly deterministic: boolean
  readonly dataAccess: 'contains sql' | 'no sql' | 'reads sql data' | 'modifies sql data'
  readonly securityDefiner: boolean
  readonly parameters: readonly RoutineParameter[]
  /** The body; undefined when we may not see it. */
  readonly source: string | undefined
  /** How the body is read: by the sql_mode that it was made under. */
  readonly lexer: LexerOptions
}

export interface RoutineParameter {
  readonly name: string
  readonly mode: 'in' | 'out' | 'inout'
}

export interface Trigger {
  readonly schema: string
  readonly name: string
  readonly event: 'insert' | 'update' | 'delete'
  readonly table: string
  readonly source: string | undefined
  readonly lexer: LexerOptions
}

export interface ForeignKey {
  readonly name: string
  readonly columns: readonly ColumnName[]
  readonly references: readonly ColumnName[]
  /** Lower case: `cascade`, `set null`, `restrict`, `no action`. */
  readonly onUpdate: string
  readonly onDelete: string
}
