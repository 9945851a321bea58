/**
 * Slack as it is on bad days, through the real program: nothing runs that was not decided, and
 * what is forged, late, early, replayed or from elsewhere decides nothing.
 */
import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { actions } from '../../src/approvals/slack/blocks.ts'
import { type Approval, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'
import {
  appToken,
  botToken,
  channel,
  type FakeSlack,
  type Fault,
  type SlackMessage,
  signed,
  signingSecret,
  startSlack,
} from '../support/slack.ts'
import { soon } from '../support/surface.ts'

const wrap = [`BOT_TOKEN=${botToken}`, `APP_TOKEN=${appToken}`, `SIGNING_SECRET=${signingSecret}`]

async function start(t: Test, transport: string): Promise<{ slack: FakeSlack; proxy: TestProxy }> {
  const slack = await startSlack()
  t.teardown(() => slack.stop())
  const section = `{ bot_token_env: BOT_TOKEN, ${transport}, channel: ${channel}, match_email: true, api_url: "${slack.apiUrl}" }`
  const approvals = `  expires: 5m\n  slack: ${section}`
  // The emulator's only person, whom the configuration knows by e-mail address.
  const proxy = await startProxy(t, {
    log: true,
    wrap,
    rita: 'email: admin@emulate.dev',
    approvals,
  })
  const text = await readFile(proxy.config, 'utf8')
  await writeFile(proxy.config, text.replace(/(\n {2}sven: {.*) }\n/, '$1, slack: U00000SVEN }\n'))
  await proxy.restart('SIGTERM')
  return { slack, proxy }
}

/** An action that is asked for over the API. */
async function ask(proxy: TestProxy, title: string): Promise<string> {
  const answer = await fetch(`${proxy.http}/api/v1/approvals`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('analyst:correct-horse').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ kind: 'role-change', title, what: 'add tom', environment: 'test' }),
  })
  return ((await answer.json()) as { approval: { id: string } }).approval.id
}

async function request(proxy: TestProxy, id: string): Promise<Approval> {
  const authorization = `Basic ${Buffer.from('rita:correct-horse').toString('base64')}`
  const answer = await fetch(`${proxy.http}/api/v1/approvals/${id}`, { headers: { authorization } })
  return ((await answer.json()) as { approval: Approval }).approval
}

async function state(proxy: TestProxy, id: string): Promise<string> {
  return (await request(proxy, id)).state
}

t.test('over HTTP', async t => {
  const { slack, proxy } = await start(t, 'signing_secret_env: SIGNING_SECRET')
  const events = `${proxy.http}/slack/events`
  const status = async (init: RequestInit): Promise<number> => (await fetch(events, init)).status
  const client = new pg.Client(proxy.client())
  // It is cut off by a restart below, which is no news.
  client.on('error', () => undefined)
  await client.connect()
  t.teardown(() => client.end())
  const runs = async (table: string): Promise<number> =>
    (await proxy.ran()).split(`DELETE FROM ${table}`).length - 1

  await t.test('only what Slack signed, now, from our workspace, decides, and once', async t => {
    const deleted = client.query('DELETE FROM audit')
    const card = await slack.message(/wants to DELETE on public.audit/)
    const payload = await slack.click(card, actions.approve)
    const forged = signed(payload)
    t.equal(await status({ ...forged, body: `${forged.body}&x=1` }), 401)
    const now = Math.floor(Date.now() / 1000)
    t.equal(await status(signed(payload, now - 600)), 401, 'too old')
    t.equal(await status(signed(payload, now + 3600)), 401, 'from the future')
    const elsewhere = { team: { id: 'T999999999' } }
    t.equal(
      await status(signed(await slack.click(card, actions.approve, undefined, elsewhere))),
      200,
    )
    while (!slack.whispers.some(({ text }) => /another workspace/.test(text))) await soon()
    t.equal(await runs('audit'), 0)
    const others = signed(await slack.click(card, actions.approve, 'U00000SVEN'))
    const mine = signed(payload)
    const clicks = [mine, others, mine, others, mine].map(status)
    t.strictSame(await Promise.all(clicks), [200, 200, 200, 200, 200])
    t.equal((await deleted).rowCount, 0)
    await slack.message(/finished: DELETE 0/)
    t.equal(await status(mine), 200, 'replayed')
    t.equal(await runs('audit'), 1)
  })

  await t.test('an action that is no statement is shown and decided', async t => {
    const id = await ask(proxy, 'Tom becomes a DBA')
    const card = await slack.message(/go ahead with Tom becomes a DBA \(role-change, test\)/)
    t.match(JSON.stringify(card.blocks), 'add tom')
    t.equal(await status(signed(await slack.click(card, actions.approve))), 200)
    while ((await state(proxy, id)) === 'pending') await soon()
    t.equal(await state(proxy, id), 'approved')
    await slack.message(/Tom becomes a DBA.*approved by rita/)
  })

  await t.test(
    'whatever happens to a message, it is there once, and says how it ended',
    async t => {
      // Each of them to another request, so that none waits for the others.
      const faults: readonly Fault[] = [
        { status: 429, headers: { 'retry-after': '1' } },
        { status: 503 },
        { silent: 'reset' },
        { silent: 'hang' },
        { lost: true },
      ]
      slack.fail('chat.postMessage', ...faults)
      const ids = await Promise.all(faults.map((_, n) => ask(proxy, `Action ${n}`)))
      const said = (pattern: (n: number) => string): Promise<readonly SlackMessage[]> =>
        Promise.all(faults.map((_, n) => slack.message(new RegExp(pattern(n)))))
      const cards = await said(n => `go ahead with Action ${n} `)
      slack.fail('chat.update', ...faults)
      slack.fail('chat.postMessage', ...faults)
      const denied = ids.map(async id => proxy.decide(await request(proxy, id), 'deny'))
      t.strictSame(await Promise.all(denied), [200, 200, 200, 200, 200])
      const ended = await said(n => `Action ${n} .*denied by rita`)
      t.strictSame(
        ended.map(({ ts }) => ts),
        cards.map(({ ts }) => ts),
      )
      for (const { ts } of cards) while ((await slack.replies(ts)).length === 0) await soon()
      const all = (await slack.messages()).filter(({ text }) => text.includes('Action '))
      t.equal(
        all.filter(({ thread_ts, ts }) => thread_ts === undefined || thread_ts === ts).length,
        5,
      )
      for (const { ts } of cards) t.match(await slack.replies(ts), { length: 1 })
    },
  )

  await t.test('a token that was revoked keeps nobody from deciding elsewhere', async t => {
    slack.fail('auth.test', { body: { ok: false, error: 'token_revoked' } })
    const revoked = { body: { ok: false, error: 'token_revoked' } }
    slack.fail('chat.postMessage', revoked, revoked)
    await proxy.restart('SIGTERM')
    const other = new pg.Client(proxy.client())
    await other.connect()
    t.teardown(() => other.end())
    const deleted = other.query('DELETE FROM audit')
    t.equal(await proxy.decide(await proxy.pending(), 'approve'), 200)
    t.equal((await deleted).rowCount, 0)
    t.notMatch(proxy.output(), /xoxb|xapp|countersign-signing/, 'no secret is logged')
  })
})

t.test('sockets that drop, and a Slack that opens none, lose no click', async t => {
  const { slack, proxy } = await start(t, 'app_token_env: APP_TOKEN')
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  while (slack.sockets.size < 2) await soon()
  slack.fail('apps.connections.open', { status: 503 }, { silent: 'reset' }, { silent: 'hang' })
  for (const socket of slack.sockets) socket.terminate()
  const deleted = client.query('DELETE FROM audit')
  const card = await slack.message(/wants to DELETE on public.audit/)
  while (slack.sockets.size === 0) await soon()
  await slack.send(await slack.click(card, actions.approve))
  t.equal((await deleted).rowCount, 0)
  t.equal((await proxy.ran()).split('DELETE FROM audit').length - 1, 1)
})
