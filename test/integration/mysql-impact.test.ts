/** As impact.test.ts, before real MariaDB and MySQL: plans, keys, locks, and what DDL commits. */
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { askedAgain } from '../support/drift.ts'
import { whyNoMysql } from '../support/mysql.ts'
import { connected, failure, startMysqlProxy } from '../support/mysql-proxy.ts'

const rules = `  rules:
    - { name: many, action: hold, effects: [delete], objects: [shop.orders], rows_over: 100 }
    - { name: too-many, action: deny, effects: [read], objects: [shop.big], rows_over: 5000 }`

const sql = `
  CREATE TABLE items (id int PRIMARY KEY, order_id int,
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE);
  CREATE TABLE big (id int PRIMARY KEY, k int, v varchar(10));
  INSERT INTO big WITH RECURSIVE d (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 99)
    SELECT a.n * 100 + b.n + 1, b.n % 10, 'x' FROM d a, d b;
  CREATE TABLE grows (n int);
  INSERT INTO grows SELECT id FROM big WHERE id <= 50;
  CREATE TABLE plain (n int) ENGINE=MyISAM;
  CREATE FUNCTION peek(n int) RETURNS int DETERMINISTIC READS SQL DATA RETURN n;
  ANALYZE TABLE big, orders, customers, grows;
`

for (const flavour of ['mariadb', 'mysql'] as const) {
  const skip = flavour === 'mysql' ? await whyNoMysql() : undefined
  t.test(`impact on ${flavour}`, { skip: skip ?? false }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, rules, sql, customers: 200 })
    const direct = await connected(t, proxy.direct())

    await t.test('reviewers are told rows, tables, foreign keys, locks and undo', async t => {
      const analyst = await proxy.client(t)
      await analyst.query('BEGIN')
      const deleted = failure(analyst.query('DELETE FROM orders'))
      const asked = await proxy.pending()
      const near = (rows: number): boolean => rows > 500 && rows < 700
      const { impact } = asked as unknown as { impact: Record<string, unknown> }
      t.ok(near(Number(impact['rows'])), `about 600: ${impact['rows']}`)
      t.match(impact, {
        tables: [{ table: 'shop.orders', rows: Number }],
        cascades: [{ table: 'shop.items', does: 'delete' }],
        locks: [{ table: 'shop.orders', mode: 'row locks', blocks: 'rows' }],
        undo: 'rollback',
        openMs: Number,
      })
      t.equal(await proxy.decide(asked, 'deny'), 200)
      t.match(await deleted, { message: /was denied by rita/ })
      const truncated = failure(analyst.query('TRUNCATE plain'))
      const definition = await proxy.pending()
      t.match(definition, { impact: { undo: 'never', commits: true, rows: 0 } })
      t.equal(await proxy.decide(definition, 'deny'), 200)
      await truncated
    })

    await t.test('rows_over asks the plan, with parameters bound', async t => {
      const analyst = await proxy.client(t)
      const [few] = await analyst.execute('DELETE FROM orders WHERE id < ?', [5])
      t.match(few, { affectedRows: 4 })
      const many = failure(analyst.execute('DELETE FROM orders WHERE id < ?', [400]))
      const asked = await proxy.pending()
      t.match(asked, {
        rules: ['many'],
        reason: /expects \d{3} rows, which is more than 100 rows/,
      })
      t.equal(await proxy.decide(asked, 'deny'), 200)
      t.match(await many, { message: /was denied/ })
    })

    await t.test(
      'what is too large is refused before it runs, and what is small passes',
      async t => {
        const analyst = await proxy.client(t)
        const rowsOf = async (text: string, values: unknown[] = []): Promise<number> =>
          ((await analyst.execute(text, values as string[]))[0] as unknown[]).length
        t.equal(await rowsOf('SELECT * FROM big WHERE id < ?', [100]), 99)
        t.equal(await rowsOf('SELECT count(*) FROM big'), 1)
        t.equal(await rowsOf('SELECT * FROM big LIMIT 10'), 10)
        for (const text of [
          'SELECT * FROM big',
          'SELECT b.* FROM big b JOIN big c ON b.id = c.id',
          'SELECT * FROM big UNION ALL SELECT * FROM big',
          'CREATE TABLE copied AS SELECT * FROM big',
          'SELECT * FROM big WHERE id = peek(1)',
          "SELECT id, 'count(' FROM big",
          'SELECT id FROM big WHERE id < coalesce(@most, 100000)',
          ...(flavour === 'mariadb'
            ? ["SELECT id FROM big ORDER BY 'a' FETCH FIRST 1 ROWS WITH TIES"]
            : []),
        ])
          t.match(await failure(analyst.query(text)), { errno: 1227 }, text)
        await analyst.query("SET sql_mode = 'ANSI_QUOTES'")
        t.match(await failure(analyst.query('SELECT * FROM "big"')), { errno: 1227 })
        t.notMatch(await readFile(proxy.upstream.logPath, 'utf8'), /EXPLAIN .*peek/)
        t.notMatch(await proxy.ran(), /Query\s+SELECT \* FROM big$/m)
      },
    )

    await t.test('many more rows than a reviewer saw are asked about again', async t => {
      const analyst = await proxy.client(t)
      const deleted = analyst.query('DELETE FROM grows')
      const first = await proxy.pending()
      t.match(first, { impact: { rows: 50 } })
      await direct.query('INSERT INTO grows SELECT id FROM big')
      await direct.query('ANALYZE TABLE grows')
      t.equal(await proxy.decide(first, 'approve'), 200)
      const again = await askedAgain(proxy.http, first.id, 1)
      t.match(again.drifts[0]?.what, /^its plan expects [\d,]+ rows now, and expected 50$/)
      t.equal(await proxy.decide(again, 'approve'), 200)
      t.match((await deleted)[0], { affectedRows: 10_050 })
    })

    await t.test('no estimate answers what is asked of a masked column', async t => {
      const analyst = await proxy.client(t)
      const whose = "(SELECT id FROM customers WHERE id = 1 AND email LIKE 'a%')"
      const gone = failure(analyst.query(`DELETE FROM orders WHERE customer_id IN ${whose}`))
      const asked = await proxy.pending()
      t.match(asked, { impact: { noEstimate: /masked columns/ } })
      t.equal(await proxy.decide(asked, 'deny'), 200)
      await gone
    })

    await t.test('explain says it', async t => {
      const { code, stdout } = await proxy.command(
        ...['explain', '-c', proxy.config, '-u', 'analyst', 'SELECT * FROM big WHERE id = 5'],
      )
      t.equal(code, 0)
      t.match(stdout, /Rows +about 1 row, as the server plans it/)
      t.match(stdout, /Tables +shop\.big \([^)]*found by index PRIMARY\)/)
    })
  })
}
