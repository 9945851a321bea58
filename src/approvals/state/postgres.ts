/** The state in a Postgres that several nodes share. */
import { randomUUID } from 'node:crypto'
import type { ConnectionOptions } from 'node:tls'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, type ClientConfig, Pool } from 'pg'
import { migrate } from '../migrations.ts'
import type { Tables } from '../schema.ts'
import { ImpatientPool } from './impatient-pool.ts'
import type { State } from './state.ts'
import { Watch } from './watch.ts'

export interface PostgresStateOptions {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly ssl: ConnectionOptions | false
  /** Without TLS when the server has none. */
  readonly plainToo: boolean
  /** As people call this node. */
  readonly node: string
  /** For tests: after how long without a sign of life a node is dead. */
  readonly silenceMs?: number
  /** What goes wrong with nobody waiting for it. */
  readonly onError: (error: unknown) => void
}

const connectionsMax = 8

/** Rejects when the server cannot be reached: without the state no node starts. */
export async function openPostgres(options: PostgresStateOptions): Promise<State> {
  const node = randomUUID()
  const config = await reachable(options, node)
  await prepare(config)
  const pool = new ImpatientPool({ ...config, max: connectionsMax }, options.onError)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const watch = new Watch(
    config,
    { id: node, name: options.node },
    options.onError,
    options.silenceMs,
  )
  try {
    await watch.start()
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    db,
    node,
    get away() {
      return watch.away
    },
    dead: async nodes => {
      if (nodes.length === 0) return new Map()
      const rows = await db.selectFrom('nodes').select('id').where('id', 'in', nodes).execute()
      const known = new Set(rows.map(({ id }) => id))
      const gone = nodes.filter(other => !known.has(other))
      return new Map(gone.map(other => [other, 'its node stopped']))
    },
    watch: listener => watch.listen(listener),
    close: async () => {
      await watch.close()
      await db.destroy()
    },
  }
}

/** The name tells a node's own changes from the others': see migrations.ts. */
async function reachable(options: PostgresStateOptions, node: string): Promise<ClientConfig> {
  const { host, port, database, user, password, ssl, plainToo } = options
  const config: ClientConfig = {
    ...{ host, port, database, user, ssl },
    // An absent password must not be looked up in the environment or in ~/.pgpass.
    password: password ?? '',
    application_name: `countersign ${node}`,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
  try {
    await attempt(config)
    return config
  } catch (error) {
    const plain = error instanceof Error && error.message.includes('does not support SSL')
    if (!plainToo || !plain) throw unreachable(options, error)
  }
  const without = { ...config, ssl: false }
  await attempt(without).catch((error: unknown) => {
    throw unreachable(options, error)
  })
  return without
}

async function attempt(config: ClientConfig): Promise<void> {
  const client = new Client(config)
  try {
    await client.connect()
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Over a connection that waits as long as another node needs to do it. */
async function prepare(config: ClientConfig): Promise<void> {
  const pool = new Pool({ ...config, max: 1 })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db, 'postgres')
  } catch (cause) {
    throw new Error(`cannot prepare the tables in ${config.host}:${config.port}`, { cause })
  } finally {
    await db.destroy()
  }
}

function unreachable({ host, port }: PostgresStateOptions, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new Error(`the state database at ${host}:${port} cannot be reached: ${why}`, { cause })
}
