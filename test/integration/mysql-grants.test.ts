/** Grants through the real program before MariaDB. */
import { approvals, grantScenario, rules, sql } from '../support/grant-scenario.ts'
import { startMysqlProxy } from '../support/mysql-proxy.ts'

grantScenario('grants on MariaDB', async t => {
  const proxy = await startMysqlProxy(t, { sql, rules, approvals })
  return {
    proxy,
    placeholder: '?',
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
})
