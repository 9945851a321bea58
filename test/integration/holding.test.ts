import { once } from 'node:events'
import pg from 'pg'
import t, { type Test } from 'tap'
import { startProxy, type Proxy as TestProxy } from '../support/proxy.ts'
import {
  bind,
  execute,
  fieldsOf,
  parse,
  query,
  summary,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'

/** Each test deletes from a table of its own, so that the server's log says which one ran. */
const tables = ['approved', 'denied', 'cancelled', 'expired', 'own', 'bound', 'txn', 'twice']
const sql = tables
  .map(name => `CREATE TABLE ${name} AS SELECT n FROM generate_series(1, 3) n;`)
  .join('\n')

async function client(t: Test, proxy: TestProxy, user?: string): Promise<pg.Client> {
  const client = new pg.Client(proxy.client(user))
  await client.connect()
  t.teardown(() => client.end())
  return client
}

async function runs(proxy: TestProxy, table: string): Promise<number> {
  return (await proxy.ran()).split(`DELETE FROM ${table}`).length - 1
}

t.test('a held statement', async t => {
  const proxy = await startProxy(t, {
    log: true,
    sql,
    approvals: '  expires: 10m\n  expires_in_transaction: 2s',
  })

  await t.test('waits, says so at once, and runs once when it is approved', async t => {
    const analyst = await client(t, proxy)
    const noticed = once(analyst, 'notice')
    const deleted = analyst.query('DELETE FROM approved')
    const [notice] = (await noticed) as [{ message?: string }]
    const approval = await proxy.pending()
    t.match(notice.message, new RegExp(`held for approval ${approval.shortId}`))
    t.match(notice.message, new RegExp(`${proxy.http}/\\S+`))
    t.equal(await runs(proxy, 'approved'), 0, 'nothing of it has reached the server')
    t.equal(await proxy.decide(approval, 'approve'), 200)
    t.equal((await deleted).rowCount, 3)
    t.equal(await runs(proxy, 'approved'), 1)
    t.equal(await proxy.decide(approval, 'approve', 'sven'), 409, 'a decision is used once')
    t.equal((await analyst.query('SELECT count(*)::int AS n FROM approved')).rows[0].n, 0)
  })

  await t.test('never reaches the server when it is denied', async t => {
    const analyst = await client(t, proxy)
    const deleted = analyst.query('DELETE FROM denied')
    t.equal(await proxy.decide(await proxy.pending(), 'deny'), 200)
    await t.rejects(deleted, {
      code: '42501',
      message: /was denied by rita/,
      detail: 'Reason: looked at it',
    })
    t.equal(await runs(proxy, 'denied'), 0)
    t.equal((await analyst.query('SELECT 1 AS n')).rows[0].n, 1)
  })

  await t.test('is withdrawn by Ctrl-C', async t => {
    const raw = await WireClient.connect(proxy.port)
    const analyst = new pg.Client(proxy.client())
    await analyst.connect()
    t.teardown(() => analyst.end())
    raw.close()
    const deleted = analyst.query('DELETE FROM cancelled')
    const approval = await proxy.pending()
    // node-postgres keeps the key that BackendKeyData gave it.
    const { processID, secretKey } = analyst as unknown as { processID: number; secretKey: number }
    const { connect } = await import('node:net')
    const socket = connect(proxy.port, '127.0.0.1')
    const request = Buffer.alloc(16)
    request.writeInt32BE(16, 0)
    request.writeInt32BE(80877102, 4)
    request.writeInt32BE(processID, 8)
    request.writeInt32BE(secretKey, 12)
    socket.end(request)
    await t.rejects(deleted, { code: '57014' })
    t.equal(await runs(proxy, 'cancelled'), 0)
    t.equal(await proxy.decide(approval, 'approve'), 409)
    t.equal((await analyst.query('SELECT 1 AS n')).rows[0].n, 1)
    t.equal(await runs(proxy, 'cancelled'), 0)
  })

  await t.test('expires to a denial, sooner in a transaction', async t => {
    const analyst = await client(t, proxy)
    await analyst.query('BEGIN')
    await t.rejects(analyst.query('DELETE FROM expired'), { code: '42501', message: /expired/ })
    await t.rejects(analyst.query('SELECT 1'), { code: '25P02' }, 'the transaction has failed')
    await analyst.query('ROLLBACK')
    t.equal(await runs(proxy, 'expired'), 0)
  })

  await t.test('is not decided by its requester, on any surface', async t => {
    const rita = await client(t, proxy, 'rita')
    const deleted = rita.query('DELETE FROM own')
    const approval = await proxy.pending()
    t.equal(await proxy.decide(approval, 'approve', 'rita'), 403)
    t.equal(await proxy.decide(approval, 'approve', 'analyst'), 404, 'nor by who is no reviewer')
    t.equal(await proxy.decide(approval, 'approve', 'sven'), 200)
    t.equal((await deleted).rowCount, 3)
  })

  await t.test('cannot be approved unseen: an answer has to name what was shown', async t => {
    const analyst = await client(t, proxy)
    const deleted = analyst.query('DELETE FROM bound')
    const approval = await proxy.pending()
    t.equal(await proxy.decide({ ...approval, digest: '0'.repeat(64) }, 'approve'), 409)
    t.equal(await proxy.decide(approval, 'deny'), 200)
    await t.rejects(deleted, { code: '42501' })
  })

  await t.test('holds up what follows it, and nothing before it', async t => {
    const analyst = await WireClient.connect(proxy.port)
    t.teardown(() => analyst.close())
    analyst.send(
      query("INSERT INTO audit (what) VALUES ('before')"),
      parse('DELETE FROM txn'),
      bind(),
      execute(),
      sync,
      query('SELECT count(*) FROM txn'),
    )
    // The notice comes at once: before the earlier answer, or after it.
    const before = summary(await analyst.untilReady())
    t.match(before, /^(N\(00000\) )?C\(INSERT 0 1\) Z\(I\)$/)
    const approval = await proxy.pending()
    t.notMatch(await proxy.ran(), /DELETE FROM txn/)
    t.equal(await proxy.decide(approval, 'approve'), 200)
    t.match(summary(await analyst.untilReady()), /^(N\(00000\) )?1 2 C\(DELETE 3\) Z\(I\)$/)
    const frames = await analyst.untilReady()
    t.strictSame(values(frames[1] as never), ['0'])
  })

  await t.test('shows its parameters to the reviewer', async t => {
    const analyst = await client(t, proxy)
    const deleted = analyst.query('DELETE FROM twice WHERE n > $1 OR true', [0])
    const approval = await proxy.pending()
    t.match(approval, { text: 'DELETE FROM twice WHERE n > $1 OR true', parameters: ['0'] })
    t.equal(await proxy.decide(approval, 'approve'), 200)
    t.equal((await deleted).rowCount, 3)
  })

  await t.test('of an agent cannot be approved by its owner', async t => {
    const copilot = await WireClient.connect(proxy.port, 'copilot')
    t.teardown(() => copilot.close())
    copilot.send(query('DELETE FROM twice'))
    const notice = await copilot.next()
    t.match(fieldsOf(notice?.body ?? Buffer.alloc(0)).get('M'), /held for approval/)
    const approval = await proxy.pending()
    t.not(await proxy.decide(approval, 'approve', 'analyst'), 200)
    t.equal(await proxy.decide(approval, 'deny'), 200)
    t.equal(summary(await copilot.untilReady()), 'E(42501) Z(I)')
  })
})
