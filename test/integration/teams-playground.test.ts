/**
 * Microsoft's own card renderer in Chromium, and what it sends: what is pressed there is what runs.
 * The playground knows no tokens; those are tested with keys of ours.
 */
import pg from 'pg'
import type { Browser, Page, Request } from 'playwright-core'
import t, { type Test } from 'tap'
import { startChromium } from '../support/chromium.ts'
import { freePort, startPlayground } from '../support/playground.ts'
import { startProxy } from '../support/proxy.ts'
import { appId, channel, rita, tenant } from '../support/teams.ts'

let browser: Browser

t.before(async () => {
  browser = await startChromium()
})
t.teardown(() => browser?.close())

/** The page of the channel, opened before anything is posted. */
async function open(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1200 } })
  // It would fetch fonts from elsewhere.
  await page.route(/^https:/, route => route.abort())
  await page.goto(url)
  await page.getByText('Reviews', { exact: true }).click()
  return page
}

async function connect(t: Test, config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config)
  await client.connect()
  t.teardown(() => client.end())
  return client
}

t.test('cards are approved, denied and refused in the client that Teams has', async t => {
  const port = await freePort()
  const proxy = await startProxy(t, {
    log: true,
    rita: `teams: ${rita}`,
    approvals: `
  expires: 1m
  teams:
    app_id: ${appId}
    tenant: ${tenant}
    conversation: "${channel}"
    endpoints: { service: "http://localhost:${port}/_connector" }
    playground: true
`,
  })
  const url = await startPlayground(t, port, `${proxy.http}/teams/messages`)
  const [page, other] = [await open(url), await open(url)]
  let pressed: Request | undefined
  page.on('request', request => {
    if (/\/invoke$/.test(request.url())) pressed = request
  })
  const client = await connect(t, proxy.client())

  const deleted = client.query('DELETE FROM audit')
  await page.getByRole('button', { name: 'Approve …' }).click()
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  t.equal((await deleted).rowCount, 0)
  await page.getByText('finished: DELETE 0').first().waitFor()
  await other.getByText('finished: DELETE 0').first().waitFor()
  await page.getByText('rita approved it (teams)').first().waitFor()
  t.equal(await other.getByRole('button', { name: 'Approve …' }).count(), 0, 'replaced for all')

  // The playground makes another activity of it: somebody presses a card that is not up to date.
  const again = await fetch(pressed?.url() ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: pressed?.postData() ?? '',
  })
  t.match(await again.text(), /It does not count: it is finished already/)
  t.equal((await proxy.ran()).split('DELETE FROM audit').length - 1, 1)

  const denied = client.query('DELETE FROM orders').catch((error: Error) => error)
  await page.getByRole('button', { name: 'Deny …' }).click()
  await page.getByRole('button', { name: 'Deny', exact: true }).click()
  await page.getByText('Expected a reason: the requester is told.').first().waitFor()
  await page.getByRole('button', { name: 'Deny …' }).click()
  await page.locator('[maxlength="2000"]').first().fill('not on a Friday')
  await page.getByRole('button', { name: 'Deny', exact: true }).click()
  t.match(await denied, { code: '42501', detail: 'Reason: not on a Friday' })
  await other.getByText('denied by rita: not on a Friday').first().waitFor()

  // Whoever asked is the one who sits there.
  const own = await connect(t, proxy.client('rita'))
  const asked = own.query('DELETE FROM audit').catch((error: Error) => error)
  await page.getByRole('button', { name: 'Approve …' }).click()
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await page.getByText('It does not count: nobody decides their own request.').first().waitFor()
  const approval = await proxy.pending()
  t.equal(approval.state, 'pending')
  t.equal(await proxy.decide(approval, 'deny', 'sven'), 200)
  t.match(await asked, { code: '42501' })
  t.notMatch(await proxy.ran(), /DELETE FROM orders/)
})
