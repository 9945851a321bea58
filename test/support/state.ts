/**
 * Where the state of a test is: a file, unless the test file is run once more with a Postgres for
 * it. `useFor` of a real one is what on-postgres.test.ts does.
 */
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import { Approvals, type ApprovalsOptions } from '../../src/approvals/approvals.ts'
import type { EmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'

export type StatePlace = ApprovalsOptions['path']

let server: EmbeddedPostgres | undefined
let count = 0

/** From here on every state is a database of this server. */
export async function useForState(postgres: EmbeddedPostgres): Promise<void> {
  server = postgres
  // Made once; the others are copies of it.
  await query('CREATE DATABASE state_template')
  const approvals = await Approvals.open({ path: place('state_template'), publicUrl: () => '' })
  await approvals.close()
}

export function stateIsShared(): boolean {
  return server !== undefined
}

/** An empty one. */
export async function statePlace(t: Test): Promise<StatePlace> {
  if (server === undefined) return join(t.testdir(), 'state.db')
  const name = `state_${++count}`
  await query(`CREATE DATABASE ${name} TEMPLATE state_template`)
  return place(name)
}

/** One without tables. */
export async function emptyStatePlace(): Promise<StatePlace> {
  const name = `state_${++count}`
  await query(`CREATE DATABASE ${name}`)
  return place(name)
}

/** The same, as another node sees it. */
export function asNode(path: StatePlace, node: string): StatePlace {
  return typeof path === 'string' ? path : { ...path, node }
}

function place(database: string): StatePlace {
  if (server === undefined) throw new Error('there is no Postgres for the state')
  const { host, port, user, password } = server
  const at = { host, port, user, password, database, ssl: false, plainToo: false } as const
  return { ...at, node: 'here', silenceMs: 1500 }
}

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server?.url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
