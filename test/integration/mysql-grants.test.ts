/** Grants through the real program before MariaDB. */
import type { Test } from 'tap'
import { glassApprovals, glassScenario } from '../support/glass-scenario.ts'
import { approvals, grantScenario, rules, type Scene, sql } from '../support/grant-scenario.ts'
import { startMysqlProxy } from '../support/mysql-proxy.ts'

grantScenario('grants on MariaDB', t => scene(t, approvals))
glassScenario(
  'breaking the glass on MariaDB',
  reason => `SET @countersign_break_glass = '${reason}'`,
  t => scene(t, glassApprovals),
)

async function scene(t: Test, approvals: string): Promise<Scene> {
  const proxy = await startMysqlProxy(t, { sql, rules, approvals })
  return {
    proxy,
    placeholder: '?',
    denied: 'ER_SPECIFIC_ACCESS_DENIED_ERROR',
    ran: /Execute\s+DELETE FROM carts WHERE n/g,
    client: async user => {
      const client = await proxy.client(t, user)
      return {
        run: (text, values) =>
          (values === undefined ? client.query(text) : client.execute(text, [...values])).then(
            ([result]) => (result as { affectedRows: number }).affectedRows,
            ({ code }: { code: string }) => code,
          ),
        end: () => client.end(),
      }
    },
  }
}
