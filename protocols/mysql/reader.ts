/** Reads statements against a live catalog, for commands that have no client. */
import type { Statement, StatementReader, Upstream } from '../protocol.ts'
import { CatalogConnection } from './catalog/connection.ts'
import { Catalog } from './catalog.ts'
import { Planner } from './impact/planner.ts'
import { impactOf } from './impact.ts'
import { SessionState, stateQuery } from './session-state.ts'
import { Analyzer } from './sql/analyzer.ts'

/** Rejects with UpstreamError. */
export async function openReader(upstream: Upstream): Promise<StatementReader> {
  const catalog = await Catalog.open(upstream)
  try {
    const { user, database } = upstream
    const state = new SessionState({
      analyzer: new Analyzer(),
      catalog,
      user,
      database: database || undefined,
    })
    state.learn(await settings(upstream))
    const planner = new Planner(upstream)
    const { context, lexer } = state
    const meant = { lexer, prepared: 'now', types: [] } as const
    return {
      read: (text): Statement => ({ text, analysis: state.explain(text), parameters: [] }),
      impact: (statement, unplanned) =>
        impactOf(planner, { statement, context, unplanned }, meant, new AbortController().signal),
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
async function settings(upstream: Upstream): Promise<readonly (readonly (string | null)[])[]> {
  const connection = new CatalogConnection(upstream)
  try {
    return await connection.rows(stateQuery)
  } finally {
    await connection.close()
  }
}
