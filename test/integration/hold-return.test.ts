/** Clients that do not wait: the refusal names the request, the same statement runs once later. */
import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { password, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

const tables = ['approved', 'denied', 'bound', 'kept', 'txn', 'unknown', 'twice']
const sql = tables
  .map(name => `CREATE TABLE ${name} AS SELECT n FROM generate_series(1, 3) n;`)
  .join('\n')

t.test('a held statement whose client does not wait', async t => {
  const proxy = await startProxy(t, { log: true, sql })
  await returning(proxy)

  await t.test('is refused with the id of its request, and runs once after approval', async t => {
    const copilot = await client(t, proxy)
    const refusal = await refused(copilot, 'DELETE FROM approved')
    t.match(refusal, { code: '57C01', hint: /Run the same statement again after the approval/ })
    const approval = await proxy.pending()
    t.match(refusal.message, `held for approval ${approval.shortId}: `)
    t.match(refusal.message, `(rule unfiltered-write)`)
    t.match(refusal.message, `${proxy.http}/approvals/${approval.shortId} within 10 min.`)
    const again = await refused(copilot, 'DELETE FROM approved')
    t.match(again, { code: '57C01', message: `held for approval ${approval.shortId}: ` })
    t.equal(await count(proxy), 1, 'asking again makes no second request')
    t.notMatch(await proxy.ran(), /DELETE FROM approved/)
    await copilot.end()

    t.equal(await proxy.decide(approval, 'approve'), 200)
    const later = await client(t, proxy)
    t.equal((await later.query('DELETE FROM approved')).rowCount, 3, 'in another session, too')
    const anew = await refused(later, 'DELETE FROM approved')
    t.equal(anew.code, '57C01', 'an approval is used once')
    t.notMatch(anew.message, approval.shortId)
    t.equal((await proxy.ran()).split('DELETE FROM approved').length, 2)
    await settle(proxy, 'deny')
    await later.end()
    const [asked, ran] = await replays(proxy)
    t.match(asked, `waits for approval ${approval.shortId}: the statement is to be sent again`)
    t.notMatch(asked, 'DELETE 3')
    t.match(ran, /approved by rita \(api\): looked at it\n(.*\n)*DELETE 3/)
  })

  await t.test('is told of a denial once, with its reason', async t => {
    const copilot = await client(t, proxy)
    await refused(copilot, 'DELETE FROM denied')
    const first = await settle(proxy, 'deny')
    t.match(await refused(copilot, 'DELETE FROM denied'), {
      code: '42501',
      message: `approval ${first} was denied by rita`,
      detail: 'Reason: looked at it',
    })
    t.equal((await refused(copilot, 'DELETE FROM denied')).code, '57C01', 'then it is asked anew')
    t.not(await settle(proxy, 'deny'), first)
    t.notMatch(await proxy.ran(), /DELETE FROM denied/)
  })

  await t.test('is bound to the statement, its parameters, its user and its settings', async t => {
    const copilot = await client(t, proxy)
    const text = 'UPDATE bound SET n = $1'
    t.equal((await refused(copilot, text, ['7'])).code, '57C01')
    await settle(proxy, 'approve')
    for (const [what, statement, values] of [
      ['another parameter', text, ['8']],
      ['another text', `${text} `, ['7']],
    ] as const)
      t.equal((await refused(copilot, statement, [...values])).code, '57C01', what)
    const path = await client(t, proxy)
    await path.query('SET search_path = public')
    t.equal((await refused(path, text, ['7'])).code, '57C01', 'another search_path')
    const analyst = await client(t, proxy, 'analyst')
    const waits = refused(analyst, text, ['7'])
    for (let left = 4; left > 0; left--) await settle(proxy, 'deny')
    t.equal((await waits).code, '42501', 'another user, who waits')
    t.equal((await copilot.query(text, ['7'])).rowCount, 3, 'the very same')
  })

  await t.test('fails its transaction, which is to be sent again as a whole', async t => {
    const copilot = await client(t, proxy)
    await copilot.query('BEGIN')
    t.equal((await refused(copilot, 'DELETE FROM txn')).code, '57C01')
    t.equal((await refused(copilot, 'SELECT 1')).code, '25P02')
    await copilot.query('ROLLBACK')
    await settle(proxy, 'approve')
    await copilot.query('BEGIN')
    t.equal((await copilot.query('DELETE FROM txn')).rowCount, 3)
    await copilot.query('COMMIT')
  })

  await t.test('runs once when it comes back twice at the same time', async t => {
    const clients = await Promise.all([1, 2, 3].map(() => client(t, proxy)))
    const asked = await Promise.all(clients.map(each => refused(each, 'DELETE FROM twice')))
    t.equal(new Set(asked.map(each => each.message)).size, 1)
    await settle(proxy, 'approve')
    const results = await Promise.allSettled(clients.map(each => each.query('DELETE FROM twice')))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    t.equal((await proxy.ran()).split('DELETE FROM twice').length, 2)
    if ((await count(proxy)) > 0) await settle(proxy, 'deny')
  })

  await t.test('outlives the proxy, unless the policy asks for more by then', async t => {
    const copilot = await client(t, proxy)
    await refused(copilot, 'DELETE FROM kept')
    await refused(copilot, 'DELETE FROM unknown')
    await settle(proxy, 'approve')
    await settle(proxy, 'approve')
    await copilot.end()
    await proxy.restart('SIGKILL')
    const later = await client(t, proxy)
    t.equal((await later.query('DELETE FROM kept')).rowCount, 3)
    await later.end()

    const before = await readFile(proxy.config, 'utf8')
    const two = before.replace('{ group: reviewers }', '{ group: reviewers, count: 2 }')
    await writeFile(proxy.config, two)
    await proxy.restart('SIGTERM')
    const stricter = await client(t, proxy)
    t.equal((await refused(stricter, 'DELETE FROM unknown')).code, '57C01')
    const approval = await proxy.pending()
    t.equal(await proxy.decide(approval, 'approve'), 200)
    t.equal((await refused(stricter, 'DELETE FROM unknown')).code, '57C01', 'one is not enough')
    t.equal(await proxy.decide(approval, 'approve', 'sven'), 200)
    t.equal((await stricter.query('DELETE FROM unknown')).rowCount, 3)
  })
})

/** The agent's client does not wait. */
async function returning(proxy: TestProxy): Promise<void> {
  const text = await readFile(proxy.config, 'utf8')
  await writeFile(proxy.config, text.replace('purpose: tests', 'purpose: tests, on_hold: return'))
  await proxy.restart('SIGTERM')
}

async function client(t: Test, proxy: TestProxy, user = 'copilot'): Promise<pg.Client> {
  const client = new pg.Client(proxy.client(user))
  // The proxy is killed below, which is no news.
  client.on('error', () => undefined)
  await client.connect()
  t.teardown(() => client.end())
  return client
}

async function refused(
  client: pg.Client,
  text: string,
  values: string[] = [],
): Promise<{ code: string; message: string; detail: string; hint: string }> {
  return client.query(text, values).then(
    () => {
      throw new Error(`expected a refusal of ${text}`)
    },
    error => error,
  )
}

/** Decides what is pending, and says its short id. */
async function settle(proxy: TestProxy, decision: 'approve' | 'deny'): Promise<string> {
  const approval = await proxy.pending()
  await proxy.decide(approval, decision)
  return approval.shortId
}

async function count(proxy: TestProxy): Promise<number> {
  const authorization = `Basic ${Buffer.from(`rita:${password}`).toString('base64')}`
  const url = `${proxy.http}/api/v1/approvals?state=pending`
  const listed = await (await fetch(url, { headers: { authorization } })).json()
  return (listed as { approvals: unknown[] }).approvals.length
}

/** What the copilot's sessions show, the oldest first. */
async function replays(proxy: TestProxy): Promise<string[]> {
  const list = ['sessions', 'list', '--data-dir', proxy.dataDir, '--user', 'copilot', '--json']
  const { stdout } = await proxy.command(...list)
  const sessions = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { id: string; startedAt: string })
  const texts: string[] = []
  for (const { id } of sessions.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))) {
    const replay = ['sessions', 'replay', id, '--data-dir', proxy.dataDir, '--no-wait']
    texts.push((await proxy.command(...replay)).stdout)
  }
  return texts
}
