/** Held statements in Microsoft Teams, through the real program: what is pressed is what runs. */
import pg from 'pg'
import t from 'tap'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import { startProxy } from '../support/proxy.ts'
import {
  appId,
  appPassword,
  channel,
  type FakeTeams,
  rita,
  startTeams,
  tenant,
} from '../support/teams.ts'

function approvals({ endpoints }: FakeTeams): string {
  return `
  expires: 1m
  teams:
    app_id: ${appId}
    app_password_env: APP_PASSWORD
    tenant: ${tenant}
    conversation: "${channel}"
    endpoints: { token: "${endpoints.token}", keys: "${endpoints.keys}", service: "${endpoints.service}" }
`
}

const wrap = [`APP_PASSWORD=${appPassword}`]

/** What the program answers to somebody who presses that. */
async function press(
  teams: FakeTeams,
  http: string,
  ...[message, pressed, signed = true]: [...Parameters<FakeTeams['press']>, boolean?]
): Promise<number> {
  const activity = teams.press(message, pressed)
  const answer = await fetch(`${http}/teams/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signed && { authorization: await teams.sign(activity) }),
    },
    body: JSON.stringify(activity),
  })
  const { statusCode } = (await answer.json()) as { readonly statusCode?: number }
  return statusCode ?? answer.status
}

t.test('a press in Teams runs the statement once, and the card says how it ended', async t => {
  const teams = await startTeams()
  t.teardown(() => teams.stop())
  const proxy = await startProxy(t, {
    log: true,
    wrap,
    rita: `teams: ${rita.toUpperCase()}`,
    approvals: approvals(teams),
  })
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  const deleted = client.query('DELETE FROM audit')
  const card = await teams.message(/analyst wants to DELETE on public.audit in shop/)
  t.equal(await press(teams, proxy.http, card, { verb: 'approve' }, false), 401)
  t.equal(await press(teams, proxy.http, card, { verb: 'approve' }), 200)
  t.equal((await deleted).rowCount, 0)
  t.equal((await teams.message(/finished: DELETE 0/)).id, card.id)
  t.equal((await proxy.ran()).split('DELETE FROM audit').length - 1, 1)
  const ready = await fetch(`${proxy.http}/readyz`)
  t.match(await ready.json(), { parts: { teams: 'connected' } })

  const denied = client.query('DELETE FROM orders').catch((error: Error) => error)
  const second = await teams.message(/wants to DELETE on public.orders/)
  t.equal(await press(teams, proxy.http, second, { verb: 'deny' }), 400, 'without a reason')
  const data = { reason: 'not on a Friday' }
  t.equal(await press(teams, proxy.http, second, { verb: 'deny', data }), 200)
  t.match(await denied, { code: '42501', detail: 'Reason: not on a Friday' })
  t.notMatch(await proxy.ran(), /DELETE FROM orders/)
  t.notMatch(proxy.output(), /the-secret-of-the-app|eyJ|token-\d/, 'no token is logged')
})

t.test('the same for a statement on MariaDB', async t => {
  const teams = await startTeams()
  t.teardown(() => teams.stop())
  const proxy = await startMysqlProxy(t, {
    wrap,
    rita: `teams: ${rita}`,
    approvals: approvals(teams),
  })
  const client = await proxy.client(t)
  const deleted = client.query('DELETE FROM audit')
  const card = await teams.message(/analyst wants to DELETE on shop.audit/)
  t.equal(await press(teams, proxy.http, card, { verb: 'approve' }), 200)
  t.match(await deleted, [{ affectedRows: 0 }])
  t.equal((await teams.message(/finished: /)).id, card.id)
})
