/**
 * Expressions. Chains of operators of one precedence are one flat node, so that who walks the tree
 * needs no depth for `a and b and c …`; the parser bounds every other depth.
 * https://dev.mysql.com/doc/refman/9.7/en/expressions.html
 */
import type { Ranged } from '../ast.ts'
import type { Query, TableName } from './query.ts'

export type Expression =
  | Literal
  | ParameterMark
  | ColumnReference
  | Star
  | UserVariable
  | SystemVariable
  | VariableAssignment
  | Unary
  | Operation
  | Between
  | In
  | Like
  | Is
  | Quantified
  | Exists
  | Subquery
  | Row
  | Case
  | Cast
  | ConvertUsing
  | Collate
  | Interval
  | FunctionCall
  | MatchAgainst
  | JsonArrow
  | DefaultValue
  | ValuesColumn
  | SequenceValue

export interface Literal extends Ranged {
  readonly kind: 'literal'
  readonly type:
    | 'string'
    | 'integer'
    | 'decimal'
    | 'float'
    | 'hex'
    | 'bit'
    | 'null'
    | 'boolean'
    | 'date'
    | 'time'
    | 'timestamp'
  /** Strings: decoded and joined. Hex and bit: the digits. Numbers and words: as written. */
  readonly value: string
  /** Of an introducer, lower case without its underscore; `n` for N'…'. */
  readonly charset: string | undefined
  /** SET x = word: written without quotes. */
  readonly bare: boolean
}

/** `?`, counted from 0 within the statement. */
export interface ParameterMark extends Ranged {
  readonly kind: 'parameter'
  readonly index: number
}

export interface ColumnReference extends Ranged {
  readonly kind: 'column'
  readonly schema: string | undefined
  readonly table: string | undefined
  readonly name: string
}

/** `*`, `t.*`, `s.t.*` as a select item; `*` as the argument of COUNT. */
export interface Star extends Ranged {
  readonly kind: 'star'
  readonly schema: string | undefined
  readonly table: string | undefined
}

/** `@name`; names are compared without case. */
export interface UserVariable extends Ranged {
  readonly kind: 'userVariable'
  readonly name: string
}

/** `@@name`, `@@session.name`, and the targets of SET without `@@`. Lower case. */
export interface SystemVariable extends Ranged {
  readonly kind: 'systemVariable'
  readonly scope: 'global' | 'session' | 'local' | 'persist' | 'persist_only' | undefined
  /** Of a structured variable: the `hot` of `hot.key_buffer_size`. */
  readonly instance: string | undefined
  readonly name: string
}

/** `@name := value` within an expression. */
export interface VariableAssignment extends Ranged {
  readonly kind: 'assign'
  readonly target: UserVariable
  readonly value: Expression
}

export interface Unary extends Ranged {
  readonly kind: 'unary'
  readonly operator: '+' | '-' | '~' | '!' | 'not' | 'binary' | 'prior'
  readonly operand: Expression
}

/**
 * `((o0 op0 o1) op1 o2) …`: one operator less than operands, all of the same precedence. `and`,
 * `or`, `xor`, `||` (or), `concat` (`||` of PIPES_AS_CONCAT), `=`, `<=>`, `+`, `div`, `member of` …
 */
export interface Operation extends Ranged {
  readonly kind: 'operation'
  readonly operators: readonly string[]
  readonly operands: readonly Expression[]
}

export interface Between extends Ranged {
  readonly kind: 'between'
  readonly negated: boolean
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
}

export interface In extends Ranged {
  readonly kind: 'in'
  readonly negated: boolean
  readonly operand: Expression
  /** One of both is there. */
  readonly list: readonly Expression[] | undefined
  readonly query: Query | undefined
}

export interface Like extends Ranged {
  readonly kind: 'like'
  readonly operator: 'like' | 'regexp' | 'sounds like'
  readonly negated: boolean
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape: Expression | undefined
}

export interface Is extends Ranged {
  readonly kind: 'is'
  readonly negated: boolean
  readonly operand: Expression
  /** MariaDB and standard: `json` has no more words here. */
  readonly value: 'null' | 'true' | 'false' | 'unknown' | 'json'
}

/** `a = ANY (query)`; SOME is `any`. */
export interface Quantified extends Ranged {
  readonly kind: 'quantified'
  readonly operator: string
  readonly quantifier: 'any' | 'all'
  readonly operand: Expression
  readonly query: Query
}

export interface Exists extends Ranged {
  readonly kind: 'exists'
  readonly query: Query
}

/** A query used as a value or as a row. */
export interface Subquery extends Ranged {
  readonly kind: 'subquery'
  readonly query: Query
}

/** `(a, b)` and `ROW(a, b)`. */
export interface Row extends Ranged {
  readonly kind: 'row'
  readonly items: readonly Expression[]
}

export interface Case extends Ranged {
  readonly kind: 'case'
  readonly operand: Expression | undefined
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise: Expression | undefined
}

/** CAST(… AS type) and CONVERT(…, type). */
export interface Cast extends Ranged {
  readonly kind: 'cast'
  readonly operand: Expression
  /** As written, lower case, single spaces: `char(10) charset utf8mb4`. */
  readonly type: string
}

export interface ConvertUsing extends Ranged {
  readonly kind: 'convertUsing'
  readonly operand: Expression
  readonly charset: string
}

export interface Collate extends Ranged {
  readonly kind: 'collate'
  readonly operand: Expression
  readonly collation: string
}

export interface Interval extends Ranged {
  readonly kind: 'interval'
  readonly amount: Expression
  /** Lower case: `day`, `day_hour`. */
  readonly unit: string
}

/** Every call: built in, aggregate, window, stored, loadable. */
export interface FunctionCall extends Ranged {
  readonly kind: 'call'
  readonly schema: string | undefined
  /** Lower case where it has no schema and no quotes; CURRENT_TIMESTAMP without `()` is a call too. */
  readonly name: string
  /**
   * It cannot be a built-in function: it was written with a schema, with quotes, or with a gap that
   * the lexer does not ignore for functions whose names are keywords only before `(`.
   */
  readonly stored: boolean
  /** COUNT(*) has a star. Every expression of a special syntax is here too, in order. */
  readonly args: readonly Expression[]
  readonly distinct: boolean
  /** GROUP_CONCAT and MariaDB's JSON_ARRAYAGG: ORDER BY, SEPARATOR, LIMIT. */
  readonly orderBy: readonly OrderItem[]
  readonly separator: string | undefined
  /**
   * The words of a special syntax, lower case: the unit of EXTRACT, `leading` of TRIM, the charset
   * of CHAR(… USING …), the types of JSON_VALUE RETURNING.
   */
  readonly words: readonly string[]
  /** OVER w or OVER (…). */
  readonly over: Window | undefined
  /** MariaDB: WITHIN GROUP (ORDER BY …). */
  readonly withinGroup: readonly OrderItem[]
}

export interface Window extends Ranged {
  /** The name of a WINDOW clause's entry that this is or is built upon. */
  readonly base: string | undefined
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  /** Expressions of the frame's bounds. */
  readonly frame: readonly Expression[]
}

export interface OrderItem extends Ranged {
  readonly expression: Expression
  readonly descending: boolean
}

export interface MatchAgainst extends Ranged {
  readonly kind: 'match'
  readonly columns: readonly Expression[]
  readonly against: Expression
}

/** `column->path` and `column->>path` (MySQL). */
export interface JsonArrow extends Ranged {
  readonly kind: 'jsonArrow'
  readonly unquote: boolean
  readonly column: ColumnReference
  readonly path: string
}

/** DEFAULT and DEFAULT(column); MariaDB's IGNORE as a value. */
export interface DefaultValue extends Ranged {
  readonly kind: 'default'
  readonly column: ColumnReference | undefined
}

/** VALUES(column) and MariaDB's VALUE(column), in ON DUPLICATE KEY UPDATE. */
export interface ValuesColumn extends Ranged {
  readonly kind: 'valuesColumn'
  readonly column: ColumnReference
}

/** MariaDB: NEXT VALUE FOR s, PREVIOUS VALUE FOR s, NEXTVAL(s), LASTVAL(s), SETVAL(s, …). */
export interface SequenceValue extends Ranged {
  readonly kind: 'sequence'
  readonly action: 'next' | 'previous' | 'set'
  readonly sequence: TableName
  readonly args: readonly Expression[]
}
