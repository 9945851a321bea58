/**
 * What is known of each upstream database: its catalog and the analyses of statements over it.
 * Shared by the sessions on it, and let go some time after the last of them.
 */
import { Leases } from '../leases.ts'
import type { Upstream } from '../protocol.ts'
import { Catalog } from './catalog.ts'
import { Planner } from './impact/planner.ts'
import { Analyzer } from './sql/analyzer.ts'

export interface Database {
  readonly catalog: Catalog
  readonly analyzer: Analyzer
  readonly planner: Planner
  /** To be called once, when the session ends. */
  release(): void
}

export class Databases {
  readonly #leases = new Leases<Omit<Database, 'release'>>(async ({ catalog, planner }) => {
    await Promise.allSettled([catalog.close(), planner.close()])
  })

  /** Rejects with UpstreamError. */
  async acquire(upstream: Upstream): Promise<Database> {
    const { host, port, database, user } = upstream
    const key = JSON.stringify([host, port, database, user])
    const { thing, release } = await this.#leases.acquire(key, () => open(upstream))
    return { ...thing, release }
  }

  /** Closes every catalog. For when there are no sessions any more. */
  close(): Promise<void> {
    return this.#leases.close()
  }
}

async function open(upstream: Upstream): Promise<Omit<Database, 'release'>> {
  await Analyzer.load()
  const planner = new Planner(upstream)
  return { catalog: await Catalog.open(upstream), analyzer: new Analyzer(), planner }
}
