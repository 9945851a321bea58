/**
 * Statements that are known by their kind and by the objects that they name.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html
 */
import type { Ranged, Statement } from '../ast.ts'
import type { Expression, UserVariable } from './expression.ts'
import type { Query, TableName } from './query.ts'

export type UtilityStatement =
  | Use
  | Kill
  | Transaction
  | Show
  | Truncate
  | Drop
  | Rename
  | AlterTable
  | LockTables
  | CreateRoutine
  | Compound

export interface Use extends Ranged {
  readonly kind: 'use'
  readonly database: string
}

export interface Kill extends Ranged {
  readonly kind: 'kill'
  readonly query: boolean
  /** What is to be killed; MariaDB's KILL USER has `user` and no expression. */
  readonly id: Expression | undefined
  readonly user: string | undefined
}

export interface Transaction extends Ranged {
  readonly kind: 'transaction'
  readonly action: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'rollback to' | 'release' | 'xa'
  /** Of a savepoint. */
  readonly name: string | undefined
  /** Lower-case words after the keyword: `read only`, `and chain`, `prepare`. */
  readonly words: readonly string[]
}

export interface Show extends Ranged {
  readonly kind: 'show'
  /** Lower case: `tables`, `full columns`, `create table`, `grants`, `warnings`, `binlog events` … */
  readonly what: string
  readonly object: TableName | undefined
  /** `FROM db`, or the database of the object. */
  readonly database: string | undefined
  readonly where: Expression | undefined
  readonly like: string | undefined
}

export interface Truncate extends Ranged {
  readonly kind: 'truncate'
  readonly table: TableName
}

export interface Drop extends Ranged {
  readonly kind: 'drop'
  /** Lower case: `table`, `temporary table`, `view`, `database`, `index`, `user`, `function` … */
  readonly type: string
  readonly ifExists: boolean
  readonly objects: readonly TableName[]
  /** DROP INDEX i ON t and MariaDB's DROP TRIGGER: the table. */
  readonly on: TableName | undefined
}

export interface Rename extends Ranged {
  readonly kind: 'rename'
  readonly type: 'table' | 'user'
  readonly pairs: readonly { readonly from: TableName; readonly to: TableName }[]
}

export interface AlterTable extends Ranged {
  readonly kind: 'alterTable'
  /** MariaDB: rows that do not fit any more are dropped. */
  readonly ignore: boolean
  readonly table: TableName
  /** What each part does, lower case: `add column`, `drop index`, `rename`, `exchange partition` … */
  readonly actions: readonly {
    readonly action: string
    /** The column, index or partition that it is about. */
    readonly name: string | undefined
    /** The table that RENAME TO, REFERENCES or EXCHANGE PARTITION names. */
    readonly table: TableName | undefined
  }[]
  /** DEFAULT of its columns. */
  readonly defaults: readonly Expression[]
  readonly asked: Asked
}

/** What the rows that are there have to hold, or the statement fails. */
export interface Asked {
  /** CHECK. */
  readonly checks: readonly Expression[]
  /** Columns by name, and expressions, of which no two rows may have the same values. */
  readonly unique: readonly (string | Expression)[]
  /** PARTITION BY: of what each row has to be within bounds. */
  readonly bounded: readonly (string | Expression)[]
  /** FOREIGN KEY: the table's own columns, whose values have to be among those of others. */
  readonly keys: readonly string[]
  /** REFERENCES: those others. */
  readonly references: readonly { readonly table: TableName; readonly columns: readonly string[] }[]
  /** What generated columns that are added compute from each row. */
  readonly generated: readonly Expression[]
  /** ORDER BY: by what the rows are sorted from then on. */
  readonly sorted: readonly (string | Expression)[]
}

export interface LockTables extends Ranged {
  readonly kind: 'lockTables'
  readonly tables: readonly { readonly table: TableName; readonly write: boolean }[]
}

/** CREATE PROCEDURE, FUNCTION, TRIGGER and EVENT; ALTER EVENT, which replaces. */
export interface CreateRoutine extends Ranged {
  readonly kind: 'createRoutine'
  readonly type: 'procedure' | 'function' | 'trigger' | 'event'
  readonly replace: boolean
  readonly name: TableName
  /** Of a trigger. */
  readonly on: TableName | undefined
  /** Undefined: a loadable function, another language, or an event's change without a body. */
  readonly program: Program | undefined
}

/** MariaDB: BEGIN NOT ATOMIC, IF, WHILE and their like outside of a stored program. */
export interface Compound extends Ranged {
  readonly kind: 'compound'
  readonly program: Program
}

/** What a stored program may do, without the order in which it does it. */
export interface Program {
  /** Those of every branch and loop, the queries of cursors too. */
  readonly statements: readonly Statement[]
  /** Conditions, defaults of variables, values returned. */
  readonly expressions: readonly Expression[]
  /** Names that are variables within it: parameters, declared ones, loop variables. */
  readonly variables: readonly string[]
  /** FETCH … INTO, GET DIAGNOSTICS and their like: what they write into. */
  readonly targets: readonly (string | UserVariable)[]
}

/** Known by its leading keywords alone. */
export interface OtherStatement extends Ranged {
  readonly kind: 'other'
  /** The leading words that tell the kind, lower case: `grant`, `alter user`, `create index`. */
  readonly keyword: string
  /** Objects that follow the words where names of objects stand. */
  readonly objects: readonly NamedObject[]
  /** Queries within, where there is one: CREATE … AS SELECT, FLUSH has none. */
  readonly queries: readonly Query[]
  /** Of CREATE UNIQUE INDEX. */
  readonly asked?: Asked
}

export interface NamedObject {
  /** Lower case: `table`, `view`, `database`, `user`, `role`, `function`, `index`, `plugin` … */
  readonly type: string
  readonly name: TableName
}
