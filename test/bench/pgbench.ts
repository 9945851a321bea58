/** Postgres's own benchmark: https://www.postgresql.org/docs/current/pgbench.html */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ensure } from '../support/clients.ts'
import type { Target } from './targets.ts'

export interface PgbenchRun {
  readonly script: 'select-only' | 'tpcb-like'
  readonly clients: number
  readonly mode: 'simple' | 'prepared'
  readonly seconds: number
}

const run = promisify(execFile)

/** Makes its tables, a million accounts. */
export async function initialize(target: Target): Promise<void> {
  await pgbench(target, ['-i', '-q', '-s', '10'])
}

/** Transactions a second, without the time it takes to connect. */
export async function transactionsPerSecond(target: Target, about: PgbenchRun): Promise<number> {
  const output = await pgbench(target, [
    ...['-n', '-b', about.script, '-M', about.mode, '-T', String(about.seconds)],
    ...['-c', String(about.clients), '-j', String(Math.min(about.clients, 2))],
  ])
  const [, tps] = /^tps = ([\d.]+)/m.exec(output) ?? []
  const [, failed] = /^number of failed transactions: (\d+)/m.exec(output) ?? []
  if (tps === undefined || (failed !== undefined && failed !== '0')) {
    throw new Error(`pgbench through ${target.name} went wrong:\n${output}`)
  }
  return Number(tps)
}

async function pgbench(target: Target, options: readonly string[]): Promise<string> {
  const program = await ensure('pgbench')
  const where = ['-h', '127.0.0.1', '-p', String(target.port), '-U', target.user]
  const { stdout } = await run(program, [...where, ...options, target.database], {
    env: { ...process.env, PGPASSWORD: target.password, PGSSLMODE: 'disable', LC_ALL: 'C' },
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
