/**
 * A pool of connections that gives up on a server which says nothing. `pg` would hand such a
 * connection to the next one who asks, who would wait behind the same answer.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { Pool, type PoolClient, type PoolConfig, types } from 'pg'
import { postgresError } from './away.ts'

const answerMsMax = 4000
const int8 = 20

export class ImpatientPool implements PostgresPool {
  readonly #pool: Pool

  constructor(config: PoolConfig, onError: (error: unknown) => void) {
    this.#pool = new Pool({
      ...config,
      query_timeout: answerMsMax,
      // What nobody waits for any more shall not hold locks either.
      statement_timeout: answerMsMax,
      idleTimeoutMillis: 30_000,
      types: {
        // Times and counts: far below 2^53.
        getTypeParser: (oid, format) =>
          Number(oid) === int8 ? Number : types.getTypeParser(oid, format),
      },
    })
    // Without a listener an idle connection that breaks would end the process.
    this.#pool.on('error', onError)
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return impatient(await this.#pool.connect())
    } catch (error) {
      throw postgresError(error)
    }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }
}

const wrapped = new WeakMap<PoolClient, PostgresPoolClient>()

/** The same object for the same connection: Kysely knows its connections by it. */
function impatient(client: PoolClient): PostgresPoolClient {
  const known = wrapped.get(client)
  if (known !== undefined) return known
  let broken = false
  const asks = client.query.bind(client) as (sql: string, values: unknown[]) => Promise<unknown>
  const wrap = {
    query: async (sql: string, values: unknown[]) => {
      try {
        return await asks(sql, values)
      } catch (error) {
        broken ||= error instanceof Error && error.message === 'Query read timeout'
        throw postgresError(error)
      }
    },
    release: () => client.release(broken),
  } as PostgresPoolClient
  wrapped.set(client, wrap)
  return wrap
}
