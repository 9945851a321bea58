/** mysql2 and MariaDB's connector see through the proxy what they see without it. */

import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import * as mariadb from 'mariadb'
import type { Connection as Callbacks, ConnectionOptions } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import t, { type Test } from 'tap'
import { selfSigned } from '../support/certificates.ts'
import { whyNoMysql } from '../support/mysql.ts'
import { connected, failure, type Place, startMysqlProxy } from '../support/mysql-proxy.ts'
import { inRepository } from '../support/repository.ts'
import { plain, type Seen, sameSteps, tell, told } from '../support/seen.ts'

const kinds = await readFile(inRepository('test/clients/mysql-kinds.sql'), 'utf8')
const noMysql = await whyNoMysql()
const tls = await selfSigned()

async function withMysql2(t: Test, place: Place, more: ConnectionOptions): Promise<Seen> {
  const seen: Seen = []
  const connection = await connected(t, place, {
    multipleStatements: true,
    dateStrings: true,
    ...more,
  })
  const query = (text: string, values?: unknown[]): Promise<void> =>
    tell(seen, text, async () => {
      const [rows, fields] = await connection.query(text, values)
      return [rows, fieldNames(fields)]
    })
  const execute = (text: string, values: (string | number | Buffer | null)[]): Promise<void> =>
    tell(seen, `execute ${text}`, async () => {
      const [rows, fields] = await connection.execute(text, values)
      return [rows, fieldNames(fields)]
    })
  await query('SELECT * FROM kinds ORDER BY id')
  await execute('SELECT * FROM kinds WHERE id > ? ORDER BY id', [0])
  await query('SELECT ? AS a, ? AS b, ? AS c', ["it's", 1.5, null])
  for (const n of [1, 5, 5, 1024, 4000]) {
    await execute('SELECT n, label, at, amount FROM numbers WHERE n = ?', [n])
  }
  await execute('SELECT ?, ?, ?, ?', ['ü 🙂', 1.5, null, Buffer.from([0, 255])])
  await query("SELECT 1 AS a; SELECT 2 AS b, 'x' AS c; DO 1; SELECT 3")
  await query('SELECT 1; SELECT nothing FROM numbers; SELECT 3')
  await query('CALL two_results(3)')
  await execute('CALL two_results(?)', [3])
  await query('CALL doubled(4, @d); SELECT @d')
  await query('START TRANSACTION')
  await query('INSERT INTO scratch (what, unique_) VALUES ?', [
    [
      ['a', 1],
      ['b', 2],
    ],
  ])
  await execute('INSERT INTO scratch (what, unique_) VALUES (?, ?)', ['c', 3])
  await execute('INSERT INTO scratch (what, unique_) VALUES (?, ?)', ['c', 3])
  await execute('UPDATE scratch SET what = ? WHERE unique_ < ?', ['x', 3])
  await query('SELECT what, unique_ FROM scratch ORDER BY unique_')
  await query('ROLLBACK')
  await query('SELECT COUNT(*) FROM scratch')
  await query('')
  await query('-- only a comment')
  await query('SELECT 1')
  await tell(seen, 'change user', () => connection.changeUser({ ...credentials(place) }))
  await query('SELECT DATABASE()')
  await tell(seen, 'reset', () => connection.reset())
  await tell(seen, 'ping', () => connection.ping())
  await tell(seen, 'streamed', () => streamed(connection))
  await connection.end()
  return seen
}

const credentials = ({ user, password, database }: Place): Omit<Place, 'host' | 'port'> => ({
  user,
  password,
  database,
})

function fieldNames(fields: unknown): unknown {
  if (!Array.isArray(fields)) return null
  return fields.map(field =>
    Array.isArray(field)
      ? fieldNames(field)
      : field && [field.name, field.columnType, field.flags, field.columnLength],
  )
}

async function streamed(connection: Connection): Promise<unknown> {
  const text = 'SELECT a.n, b.label FROM numbers a JOIN numbers b ON b.n <= 20'
  // The promises have no streams; what they stand before has.
  const { connection: beneath } = connection as unknown as { connection: Callbacks }
  let rows = 0
  let sum = 0
  for await (const row of beneath.query(text).stream({ highWaterMark: 10 })) {
    rows += 1
    sum += row.n + row.label.length
  }
  return { rows, sum }
}

async function withMariadb(place: Place, more: mariadb.ConnectionConfig): Promise<Seen> {
  const seen: Seen = []
  const connection = await mariadb.createConnection({
    ...place,
    multipleStatements: true,
    allowPublicKeyRetrieval: true,
    dateStrings: true,
    ...more,
  })
  const query = (text: string, values?: unknown[]): Promise<void> =>
    tell(seen, text, () => connection.query(text, values))
  const execute = (text: string, values?: unknown[]): Promise<void> =>
    tell(seen, `execute ${text}`, () => connection.execute(text, values))
  try {
    await query('SELECT * FROM kinds ORDER BY id')
    await execute('SELECT * FROM kinds WHERE id > ? ORDER BY id', [0])
    for (const n of [1, 5, 5, 1024]) {
      await execute('SELECT n, label, at, amount FROM numbers WHERE n = ?', [n])
    }
    // Sent one behind the other, without waiting for answers.
    const behind = ['SELECT 1 AS a', 'SELECT nothing FROM numbers', 'SELECT 2 AS b', 'DO 1']
    for (const each of await Promise.allSettled(behind.map(text => connection.query(text)))) {
      seen.push(each.status === 'fulfilled' ? each.value : told(each.reason))
    }
    await query('SELECT 1 AS a; SELECT 2 AS b')
    await query('CALL two_results(?)', [9])
    await connection.beginTransaction()
    const rows = Array.from({ length: 200 }, (_, n) => [`row ${n}`, n])
    await tell(seen, 'batch', () =>
      connection.batch('INSERT INTO scratch (what, unique_) VALUES (?, ?)', rows),
    )
    await tell(seen, 'failing batch', () =>
      connection.batch('INSERT INTO scratch (what, unique_) VALUES (?, ?)', [
        ['x', 900],
        ['y', 900],
      ]),
    )
    await query('SELECT COUNT(*), MIN(what), MAX(unique_) FROM scratch')
    await connection.rollback()
    await query('SELECT COUNT(*) FROM scratch')
    const stream = connection.queryStream('SELECT n, label FROM numbers ORDER BY n')
    let sum = 0
    for await (const row of Readable.from(stream)) sum += row.n + row.label.length
    seen.push(sum)
    const prepared = await connection.prepare('SELECT label FROM numbers WHERE n = ?')
    for (const n of [1, 2]) seen.push(await prepared.execute([n]))
    prepared.close()
    await tell(seen, 'reset', () => connection.reset())
    await tell(seen, 'ping', () => connection.ping())
    await tell(seen, 'change user', () => connection.changeUser(credentials(place)))
    await query('SELECT DATABASE()')
  } finally {
    await connection.end()
  }
  return seen
}

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, sql: kinds, unmasked: true, clientTls: tls })
    const ca = { ca: tls.cert }

    await t.test('mysql2, plain and over TLS', async t => {
      const direct = plain(await withMysql2(t, proxy.direct(), { flags: ['-LOCAL_FILES'] }))
      t.ok(JSON.stringify(direct).length > 20_000)
      sameSteps(
        t,
        plain(await withMysql2(t, proxy.place('hasty'), { flags: ['-LOCAL_FILES'] })),
        direct,
      )
      const secure = { flags: ['-LOCAL_FILES'], ssl: ca }
      sameSteps(t, plain(await withMysql2(t, proxy.place('hasty'), secure)), direct)
    })

    await t.test("MariaDB's connector, plain and over TLS", async t => {
      for (const more of [{}, { pipelining: false, bulk: false }, { bulk: true }]) {
        const direct = plain(await withMariadb(proxy.direct(), more))
        sameSteps(t, plain(await withMariadb(proxy.place('hasty'), more)), direct)
        sameSteps(t, plain(await withMariadb(proxy.place('hasty'), { ...more, ssl: ca })), direct)
      }
    })

    await t.test('LOAD DATA LOCAL is refused, and no file is asked for', async t => {
      const asked: string[] = []
      const connection = await connected(t, proxy.place('hasty'), {
        infileStreamFactory: path => {
          asked.push(String(path))
          return Readable.from(['secret\n'])
        },
      })
      const text = "LOAD DATA LOCAL INFILE 'mine' INTO TABLE scratch (what)"
      t.match(await failure(connection.query(text)), { errno: 1227 })
      const [rows] = await connection.query('SELECT COUNT(*) AS many FROM scratch')
      t.strictSame(rows, [{ many: 0 }])
      t.strictSame(asked, [])
      t.equal(await proxy.runs('LOAD DATA'), 0)
    })
  })
}
