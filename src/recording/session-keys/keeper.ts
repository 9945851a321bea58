/**
 * What a recorder does about keys while it runs: answers others on this machine, who may not change
 * the journal beside it, and erases the sessions that are past their time.
 */
import { join } from 'node:path'
import type { Log, RetentionConfig } from '../events.ts'
import { type CustodyJournal, OwnCustody, serveCustody } from './custody.ts'
import { Expiry } from './expiry.ts'

export interface KeyKeeperOptions {
  readonly dataDir: string
  readonly journal: CustodyJournal
  /** For how long sessions can be read, from when they ended. */
  readonly shredAfter: RetentionConfig
  /** Whether the session goes on: its key is still in use. */
  readonly running: (session: string) => boolean
  readonly log: Log | undefined
}

const expiryMs = 60 * 60_000

export class KeyKeeper {
  readonly #log: Log | undefined
  readonly #custody: OwnCustody
  readonly #expiry: Expiry
  readonly #timer: NodeJS.Timeout
  readonly #stop = new AbortController()
  #server: { close(): Promise<void> } | undefined
  #failure: string | undefined

  static async open(options: KeyKeeperOptions): Promise<KeyKeeper> {
    const keeper = new KeyKeeper(options)
    await keeper.#serve(options.dataDir)
    void keeper.#expireNow()
    return keeper
  }

  private constructor({ dataDir, journal, shredAfter, running, log }: KeyKeeperOptions) {
    this.#log = log
    this.#custody = new OwnCustody(dataDir, journal, running)
    this.#expiry = new Expiry({
      dir: join(dataDir, 'journal'),
      readable: shredAfter,
      custody: this.#custody,
    })
    this.#timer = setInterval(() => void this.#expireNow(), expiryMs).unref()
  }

  /** Why sessions past their time can still be read; undefined when none can. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Erases what is past its time by then. Resolves with the sessions' ids. */
  expire(nowMs: number): Promise<readonly string[]> {
    return this.#expiry.run(nowMs, this.#stop.signal)
  }

  /** Before the journal is closed. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await this.#server?.close()
    await this.#expiry.settled()
    await this.#custody.close()
  }

  async #serve(dataDir: string): Promise<void> {
    try {
      this.#server = await serveCustody(dataDir, this.#custody)
    } catch (error) {
      // Sessions go on; only `countersign keys` has to wait until this process has ended.
      this.#log?.error({ error: String(error) }, 'nobody can be asked about keys')
    }
  }

  async #expireNow(): Promise<void> {
    try {
      const erased = await this.expire(Date.now())
      this.#failure = undefined
      if (erased.length === 0) return
      this.#log?.info({ count: erased.length }, 'sessions past their time were erased')
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
      this.#log?.error({ error: String(error) }, 'sessions past their time can still be read')
    }
  }
}
