/**
 * `node dist/test/bench/exports.js`: exports of their full size, a line for each: every way to take
 * two million rows is paused at its budget, and people let it go on, or end it. The proxy records
 * all of it, and its memory has to stay flat. Exits with 1 when a promise is broken.
 *
 *   --rows N      how many there are (2000000); a budget is three fifths of them
 *   --only WAY,…  select prepared copy portal cursor pages, before MariaDB mysql-select
 *                 mysql-prepared mysql-pages
 */
import { parseArgs } from 'node:util'
import t, { type Test } from 'tap'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import { startProxy } from '../support/proxy.ts'
import { MysqlExport, mysqlRows, mysqlWays } from './export-mysql.ts'
import { PostgresExport, postgresRows, postgresWays } from './export-postgres.ts'
import { broken, type ExportProxy, runExport, type Way } from './export-run.ts'

const { values: flags } = parseArgs({
  options: { rows: { type: 'string', default: '2000000' }, only: { type: 'string' } },
})
const rows = Number(flags.rows)
const budget = Math.floor(rows * 0.6)
const only = flags.only?.split(',')

// The first stands for the preset's own. An identity that used its budget up has none left, so
// that two of them page: one is let go on, the other is not.
const rules = `
  budgets:
    - { name: bulk-read, rows: ${budget}, users: [analyst] }
    - { name: of-a-session, rows: ${budget}, per: session, users: [sven] }
    - { name: of-an-identity, rows: ${budget}, per: identity, window: 12h, users: [copilot, admin] }
`
t.setTimeout(0)

const fromPostgres = chosen(postgresWays)
if (fromPostgres.length > 0) {
  await t.test('before Postgres', { timeout: 0 }, async t => {
    const proxy = await startProxy(t, { rules, sql: postgresRows(rows), unmasked: true })
    const open = (user: string) => PostgresExport.open(proxy.client(user))
    for (const way of fromPostgres) await bothWays(t, proxy, way, open, /^42501: .*was denied by/s)
  })
}

const fromMariadb = chosen(mysqlWays)
if (fromMariadb.length > 0) {
  await t.test('before MariaDB', { timeout: 0 }, async t => {
    const proxy = await startMysqlProxy(t, { rules, sql: mysqlRows(rows), unmasked: true })
    const open = (user: string) => MysqlExport.open(proxy.place(user))
    const told = /^ER_SPECIFIC_ACCESS_DENIED_ERROR: .*was denied by/s
    for (const way of fromMariadb) await bothWays(t, proxy, way, open, told)
  })
}

function chosen<C>(ways: readonly Way<C>[]): readonly Way<C>[] {
  return ways.filter(({ name }) => only === undefined || only.includes(name))
}

async function bothWays<C extends PostgresExport | MysqlExport>(
  t: Test,
  proxy: ExportProxy,
  way: Way<C>,
  open: (user: string) => Promise<C>,
  told: RegExp,
): Promise<void> {
  for (const decision of ['approve', 'deny'] as const) {
    await t.test(`${way.name}, ${decision}`, { timeout: 0 }, async t => {
      const client = await open(way.user[decision])
      await client.one()
      const figures = await runExport(proxy, way, client, rows, decision)
      const wrong = broken(figures, decision, { rows, budget, told })
      process.stderr.write(`${way.name}, ${decision}: ${JSON.stringify(figures)}\n`)
      t.strictSame(wrong, [])
    })
  }
}
