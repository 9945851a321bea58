import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import t from 'tap'
import { startEmbeddedMariadb } from '../../../src/demo/embedded-mariadb.ts'
import { loadShop, shopCounts } from '../../../src/demo/shop.ts'
import { loadMysqlShop, mysqlShop } from '../../../src/demo/shop-mysql.ts'
import { ensure } from '../../support/clients.ts'
import { startPostgres } from '../../support/postgres.ts'

t.test('the shop for MySQL has the rows of the other, and is loaded once', async t => {
  await ensure('mariadbd')
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-shop-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const [postgres, mysql] = await Promise.all([
    startPostgres(),
    startEmbeddedMariadb({
      ...{ dir, durable: false, temporary: false },
      settings: { 'log-bin-trust-function-creators': '1' },
    }),
  ])
  t.teardown(() => Promise.all([postgres.stop(), mysql.stop()]))
  const password = `not a 'secret'`
  await loadShop({ adminUrl: postgres.url, password })
  const from = new URL(postgres.url)
  from.pathname = '/shop'
  const options = { adminUrl: mysql.url, password, from: from.href }
  await loadMysqlShop(options)
  const started = Date.now()
  await loadMysqlShop(options)
  t.ok(Date.now() - started < 1000, 'the second time there is nothing to do')

  const source = new Client({ connectionString: from.href })
  await source.connect()
  t.teardown(() => source.end())
  await source.query("set timezone = 'UTC'")
  const { host, port } = mysql
  const place = { host, port, user: 'shop', password, database: mysqlShop, dateStrings: true }
  const target = await createConnection(place)
  t.teardown(() => target.end())
  for (const [table, count] of Object.entries(shopCounts)) {
    const [rows] = await target.query(`SELECT count(*) AS n FROM ${table}`)
    t.match(rows, [{ n: count }], table)
  }
  const sameOf = async (text: string, ours = text) => {
    const types = { getTypeParser: () => String }
    const { rows } = await source.query({ text, rowMode: 'array', types })
    const [copied] = await target.query({ sql: ours, rowsAsArray: true })
    const texts = (copied as unknown[][]).map(row => row.map(v => (v === null ? v : String(v))))
    t.strictSame(texts, rows, text)
  }
  await sameOf(
    'select id, name, notes, date_of_birth, created_at::timestamp from customers order by id limit 99',
    'SELECT id, name, notes, date_of_birth, created_at FROM customers ORDER BY id LIMIT 99',
  )
  await sameOf('select sum(amount), count(iban) from payments')
  await sameOf('select month, payments, revenue from monthly_revenue order by month')
  await sameOf('select customer_age(7), customer_age(8)')
  await t.rejects(target.query('SELECT * FROM mysql.user'), { code: 'ER_TABLEACCESS_DENIED_ERROR' })
})
