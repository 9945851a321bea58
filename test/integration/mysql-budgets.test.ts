/** Results that outgrow their budget on MySQL and MariaDB: paused, let go on, or ended by people. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import t, { type Test } from 'tap'
import { whyNoMysql } from '../support/mysql.ts'
import { startMysqlProxy } from '../support/mysql-proxy.ts'

const noMysql = await whyNoMysql()
const rows = 10_000
const numbers = Array.from({ length: rows }, (_, i) => `(${i + 1}, REPEAT('x', 100))`).join(',')
const all = 'SELECT n, pad FROM numbers ORDER BY n'

async function works(t: Test, client: Connection): Promise<void> {
  const [answer] = await client.query<RowDataPacket[]>('SELECT 1 AS one')
  t.equal(answer[0]?.['one'], 1)
}

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, {
      flavour,
      sql: `CREATE TABLE numbers (n int PRIMARY KEY, pad varchar(100)); INSERT INTO numbers VALUES ${numbers};`,
      rules: `
  budgets:
    - { name: rows-of-a-result, rows: 1000, users: [analyst] }
    - { name: bytes-of-a-result, bytes: 20MiB, users: [copilot], action: deny }
`,
      unmasked: true,
    })
    const n = (found: RowDataPacket[]): unknown[] => found.map(row => row['n'])
    const expected = Array.from({ length: rows }, (_, i) => i + 1)

    await t.test('text, binary and streamed rows come whole when it is approved', async t => {
      const client = await proxy.client(t)
      const ways: (() => Promise<unknown[]>)[] = [
        async () => n((await client.query<RowDataPacket[]>(all))[0]),
        async () => n((await client.execute<RowDataPacket[]>(all))[0]),
        async () => {
          const found: RowDataPacket[] = []
          const stream = client as unknown as { connection: { query(sql: string): RowEmitter } }
          for await (const row of stream.connection.query(all).stream()) found.push(row)
          return n(found)
        },
      ]
      for (const way of ways) {
        const asked = way()
        const approval = await proxy.pending()
        t.match(approval, { rules: ['rows-of-a-result'] })
        await proxy.decide(approval, 'approve')
        t.strictSame(await asked, expected)
      }
      await works(t, client)
    })

    await t.test('a denial ends it with an error, and the connection works', async t => {
      const client = await proxy.client(t)
      for (const way of [() => client.query(all), () => client.execute(all)]) {
        const asked = t.rejects(way(), { errno: 1227, message: /was denied by rita/ })
        await proxy.decide(await proxy.pending(), 'deny')
        await asked
        await works(t, client)
      }
    })

    await t.test('a row of several frames counts whole, and ends with the connection', async t => {
      const client = await proxy.client(t, 'copilot')
      const long = (length: number): string => `SELECT REPEAT('x', ${length}) AS pad`
      const [[fits]] = await client.query<RowDataPacket[]>(long(18_000_000))
      t.equal(fits?.['pad'].length, 18_000_000)
      await t.rejects(client.query(long(60_000_000)))
      await t.rejects(client.query('SELECT 1'), /closed/)
    })

    await t.test('KILL QUERY withdraws it', async t => {
      const client = await proxy.client(t)
      const other = await proxy.client(t)
      const asked = t.rejects(client.query(all), { code: 'ER_QUERY_INTERRUPTED' })
      await proxy.pending()
      await other.query(`KILL QUERY ${client.threadId}`)
      await asked
      await works(t, client)
    })
  })
}

interface RowEmitter {
  stream(): AsyncIterable<RowDataPacket>
}
