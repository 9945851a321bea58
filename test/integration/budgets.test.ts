/** Results that outgrow their budget: paused in mid-stream, and let go on or ended by people. */
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import t, { type Test } from 'tap'
import { startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

const rules = `
  budgets:
    - { name: rows-of-a-result, rows: 1000, users: [analyst] }
    - { name: rows-of-an-hour, rows: 5000, per: identity, users: [copilot], objects: [public.numbers] }
    - { name: no-more, rows: 1000, action: deny, users: [admin] }
    - { name: overheard, rows: 30, per: session, users: [rita] }
    - { name: no-more-bytes, bytes: 100KiB, action: deny, users: [sven] }
`
const rows = 20_000

async function connect(t: Test, proxy: TestProxy, user?: string): Promise<pg.Client> {
  const client = new pg.Client(proxy.client(user))
  await client.connect()
  t.teardown(() => client.end())
  return client
}

t.test('a result over its budget', async t => {
  const proxy = await startProxy(t, {
    rules,
    sql: `CREATE TABLE numbers AS SELECT n, repeat('x', 100) AS pad FROM generate_series(1, ${rows}) n`,
    unmasked: true,
  })
  const all = 'SELECT n, pad FROM numbers ORDER BY n'

  await t.test('waits, and when it is approved comes whole and in order', async t => {
    const client = await connect(t, proxy)
    const asked = client.query(all)
    const approval = await proxy.pending()
    t.match(approval, { rules: ['rows-of-a-result'] })
    t.match(JSON.stringify(approval), /rows \([\d,]+ bytes\) were shown of this result/)
    await proxy.decide(approval, 'approve')
    const result = await asked
    t.strictSame(
      result.rows.map(row => row.n),
      Array.from({ length: rows }, (_, i) => i + 1),
    )
    t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
  })

  await t.test('ends with an error when it is denied, and the connection works', async t => {
    const client = await connect(t, proxy)
    for (const query of [all, { text: all, values: [] }, { name: 'all', text: all }]) {
      const asked = t.rejects(client.query(query), { code: '42501', message: /was denied by rita/ })
      await proxy.decide(await proxy.pending(), 'deny')
      await asked
      t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
    }
  })

  await t.test('in a transaction fails it, as any error does', async t => {
    const client = await connect(t, proxy)
    await client.query('BEGIN')
    const asked = t.rejects(client.query(all), { code: '42501' })
    await proxy.decide(await proxy.pending(), 'deny')
    await asked
    await t.rejects(client.query('SELECT 1'), { code: '25P02' })
    await client.query('ROLLBACK')
    t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
  })

  await t.test('waits in COPY TO STDOUT, too', async t => {
    const client = await connect(t, proxy)
    const lines = async (): Promise<number> => {
      let count = 0
      const sink = new PassThrough()
      sink.on('data', (chunk: Buffer) => {
        count += chunk.toString().split('\n').length - 1
      })
      await pipeline(client.query(copyTo('COPY numbers TO STDOUT')), sink)
      return count
    }
    const approved = lines()
    await proxy.decide(await proxy.pending(), 'approve')
    t.equal(await approved, rows)
    const denied = t.rejects(lines(), { code: '42501' })
    await proxy.decide(await proxy.pending(), 'deny')
    await denied
    t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
  })

  await t.test('is withdrawn when the client cancels or leaves', async t => {
    const client = await connect(t, proxy)
    const cancelled = t.rejects(client.query(all), { code: '57014' })
    await proxy.pending()
    const canceller = new pg.Client(proxy.client())
    ;(canceller as unknown as { cancel(client: pg.Client, query: unknown): void }).cancel(
      client,
      (client as unknown as { activeQuery: unknown }).activeQuery,
    )
    await cancelled
    t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
  })

  await t.test('ends at once where the budget denies', async t => {
    const client = await connect(t, proxy, 'admin')
    await t.rejects(client.query(all), { code: '42501', message: /budget no-more of 1,000 rows/ })
    t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
    t.equal((await client.query(`${all} LIMIT 1000`)).rows.length, 1000, 'all of the budget')
  })

  await t.test('counts what an error says', async t => {
    const client = await connect(t, proxy, 'sven')
    const telling = "SELECT string_agg(pad, ',')::int FROM numbers WHERE n <= $1"
    await t.rejects(client.query(telling, [100]), { code: '22P02', message: /"x{100},x/ })
    for (const query of [{ text: telling, values: [rows] }, telling.replace('$1', `${rows}`)])
      await t.rejects(client.query(query), { code: '42501', message: /budget no-more-bytes/ })
    t.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
  })

  await t.test('counts what the session is notified of, and ends when it is too much', async t => {
    const client = await connect(t, proxy, 'rita')
    // The connection's end is told after its reason.
    const ended = new Promise<Error>(resolve => client.on('error', resolve))
    let told = 0
    client.on('notification', () => {
      told += 1
    })
    await client.query('LISTEN leak')
    const direct = new pg.Client(proxy.upstream.url)
    await direct.connect()
    t.teardown(() => direct.end())
    for (let n = 0; n < 3; n++)
      await direct.query(
        `SELECT pg_notify('leak', n::text || '/${n}') FROM generate_series(1, 15) n`,
      )
    t.match(await ended, { message: /notification was not shown.*budget overheard of 30 rows/s })
    t.ok(told <= 30, `${told} of 45 notifications`)
  })

  await t.test('follows what is counted into tables that the session makes', async t => {
    const client = await connect(t, proxy, 'copilot')
    await client.query('CREATE TEMP TABLE staged AS SELECT * FROM numbers')
    await client.query('CREATE TEMP TABLE again AS SELECT * FROM staged')
    const asked = client.query('SELECT n FROM again')
    const approval = await proxy.pending()
    t.match(approval, { rules: ['rows-of-an-hour'] })
    await proxy.decide(approval, 'approve')
    t.equal((await asked).rows.length, rows)
  })

  await t.test('counts pages and cursors of an identity, over sessions and restarts', async t => {
    const pager = await connect(t, proxy, 'copilot')
    let shown = 0
    for (; shown < 4800; shown += 200)
      await pager.query('SELECT n FROM numbers WHERE n > $1 ORDER BY n LIMIT 200', [shown])
    t.equal((await pager.query('SELECT count(*) FROM orders')).rowCount, 1, 'other tables do not')
    await pager.end()
    await proxy.restart('SIGTERM')
    const client = await connect(t, proxy, 'copilot')
    const cursor = client.query(new Cursor(all))
    t.equal((await cursor.read(150)).length, 150)
    const more = cursor.read(150)
    const approval = await proxy.pending()
    t.match(approval, { rules: ['rows-of-an-hour'] })
    await proxy.decide(approval, 'approve')
    t.equal((await more).length, 150)
    t.equal((await cursor.read(4000)).length, 4000, 'the budget began anew')
    await cursor.close()
  })
})
