/**
 * Queries and what they read from. A Query holds what stands around a body: WITH, ORDER BY, LIMIT,
 * INTO and locks; a body in parentheses that has any of its own is a Query again.
 * https://dev.mysql.com/doc/refman/9.7/en/select.html, .../union.html, .../join.html
 */
import type { Ranged } from '../ast.ts'
import type { Expression, OrderItem, Star, UserVariable, Window } from './expression.ts'

export interface Query extends Ranged {
  readonly kind: 'query'
  readonly with: With | undefined
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem[]
  readonly limit: Limit | undefined
  readonly into: IntoClause | undefined
  readonly locks: readonly Lock[]
  /** MariaDB: PROCEDURE ANALYSE(…). */
  readonly procedure: readonly Expression[] | undefined
}

export type QueryBody = Select | SetOperation | Values | TableQuery | Query

export interface With extends Ranged {
  readonly recursive: boolean
  readonly tables: readonly CommonTable[]
}

export interface CommonTable extends Ranged {
  readonly name: string
  readonly columns: readonly string[]
  readonly query: Query
  /** MariaDB: CYCLE columns RESTRICT. */
  readonly cycle: readonly string[]
}

export interface Select extends Ranged {
  readonly kind: 'select'
  readonly distinct: boolean
  /** `straight_join`, `sql_calc_found_rows`, `high_priority`, … */
  readonly options: readonly string[]
  readonly items: readonly SelectItem[]
  /** The comma list; empty without FROM and for FROM DUAL. */
  readonly from: readonly TableReference[]
  readonly where: Expression | undefined
  readonly groupBy: readonly OrderItem[]
  readonly rollup: boolean
  readonly having: Expression | undefined
  readonly windows: readonly { readonly name: string; readonly window: Window }[]
  readonly qualify: Expression | undefined
}

export interface SelectItem extends Ranged {
  readonly expression: Expression | Star
  /** `AS name`. Without it the column is called as the text between this item's ends. */
  readonly alias: string | undefined
}

/** `((o0 op0 o1) op1 o2) …`; INTERSECT, which binds tighter, is a node of its own. */
export interface SetOperation extends Ranged {
  readonly kind: 'setOperation'
  readonly operators: readonly {
    readonly operator: 'union' | 'except' | 'intersect'
    readonly all: boolean
  }[]
  readonly operands: readonly QueryBody[]
}

/** VALUES ROW(…), … and MariaDB's VALUES (…), …; columns are `column_0`, … or the first row's texts. */
export interface Values extends Ranged {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}

/** TABLE t. */
export interface TableQuery extends Ranged {
  readonly kind: 'tableQuery'
  readonly table: TableName
}

export interface Limit extends Ranged {
  readonly count: Expression | undefined
  readonly offset: Expression | undefined
}

export type IntoClause = Ranged &
  (
    | { readonly kind: 'outfile' | 'dumpfile'; readonly file: string }
    /** A target that is no user variable is a local one of a stored program: its name. */
    | { readonly kind: 'variables'; readonly targets: readonly (UserVariable | string)[] }
  )

export interface Lock extends Ranged {
  readonly strength: 'update' | 'share'
  readonly tables: readonly TableName[]
}

export interface TableName extends Ranged {
  readonly schema: string | undefined
  readonly name: string
}

export type TableReference = NamedTable | Derived | JsonTable | Join | TableGroup

export interface NamedTable extends Ranged {
  readonly kind: 'table'
  readonly table: TableName
  readonly alias: string | undefined
  readonly partitions: readonly string[]
  /** MariaDB: expressions of FOR SYSTEM_TIME; undefined without it. */
  readonly systemTime: readonly Expression[] | undefined
}

export interface Derived extends Ranged {
  readonly kind: 'derived'
  readonly query: Query
  readonly lateral: boolean
  readonly alias: string | undefined
  readonly columns: readonly string[]
}

export interface JsonTable extends Ranged {
  readonly kind: 'jsonTable'
  readonly document: Expression
  readonly columns: readonly JsonTableColumn[]
  readonly alias: string | undefined
}

/** Columns of NESTED PATH are in the same list, in order. */
export interface JsonTableColumn extends Ranged {
  readonly name: string
  /** FOR ORDINALITY: undefined. */
  readonly type: string | undefined
}

export interface Join extends Ranged {
  readonly kind: 'join'
  readonly type: 'inner' | 'left' | 'right'
  readonly natural: boolean
  readonly left: TableReference
  readonly right: TableReference
  readonly on: Expression | undefined
  readonly using: readonly string[]
}

/** `(t1, t2)`: a parenthesised list as one operand of a join. */
export interface TableGroup extends Ranged {
  readonly kind: 'group'
  readonly tables: readonly TableReference[]
}

/** `column = value` of UPDATE, SET, ON DUPLICATE KEY and LOAD. */
export interface Assignment extends Ranged {
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly column: string
  readonly value: Expression
}
