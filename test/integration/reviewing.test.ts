/** Approvals attacked from outside: what one decision may release, who counts, what a reason can do. */
import pg from 'pg'
import t, { type Test } from 'tap'
import { password, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'
import { query, summary, WireClient } from '../support/wire-client.ts'

const sql = ['shared', 'raced', 'reasons', 'agents']
  .map(name => `CREATE TABLE ${name} AS SELECT n FROM generate_series(1, 3) n;`)
  .join('\n')

async function held(t: Test, proxy: TestProxy, text: string, user?: string): Promise<WireClient> {
  const client = await WireClient.connect(proxy.port, user)
  t.teardown(() => client.close())
  client.send(query(text))
  t.equal((await client.next())?.type, 'N', 'it is held')
  return client
}

async function post(
  proxy: TestProxy,
  path: string,
  user: string,
  body: object,
  secret = password,
): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
  const response = await fetch(`${proxy.http}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.status
}

t.test('reviewing', async t => {
  const proxy = await startProxy(t, { log: true, sql })
  const runs = async (table: string): Promise<number> =>
    (await proxy.ran()).split(`DELETE FROM ${table}`).length - 1

  await t.test('one approval releases one of several that hold the same text', async t => {
    const first = await held(t, proxy, 'DELETE FROM shared')
    const asked = await proxy.pending()
    const second = await held(t, proxy, 'DELETE FROM shared')
    t.equal(await proxy.decide(asked, 'approve'), 200)
    t.equal(summary(await first.untilReady()), 'C(DELETE 3) Z(I)')
    t.equal(await runs('shared'), 1)
    const other = await proxy.pending()
    t.not(other.id, asked.id)
    t.equal(await proxy.decide(asked, 'approve', 'sven'), 409, 'nor is it used again')
    t.equal(await proxy.decide(other, 'deny'), 200)
    t.equal(summary(await second.untilReady()), 'E(42501) Z(I)')
    t.equal(await runs('shared'), 1)
  })

  await t.test('of many answers at once one counts, and it runs once', async t => {
    const analyst = await held(t, proxy, 'DELETE FROM raced')
    const asked = await proxy.pending()
    const answers = await Promise.all(
      ['rita', 'sven', 'rita', 'sven', 'rita', 'sven'].map(user =>
        proxy.decide(asked, 'approve', user),
      ),
    )
    t.strictSame(answers.sort(), [200, 409, 409, 409, 409, 409])
    t.equal(summary(await analyst.untilReady()), 'C(DELETE 3) Z(I)')
    t.equal(await runs('raced'), 1)
  })

  await t.test('a name counts as it is written, and agents decide nothing', async t => {
    const rita = await held(t, proxy, 'DELETE FROM agents', 'rita')
    const asked = await proxy.pending()
    const path = `approvals/${asked.id}/approve`
    const body = { digest: asked.digest }
    for (const user of ['Rita', 'RITA', 'rita ', ' rita', 'rita\u200b', 'ｒｉｔａ', 'rita\0'])
      t.equal(await post(proxy, path, user, body), 401, JSON.stringify(user))
    t.equal(await post(proxy, path, 'rita', body), 403)
    t.not(await post(proxy, path, 'copilot', body), 200)
    t.equal(await post(proxy, path, 'sven', { ...body, person: 'rita', surface: 'web' }), 200)
    t.equal(summary(await rita.untilReady()), 'C(DELETE 3) Z(I)')
  })

  await t.test('a reason reaches the requester as text', async t => {
    const analyst = new pg.Client(proxy.client())
    await analyst.connect()
    t.teardown(() => analyst.end())
    const deleted = analyst.query('DELETE FROM reasons').catch((error: unknown) => error)
    const asked = await proxy.pending()
    const reason = 'no\0Mfaked\u001b[2J\u202e'
    const body = { digest: asked.digest, reason }
    t.equal(await post(proxy, `approvals/${asked.id}/deny`, 'rita', body), 200)
    t.match(await deleted, {
      message: /was denied by rita$/,
      detail: 'Reason: no\ufffdMfaked⟨U+001B⟩[2J⟨U+202E⟩',
    })
    t.equal((await analyst.query('SELECT 1 AS n')).rows[0].n, 1, 'and the session is in step')
  })
})
