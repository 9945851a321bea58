/**
 * What is known of each upstream database: its catalog and the analyses of statements over it.
 * Shared by the sessions on it, and let go some time after the last of them.
 */
import type { Upstream } from '../protocol.ts'
import { Catalog } from './catalog.ts'
import { Analyzer } from './sql/analyzer.ts'

export interface Database {
  readonly catalog: Catalog
  readonly analyzer: Analyzer
  /** To be called once, when the session ends. */
  release(): void
}

const idleMsMax = 60_000

export class Databases {
  readonly #entries = new Map<string, Entry>()

  /** Rejects with UpstreamError. */
  async acquire(upstream: Upstream): Promise<Database> {
    const { host, port, database, user } = upstream
    const key = JSON.stringify([host, port, database, user])
    const entry = this.#entries.get(key) ?? this.#open(key, upstream)
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

  #open(key: string, upstream: Upstream): Entry {
    const entry: Entry = { opened: open(upstream), sessions: 0, timer: undefined }
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

async function open(upstream: Upstream): Promise<Omit<Database, 'release'>> {
  await Analyzer.load()
  return { catalog: await Catalog.open(upstream), analyzer: new Analyzer() }
}
