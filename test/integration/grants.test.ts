/** Grants through the real program before Postgres. */
import pg from 'pg'
import type { Test } from 'tap'
import { glassApprovals, glassScenario } from '../support/glass-scenario.ts'
import { approvals, grantScenario, rules, type Scene, sql } from '../support/grant-scenario.ts'
import { startProxy } from '../support/proxy.ts'

grantScenario('grants on Postgres', t => scene(t, approvals))
glassScenario(
  'breaking the glass on Postgres',
  reason => `SET countersign.break_glass = '${reason}'`,
  t => scene(t, glassApprovals),
)

async function scene(t: Test, approvals: string): Promise<Scene> {
  const proxy = await startProxy(t, { log: true, sql, rules, approvals })
  return {
    proxy,
    placeholder: '$1',
    denied: '42501',
    ran: /DELETE FROM carts WHERE n/g,
    client: async user => {
      const client = new pg.Client(proxy.client(user))
      await client.connect()
      t.teardown(() => client.end())
      return {
        run: (text, values) =>
          client.query(text, values && [...values]).then(
            ({ rowCount }) => rowCount ?? 0,
            ({ code }: { code: string }) => code,
          ),
        end: () => client.end(),
      }
    },
  }
}
