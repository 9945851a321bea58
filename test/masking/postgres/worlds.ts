/**
 * Two databases that differ only in what is masked, on one server, with the real program before
 * them. What comes back must be the same from both: whatever differs was told of a masked value.
 */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import { connectUpstream } from '../../../protocols/postgres/upstream.ts'
import type { EmbeddedPostgres } from '../../../src/demo/embedded-postgres.ts'
import { scramVerifier } from '../../../src/identity/scram-verifier.ts'
import { startPostgres } from '../../support/postgres.ts'
import { password, RunningProgram } from '../../support/running-program.ts'
import { WireClient } from '../../support/wire-client.ts'
import { maskedColumns, sampleData, sampleSchema, sampleSince18 } from './sample.ts'

/**
 * Each has a database to itself. `mixed` is the first world again, under masks that show something
 * of the value; of those that are bare nothing stands before the server.
 */
export const worldNames = ['one', 'other', 'mixed', 'bare', 'bareother'] as const
export type World = (typeof worldNames)[number]

export interface Worlds {
  /** Nobody waits for approvals: what is held fails. */
  connect(world: World): Promise<WireClient>
  readonly output: () => string
}

export async function startWorlds(
  t: Test,
  version: 15 | 18,
  more: { readonly policy?: string } = {},
): Promise<Worlds> {
  const upstream = await startPostgres({
    version,
    settings: { shared_preload_libraries: 'pg_stat_statements', autovacuum: 'off' },
  })
  await fill(upstream, version)
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-worlds-'))
  await writeFile(join(dir, 'countersign.yaml'), await configText(upstream, more.policy ?? ''))
  const program = new RunningProgram(dir, 'postgres', upstream, [])
  t.teardown(() => program.stop())
  await program.start()
  return {
    output: () => program.output(),
    connect: world =>
      world.startsWith('bare')
        ? connect(upstream.port, upstream.user, upstream.password, world)
        : connect(program.port, 'analyst', password, world),
  }
}

async function fill(upstream: EmbeddedPostgres, version: 15 | 18): Promise<void> {
  const { host, port, user, password } = upstream
  const run = async (database: string, ...texts: readonly string[]): Promise<void> => {
    const client = new pg.Client({ host, port, user, password, database })
    await client.connect()
    for (const text of texts) await client.query(text)
    await client.end()
  }
  const since = version === 18
  await run('postgres', `CREATE ROLE peeker LOGIN PASSWORD 'peeker' IN ROLE pg_read_all_data`)
  await run('postgres', 'CREATE DATABASE plain TEMPLATE template0')
  await run('plain', sampleSchema, ...(since ? [sampleSince18.schema] : []))
  for (const world of worldNames) {
    await run('postgres', `CREATE DATABASE ${world} TEMPLATE plain`)
    const data = sampleData(world.endsWith('other') ? 'other' : 'one')
    await run(world, data, ...(since ? [sampleSince18.data] : []))
  }
}

async function connect(
  port: number,
  user: string,
  secret: string,
  database: string,
): Promise<WireClient> {
  const { socket, leftover } = await connectUpstream(
    { host: '127.0.0.1', port, user, password: secret, database, tls: { mode: 'disable' } },
    {
      parameters: new Map(),
      protocolMinor: 0,
      signal: AbortSignal.timeout(20_000),
      timeoutMs: 20_000,
    },
  )
  return new WireClient(socket, leftover)
}

async function configText(upstream: EmbeddedPostgres, policy: string): Promise<string> {
  const verifier = JSON.stringify(await scramVerifier(password))
  const { host, port, user, password: secret } = upstream
  const url = (world: World): string =>
    `postgres://${user}:${secret}@${host}:${port}/${world}?sslmode=disable`
  const database = (world: World): string =>
    `${world}: { environment: test, upstream: "${url(world)}" }`
  const columns = maskedColumns.join(', ')
  return `
listen: { postgres: 127.0.0.1:0, http: 127.0.0.1:0 }
data_dir: ./data
databases:
  ${database('one')}
  ${database('other')}
  ${database('mixed')}
users:
  analyst: { password_verifier: ${verifier}, groups: [analysts], on_hold: return }
  rita: { password_verifier: ${verifier}, groups: [reviewers] }
policy:
  preset: recommended
${policy}
masking:
  # All attacks come from one person, who asks more than anybody may.
  equality_limit: { count: 100000, window: 10m, action: hold }
  rules:
    - { name: hidden, columns: [${columns}], mask: redact, databases: [one, other] }
    - { name: email, columns: [public.customers.email], mask: hash, databases: [mixed] }
    - { name: phone, columns: [public.customers.phone], mask: { partial: { first: 3, last: 0 } }, databases: [mixed] }
    - { name: ssn, columns: [public.customers.ssn], mask: { partial: { first: 0, last: 1 } }, databases: [mixed] }
    - { name: born, columns: [public.customers.born], mask: { generalize: { to: year } }, databases: [mixed] }
    - { name: numbers, columns: [public.customers.balance, public.customers.score], mask: tokenize, databases: [mixed] }
    - { name: prefs, columns: [public.customers.prefs], mask: 'null', databases: [mixed] }
    - { name: secret, columns: [public.*.secret], mask: { partial: { first: 1, last: 1 } }, databases: [mixed] }
    - { name: vault, columns: ['public.vault.*_s'], mask: hash, databases: [mixed] }
approvals:
  reviewers: { any: [{ group: reviewers }] }
recording: { rows: false, archive: none }
`
}
