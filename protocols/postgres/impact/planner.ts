/**
 * A connection of our own on which statements are planned and never run: one at a time, each in a
 * read-only transaction that is rolled back, with little time for locks and for itself. What is
 * planned goes as one Parse, which cannot hold a second statement, and its parameters as values.
 * https://www.postgresql.org/docs/current/sql-explain.html
 */
import type { Client, DatabaseError } from 'pg'
import { NoPlan, Turns } from '../../planning.ts'
import type { Upstream } from '../../protocol.ts'
import { connect } from '../catalog/connection.ts'
import type { Row } from '../catalog/queries.ts'

/** How the session's own connection would understand the statement. */
export interface PlannedAs {
  readonly searchPath: string
  /** Absent: the user that we connect as. */
  readonly role?: string | undefined
}

/** One statement; values are bound. Rejects as the server does. */
export type Query = (text: string, values?: readonly (string | null)[]) => Promise<readonly Row[]>

const connectMsMax = 3_000

const begin = `
  begin transaction read only;
  set local lock_timeout = '300ms';
  set local statement_timeout = '1500ms'`

export class Planner {
  readonly #upstream: Upstream
  #client: Client | undefined
  #closed = false
  readonly #turns = new Turns()

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  /** Rejects with NoPlan. */
  plan<T>(as: PlannedAs, gone: AbortSignal, work: (query: Query) => Promise<T>): Promise<T> {
    return this.#turns.take(gone, signal => this.#turn(as, signal, work), whyOf)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#client?.end()
  }

  async #turn<T>(
    as: PlannedAs,
    signal: AbortSignal,
    work: (query: Query) => Promise<T>,
  ): Promise<T> {
    const client = await this.#connected()
    // Whatever it is doing then, it stops: `end` cuts a connection that is busy.
    const cut = (): void => this.#forget(client)
    signal.addEventListener('abort', cut)
    const query: Query = async (text, values = []) =>
      (await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' })).rows
    try {
      await client.query(begin)
      await query("select pg_catalog.set_config('search_path', $1, true)", [as.searchPath])
      // The setting may be set to what the server says is a role that this user may become.
      if (as.role !== undefined)
        await query("select pg_catalog.set_config('role', $1, true)", [as.role])
      return await work(query)
    } finally {
      signal.removeEventListener('abort', cut)
      await client.query('rollback').catch(cut)
    }
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    if (this.#closed) throw new NoPlan('the proxy stops')
    const client = await connect(this.#upstream, 'countersign planner', connectMsMax)
    client.on('error', () => this.#forget(client))
    client.on('end', () => this.#forget(client))
    this.#client = client
    return client
  }

  #forget(client: Client): void {
    if (this.#client === client) this.#client = undefined
    client.end().catch(() => undefined)
  }
}

/** By SQLSTATE: what the server says in words may repeat a value. */
function whyOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? (error as DatabaseError).code : undefined
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return 'the server could not be asked'
  return words[code] ?? `the server could not plan it (SQLSTATE ${code})`
}

const words: Readonly<Record<string, string>> = {
  '55P03': 'a table that it needs is locked',
  '57014': 'planning it took too long',
  '42501': 'its role may not plan it',
  '42P01': 'it names a table that others cannot see yet',
  '42P18': 'the type of a parameter is not known',
}
