/** Reads statements against a live catalog, for commands that have no client. */
import type { Statement, StatementReader, Upstream } from '../protocol.ts'
import { CatalogConnection } from './catalog/connection.ts'
import { Catalog } from './catalog.ts'
import { Planner } from './impact/planner.ts'
import { impactOf } from './impact.ts'
import { Analyzer } from './sql/analyzer.ts'
import { SessionNames } from './sql/session-names.ts'

/** Rejects with UpstreamError. */
export async function openReader(upstream: Upstream): Promise<StatementReader> {
  await Analyzer.load()
  const catalog = await Catalog.open(upstream)
  try {
    const path = await searchPath(upstream)
    const names = new SessionNames({
      catalog: catalog.snapshot,
      user: upstream.user,
      searchPath: path,
      reportsSearchPath: false,
    })
    const analyzer = new Analyzer()
    const planner = new Planner(upstream)
    const context = { transaction: 'idle', role: undefined, searchPath: path } as const
    return {
      read: (text): Statement => ({
        text,
        analysis: analyzer.explain(text, names),
        parameters: [],
      }),
      impact: (statement, unplanned) =>
        impactOf(planner, { statement, context, unplanned }, new AbortController().signal),
      close: async () => {
        await planner.close()
        await catalog.close()
      },
    }
  } catch (error) {
    await catalog.close()
    throw error
  }
}

/** What a new session of that user starts with. */
async function searchPath(upstream: Upstream): Promise<string | undefined> {
  const connection = new CatalogConnection(upstream)
  try {
    const [[[value] = []] = []] = await connection.rows('show search_path')
    return value ?? undefined
  } finally {
    await connection.close()
  }
}
