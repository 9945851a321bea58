/**
 * What is known of an upstream's schemas: relations with their columns, views with their
 * definitions, routines with their bodies. Read over a connection of our own.
 * https://dev.mysql.com/doc/refman/9.7/en/information-schema.html
 */
import { createHash } from 'node:crypto'
import type { ColumnName, Upstream } from '../protocol.ts'
import { SharedReading } from '../shared-reading.ts'
import { answerTexts } from './catalog/answers.ts'
import { CatalogConnection } from './catalog/connection.ts'
import {
  catalogTexts,
  changeCount,
  countersText,
  type ListName,
  type Part,
  type RawCatalog,
  type Row,
} from './catalog/queries.ts'
import { Snapshot } from './catalog/snapshot.ts'
import type { LexerOptions } from './sql/lexer/options.ts'

/** The schemas of an upstream, shared by its sessions. */
export class Catalog {
  readonly #connection: CatalogConnection
  readonly #server: ServerFacts
  /** What comes with the server is read once. */
  readonly #own: RawCatalog
  #snapshot: CatalogSnapshot
  #digest: string
  /** The counter of changes as it was before the last reading. */
  #changes: number
  /** Polls until everything is read whether or not the counter moved. */
  #idlePolls = 0
  readonly #reading = new SharedReading(() => this.#reload())
  readonly #poll: NodeJS.Timeout

  private constructor(connection: CatalogConnection, server: ServerFacts, parts: Parts) {
    // What others change is noticed a little later; what passes through us, at once.
    this.#poll = setInterval(() => {
      this.#pollOnce().catch(() => undefined)
    }, pollMs).unref()
    this.#connection = connection
    this.#server = server
    this.#own = parts.server
    this.#digest = digest(parts.user)
    this.#changes = parts.changes
    this.#snapshot = new Snapshot(++lastVersion, server, [parts.server, parts.user])
  }

  /** Rejects with UpstreamError. */
  static async open(upstream: Upstream): Promise<Catalog> {
    const connection = new CatalogConnection(upstream)
    try {
      const server = {
        ...(await connection.server()),
        answers: new Map<string, readonly string[]>(),
      }
      for (const [what, text] of answerTexts(server.flavour)) {
        const columns = await connection.columns(text)
        if (columns !== undefined) server.answers.set(what, columns)
      }
      const own = await load(connection, 'server')
      const { changes, user } = await loadUser(connection)
      return new Catalog(connection, server, { server: own, user, changes })
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

  /**
   * The counter rises when a change begins: one that was under way when we read is seen by the
   * reading that follows the next poll, and a very long one by the reading that always comes.
   */
  async #pollOnce(): Promise<void> {
    const before = this.#changes
    const changes = await changesOf(this.#connection)
    const moved = changes !== before
    this.#idlePolls = moved ? 0 : this.#idlePolls + 1
    if (moved || this.#idlePolls === 1 || this.#idlePolls % wholeEveryPolls === 0)
      await this.refresh()
  }

  async #reload(): Promise<void> {
    const { changes, user } = await loadUser(this.#connection)
    this.#changes = changes
    const seen = digest(user)
    if (seen === this.#digest) return
    this.#digest = seen
    this.#snapshot = new Snapshot(++lastVersion, this.#server, [this.#own, user])
  }
}

const pollMs = 30_000
const wholeEveryPolls = 10
const attemptsMax = 3
let lastVersion = 0

interface Parts {
  readonly server: RawCatalog
  readonly user: RawCatalog
  readonly changes: number
}

/** The lists belong together when nothing changed while they were read. */
async function loadUser(
  connection: CatalogConnection,
): Promise<{ changes: number; user: RawCatalog }> {
  for (let attempt = 1; ; attempt++) {
    const changes = await changesOf(connection)
    const user = await load(connection, 'user')
    if (changes === (await changesOf(connection)) || attempt === attemptsMax)
      return { changes, user }
  }
}

async function changesOf(connection: CatalogConnection): Promise<number> {
  return changeCount(await connection.rows(countersText))
}

async function load(connection: CatalogConnection, part: Part): Promise<RawCatalog> {
  const lists = new Map<ListName, readonly Row[]>()
  for (const [name, text] of Object.entries(catalogTexts(part)))
    lists.set(name as ListName, await connection.rows(text))
  const list = (name: ListName): readonly Row[] => lists.get(name) ?? []
  return {
    databases: list('databases'),
    relations: list('relations'),
    columns: list('columns'),
    views: list('views'),
    routines: list('routines'),
    parameters: list('parameters'),
    triggers: list('triggers'),
    foreignKeys: list('foreignKeys'),
  }
}

function digest(raw: RawCatalog): string {
  return createHash('sha256').update(JSON.stringify(raw)).digest('base64')
}

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
  /** Foreign keys of others that reference that table: what is done to it may be done to them. */
  referencing(schema: string | undefined, table: string): readonly ForeignKey[]
  hasDatabase(name: string): boolean
}

export interface ServerFacts {
  readonly flavour: 'mysql' | 'mariadb'
  /** 90704, 101106 */
  readonly version: number
  /** 0: names of tables and databases differ by case. */
  readonly lowerCaseTableNames: number
  /** What the columns of SHOW and EXPLAIN are called: see answers.ts. */
  readonly answers: ReadonlyMap<string, readonly string[]>
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
