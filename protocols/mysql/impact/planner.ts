/**
 * A connection of our own on which statements are planned and never run: one at a time, in a
 * transaction that is rolled back, with little time for locks and for itself. What is planned is
 * prepared, which cannot hold a second statement, and its parameters go as values.
 * https://dev.mysql.com/doc/refman/9.7/en/explain.html
 */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { NoPlan, Turns } from '../../planning.ts'
import type { Upstream } from '../../protocol.ts'
import { connect } from '../catalog/connection.ts'
import type { Row } from '../catalog/queries.ts'

/** How the session's own connection would understand the statement. */
export interface PlannedAs {
  readonly database: string | undefined
  readonly sqlMode: string
  /** Servers do not plan a write in a transaction that only reads. */
  readonly writes: boolean
}

export type Value = string | number | null
/** One statement that gives texts; values are bound. Rejects as the server does. */
export type Query = (text: string, values?: readonly Value[]) => Promise<readonly Row[]>

export class Planner {
  readonly #upstream: Upstream
  readonly #turns = new Turns()
  #connection: Connection | undefined
  #closed = false

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  /** Rejects with NoPlan. */
  plan<T>(as: PlannedAs, gone: AbortSignal, work: (query: Query) => Promise<T>): Promise<T> {
    return this.#turns.take(gone, signal => this.#turn(as, signal, work), whyOf)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#connection?.end()
  }

  async #turn<T>(
    { database, sqlMode, writes }: PlannedAs,
    signal: AbortSignal,
    work: (query: Query) => Promise<T>,
  ): Promise<T> {
    const connection = await this.#connected()
    const cut = (): void => this.#forget(connection)
    signal.addEventListener('abort', cut)
    const query: Query = async (text, values = []) => {
      try {
        const [rows] = await connection.execute<RowDataPacket[]>(text, [...values])
        return rows as unknown as readonly Row[]
      } finally {
        connection.unprepare(text)
      }
    }
    try {
      // A mode is nothing but words, and a word needs no quoting.
      if (!/^\w*(?:,\w+)*$/.test(sqlMode)) throw new NoPlan('its sql_mode is not known')
      await connection.query(`SET SESSION sql_mode = '${sqlMode}'`)
      if (database !== undefined) await connection.query(`USE ${quoted(database)}`)
      await connection.query(`START TRANSACTION READ ${writes ? 'WRITE' : 'ONLY'}`)
      return await work(query)
    } finally {
      signal.removeEventListener('abort', cut)
      await connection.query('ROLLBACK').catch(cut)
    }
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection
    if (this.#closed) throw new NoPlan('the proxy stops')
    const { connection, server } = await connect(this.#upstream, 'countersign planner')
    const settings = [
      ['lock_wait_timeout', 1],
      ['innodb_lock_wait_timeout', 1],
      ...(server.flavour === 'mariadb'
        ? [['max_statement_time', 2]]
        : [
            ['max_execution_time', 2000],
            ['information_schema_stats_expiry', 0],
            // The one that tells of every statement, and that MariaDB speaks, too.
            ...(server.version >= 80_300 ? [['explain_json_format_version', 1]] : []),
          ]),
    ]
    for (const [name, value] of settings) await connection.query(`SET SESSION ${name} = ${value}`)
    connection.on('error', () => this.#forget(connection))
    connection.on('end', () => this.#forget(connection))
    this.#connection = connection
    return connection
  }

  #forget(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined
    connection.destroy()
  }
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** By number: what the server says in words may repeat a value. */
function whyOf(error: unknown): string {
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : undefined
  if (errno === undefined || !(errno > 0)) return 'the server could not be asked'
  return words[errno] ?? `the server could not plan it (error ${errno})`
}

const words: Readonly<Record<number, string>> = {
  1205: 'a table that it needs is locked',
  3024: 'planning it took too long',
  1969: 'planning it took too long',
  1142: 'its user may not plan it',
  1143: 'its user may not plan it',
  1146: 'it names a table that others cannot see yet',
}
