/**
 * What is known of each upstream: how its server greets, its catalog, and the analyses of
 * statements over it. Shared by the sessions on it; the catalog is let go some time after the last.
 */
import { UpstreamError } from '../errors.ts'
import { Leases } from '../leases.ts'
import type { Upstream } from '../protocol.ts'
import { Capability } from './capabilities.ts'
import { Catalog } from './catalog.ts'
import { Planner } from './impact/planner.ts'
import { Analyzer } from './sql/analyzer.ts'
import type { ServerGreeting } from './startup.ts'
import { learnGreeting } from './upstream.ts'

export interface Database {
  readonly catalog: Catalog
  readonly analyzer: Analyzer
  readonly planner: Planner
  /** To be called once, when the session ends. */
  release(): void
}

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
  readonly #leases = new Leases<Omit<Database, 'release'>>(async ({ catalog, planner }) => {
    await Promise.allSettled([catalog.close(), planner.close()])
  })
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
    const { thing, release } = await this.#leases.acquire(key, () =>
      open(upstream, statementBytesMax),
    )
    return { ...thing, release }
  }

  /** Closes every catalog. For when there are no sessions any more. */
  close(): Promise<void> {
    return this.#leases.close()
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
}

async function open(
  upstream: Upstream,
  statementBytesMax: number,
): Promise<Omit<Database, 'release'>> {
  const planner = new Planner(upstream)
  const analyzer = new Analyzer({ statementBytesMax })
  return { catalog: await Catalog.open(upstream), analyzer, planner }
}

function serverKey({ host, port, user }: Upstream): string {
  return JSON.stringify([host, port, user])
}
