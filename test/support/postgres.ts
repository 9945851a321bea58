/** A throwaway Postgres for one test file: `const upstream = await startPostgres()`. */
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'
import { unprivileged } from '../../src/demo/postgres-program.ts'
import { ensure } from './clients.ts'

export interface TestPostgresOptions {
  readonly settings?: Record<string, string>
  /** The whole of pg_hba.conf. */
  readonly hba?: string
  /** PEM texts. */
  readonly ssl?: { readonly cert: string; readonly key: string }
  /** Every statement that the server runs goes to `logPath`. */
  readonly log?: boolean
  /** 15 is Debian's, for tools that refuse a newer server: pg_dump, pgbench. */
  readonly version?: 18 | 15
}

/** Stop it in a teardown; it goes away with the process in any case. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-postgres-'))
  await chmod(dir, 0o755)
  return startEmbeddedPostgres({
    dir,
    durable: false,
    temporary: true,
    settings: {
      max_connections: '60',
      shared_buffers: '64MB',
      ...(options.log === true ? { log_statement: 'all' } : {}),
      ...options.settings,
    },
    ...(options.hba === undefined ? {} : { hba: options.hba }),
    ...(options.ssl === undefined ? {} : { tls: options.ssl }),
    ...(options.version === 15 ? { program: await debianPostgres() } : {}),
  })
}

async function debianPostgres(): Promise<{
  bin: string
  runAs: Awaited<ReturnType<typeof unprivileged>>
}> {
  const postgres = await ensure('postgres-15')
  return { bin: join(postgres, '..'), runAs: await unprivileged() }
}
