/** Starts the archive's process, starts it again when it dies, and lets it finish at the end. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ArchiveOrder, ArchiveReport } from './archive-process.ts'
import type { ArchiveConfig, Log, RetentionConfig } from './events.ts'

export interface ArchiveStatus {
  readonly state: 'starting' | 'shipping' | 'away' | 'stopped'
  /** Records shipped by this process. */
  readonly records: number
  readonly why: string | undefined
}

const restartMs = 5_000
/** Sessions go first. Started with it, every thread of the process has the lowest priority. */
const nice = '/usr/bin/nice'
/** How long the end waits for what is not shipped yet; the next start ships it. */
const closeMsMax = 3_000

export class ArchiveKeeper {
  status: ArchiveStatus = { state: 'starting', records: 0, why: undefined }
  readonly #order: ArchiveOrder
  readonly #log: Log | undefined
  #child: ChildProcess | undefined
  #restart: NodeJS.Timeout | undefined
  #closing = false

  constructor(
    dataDir: string,
    config: Exclude<ArchiveConfig, { kind: 'none' }>,
    retention: RetentionConfig | undefined,
    log: Log | undefined,
  ) {
    this.#order = { dataDir, config, ...(retention && { retention }) }
    this.#log = log
    this.#start()
  }

  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    if (child.connected) child.send('stop')
    const timer = setTimeout(() => child.kill('SIGKILL'), closeMsMax)
    await exited
    clearTimeout(timer)
  }

  #start(): void {
    // The same file under the compiler's output and under its sources.
    const file = `./archive-process${extname(fileURLToPath(import.meta.url))}`
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      ...(existsSync(nice) && {
        execPath: nice,
        execArgv: ['-n', '19', process.execPath, ...process.execArgv],
      }),
    })
    this.#child = child
    child.on('message', (report: ArchiveReport) => this.#told(report))
    child.once('error', error => this.#log?.error({ error: error.message }, 'archive'))
    child.once('exit', () => this.#gone())
    child.send(this.#order)
    // It must not keep the proxy alive; the proxy's end is its end.
    child.unref()
    child.channel?.unref()
  }

  #told(report: ArchiveReport): void {
    const { state, records } = this.status
    if (report.type === 'shipped') {
      if (state === 'away') this.#log?.info({}, 'the archive is back')
      this.status = { state: 'shipping', records: records + report.records, why: undefined }
    } else if (report.type === 'away') {
      if (state !== 'away') this.#log?.warn({ why: report.why }, 'the archive is away')
      this.status = { state: 'away', records, why: report.why }
    }
  }

  #gone(): void {
    this.status = { ...this.status, state: this.#closing ? 'stopped' : 'away' }
    if (this.#closing) return
    this.#log?.warn({}, "the archive's process ended; it is started again")
    this.#restart = setTimeout(() => this.#start(), restartMs).unref()
  }
}
