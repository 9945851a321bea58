/**
 * What was approved is not what would run any more: people are asked again, and nothing runs before
 * they have answered. The servers' logs say what ran.
 */
import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { askedAgain } from '../support/drift.ts'
import { password, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

t.test('a statement that drifted, on Postgres', async t => {
  const proxy = await startProxy(t, {
    log: true,
    sql: `
      CREATE TABLE carts AS SELECT n FROM generate_series(1, 9) n;
      CREATE VIEW old AS SELECT n FROM carts WHERE n < 3;
      CREATE TABLE lists AS SELECT n FROM generate_series(1, 9) n;
      CREATE FUNCTION clean() RETURNS void LANGUAGE sql AS 'DELETE FROM lists';
      CREATE TABLE bound AS SELECT n FROM generate_series(1, 3) n;
      CREATE VIEW shown AS SELECT ''::text AS email;
    `,
  })
  const text = await readFile(proxy.config, 'utf8')
  await writeFile(proxy.config, text.replace('purpose: tests', 'purpose: tests, on_hold: return'))
  await proxy.restart('SIGTERM')
  // Past the proxy: nobody there is told that the schema changes.
  const direct = new pg.Client(proxy.upstream.url)
  await direct.connect()
  t.teardown(() => direct.end())

  await t.test('a client that waits is told, and waits on', async t => {
    const analyst = await connected(t, proxy)
    const notices: string[] = []
    analyst.on('notice', ({ message }) => notices.push(message ?? ''))
    const statement = 'DELETE FROM old WHERE true'
    const deleted = analyst.query(statement)
    const first = await proxy.pending()
    await direct.query('CREATE OR REPLACE VIEW old AS SELECT n FROM carts WHERE n < 7')
    t.equal(await proxy.decide(first, 'approve'), 200)
    const again = await askedAgain(proxy.http, first.id, 1)
    t.match(again.drifts, [{ what: 'view public.old was changed', approved: true }])
    t.match(again.answers, [{ name: 'rita', stale: true }], 'what was answered stays visible')
    t.notMatch(await proxy.ran(), `: ${statement}`, 'nothing ran')
    t.equal(await proxy.decide(first, 'approve', 'sven'), 409, 'an old copy decides nothing')
    t.equal(await proxy.decide(again, 'approve'), 200)
    t.equal((await deleted).rowCount, 6)
    t.equal((await proxy.ran()).split(`: ${statement}`).length, 2)
    t.match(notices, [
      `held for approval ${first.shortId}: `,
      new RegExp(`^held again for approval ${first.shortId}: .*view public.old was changed`),
    ])
    const authorization = `Basic ${Buffer.from(`rita:${password}`).toString('base64')}`
    const page = await fetch(`${proxy.http}/api/v1/approvals/${first.id}`, {
      headers: { authorization },
    })
    t.match(await page.json(), { approval: { state: 'finished' } })
  })

  await t.test('it drifts as often as the schema does, and a denial ends it', async t => {
    const analyst = await connected(t, proxy)
    const called = analyst.query('SELECT clean()').catch((error: unknown) => error)
    const first = await proxy.pending()
    for (const n of [1, 2]) {
      await direct.query(
        `CREATE OR REPLACE FUNCTION clean() RETURNS void LANGUAGE sql AS 'DELETE FROM lists -- ${n}'`,
      )
      t.equal(await proxy.decide(await askedAgain(proxy.http, first.id, n - 1), 'approve'), 200)
      const { drifts } = await askedAgain(proxy.http, first.id, n)
      t.match(drifts.at(-1)?.what, 'function public.clean was changed')
    }
    t.equal(await proxy.decide(await askedAgain(proxy.http, first.id, 2), 'deny'), 200)
    t.match(await called, { code: '42501', message: `approval ${first.shortId} was denied` })
    t.notMatch(await proxy.ran(), 'SELECT clean()')
  })

  await t.test('what it shows by then is masked as by then', async t => {
    const analyst = await connected(t, proxy)
    const deleted = analyst.query(
      'DELETE FROM bound RETURNING (SELECT string_agg(email, $1) FROM shown) AS emails',
      [' '],
    )
    const first = await proxy.pending()
    await direct.query('CREATE OR REPLACE VIEW shown AS SELECT email FROM customers')
    t.equal(await proxy.decide(first, 'approve'), 200)
    const again = await askedAgain(proxy.http, first.id, 1)
    t.match(again.drifts[0]?.what, 'view public.shown was changed')
    t.match(again.drifts[0]?.what, 'public.customers.email is masked and touched now')
    t.match(again, { maskedColumns: ['public.customers.email'] })
    t.equal(await proxy.decide(again, 'approve'), 200)
    const { rows } = await deleted
    t.equal(rows.length, 3)
    t.notMatch(JSON.stringify(rows), 'canary')
  })

  await t.test('a client that comes back is told that it is held again', async t => {
    const copilot = await connected(t, proxy, 'copilot')
    const statement = 'DELETE FROM old WHERE n IS NOT NULL OR true'
    const refused = (): Promise<{ code: string; message: string }> =>
      copilot.query(statement).then(
        () => Promise.reject(new Error('it ran')),
        (error: pg.DatabaseError) => ({ code: error.code ?? '', message: error.message }),
      )
    t.match(await refused(), { code: '57C01' })
    const first = await proxy.pending()
    t.equal(await proxy.decide(first, 'approve'), 200)
    await direct.query('CREATE OR REPLACE VIEW old AS SELECT n FROM carts WHERE n < 9')
    t.match(await refused(), {
      code: '57C01',
      message: new RegExp(
        `^held again for approval ${first.shortId}: .*view public.old was changed`,
      ),
    })
    t.notMatch(await proxy.ran(), `: ${statement}`)
    const again = await askedAgain(proxy.http, first.id, 1)
    t.match(await refused(), { code: '57C01', message: `held for approval ${first.shortId}` })
    t.equal(await proxy.decide(again, 'approve', 'sven'), 200)
    t.equal((await copilot.query(statement)).rowCount, 2)
    t.equal((await proxy.ran()).split(`: ${statement}`).length, 2)
  })
})

async function connected(t: Test, proxy: TestProxy, user?: string): Promise<pg.Client> {
  const client = new pg.Client(proxy.client(user))
  await client.connect()
  t.teardown(() => client.end())
  return client
}
