/** The catalog's own connection to the upstream: read-only, and made again when it breaks. */
import type { ConnectionOptions } from 'node:tls'
import { Client, type QueryArrayResult } from 'pg'
import { UpstreamError } from '../../errors.ts'
import type { Upstream } from '../../protocol.ts'
import { tlsOptions } from '../../tls.ts'
import type { Row } from './queries.ts'

const connectMsMax = 15_000

export class CatalogConnection {
  readonly #upstream: Upstream
  #client: Client | undefined
  #closed = false

  constructor(upstream: Upstream) {
    this.#upstream = upstream
  }

  /**
   * Runs a text of several statements in one round trip; one list of rows for each of them that
   * gives rows. Rejects with UpstreamError, whose cause has the SQLSTATE as its `code`.
   */
  async rows(text: string): Promise<readonly (readonly Row[])[]> {
    const client = await this.#connected()
    try {
      const answer = (await client.query({ text, rowMode: 'array' })) as unknown as
        | QueryArrayResult<(string | null)[]>
        | QueryArrayResult<(string | null)[]>[]
      const results = Array.isArray(answer) ? answer : [answer]
      return results.filter(({ fields }) => fields.length > 0).map(({ rows }) => rows)
    } catch (error) {
      await client.query('rollback').catch(() => this.#forget(client))
      throw new UpstreamError('the catalog could not be read', { cause: error })
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    if (this.#closed) throw new UpstreamError('the catalog was closed')
    const client = await connect(this.#upstream, 'countersign catalog', connectMsMax)
    // Without a listener a connection that breaks while idle would end the process.
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

/** Rejects with UpstreamError. What it gives is read-only unless it is told otherwise. */
export async function connect(
  upstream: Upstream,
  application: string,
  timeoutMs: number,
): Promise<Client> {
  const { mode } = upstream.tls
  const attempt = (ssl: ConnectionOptions | false): Promise<Client> =>
    connectOnce(upstream, ssl, application, timeoutMs)
  try {
    return await attempt(mode === 'disable' ? false : tlsOptions(upstream.tls))
  } catch (error) {
    const refused = error instanceof Error && error.message.includes('does not support SSL')
    if (mode === 'prefer' && refused) {
      try {
        return await attempt(false)
      } catch (again) {
        throw unreachable(upstream, again)
      }
    }
    throw unreachable(upstream, error)
  }
}

async function connectOnce(
  { host, port, database, user, password }: Upstream,
  ssl: ConnectionOptions | false,
  application: string,
  timeoutMs: number,
): Promise<Client> {
  const client = new Client({
    host,
    port,
    database,
    user,
    // An absent password must not be looked up in the environment or in ~/.pgpass.
    password: password ?? '',
    ssl,
    application_name: application,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
    // Values stay as the server wrote them.
    types: { getTypeParser: () => (value: unknown) => value },
  })
  try {
    await client.connect()
    await client.query('set default_transaction_read_only = on')
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

function unreachable({ host, port }: Upstream, cause: unknown): UpstreamError {
  return new UpstreamError(`the catalog of ${host}:${port} cannot be reached`, { cause })
}
