/** As drift.test.ts, where a client that waits can be told nothing. */
import t from 'tap'
import { askedAgain } from '../support/drift.ts'
import { connected, failure, startMysqlProxy } from '../support/mysql-proxy.ts'

t.test('a statement that drifted, on MariaDB', async t => {
  const proxy = await startMysqlProxy(t, {
    flavour: 'mariadb',
    sql: `
      CREATE TABLE carts (n int);
      INSERT INTO carts VALUES (1), (2), (3), (4);
      CREATE VIEW old AS SELECT n FROM carts WHERE n < 2;
      CREATE TABLE altered (n int);
    `,
  })
  // Past the proxy: nobody there is told that the schema changes.
  const direct = await connected(t, proxy.direct())

  await t.test('a client that waits goes on waiting', async t => {
    const analyst = await proxy.client(t)
    const deleted = analyst.query('DELETE FROM old')
    const first = await proxy.pending()
    await direct.query('CREATE OR REPLACE VIEW old AS SELECT n FROM carts WHERE n < 4')
    t.equal(await proxy.decide(first, 'approve'), 200)
    const again = await askedAgain(proxy.http, first.id, 1)
    t.match(again.drifts, [{ what: 'view shop.old was changed', approved: true }])
    t.equal(await proxy.runs('DELETE FROM old'), 0)
    t.equal(await proxy.decide(again, 'approve'), 200)
    t.match((await deleted)[0], { affectedRows: 3 })
    t.equal(await proxy.runs('DELETE FROM old'), 1)
  })

  await t.test('a client that comes back is told that it is held again', async t => {
    const hasty = await proxy.client(t, 'hasty')
    t.match(await failure(hasty.query('DELETE FROM altered')), { errno: 50100 })
    const first = await proxy.pending()
    t.equal(await proxy.decide(first, 'approve'), 200)
    await direct.query('ALTER TABLE altered ADD COLUMN more int')
    t.match(await failure(hasty.query('DELETE FROM altered')), {
      errno: 50100,
      message: /held again for approval .*table shop.altered was changed/,
    })
    const again = await askedAgain(proxy.http, first.id, 1)
    t.equal(await proxy.runs('DELETE FROM altered'), 0)
    t.equal(await proxy.decide(again, 'approve'), 200)
    t.match((await hasty.query('DELETE FROM altered'))[0], { affectedRows: 0 })
    t.equal(await proxy.runs('DELETE FROM altered'), 1)
  })
})
