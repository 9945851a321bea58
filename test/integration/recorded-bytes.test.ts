/**
 * Rows are recorded exactly as the client received them: what came out of its socket, and what the
 * journal has, have one hash. In every form of row that there is, masked or not.
 */
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import t, { type Test } from 'tap'
import { captureTo, resultOf } from '../support/mysql-capture.ts'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import { startProxy } from '../support/proxy.ts'
import { recordedFrames } from '../support/recorded-frames.ts'

/** Hash and length, so that nothing is equal to nothing. */
function digest(parts: readonly Buffer[]): { sha256: string; bytes: number } {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  const bytes = parts.reduce((sum, { length }) => sum + length, 0)
  return { sha256: hash.digest('hex'), bytes }
}

const dataRow = 0x44
const copyData = 0x64

/** DataRow and CopyData, whole, in order. */
function postgresRows(bytes: Buffer): readonly Buffer[] {
  const rows: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + bytes.readUInt32BE(at + 1)
    if (bytes[at] === dataRow || bytes[at] === copyData) rows.push(bytes.subarray(at, end))
    at = end
  }
  return rows
}

const kinds = `SELECT 1 AS i, -2.50::numeric AS n, 'x' AS t, NULL AS nothing, '\\x00ff'::bytea AS b,
  now() AS at, ARRAY[1, 2] AS a, '{"a": 1}'::jsonb AS j, gen_random_uuid() AS u, true AS yes`

t.test('rows of Postgres', async t => {
  const proxy = await startProxy(t, { customers: 300 })
  const capture = await captureTo(proxy.port)
  t.teardown(() => capture.close())
  const run = async (
    t: Test,
    user: string,
    work: (client: pg.Client) => Promise<unknown>,
  ): Promise<void> => {
    capture.take()
    const client = new pg.Client({ ...proxy.client(user), port: capture.port })
    await client.connect()
    await work(client)
    await client.end()
    const shown = digest(postgresRows(capture.take().server))
    const frames = await recordedFrames(proxy.dataDir, user)
    const recorded = frames.filter(({ from }) => from === 'server').map(({ bytes }) => bytes)
    t.ok(shown.bytes > 0)
    t.strictSame(digest(postgresRows(Buffer.concat(recorded))), shown)
  }
  const masked = 'SELECT * FROM customers ORDER BY id'
  const binary = { binary: true } as const

  await t.test('text', async t => {
    await run(t, 'analyst', async client => {
      await client.query(kinds)
      await client.query(masked)
      await client.query(`SELECT 1; ${masked}; SELECT repeat('x', 3000000) AS long`)
      await client.query('SELECT n, md5(n::text) FROM generate_series(1, 20000) n')
    })
  })
  await t.test('binary, prepared and by portals', async t => {
    await run(t, 'rita', async client => {
      await client.query({ text: kinds, ...binary } as pg.QueryConfig)
      await client.query({ text: masked, ...binary } as pg.QueryConfig)
      for (const id of [1, 2, 3]) {
        const text = 'SELECT id, email, score FROM customers WHERE id = $1'
        await client.query({ name: 'by-id', text, values: [id], ...binary } as pg.QueryConfig)
      }
      const cursor = client.query(new Cursor(masked))
      while ((await cursor.read(70)).length > 0);
      await cursor.close()
    })
  })
  await t.test('COPY, in every format', async t => {
    const from = '(SELECT id, email, note FROM customers JOIN orders USING (id))'
    for (const format of ['text', 'csv, HEADER', 'binary']) {
      await run(t, 'sven', async client => {
        for (const what of ['orders', ...(format === 'binary' ? [] : [from])]) {
          const copied = client.query(copyTo(`COPY ${what} TO STDOUT WITH (FORMAT ${format})`))
          const rows = pipeline(copied, async chunks => {
            for await (const chunk of chunks) t.ok((chunk as Buffer).length > 0)
          })
          const held = proxy.pending().then(each => proxy.decide(each, 'approve', 'rita'))
          await Promise.race([rows, held])
          await rows
        }
      })
    }
  })
})

t.test('rows of MySQL', async t => {
  const sql = `
    CREATE TABLE kinds (i int, d decimal(10,2), moment datetime(3), clock time, b blob, f double);
    INSERT INTO kinds VALUES (-7, 12.50, '2024-02-29 12:34:56.789', '-01:02:03', x'00ff', 1.5),
      (NULL, NULL, NULL, NULL, NULL, NULL);
  `
  const proxy = await startMysqlProxy(t, { customers: 300, sql })
  const { host, port, user, password, database } = proxy.place()
  const capture = await captureTo(port)
  t.teardown(() => capture.close())
  const texts = [
    'SELECT * FROM kinds',
    'SELECT * FROM customers ORDER BY id',
    "SELECT REPEAT('x', 3000000) AS long_one",
    'SELECT id, email, phone FROM customers WHERE id < 50',
  ]
  for (const format of ['text', 'binary'] as const) {
    await t.test(format, async t => {
      const at = { host, port: capture.port, user, password, database }
      const client = await createConnection(at)
      const shown: Buffer[] = []
      for (const text of texts) {
        const made = format === 'binary' ? await client.prepare(text) : undefined
        capture.take()
        await (made === undefined ? client.query(text) : made.execute([]))
        shown.push(resultOf(capture.take().server).rows)
      }
      await client.end()
      t.strictSame(digest(recordedRows(await recordedFrames(proxy.dataDir, user))), digest(shown))
      t.ok(digest(shown).bytes > 3_000_000)
    })
  }
})

/** Before each response stands the command that it answers. */
function recordedRows(frames: Awaited<ReturnType<typeof recordedFrames>>): readonly Buffer[] {
  const responses: Buffer[][] = []
  for (const { from, bytes } of frames) {
    if (from === 'client') responses.push([])
    else responses.at(-1)?.push(bytes)
  }
  return responses
    .map(each => Buffer.concat(each))
    .filter(each => each.length > 5 && each[4] !== 0 && each[4] !== 0xff)
    .map(each => resultOf(each).rows)
}
