/** `countersign demo`: a sample database, the proxy, a policy and the console, in one command. */
import { Command, InvalidArgumentError } from 'commander'
import { type RunningDemo, startDemo, writeReadyFile } from '../demo/start.ts'
import { tour } from '../demo/tour.ts'
import { walkThrough } from '../demo/walk-through.ts'
import type { Deps } from './deps.ts'

interface Flags {
  readonly postgresPort: number
  readonly httpPort: number
  readonly mysql?: true
  readonly mysqlPort?: number
  readonly dataDir?: string
  readonly upstream?: string
  readonly readyFile?: string
  readonly tour?: true
}

export function demoCommand(deps: Deps): Command {
  return new Command('demo')
    .description('try it: sample database, proxy, policy, console and archive, all embedded')
    .option('--postgres-port <port>', 'where Postgres clients connect', portNumber, 6432)
    .option('--http-port <port>', 'where the console listens', portNumber, 8080)
    .option('--mysql', 'a sample for MySQL clients, too, by the MariaDB or MySQL of this machine')
    .option('--mysql-port <port>', 'where they connect (default: 6433); means --mysql', portNumber)
    .option(
      '--data-dir <dir>',
      'keep everything there (default: a fresh folder, removed at the end)',
    )
    .option('--upstream <url>', 'put the proxy before this database instead of the sample')
    .option('--ready-file <file>', 'write addresses and passwords there, as JSON, once all is up')
    .option('--tour', 'play the walk-through over the real wire, and exit')
    .action((flags: Flags) => run(flags, deps))
}

async function run(flags: Flags, deps: Deps): Promise<void> {
  const progress = new Progress()
  const stopped = stopSignal()
  let demo: RunningDemo
  try {
    if (flags.tour && flags.upstream !== undefined) {
      throw new Error('--tour needs the sample database: leave out --upstream')
    }
    const mysql = flags.mysql ?? flags.mysqlPort !== undefined
    if (mysql && flags.upstream !== undefined) {
      throw new Error('--mysql brings a copy of the sample database: leave out --upstream')
    }
    demo = await startDemo(
      {
        postgresPort: flags.postgresPort,
        httpPort: flags.httpPort,
        mysqlPort: mysql ? (flags.mysqlPort ?? 6433) : undefined,
        dataDir: flags.dataDir,
        upstream: flags.upstream,
        progress: what => progress.step(what),
      },
      deps.start,
    )
  } catch (error) {
    progress.end('')
    fail(error)
    return
  }
  progress.end('ready')
  try {
    if (flags.readyFile !== undefined) await writeReadyFile(flags.readyFile, demo)
    if (flags.tour) {
      const played = tour(demo, text => process.stdout.write(text))
      const passed = await Promise.race([played, stopped.then(() => false)])
      if (!passed) process.exitCode = 1
    } else {
      process.stdout.write(walkThrough(demo, flags.dataDir === undefined))
      await stopped
      process.stderr.write('\nstopping\n')
    }
  } catch (error) {
    fail(error)
  } finally {
    await demo.stop()
  }
}

/** The first one asks; by the second, waiting has become too long. */
function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    const ask = (): void => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
    process.on('SIGINT', ask)
    process.on('SIGTERM', ask)
  })
}

function fail(error: unknown): void {
  process.stderr.write(`countersign demo: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new InvalidArgumentError('expected a port between 0 and 65535')
  }
  return port
}

/** One line that changes in a terminal; a line a step elsewhere. */
class Progress {
  readonly #started = Date.now()
  readonly #live = process.stderr.isTTY === true

  step(what: string): void {
    this.#show(`${what} …`, this.#live ? '' : '\n')
  }

  end(what: string): void {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1)
    if (what !== '') this.#show(`${what} after ${seconds} s`, '\n')
    else if (this.#live) process.stderr.write('\n')
  }

  #show(text: string, end: string): void {
    process.stderr.write(this.#live ? `\r\x1b[2KCountersign: ${text}${end}` : `${text}${end}`)
  }
}
