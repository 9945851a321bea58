/**
 * The console in Chromium: with its script the page follows what happens by itself; without, the
 * same pages work by forms.
 */
import type { Browser, Page } from 'playwright-core'
import t from 'tap'
import { approvalRequest } from '../support/approval-request.ts'
import { startChromium } from '../support/chromium.ts'
import { openConsole, password } from '../support/console.ts'

const never = new AbortController().signal
let browser: Browser

t.before(async () => {
  browser = await startChromium()
})
t.teardown(() => browser?.close())

async function signedIn(base: string, javaScriptEnabled: boolean): Promise<Page> {
  const context = await browser.newContext({ baseURL: base, javaScriptEnabled })
  const page = await context.newPage()
  await page.goto('/')
  await page.fill('[name=user]', 'rita')
  await page.fill('[name=password]', password)
  await page.click('main button')
  await page.waitForURL('/')
  return page
}

for (const script of [true, false]) {
  const how = script ? 'with its script' : 'without JavaScript'
  t.test(`a reviewer approves in a browser, ${how}`, async t => {
    const { app, approvals } = await openConsole(t)
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    const asked = await approvals.ask(
      approvalRequest({ text: 'DELETE FROM orders -- <img src=x onerror=alert(1)> \u202e' }),
      never,
    )
    const page = await signedIn(base, script)
    const complaints: string[] = []
    page.on('console', message => complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    page.on('dialog', dialog => complaints.push(dialog.message()))
    await page.click(`a[href="/approvals/${asked.shortId}"]`)
    t.match(await page.textContent('pre.sql'), '<img src=x onerror=alert(1)> U+202E')
    await page.check('[name=confirm]')
    await page.click('button.primary')
    await page.waitForSelector('.status.approved')
    t.match(await asked.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'web' }] })
    t.strictSame(complaints, [], 'the browser has nothing to complain of')
    await page.context().close()
  })
}

t.test('an open page follows what happens, and keeps what is being typed', async t => {
  const { app, approvals } = await openConsole(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const page = await signedIn(base, true)
  await page.waitForSelector('#inbox .none')
  const approvers = { any: [{ group: 'dba', count: 2 }] }
  const listening = page.waitForResponse('**/events')
  await page.reload()
  await listening
  const asked = await approvals.ask(approvalRequest({ approvers }), never)
  await page.waitForSelector(`a[href="/approvals/${asked.shortId}"]`)
  t.match(await page.title(), '(1) Approvals')

  const again = page.waitForResponse('**/events')
  await page.click(`a[href="/approvals/${asked.shortId}"]`)
  await again
  await page.fill('.deny [name=reason]', 'half a sent')
  const sven = { name: 'sven', kind: 'person', groups: ['dba'] } as const
  const answer = {
    person: sven,
    decision: 'approved',
    surface: 'api',
    shownDigest: 'a'.repeat(64),
  } as const
  await approvals.decide(asked.id, answer)
  await page.waitForSelector('text=1 of 2 from dba')
  t.equal(await page.inputValue('.deny [name=reason]'), 'half a sent')
  await approvals.withdraw(asked.id, 'the client left')
  await page.waitForSelector('.status.withdrawn')
  t.equal(await page.locator('form.deny').count(), 0, 'nothing is left to decide')
  await page.context().close()
})

t.test('what happens before a page has its line of events is not missed', async t => {
  const { app, approvals } = await openConsole(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const asked = await approvals.ask(approvalRequest(), never)
  const page = await signedIn(base, true)
  await page.route('**/events', async route => {
    await approvals.withdraw(asked.id, 'the client left')
    await route.continue()
  })
  await page.goto(`/approvals/${asked.shortId}`)
  await page.waitForSelector('.status.withdrawn')
  t.match(await page.textContent('h1'), 'wanted to')
  await page.context().close()
})
