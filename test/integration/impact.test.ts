/**
 * What a held statement would touch, through the real program before real Postgres: what reviewers
 * are told, what rules may ask, and that nothing of the statement ran for it.
 */
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { askedAgain } from '../support/drift.ts'
import { password, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

const rules = `  rules:
    - { name: many, action: hold, effects: [delete], objects: [public.orders], rows_over: 100 }
    - { name: too-many, action: deny, effects: [read], objects: [public.big], rows_over: 5000 }
    - { name: few, action: allow, effects: [delete], objects: [public.carts], lifts: [unfiltered-write], expr: rows < 5 }`

const sql = `
  CREATE TABLE items (id int PRIMARY KEY, order_id int REFERENCES orders ON DELETE CASCADE);
  CREATE TABLE notes (id int PRIMARY KEY, item_id int REFERENCES items ON DELETE SET NULL);
  CREATE TABLE big AS SELECT n AS id, n % 10 AS k FROM generate_series(1, 20000) n;
  CREATE INDEX big_id ON big (id);
  CREATE TABLE carts AS SELECT n FROM generate_series(1, 3) n;
  CREATE TABLE grows AS SELECT n FROM generate_series(1, 50) n;
  CREATE TABLE seen (what text);
  CREATE FUNCTION peek(n int) RETURNS int STABLE LANGUAGE plpgsql AS
    $$ BEGIN EXECUTE 'SELECT 1'; RETURN n; END $$;
  ANALYZE;
`

interface Shown {
  readonly impact?: {
    readonly rows?: number
    readonly noEstimate?: string
    readonly tables: readonly { readonly table: string; readonly rows?: number }[]
    readonly cascades: readonly { readonly table: string; readonly does: string }[]
    readonly locks: readonly { readonly table: string; readonly mode: string }[]
    readonly undo: string
    readonly openMs?: number
  }
}

for (const version of [18, 15] as const) {
  t.test(`impact on Postgres ${version}`, async t => {
    const proxy = await startProxy(t, { version, log: true, rules, sql, customers: 200 })
    const direct = new pg.Client(proxy.upstream.url)
    await direct.connect()
    t.teardown(() => direct.end())

    await t.test('reviewers are told rows, tables, foreign keys, locks and undo', async t => {
      const analyst = await connected(t, proxy)
      await analyst.query('BEGIN')
      const deleted = analyst.query('DELETE FROM orders').catch((error: unknown) => error)
      const asked = await proxy.pending()
      const { impact } = await shown(proxy, asked.id)
      t.match(impact, {
        rows: 600,
        tables: [{ table: 'public.orders', rows: 600, access: 'whole' }],
        cascades: [
          { table: 'public.items', does: 'delete' },
          { table: 'public.notes', does: 'update' },
        ],
        locks: [{ table: 'public.orders', mode: 'ROW EXCLUSIVE', blocks: 'rows' }],
        undo: 'rollback',
        openMs: Number,
      })
      t.equal(await proxy.decide(asked, 'deny'), 200)
      t.match(await deleted, { message: /was denied by rita/ })
      await analyst.query('ROLLBACK')
    })

    await t.test('rows_over asks the plan, with parameters bound', async t => {
      const analyst = await connected(t, proxy)
      const few = await analyst.query('DELETE FROM orders WHERE id < $1', [5])
      t.equal(few.rowCount, 4)
      const many = analyst
        .query('DELETE FROM orders WHERE id < $1', [400])
        .catch((error: unknown) => error)
      const asked = await proxy.pending()
      t.match(await shown(proxy, asked.id), {
        rules: ['many'],
        reason: /expects 39\d rows, which is more than 100 rows/,
        impact: { tables: [{ table: 'public.orders', rows: 600 }] },
      })
      t.equal(await proxy.decide(asked, 'deny'), 200)
      t.match(await many, { message: /was denied/ })
    })

    await t.test(
      'what is too large is refused before it runs, and what is small passes',
      async t => {
        const analyst = await connected(t, proxy)
        t.equal((await analyst.query('SELECT * FROM big WHERE id < 100')).rowCount, 99)
        t.equal((await analyst.query('SELECT count(*) FROM big')).rowCount, 1)
        t.equal((await analyst.query('SELECT * FROM big LIMIT 10')).rowCount, 10)
        await t.rejects(analyst.query('SELECT * FROM big'), {
          code: '42501',
          message: /expects 20,000 rows, which is more than 5,000 rows/,
        })
        await t.rejects(analyst.query('COPY (SELECT * FROM big) TO STDOUT'), { code: '42501' })
        await t.rejects(analyst.query('EXPLAIN ANALYZE SELECT * FROM big'), { code: '42501' })
        await t.rejects(analyst.query('DECLARE c CURSOR WITH HOLD FOR SELECT * FROM big'), {
          code: '42501',
        })
        t.equal((await analyst.query('SELECT 1 AS alive')).rowCount, 1)
        t.equal((await analyst.query('DELETE FROM carts')).rowCount, 3, 'rows < 5 is allowed')
        t.notMatch(await proxy.ran(), /(?:statement|<unnamed>): SELECT \* FROM big$/m)
      },
    )

    await t.test('what cannot be planned safely counts as too much', async t => {
      const analyst = await connected(t, proxy)
      await t.rejects(analyst.query('SELECT * FROM big WHERE id = peek(1)'), {
        code: '42501',
        message: /cannot be estimated, which counts as more than 5,000 rows/,
      })
      const log = await readFile(proxy.upstream.logPath, 'utf8')
      t.notMatch(log, /EXPLAIN .*peek/, 'not even a plan was made')
      await analyst.query('CREATE TEMP TABLE mine (id int)')
      await t.rejects(analyst.query('SELECT * FROM big, mine'), { code: '42501' })
      const ties = 'SELECT id FROM big ORDER BY id * 0 FETCH FIRST 1 ROW WITH TIES'
      await t.rejects(analyst.query(ties), { code: '42501' })
      await analyst.query('CREATE TEMP TABLE big AS SELECT 1 AS id')
      await t.rejects(analyst.query('SELECT a.id FROM big a, big b'), { code: '42501' })
    })

    await t.test('no estimate answers what is asked of a masked column', async t => {
      const analyst = await connected(t, proxy)
      const whose = "(SELECT id FROM customers WHERE email LIKE 'a%')"
      const gone = failure(analyst.query(`DELETE FROM orders WHERE customer_id IN ${whose}`))
      const asked = await proxy.pending()
      const { impact } = await shown(proxy, asked.id)
      t.match(impact, { noEstimate: /masked columns/, tables: [{ table: 'public.orders' }] })
      t.equal(impact?.rows, undefined)
      t.equal(await proxy.decide(asked, 'deny'), 200)
      await gone
      const explained = await proxy.command(
        ...['explain', '-c', proxy.config, '-u', 'analyst'],
        `SELECT id FROM customers WHERE email LIKE 'a%'`,
      )
      t.notMatch(explained.stdout, /Rows +about/)
    })

    await t.test('many more rows than a reviewer saw are asked about again', async t => {
      const analyst = await connected(t, proxy)
      const deleted = analyst.query('DELETE FROM grows WHERE n = n OR true')
      const first = await proxy.pending()
      t.match(await shown(proxy, first.id), { impact: { rows: 50 } })
      await direct.query('INSERT INTO grows SELECT generate_series(1, 5000)')
      await direct.query('ANALYZE grows')
      t.equal(await proxy.decide(first, 'approve'), 200)
      const again = await askedAgain(proxy.http, first.id, 1)
      t.match(again.drifts[0]?.what, 'its plan expects 5,050 rows now, and expected 50')
      await direct.query('INSERT INTO grows SELECT generate_series(1, 50)')
      await direct.query('ANALYZE grows')
      t.equal(await proxy.decide(again, 'approve'), 200)
      t.equal((await deleted).rowCount, 5100, 'a few more are within what was agreed to')
    })

    await t.test('explain says it, and the log of the server says that nothing ran', async t => {
      const before = (await proxy.ran()).length
      const { code, stdout } = await proxy.command(
        ...['explain', '-c', proxy.config, '-u', 'analyst', 'TRUNCATE customers CASCADE'],
      )
      t.equal(code, 0)
      const read = await proxy.command(
        ...['explain', '-c', proxy.config, '-u', 'analyst', 'SELECT * FROM big WHERE id = 5'],
      )
      t.match(read.stdout, /Tables +public\.big \(20,000 rows, [^)]*found by index big_id\)/)
      t.match(stdout, /verdict: +hold/)
      t.match(stdout, /Rows +about [\d,]+ rows, as the server plans it/)
      t.match(stdout, /By foreign keys +empties .*public\.orders/)
      t.match(stdout, /Locks +ACCESS EXCLUSIVE on public\.customers: nobody else can read or write/)
      t.notMatch((await proxy.ran()).slice(before), /: TRUNCATE/)
      const { rows } = await direct.query('SELECT count(*)::int AS n FROM customers')
      t.strictSame(rows, [{ n: 200 }])
    })
  })
}

function failure(running: Promise<unknown>): Promise<unknown> {
  return running.catch((error: unknown) => error)
}

async function shown(proxy: TestProxy, id: string): Promise<Shown> {
  const authorization = `Basic ${Buffer.from(`rita:${password}`).toString('base64')}`
  const answer = await fetch(`${proxy.http}/api/v1/approvals/${id}`, { headers: { authorization } })
  return ((await answer.json()) as { approval: Shown }).approval
}

async function connected(t: Test, proxy: TestProxy): Promise<pg.Client> {
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  return client
}
