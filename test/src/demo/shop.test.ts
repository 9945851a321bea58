import { Client } from 'pg'
import t from 'tap'
import { loadShop, shopCounts } from '../../../src/demo/shop.ts'
import { startPostgres } from '../../support/postgres.ts'

t.test('the shop is filled once, in seconds, by a role without privileges', async t => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const started = Date.now()
  await loadShop({ adminUrl: server.url, password: 'not a secret' })
  t.ok(Date.now() - started < 15_000, `took ${Date.now() - started} ms`)
  await loadShop({ adminUrl: server.url, password: 'not a secret' })

  const url = new URL(server.url)
  url.username = 'shop'
  url.password = 'not a secret'
  url.pathname = '/shop'
  const client = new Client({ connectionString: url.href })
  await client.connect()
  t.teardown(() => client.end())
  for (const [table, count] of Object.entries(shopCounts)) {
    const result = await client.query(`select count(*)::integer as n from ${table}`)
    t.equal(result.rows[0].n, count, table)
  }
  const first = await client.query('select name, email, national_id from customers where id = 1')
  t.strictSame(first.rows, [
    { name: 'Clara Lehmann', email: 'clara.lehmann1@example.net', national_id: '000-90-2949' },
  ])
  const role = await client.query('select rolsuper from pg_roles where rolname = current_user')
  t.strictSame(role.rows, [{ rolsuper: false }])
  const revenue = await client.query('select count(*)::integer as n from monthly_revenue')
  t.ok(revenue.rows[0].n > 30)
})
