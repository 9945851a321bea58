/** Held statements in Slack, through the real program: what is clicked is what runs. */
import pg from 'pg'
import t from 'tap'
import { actions } from '../../src/approvals/slack/blocks.ts'
import { startProxy } from '../support/proxy.ts'
import {
  appToken,
  botToken,
  channel,
  type FakeSlack,
  signed,
  signingSecret,
  startSlack,
} from '../support/slack.ts'

/** The emulator's only person, whom the configuration knows by e-mail address. */
function approvals(slack: FakeSlack, transport: string): string {
  return `
  expires: 1m
  slack:
    { bot_token_env: BOT_TOKEN, ${transport}, channel: ${channel}, match_email: true, api_url: "${slack.apiUrl}" }
`
}

const environment = [
  `BOT_TOKEN=${botToken}`,
  `APP_TOKEN=${appToken}`,
  `SIGNING_SECRET=${signingSecret}`,
]
const rita = 'email: admin@emulate.dev'

t.test('a click in Slack runs the statement once, and the message says how it ended', async t => {
  const slack = await startSlack()
  t.teardown(() => slack.stop())
  const proxy = await startProxy(t, {
    log: true,
    wrap: environment,
    rita,
    approvals: approvals(slack, 'app_token_env: APP_TOKEN'),
  })
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  const deleted = client.query('DELETE FROM audit')
  const card = await slack.message(/analyst wants to DELETE on public.audit in shop/)
  while (slack.sockets.size === 0) await new Promise(resolve => setTimeout(resolve, 10))
  await slack.send(await slack.click(card, actions.approve))
  t.equal((await deleted).rowCount, 0)
  t.match((await slack.message(/finished: DELETE 0/)).ts, card.ts)
  t.equal((await proxy.ran()).split('DELETE FROM audit').length - 1, 1)

  const denied = client.query('DELETE FROM orders').catch((error: Error) => error)
  const second = await slack.message(/wants to DELETE on public.orders/)
  await slack.send(await slack.click(second, actions.deny))
  while (slack.view() === undefined) await new Promise(resolve => setTimeout(resolve, 10))
  await slack.send(await slack.submit('not on a Friday'))
  t.match(await denied, { code: '42501', detail: 'Reason: not on a Friday' })
  t.notMatch(await proxy.ran(), /DELETE FROM orders/)
  t.notMatch(proxy.output(), /xoxb|xapp/, 'no token is logged')
})

t.test('in HTTP mode Slack calls the console', async t => {
  const slack = await startSlack()
  t.teardown(() => slack.stop())
  const proxy = await startProxy(t, {
    wrap: environment,
    rita,
    approvals: approvals(slack, 'signing_secret_env: SIGNING_SECRET'),
  })
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  const deleted = client.query('DELETE FROM audit')
  const card = await slack.message(/wants to DELETE on public.audit/)
  const url = `${proxy.http}/slack/events`
  const payload = await slack.click(card, actions.approve)
  const forged = signed(payload)
  t.equal((await fetch(url, { ...forged, body: `${forged.body}&x=1` })).status, 401)
  t.equal((await fetch(url, signed(payload))).status, 200)
  t.equal((await deleted).rowCount, 0)
})
