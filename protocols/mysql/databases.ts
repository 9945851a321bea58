/**
 * What is known of each upstream: how its server greets, its catalog, and the analyses of
 * statements over it. Shared by the sessions on it; the catalog is let go some time after the last.
 */
import { UpstreamError } from '../errors.ts'
import type { Upstream } from '../protocol.ts'
import { Capability } from './capabilities.ts'
import { Catalog } from './catalog.ts'
import { Analyzer } from './sql/analyzer.ts'
import type { ServerGreeting } from './startup.ts'
import { learnGreeting } from './upstream.ts'

export interface Database {
  readonly catalog: Catalog
  readonly analyzer: Analyzer
  /** To be called once, when the session ends. */
  release(): void
}

const idleMsMax = 60_000
const learnMsMax = 5_000

/** Before any server is known: what every one of them can do, and nothing that needs its packets. */
const plainGreeting: ServerGreeting = {
  version: '8.0.36-countersign',
  flavour: 'mysql',
  capabilities:
    Capability.LONG_PASSWORD |
    Capability.FOUND_ROWS |
    Capability.LONG_FLAG |
    Capability.IGNORE_SPACE |
    Capability.INTERACTIVE |
    Capability.TRANSACTIONS |
    Capability.MULTI_STATEMENTS |
    Capability.MULTI_RESULTS |
    Capability.PS_MULTI_RESULTS,
  collation: 45,
}

export class Databases {
  readonly #entries = new Map<string, Entry>()
  /** In the order of the configuration; undefined for one that was away. */
  readonly #greetings = new Map<string, ServerGreeting | undefined>()
  readonly #unlearnt = new Map<string, Upstream>()
  #learning = false

  /**
   * What a client is told that has not said yet where it wants to go: the words of the first
   * server, and what all of them can do.
   */
  get greeting(): ServerGreeting {
    if (this.#unlearnt.size > 0 && !this.#learning) void this.learn([...this.#unlearnt.values()])
    let greeting: ServerGreeting | undefined
    for (const known of this.#greetings.values()) {
      if (known === undefined) continue
      greeting ??= known
      const capabilities = greeting.capabilities & known.capabilities
      if (capabilities !== greeting.capabilities) greeting = { ...greeting, capabilities }
    }
    return greeting ?? plainGreeting
  }

  /** Never rejects: a server that is away is asked again when a client comes. */
  async learn(upstreams: readonly Upstream[]): Promise<void> {
    this.#learning = true
    for (const upstream of upstreams) {
      const key = serverKey(upstream)
      if (!this.#greetings.has(key)) this.#greetings.set(key, undefined)
    }
    await Promise.all(upstreams.map(upstream => this.#learn(upstream)))
    this.#learning = false
  }

  /** A session has just seen it: the server may be another than before. */
  learnt(upstream: Upstream, greeting: ServerGreeting): void {
    const key = serverKey(upstream)
    this.#greetings.set(key, greeting)
    this.#unlearnt.delete(key)
  }

  /** Rejects with UpstreamError. Longer texts than that are not read. */
  async acquire(upstream: Upstream, statementBytesMax: number): Promise<Database> {
    const { host, port, database, user } = upstream
    const key = JSON.stringify([host, port, database, user])
    const entry = this.#entries.get(key) ?? this.#open(key, upstream, statementBytesMax)
    clearTimeout(entry.timer)
    entry.sessions += 1
    try {
      return { ...(await entry.opened), release: () => this.#release(key, entry) }
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  /** Closes every catalog. For when there are no sessions any more. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const { timer } of entries) clearTimeout(timer)
    await Promise.allSettled(entries.map(async ({ opened }) => (await opened).catalog.close()))
  }

  async #learn(upstream: Upstream): Promise<void> {
    const key = serverKey(upstream)
    try {
      this.learnt(upstream, await learnGreeting(upstream, { timeoutMs: learnMsMax }))
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      this.#unlearnt.set(key, upstream)
    }
  }

  #open(key: string, upstream: Upstream, statementBytesMax: number): Entry {
    const opened = open(upstream, statementBytesMax)
    const entry: Entry = { opened, sessions: 0, timer: undefined }
    this.#entries.set(key, entry)
    return entry
  }

  #release(key: string, entry: Entry): void {
    entry.sessions -= 1
    if (entry.sessions > 0) return
    entry.timer = setTimeout(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      entry.opened.then(
        ({ catalog }) => catalog.close(),
        () => undefined,
      )
    }, idleMsMax)
    entry.timer.unref()
  }
}

interface Entry {
  readonly opened: Promise<Omit<Database, 'release'>>
  sessions: number
  timer: NodeJS.Timeout | undefined
}

async function open(
  upstream: Upstream,
  statementBytesMax: number,
): Promise<Omit<Database, 'release'>> {
  return { catalog: await Catalog.open(upstream), analyzer: new Analyzer({ statementBytesMax }) }
}

function serverKey({ host, port, user }: Upstream): string {
  return JSON.stringify([host, port, user])
}
