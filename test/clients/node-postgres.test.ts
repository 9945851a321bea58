/**
 * Node's drivers through the proxy: `pg` with its cursors and streams, and postgres.js, which
 * pipelines. Each does the same directly and through the proxy, and has to see the same.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import { startProxy } from '../support/proxy.ts'

const proxy = await startProxy(t)

/** Does it directly, then through the proxy, and compares what it gives. */
async function same(t: Test, what: (url: string) => Promise<unknown>): Promise<void> {
  const direct = await what(proxy.upstream.url)
  t.ok(direct !== undefined)
  t.strictSame(await what(proxy.url()), direct)
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** What of an error a program may look at. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  // The server's source file is left out: the proxy's own errors have none.
  const { code, severity, detail, hint, position, constraint, table, column, where } =
    error as pg.DatabaseError
  const { message } = error
  return {
    ...{ message, code, severity, detail, hint, position, constraint },
    ...{ table, column, where },
  }
}

const everyType = [
  ['bool', true],
  ['int2', -3],
  ['int4', 2147483647],
  ['int8', '9007199254740993'],
  ['float4', 1.5],
  ['float8', Math.PI],
  ['numeric', '12345678901234567890.000100'],
  ['text', "tëxt ' \\ \u{1f642}"],
  ['varchar(5)', 'short'],
  ['char(5)', 'ab'],
  ['bytea', Buffer.from([0, 1, 0xff])],
  ['date', '2024-02-29'],
  ['time', '13:14:15.678'],
  ['timestamp', '2024-02-29 13:14:15.678901'],
  ['timestamptz', new Date('2024-02-29T13:14:15Z')],
  ['interval', '1 year 2 days 03:04:05'],
  ['uuid', '00000000-0000-0000-0000-00000000002a'],
  ['json', { a: [1, null] }],
  ['jsonb', { b: 'ü' }],
  ['int4[]', [1, null, 3]],
  ['text[]', ['a,b', '"', null]],
  ['inet', '192.168.0.1/24'],
  ['point', '(1,2)'],
  ['int4range', '[1,5)'],
  ['xml', '<a/>'],
  ['tsvector', "'a' 'b'"],
  ['bit(3)', '101'],
  ['money', '$1.00'],
  ['text', null],
] as const

t.test('pg', async t => {
  await t.test('parameters and results of every common type', t =>
    same(t, url =>
      withClient(url, async client => {
        const list = everyType.map(([type], i) => `$${i + 1}::${type} AS c${i}`)
        const values = everyType.map(([, value]) => value)
        const text = `SELECT ${list.join(', ')}`
        const all: unknown[] = []
        for (const query of [{ text }, { text, name: 'named' }, { text, name: 'named' }]) {
          const { rows, fields, command, rowCount } = await client.query({ ...query, values })
          all.push(rows, fields, command, rowCount)
        }
        return all
      }),
    ),
  )

  await t.test('several statements, empty ones, and none', t =>
    same(t, url =>
      withClient(url, async client => {
        const all: unknown[] = []
        for (const text of ['SELECT 1 AS a; SELECT 2 AS b', '', '-- nothing', 'BEGIN; COMMIT']) {
          const results = [await client.query(text)].flat()
          all.push(results.map(({ command, rowCount, rows }) => [command, rowCount, rows]))
        }
        return all
      }),
    ),
  )

  await t.test('transactions and errors', t =>
    same(t, url =>
      withClient(url, async client => {
        const all: unknown[] = []
        const run = async (text: string, values?: unknown[]): Promise<void> => {
          const { rows, command, rowCount } = await client
            .query(text, values)
            .catch(error => ({ rows: told(error), command: undefined, rowCount: undefined }))
          all.push([text, rows, command, rowCount])
        }
        await run('CREATE TEMP TABLE t (id int PRIMARY KEY, n int CHECK (n > 0), u text UNIQUE)')
        await run('BEGIN ISOLATION LEVEL REPEATABLE READ')
        await run('INSERT INTO t VALUES ($1, $2) RETURNING *', [1, 1])
        await run('SAVEPOINT a')
        await run('INSERT INTO t VALUES ($1, $2)', [1, 1])
        await run('SELECT 1')
        await run('ROLLBACK TO a')
        await run('INSERT INTO t VALUES (2, -1)')
        await run('ROLLBACK')
        await run('TABLE t')
        await run('SELECT $1::int', ['not a number'])
        await run('SELECT nowhere FROM orders')
        await run('SELECT 1 +')
        await run('SELECT $1::int + 1', [])
        await run('SELECT 1 / $1::int', [0])
        await run('INSERT INTO orders (id, customer_id) VALUES (-1, -1)')
        await run("SELECT 'it goes on' AS text")
        return all
      }),
    ),
  )

  await t.test('LISTEN and NOTIFY', async t => {
    await withClient(proxy.url(), async listener => {
      const heard = once(listener, 'notification')
      await listener.query('LISTEN "a channel"')
      await withClient(proxy.url(), other =>
        other.query("SELECT pg_notify('a channel', 'through the proxy')"),
      )
      const [notification] = await heard
      t.match(notification, { channel: 'a channel', payload: 'through the proxy' })
    })
  })

  await t.test('a pool of five, a hundred at once', async t => {
    const pool = new pg.Pool({ connectionString: proxy.url(), max: 5 })
    const asked = Array.from({ length: 100 }, (_, i) =>
      pool.query('SELECT $1::int AS i, pg_backend_pid() AS pid', [i]),
    )
    const rows = (await Promise.all(asked)).map(({ rows: [row] }) => row)
    t.strictSame(
      rows.map(({ i }) => i),
      rows.map((_, i) => i),
    )
    t.ok(new Set(rows.map(({ pid }) => pid)).size <= 5)
    await pool.end()
  })

  await t.test('pg-cursor reads in pieces, and closes early', t =>
    same(t, url =>
      withClient(url, async client => {
        const text = 'SELECT n, md5(n::text) FROM generate_series(1, $1::int) n'
        const cursor = client.query(new Cursor(text, [1000]))
        const counts: number[] = []
        const hash = createHash('sha256')
        for (let rows = await cursor.read(300); ; rows = await cursor.read(300)) {
          counts.push(rows.length)
          hash.update(JSON.stringify(rows))
          if (rows.length === 0) break
        }
        await cursor.close()
        const early = client.query(new Cursor(text, [100_000]))
        const first = await early.read(3)
        await early.close()
        const { rows: after } = await client.query('SELECT 1 AS one')
        const broken = client.query(new Cursor('SELECT 1 / (3 - n) FROM generate_series(1, 5) n'))
        const error = await broken.read(10).then(String, told)
        return [counts, hash.digest('hex'), first, after, error]
      }),
    ),
  )

  await t.test('pg-copy-streams, 100,000 rows in and out', t =>
    same(t, url =>
      withClient(url, async client => {
        await client.query('CREATE TEMP TABLE many (n int, hash text, note text)')
        function* lines(): Generator<string> {
          for (let n = 0; n < 100_000; n++) yield `${n}\t${(n * 7919).toString(36)}\t\\N\n`
        }
        const into = client.query(from('COPY many FROM STDIN'))
        await pipeline(Readable.from(lines()), into)
        const digests: unknown[] = [into.rowCount]
        for (const options of ['', '(FORMAT csv, HEADER)', '(FORMAT binary)']) {
          const hash = createHash('sha256')
          const out = client.query(to(`COPY many TO STDOUT ${options}`))
          await pipeline(out, digest(hash))
          digests.push(out.rowCount, hash.digest('hex'))
        }
        const failing = client.query(from('COPY many FROM STDIN'))
        digests.push(await pipeline(Readable.from(['x\ty\tz\n']), failing).catch(told))
        const { rows } = await client.query('SELECT count(*), sum(n) FROM many')
        return [digests, rows]
      }),
    ),
  )
})

t.test('postgres.js', async t => {
  const open = (url: string, max = 1): postgres.Sql => postgres(url, { max, onnotice: () => {} })
  const using = async <T>(
    url: string,
    use: (sql: postgres.Sql) => Promise<T>,
    max?: number,
  ): Promise<T> => {
    const sql = open(url, max)
    try {
      return await use(sql)
    } finally {
      await sql.end()
    }
  }

  await t.test('types, arrays that it looks up when it connects, and what it describes', t =>
    same(t, url =>
      using(url, async sql => [
        await sql`SELECT ${1}::int4 AS a, ${'x'} AS b, ${[1, 2]}::int4[] AS c, ${sql.json({ a: 1 })} AS d`,
        await sql`SELECT ${new Date(0)}::timestamptz AS a, ${null}::text AS b, ${Buffer.of(1)} AS c`,
        await sql`SELECT * FROM ${sql('orders')} WHERE id IN ${sql([1, 2])} ORDER BY id`,
        (await sql`SELECT ${1}::int AS n`.describe()).types,
        await sql.unsafe('SELECT 1 AS a; SELECT 2 AS b'),
        await sql`SELECT n FROM generate_series(1, 3) n`.values(),
        await sql`SELECT n FROM generate_series(1, 3) n`.raw(),
        await sql`SELECT 1 / 0`.catch(told),
        await sql`SELECT nowhere FROM orders`.catch(told),
      ]),
    ),
  )

  await t.test('a pipeline on one connection, errors in the middle', t =>
    same(t, url =>
      using(url, async sql => {
        const asked = Array.from({ length: 200 }, (_, i) =>
          i % 50 === 7 ? sql`SELECT 1 / ${0}::int AS i` : sql`SELECT ${i}::int AS i`,
        )
        return Promise.all(asked.map(each => each.then(rows => rows[0], told)))
      }),
    ),
  )

  await t.test('five connections', async t => {
    await using(
      proxy.url(),
      async sql => {
        const asked = Array.from({ length: 300 }, (_, i) => sql`SELECT ${i}::int AS i`)
        const rows = await Promise.all(asked)
        t.strictSame(
          rows.map(([row]) => row?.['i']),
          rows.map((_, i) => i),
        )
      },
      5,
    )
  })

  await t.test('transactions and savepoints', t =>
    same(t, url =>
      using(url, async sql => {
        await sql`CREATE TEMP TABLE t (id int PRIMARY KEY)`
        const failed = await sql
          .begin(async tx => {
            await tx`INSERT INTO t VALUES (1)`
            await tx`INSERT INTO t VALUES (1)`
          })
          .catch(told)
        const kept = await sql.begin('ISOLATION LEVEL SERIALIZABLE', async tx => {
          await tx`INSERT INTO t ${sql([{ id: 2 }, { id: 3 }])}`
          await tx.savepoint(inner => inner`INSERT INTO t VALUES (2)`).catch(told)
          return tx`SELECT * FROM t ORDER BY id`
        })
        const together = await sql.begin(tx => [tx`SELECT 1 AS a`, tx`SELECT 2 AS b`])
        return [failed, kept, together, await sql`SELECT count(*) FROM t`]
      }),
    ),
  )

  await t.test('cursors', t =>
    same(t, url =>
      using(url, async sql => {
        const sizes: number[] = []
        let sum = 0
        await sql`SELECT n FROM generate_series(1, 1000) n`.cursor(150, rows => {
          sizes.push(rows.length)
          for (const { n } of rows) sum += Number(n)
        })
        let first: unknown
        for await (const rows of sql.unsafe('SELECT n FROM generate_series(1, 1000) n').cursor(5)) {
          first = [...rows]
          break
        }
        return [sizes, sum, first, await sql`SELECT 1 AS one`]
      }),
    ),
  )

  await t.test('COPY in and out', t =>
    same(t, url =>
      using(url, async sql => {
        await sql`CREATE TEMP TABLE many (n int, note text)`
        const into = await sql`COPY many FROM STDIN`.writable()
        const lines = Array.from({ length: 10_000 }, (_, n) => `${n}\tnote ${n}\n`)
        await pipeline(Readable.from(lines), into)
        const hash = createHash('sha256')
        await pipeline(await sql`COPY many TO STDOUT`.readable(), digest(hash))
        return [hash.digest('hex'), await sql`SELECT count(*), sum(n) FROM many`]
      }),
    ),
  )

  await t.test('listen and notify', async t => {
    await using(proxy.url(), async sql => {
      const heard = new Promise<string>((resolve, reject) => {
        sql
          .listen('events', resolve)
          .then(() => sql.notify('events', 'hello'))
          .catch(reject)
      })
      t.equal(await heard, 'hello')
    })
  })

  await t.test('cancel', async t => {
    await using(proxy.url(), async sql => {
      const sleeping = sql`SELECT pg_sleep(60)`.execute()
      await using(proxy.upstream.url, async admin => {
        const asleep = () =>
          admin`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND state = 'active'`
        while ((await asleep()).length === 0);
      })
      sleeping.cancel()
      await t.rejects(sleeping, { code: '57014' })
      t.strictSame([...(await sql`SELECT 1 AS one`)], [{ one: 1 }])
    })
  })
})

function digest(hash: ReturnType<typeof createHash>): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done()
    },
  })
}
