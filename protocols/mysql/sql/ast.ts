/**
 * What a statement of MySQL or MariaDB is once it has been read: plain data with ranges into the
 * text (UTF-16 offsets). Keywords are lower case, names are as written without their quotes.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html, https://mariadb.com/kb/en/sql-statements/
 */

import type { Expression, OrderItem, SystemVariable, UserVariable } from './ast/expression.ts'
import type { Assignment, Query, SelectItem, TableName, TableReference, With } from './ast/query.ts'
import type { OtherStatement, UtilityStatement } from './ast/utility.ts'

export interface Ranged {
  readonly start: number
  readonly end: number
}

export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | Call
  | Do
  | SetStatement
  | Prepare
  | Execute
  | ExecuteImmediate
  | Deallocate
  | Explain
  | Describe
  | Handler
  | Load
  | CreateTable
  | CreateView
  | UtilityStatement
  | OtherStatement

/** INSERT and REPLACE. */
export interface Insert extends Ranged {
  readonly kind: 'insert'
  readonly replace: boolean
  /** `ignore`, `delayed`, `low_priority`, `high_priority`. */
  readonly options: readonly string[]
  readonly table: TableName
  readonly partitions: readonly string[]
  /** Undefined: every column of the table, in its order. SET lists them too. */
  readonly columns: readonly ColumnTarget[] | undefined
  readonly source:
    | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
    /** SELECT, TABLE, VALUES ROW(…), WITH; in MariaDB `VALUES (…)` within parentheses too. */
    | { readonly kind: 'query'; readonly query: Query }
  /** `AS new(a, b)`: names the new row for ON DUPLICATE KEY UPDATE. */
  readonly rowAlias: { readonly name: string; readonly columns: readonly string[] } | undefined
  readonly onDuplicate: readonly Assignment[]
  /** MariaDB: the items of RETURNING make this statement give rows. */
  readonly returning: readonly SelectItem[] | undefined
}

export interface ColumnTarget extends Ranged {
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly name: string
}

export interface Update extends Ranged {
  readonly kind: 'update'
  readonly with: With | undefined
  readonly options: readonly string[]
  /** One table, or what joins several. */
  readonly tables: readonly TableReference[]
  readonly assignments: readonly Assignment[]
  readonly where: Expression | undefined
  readonly orderBy: readonly OrderItem[]
  readonly limit: Expression | undefined
}

export interface Delete extends Ranged {
  readonly kind: 'delete'
  readonly with: With | undefined
  readonly options: readonly string[]
  /**
   * What loses rows. Of a DELETE of one table it is that table; of one of several these are names
   * or aliases of what `from` has (`DELETE a, b.* FROM …`, `DELETE FROM a USING …`).
   */
  readonly targets: readonly TableName[]
  readonly multi: boolean
  readonly from: readonly TableReference[]
  readonly where: Expression | undefined
  readonly orderBy: readonly OrderItem[]
  readonly limit: Expression | undefined
  readonly returning: readonly SelectItem[] | undefined
}

export interface Call extends Ranged {
  readonly kind: 'call'
  readonly procedure: TableName
  readonly args: readonly Expression[]
}

export interface Do extends Ranged {
  readonly kind: 'do'
  readonly expressions: readonly Expression[]
}

export interface SetStatement extends Ranged {
  readonly kind: 'set'
  readonly items: readonly SetItem[]
  /** MariaDB: `SET STATEMENT … FOR statement`: the items hold for that statement only. */
  readonly statement: Statement | undefined
}

export type SetItem =
  | { readonly kind: 'userVariable'; readonly target: UserVariable; readonly value: Expression }
  | {
      readonly kind: 'systemVariable'
      readonly target: SystemVariable
      /** A bare word (`ON`, `binary`, `utf8mb4`) is a string literal with `bare`. */
      readonly value: Expression
    }
  /** `SET NAMES x COLLATE y`; undefined is DEFAULT. */
  | {
      readonly kind: 'names'
      readonly charset: string | undefined
      readonly collation: string | undefined
    }
  | { readonly kind: 'characterSet'; readonly charset: string | undefined }
  | {
      readonly kind: 'transaction'
      readonly scope: string | undefined
      readonly characteristics: readonly string[]
    }
  | { readonly kind: 'password'; readonly user: string | undefined }
  /** SET ROLE, SET DEFAULT ROLE, SET RESOURCE GROUP and the like: their words. */
  | { readonly kind: 'role' | 'defaultRole' | 'other'; readonly words: readonly string[] }
  /** `SET NEW.column = …` and local variables of stored programs. */
  | {
      readonly kind: 'local'
      readonly name: readonly string[]
      readonly value: Expression
    }

export interface Prepare extends Ranged {
  readonly kind: 'prepare'
  readonly name: string
  /** A string literal or a user variable; in MariaDB any expression. */
  readonly source: Expression
}

export interface Execute extends Ranged {
  readonly kind: 'execute'
  readonly name: string
  readonly using: readonly Expression[]
}

export interface ExecuteImmediate extends Ranged {
  readonly kind: 'executeImmediate'
  readonly source: Expression
  readonly using: readonly Expression[]
}

export interface Deallocate extends Ranged {
  readonly kind: 'deallocate'
  readonly name: string
}

/** EXPLAIN, DESCRIBE and DESC of a statement; MariaDB's `ANALYZE statement` runs it. */
export interface Explain extends Ranged {
  readonly kind: 'explain'
  /** True: the statement is executed. */
  readonly analyze: boolean
  readonly format: string | undefined
  readonly into: UserVariable | undefined
  readonly statement: Statement | undefined
  /** EXPLAIN FOR CONNECTION n. */
  readonly connection: Expression | undefined
}

/** DESCRIBE, DESC and EXPLAIN of a table. */
export interface Describe extends Ranged {
  readonly kind: 'describe'
  readonly table: TableName
  readonly column: string | undefined
}

export interface Handler extends Ranged {
  readonly kind: 'handler'
  readonly action: 'open' | 'read' | 'close'
  readonly table: TableName
  readonly alias: string | undefined
  readonly expressions: readonly Expression[]
}

export interface Load extends Ranged {
  readonly kind: 'load'
  readonly format: 'data' | 'xml'
  readonly local: boolean
  readonly file: string
  readonly replace: boolean
  readonly table: TableName
  readonly columns: readonly (ColumnTarget | UserVariable)[]
  readonly assignments: readonly Assignment[]
}

export interface CreateTable extends Ranged {
  readonly kind: 'createTable'
  readonly replace: boolean
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly table: TableName
  readonly like: TableName | undefined
  readonly columns: readonly ColumnDefinition[]
  /** Tables that FOREIGN KEY … REFERENCES and UNION=(…) name. */
  readonly references: readonly TableName[]
  /** Expressions of CHECK, DEFAULT, GENERATED, partitions and functional keys. */
  readonly expressions: readonly Expression[]
  /** Table options by lower-case name; `data directory`, `connection` and `engine` matter. */
  readonly options: ReadonlyMap<string, string>
  readonly query: Query | undefined
}

export interface ColumnDefinition extends Ranged {
  readonly name: string
  /** As written, lower case: `varchar(20)`; undefined for MariaDB's columns that query gives. */
  readonly type: string | undefined
  readonly generated: Expression | undefined
}

export interface CreateView extends Ranged {
  readonly kind: 'createView'
  readonly replace: boolean
  readonly alter: boolean
  readonly view: TableName
  readonly columns: readonly string[]
  readonly query: Query
  readonly definer: string | undefined
  readonly security: 'definer' | 'invoker'
}

export type {
  Case,
  Cast,
  ColumnReference,
  Expression,
  FunctionCall,
  Like,
  Literal,
  Operation,
  OrderItem,
  SequenceValue,
  Star,
  SystemVariable,
  Unary,
  UserVariable,
  Window,
} from './ast/expression.ts'
export type {
  Assignment,
  CommonTable,
  Derived,
  IntoClause,
  Join,
  JsonTable,
  JsonTableColumn,
  Limit,
  Lock,
  NamedTable,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  TableName,
  TableQuery,
  TableReference,
  Values,
  With,
} from './ast/query.ts'
export type {
  AlterTable,
  Asked,
  Compound,
  CreateRoutine,
  Drop,
  Kill,
  LockTables,
  NamedObject,
  OtherStatement,
  Program,
  Rename,
  Show,
  Transaction,
  Truncate,
  Use,
  UtilityStatement,
} from './ast/utility.ts'
