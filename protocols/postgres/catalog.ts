/**
 * What is known of an upstream's schema: relations with their columns, views with their
 * definitions, functions with what they may do. Read over a connection of our own.
 */
import type { ColumnName, ValueType } from '../protocol.ts'

/** One state of the schema; a change makes a new one with a higher version. */
export interface CatalogSnapshot {
  readonly version: number
  /** All relations of that name: in `schema` when it is given, else in every schema. */
  relations(schema: string | undefined, name: string): readonly Relation[]
  relationByOid(oid: number): Relation | undefined
  /** Those that name this one among their parents. */
  children(oid: number): readonly Relation[]
  /** All functions, procedures and aggregates of that name, overloads included. */
  functions(schema: string | undefined, name: string): readonly CatalogFunction[]
  /** The value type for a type OID and modifier, as RowDescription sends them. */
  valueType(typeOid: number, typeModifier: number): ValueType
}

export interface Relation {
  /** 0 for a relation that only the session knows of (made by it, perhaps not yet committed). */
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind:
    | 'table'
    | 'partitioned'
    | 'view'
    | 'materialized'
    | 'foreign'
    | 'sequence'
    | 'composite'
  /** In attribute order, dropped ones left out. */
  readonly columns: readonly RelationColumn[]
  /** The SELECT behind a view or materialised view, as pg_get_viewdef gives it. */
  readonly definition: string | undefined
  /** Parents by inheritance or partitioning: their columns of the same name hold the same values. */
  readonly parents: readonly number[]
}

export interface RelationColumn {
  readonly name: string
  /** attnum */
  readonly number: number
  readonly typeOid: number
  readonly typeModifier: number
  /** The interned name of this column; views have one too. */
  readonly column: ColumnName
  /** The expression of a generated column. */
  readonly generated: string | undefined
}

export interface CatalogFunction {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly language: string
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  /** Comes with the server (pg_catalog, oid < 16384). */
  readonly builtIn: boolean
  readonly securityDefiner: boolean
  /** The body, for SQL and PL/pgSQL functions that are not built in. */
  readonly source: string | undefined
  /** Returns a row type or set of a relation's rows: that relation's OID. */
  readonly returnsRelation: number | undefined
}
