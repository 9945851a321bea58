/** Starts a process that ships, starts it again when it dies, and lets it finish at the end. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '../events.ts'

/** What such a process says; `name` is that of where it ships to. */
export type ShippingReport =
  | {
      readonly type: 'shipped'
      readonly name: string
      readonly records: number
      readonly skipped?: number
    }
  | { readonly type: 'away'; readonly name: string; readonly why: string }

export interface ShippingStatus {
  readonly state: 'starting' | 'shipping' | 'away' | 'stopped'
  /** Shipped by this process. */
  readonly records: number
  /** Could not be shipped at all, and was left out. */
  readonly skipped: number
  readonly why: string | undefined
}

export interface ShippingOptions {
  /** `archive/archive-process`, `siem/siem-process`: in the folder above. */
  readonly program: string
  /** Its first message. */
  readonly order: object
  readonly names: readonly string[]
  readonly log: Log | undefined
}

const restartMs = 5_000
/** Sessions go first. Started with it, every thread of the process has the lowest priority. */
const nice = '/usr/bin/nice'
/** How long the end waits for what is not shipped yet; the next start ships it. */
const closeMsMax = 3_000

export class ShippingKeeper {
  readonly #options: ShippingOptions
  readonly #status: Map<string, ShippingStatus>
  #child: ChildProcess | undefined
  #restart: NodeJS.Timeout | undefined
  #closing = false

  constructor(options: ShippingOptions) {
    this.#options = options
    const starting = { state: 'starting', records: 0, skipped: 0, why: undefined } as const
    this.#status = new Map(options.names.map(name => [name, starting]))
    this.#start()
  }

  /** By name. */
  get status(): ReadonlyMap<string, ShippingStatus> {
    return this.#status
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
    const file = `../${this.#options.program}${extname(fileURLToPath(import.meta.url))}`
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      ...(existsSync(nice) && {
        execPath: nice,
        execArgv: ['-n', '19', process.execPath, ...process.execArgv],
      }),
    })
    this.#child = child
    child.on('message', (report: ShippingReport) => this.#told(report))
    child.once('error', error => this.#options.log?.error({ error: error.message }, 'shipping'))
    child.once('exit', () => this.#gone())
    child.send(this.#options.order)
    // It must not keep the proxy alive; the proxy's end is its end.
    child.unref()
    child.channel?.unref()
  }

  #told(report: ShippingReport): void {
    const { name } = report
    const before = this.#status.get(name)
    if (before === undefined) return
    const { state, records, skipped } = before
    const { log } = this.#options
    if (report.type === 'away') {
      if (state !== 'away') log?.warn({ name, why: report.why }, 'what is shipped to is away')
      this.#status.set(name, { state: 'away', records, skipped, why: report.why })
      return
    }
    const leftOut = report.skipped ?? 0
    if (state === 'away') log?.info({ name }, 'what is shipped to is back')
    if (leftOut > 0)
      log?.warn({ name, count: leftOut }, 'events were left out: they are not wanted')
    this.#status.set(name, {
      ...{ state: 'shipping', why: undefined },
      ...{ records: records + report.records, skipped: skipped + leftOut },
    })
  }

  #gone(): void {
    const state = this.#closing ? 'stopped' : 'away'
    for (const [name, status] of this.#status) this.#status.set(name, { ...status, state })
    if (this.#closing) return
    const { names } = this.#options
    this.#options.log?.warn({ names }, 'the process that ships ended; it is started again')
    this.#restart = setTimeout(() => this.#start(), restartMs).unref()
  }
}
