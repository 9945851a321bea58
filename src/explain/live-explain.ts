/** Explains statements by the rules in force and the catalog as it is now, for the console. */
import type { StatementReader, Upstream } from '../../protocols/protocol.ts'
import type { Config } from '../config/config.ts'
import type { RulesInForce } from '../session/rules-in-force.ts'
import type { ExplainApi } from '../web/options.ts'
import { explainStatement, unplannedFor } from './explain.ts'
import { explanationText } from './explanation.ts'

export interface LiveExplainParts {
  readonly config: Config
  readonly rules: RulesInForce
  readonly open: (protocol: string, upstream: Upstream) => Promise<StatementReader>
}

/** Each reads a whole catalog: more at once would be felt by the database. */
const waitingMax = 4

export function liveExplain({ config, rules, open }: LiveExplainParts): ExplainApi {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  const answer: ExplainApi['answer'] = async ({ sql, database, user }) => {
    const where = config.databases.get(database)
    const who = config.users.find(({ name }) => name === user)
    if (where === undefined) return { ok: false, message: `there is no database "${database}"` }
    if (who === undefined) return { ok: false, message: `there is no user "${user}"` }
    try {
      const reader = await open(where.protocol, where.upstream)
      try {
        const { policy, masking } = rules.current
        const statement = reader.read(sql)
        // Whoever reads the answer is not the user that is named.
        const unplanned = config.users
          .map(each => unplannedFor(statement.analysis, masking, each, where.name))
          .find(why => why !== undefined)
        const explanation = explainStatement(statement, {
          impact: await reader.impact(statement, unplanned),
          ...{ policy, masking, database: where, user: who },
          ...{ application: undefined, transaction: 'idle' },
        })
        return { ok: true, text: explanationText(explanation) }
      } finally {
        await reader.close()
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return { ok: false, message: `it could not be read: ${error.message}` }
    }
  }
  return {
    databases: () => [...config.databases.keys()],
    users: () => config.users.map(({ name }) => name),
    answer: async asked => {
      if (waiting >= waitingMax)
        return { ok: false, message: 'others are asking: try again in a moment' }
      waiting += 1
      const turn = last.then(() => answer(asked))
      last = turn.catch(() => undefined)
      return turn.finally(() => {
        waiting -= 1
      })
    },
  }
}
