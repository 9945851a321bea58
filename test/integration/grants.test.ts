/** Grants through the real program before Postgres. */
import pg from 'pg'
import { approvals, grantScenario, rules, sql } from '../support/grant-scenario.ts'
import { startProxy } from '../support/proxy.ts'

grantScenario('grants on Postgres', async t => {
  const proxy = await startProxy(t, { log: true, sql, rules, approvals })
  return {
    proxy,
    placeholder: '$1',
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
})
