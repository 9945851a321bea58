/**
 * SQLite without its own way to wait for a lock, which would stop this whole process: a statement
 * that finds the file locked is tried again a little later, while everything else goes on.
 */
import { setTimeout as delay } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely'
import { StateAway } from './away.ts'

const againMs = 20
/** Of all statements together: the second does not wait anew for a lock that the first met. */
const lockedMsMax = 4000

export class PatientSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new PatientDriver(this.#config)
  }
}

class PatientDriver extends SqliteDriver {
  #connection: DatabaseConnection | undefined

  override async acquireConnection(): Promise<DatabaseConnection> {
    // There is one, and it is handed from one to the next.
    const connection = await super.acquireConnection()
    this.#connection ??= new PatientConnection(connection)
    return this.#connection
  }
}

class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection
  #lockedSince: number | undefined

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (;;) {
      try {
        const result = await this.#connection.executeQuery<R>(query)
        this.#lockedSince = undefined
        return result
      } catch (error) {
        if (!isLocked(error)) throw error
        this.#lockedSince ??= Date.now()
        if (Date.now() - this.#lockedSince > lockedMsMax) throw new StateAway(error)
      }
      await delay(againMs)
    }
  }

  streamQuery<R>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery(query, size)
  }
}

function isLocked(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN)/.test(String(error.code))
  )
}
