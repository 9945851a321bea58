/** sysbench's OLTP scripts, as Debian has them: https://github.com/akopytov/sysbench */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ensure } from '../support/clients.ts'
import type { Target } from './targets.ts'

export interface SysbenchRun {
  readonly script: 'oltp_point_select' | 'oltp_read_only' | 'oltp_read_write'
  readonly clients: number
  readonly mode: 'simple' | 'prepared'
  readonly seconds: number
}

const run = promisify(execFile)
const size = ['--tables=4', '--table-size=50000']

/** Makes its tables. */
export async function prepareSysbench(target: Target): Promise<void> {
  await sysbench(target, ['oltp_read_write', ...size, 'prepare'])
}

/** Transactions a second; of point selects each is one statement. */
export async function sysbenchPerSecond(target: Target, about: SysbenchRun): Promise<number> {
  const output = await sysbench(target, [
    ...[about.script, ...size, `--threads=${about.clients}`, `--time=${about.seconds}`],
    ...[`--db-ps-mode=${about.mode === 'prepared' ? 'auto' : 'disable'}`, '--report-interval=0'],
    'run',
  ])
  const [, rate] = /transactions: +\d+ +\(([\d.]+) per sec/.exec(output) ?? []
  // A deadlock between two of its own clients is no error of anybody's.
  const [, reconnects] = /reconnects: +(\d+)/.exec(output) ?? []
  if (rate === undefined || reconnects !== '0') {
    throw new Error(`sysbench through ${target.name} went wrong:\n${output}`)
  }
  return Number(rate)
}

async function sysbench(target: Target, options: readonly string[]): Promise<string> {
  const program = await ensure('sysbench')
  const where = ['--mysql-host=127.0.0.1', `--mysql-port=${target.port}`]
  const who = [`--mysql-user=${target.user}`, `--mysql-password=${target.password}`]
  const { stdout } = await run(
    program,
    [...where, ...who, `--mysql-db=${target.database}`, ...options],
    {
      maxBuffer: 16 * 1024 * 1024,
    },
  )
  return stdout
}
