/**
 * What is known of an upstream's schema: relations with their columns, views with their
 * definitions, functions with what they may do. Read over a connection of our own.
 */
import { createHash } from 'node:crypto'
import { UpstreamError } from '../errors.ts'
import type { ColumnName, Upstream, ValueType } from '../protocol.ts'
import { SharedReading } from '../shared-reading.ts'
import { CatalogConnection } from './catalog/connection.ts'
import { catalogText, type Part, type RawCatalog, type Row } from './catalog/queries.ts'
import { Snapshot } from './catalog/snapshot.ts'

/** The schema of one database of an upstream, shared by its sessions. */
export class Catalog {
  readonly #connection: CatalogConnection
  readonly #serverVersion: number
  /** What comes with the server is read once. */
  readonly #server: RawCatalog
  #snapshot: CatalogSnapshot
  #digest: string
  readonly #reading = new SharedReading(() => this.#reload())
  readonly #poll: NodeJS.Timeout

  private constructor(
    connection: CatalogConnection,
    serverVersion: number,
    server: RawCatalog,
    user: RawCatalog,
  ) {
    // What others change is noticed a little later; what passes through us, at once.
    this.#poll = setInterval(() => {
      this.refresh().catch(() => undefined)
    }, pollMs).unref()
    this.#connection = connection
    this.#serverVersion = serverVersion
    this.#server = server
    this.#digest = digest(user)
    this.#snapshot = new Snapshot(++lastVersion, [server, user])
  }

  /** Rejects with UpstreamError. */
  static async open(upstream: Upstream): Promise<Catalog> {
    const connection = new CatalogConnection(upstream)
    try {
      const [[[version] = []] = []] = await connection.rows('show server_version_num')
      const serverVersion = Number(version)
      const server = await load(connection, 'server', serverVersion)
      const user = await load(connection, 'user', serverVersion)
      return new Catalog(connection, serverVersion, server, user)
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** Replaced, never changed. The same object as long as the schema is the same. */
  get snapshot(): CatalogSnapshot {
    return this.#snapshot
  }

  /**
   * Reads the schema as it is at the call or later; calls at the same time share one reading.
   * Rejects with UpstreamError, and then keeps the snapshot.
   */
  refresh(): Promise<void> {
    return this.#reading.begin()
  }

  /** A reading that is under way; what is analyzed before it ends may be analyzed wrongly. */
  get refreshing(): Promise<void> | undefined {
    return this.#reading.underWay
  }

  async close(): Promise<void> {
    clearInterval(this.#poll)
    await this.#connection.close()
  }

  async #reload(): Promise<void> {
    const user = await load(this.#connection, 'user', this.#serverVersion)
    const seen = digest(user)
    if (seen === this.#digest) return
    this.#digest = seen
    this.#snapshot = new Snapshot(++lastVersion, [this.#server, user])
  }
}

const pollMs = 30_000
let lastVersion = 0

async function load(
  connection: CatalogConnection,
  part: Part,
  serverVersion: number,
): Promise<RawCatalog> {
  const [relations, columns, parents, types, functions, references, triggers] = await connection
    .rows(catalogText(part, serverVersion))
    .catch((error: unknown) => {
      // Somebody holds a lock for long. Views without a definition are not traced, but named.
      if (!lockedOut(error)) throw error
      return connection.rows(catalogText(part, serverVersion, false))
    })
  const none: readonly Row[] = []
  return {
    relations: relations ?? none,
    columns: columns ?? none,
    parents: parents ?? none,
    types: types ?? none,
    functions: functions ?? none,
    references: references ?? none,
    triggers: triggers ?? none,
  }
}

function lockedOut(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || !(error.cause instanceof Error)) return false
  return 'code' in error.cause && error.cause.code === '55P03'
}

function digest(raw: RawCatalog): string {
  return createHash('sha256').update(JSON.stringify(raw)).digest('base64')
}

/** One state of the schema; a change makes a new one with a higher version. */
export interface CatalogSnapshot {
  readonly version: number
  /** All relations of that name: in `schema` when it is given, else in every schema. */
  relations(schema: string | undefined, name: string): readonly Relation[]
  relationByOid(oid: number): Relation | undefined
  /** Those that name this one among their parents. */
  children(oid: number): readonly Relation[]
  /** Foreign keys of others whose rows follow those of this one, and their own children. */
  following(oid: number): readonly FollowingKey[]
  /** Columns of tables whose type is a domain of that name, or a domain over one. */
  domainColumns(name: string): readonly OwnedColumn[]
  /** All functions, procedures and aggregates of that name, overloads included. */
  functions(schema: string | undefined, name: string): readonly CatalogFunction[]
  functionByOid(oid: number): CatalogFunction | undefined
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
  /** What its triggers run; those BEFORE and INSTEAD may change a row before it is written. */
  readonly triggers?: readonly Trigger[]
  /** CREATE RULE statements of what else, or instead, is done when it is written to. */
  readonly rules?: readonly string[]
}

export interface Trigger {
  readonly function: number
  readonly changes: boolean
  readonly events: readonly Write[]
}

export type Write = 'insert' | 'update' | 'delete' | 'truncate'

/** A foreign key, seen from what it refers to. */
export interface FollowingKey {
  /** The relation that holds the key. */
  readonly relation: number
  /** Its columns of the key, and those that they refer to, by attribute number. */
  readonly columns: readonly number[]
  readonly references: readonly number[]
  readonly onDelete: KeyAction
  readonly onUpdate: KeyAction
}

export type KeyAction = 'refuse' | 'cascade' | 'set null' | 'set default'

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
  /** The expression of a default that calls something. */
  readonly defaulted?: string | undefined
  /** The columns whose values it repeats, as a foreign key. */
  readonly references?: readonly { readonly relation: number; readonly number: number }[]
}

export interface OwnedColumn {
  readonly relation: Relation
  readonly column: RelationColumn
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
  /** The expressions of its arguments' defaults, as a list. */
  readonly defaults?: string | undefined
  /** OIDs of the functions that an aggregate, an operator or a cast is made of. */
  readonly runs?: readonly number[] | undefined
  /** Of PL/pgSQL: `(a integer, b text) RETURNS void`. */
  readonly signature?: string | undefined
}
