/**
 * The player in Chromium, before the real program: what a session's page shows of a session that was
 * recorded, how soon, and what it costs the browser to play it.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { leaksIn } from '../support/canary.ts'
import { startChromium } from '../support/chromium.ts'
import { password, startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

process.env['COUNTERSIGN_PASSWORD'] = password

let browser: Browser
let proxy: TestProxy

const rows = 100_000

t.setTimeout(120_000)
t.before(async () => {
  browser = await startChromium()
  proxy = await startProxy(t, { customers: 20 })
})
t.teardown(() => browser?.close())

/**
 * When the first row was there, and long tasks (https://www.w3.org/TR/longtasks-1/), which a busy
 * machine has without our doing: they are told, and their time on the processor is judged.
 */
const watch = `
  window.longTasks = []
  new MutationObserver(() => {
    window.firstRowMs ??= document.querySelector('#grid .row .cell:nth-child(3)')?.textContent
      .startsWith('name') ? performance.now() : undefined
  }).observe(document, { subtree: true, childList: true, characterData: true })
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.longTasks.push(entry.duration)
  }).observe({ type: 'longtask', buffered: true })
`

/** How far down the rows were seen. */
const watchRows = `
  window.lastRow = 0
  new MutationObserver(() => {
    for (const row of document.querySelectorAll('#grid .row:not([hidden])'))
      window.lastRow = Math.max(window.lastRow, row.getAttribute('aria-rowindex') - 1)
  }).observe(document.getElementById('grid'), { subtree: true, attributes: true })
`

async function auditor(t: Test): Promise<Page> {
  const context = await browser.newContext({
    baseURL: proxy.http,
    viewport: { width: 1400, height: 900 },
  })
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.on('pageerror', error => t.fail(error.message))
  page.on('console', message => t.comment(message.text()))
  await page.addInitScript(watch)
  await page.goto('/')
  await page.fill('[name=user]', 'rita')
  await page.fill('[name=password]', password)
  await page.click('main button')
  await page.waitForURL('/')
  return page
}

async function sessionOf(user: string): Promise<string> {
  const dir = ['--data-dir', proxy.dataDir]
  const { stdout } = await proxy.command('sessions', 'list', '--json', ...dir)
  const lines = stdout.split('\n').filter(line => line !== '')
  const found = lines.map(line => JSON.parse(line)).find(each => each.user === user)
  return found.id
}

t.test('a session is played in a browser', async t => {
  const client = new pg.Client(proxy.client())
  await client.connect()
  await client.query(
    `SELECT n AS id, 'name ' || n AS name, repeat('x', n % 40) AS note, now() AS at
     FROM generate_series(1, ${rows}) n`,
  )
  await client.query('SELECT id, email, ssn FROM customers ORDER BY id')
  const deleted = client.query('DELETE FROM audit')
  await proxy.decide(await proxy.pending(), 'approve')
  await deleted
  await t.rejects(client.query('SELECT nothing FROM orders'))
  await client.end()
  const id = await sessionOf('analyst')
  const page = await auditor(t)

  await t.test('the first rows of many come at once', async t => {
    const started = Date.now()
    await browser.startTracing(page, tracing)
    await page.goto(`/sessions/${id}`, { waitUntil: 'commit' })
    await page.waitForSelector('#grid .row .cell:nth-child(3):text-is("name 1")')
    t.comment(`first rows after ${await seen(page, 'firstRowMs')} ms`)
    await page.locator('#outcome', { hasText: '100,000 rows' }).waitFor()
    t.comment(`all of the timeline after ${Date.now() - started} ms`)
    t.ok((await page.locator('#grid .row').count()) < 100, 'only what is seen is there')
    await page.waitForSelector('#chain.whole')
    t.comment(`long tasks while it loads, in ms: ${JSON.stringify(await seen(page, 'longTasks'))}`)
    await quick(t, 'while it loads')
  })

  await t.test('it shows holds, errors and what is masked, by keys alone', async t => {
    await page.keyboard.press('ArrowDown')
    await page.locator('#columns', { hasText: 'masked: email' }).waitFor()
    const cell = page.locator('#grid .row').first().locator('.cell.masked').first()
    t.equal(await cell.getAttribute('title'), 'hidden by the masking rule email')
    t.match(await cell.textContent(), /^c\*+@secret\.example$/)
    await page.keyboard.press('h')
    await page.locator('#notes', { hasText: 'approved by rita (api): looked at it' }).waitFor()
    t.match(await page.textContent('#sql'), 'DELETE FROM audit')
    await page.keyboard.press('e')
    await page.locator('#failure', { hasText: 'column "nothing" does not exist' }).waitFor()
    t.match(await page.textContent('#clock'), /^0:\d\d\.\d \/ 0:\d\d\.\d$/)
    await page.keyboard.press('g')
    await page.locator('#said', { hasText: 'nothing is missing' }).waitFor()
  })

  await t.test('a search goes to rows, wherever they are', async t => {
    await page.keyboard.press('/')
    await page.keyboard.type('NAME 77777')
    await page.keyboard.press('Enter')
    await page.locator('#hits', { hasText: '1 of 1' }).waitFor()
    const row = page.locator('#grid .row.cursor', { hasText: 'name 77777' })
    await row.waitFor()
    t.equal(await row.getAttribute('aria-rowindex'), '77778')
    await row.click()
    await page.locator('#record[open] dd', { hasText: 'name 77777' }).waitFor()
    await page.keyboard.press('Escape')
  })

  await t.test('it plays without a stutter', async t => {
    await page.keyboard.press('Home')
    await page.evaluate('window.longTasks.length = 0')
    await page.evaluate(watchRows)
    await browser.startTracing(page, tracing)
    await page.click('#play')
    await page.locator('#play', { hasText: 'Play' }).waitFor()
    t.match(await page.textContent('#sql'), 'SELECT nothing FROM orders', 'up to the end')
    t.equal(await seen(page, 'lastRow'), rows, 'every row went by')
    t.comment(`long tasks while it plays, in ms: ${JSON.stringify(await seen(page, 'longTasks'))}`)
    await quick(t, 'while it plays')
  })
})

const hostile = "SELECT '</script><script>document.title = 1</script><!-- \u202e' AS evil"

t.test('a session is followed while it runs, ended, and taken along as a file', async t => {
  const client = new pg.Client(proxy.client('copilot'))
  client.on('error', () => undefined)
  await client.connect()
  await client.query(hostile)
  await client.query('SELECT id, email FROM customers ORDER BY id')
  const id = await sessionOf('copilot')
  const url = `${proxy.http}/api/v1/sessions/${id}`
  const page = await auditor(t)
  await page.goto(`/sessions/${id}`)
  await page.locator('#live').waitFor()
  await page.locator('#list .entry', { hasText: 'SELECT id, email' }).waitFor()

  const asleep = client.query('SELECT pg_sleep(600)').then(
    () => 'slept',
    (error: Error & { code?: string }) => error.code,
  )
  await page.locator('#sql', { hasText: 'pg_sleep' }).waitFor()
  t.equal((await post(`${url}/end`, 'analyst', { reason: 'mine' })).status, 404)
  t.equal((await post(`${url}/end`, 'rita', { reason: ' ' })).status, 400)
  await page.click('summary:text("End this session")')
  await page.fill('[name=reason]', 'it sleeps too long')
  await page.click('button.danger')
  t.equal(await asleep, '57P01', 'the client is told')
  await page.locator('#missing', { hasText: 'ended by rita (web): it sleeps too long' }).waitFor()
  await page.locator('#live').waitFor({ state: 'hidden' })
  t.equal((await post(`${url}/end`, 'rita', { reason: 'again' })).status, 409)
  const direct = new pg.Client({ connectionString: proxy.upstream.url })
  await direct.connect()
  t.teardown(() => direct.end())
  const sleepers = async (): Promise<number | null> =>
    (await direct.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"))
      .rowCount
  while ((await sleepers()) !== 0) await new Promise(resolve => setImmediate(resolve))

  const exported = await fetch(`${url}/export?format=html`, { headers: basic('rita') })
  const text = await exported.text()
  t.equal(exported.status, 200)
  t.strictSame(leaksIn(Buffer.from(text)), [])
  const file = join(proxy.dataDir, '..', 'session.html')
  await writeFile(file, text)
  await page.goto(`file://${file}`)
  await page.locator('#list .entry').first().click()
  await page.locator('#grid .row', { hasText: '</script><script>' }).waitFor()
  t.match(await page.textContent('#sql'), "SELECT '</script><script>document.title = 1")
  t.match(await page.title(), 'Session')
  await page.keyboard.press('ArrowDown')
  await page.locator('#columns', { hasText: 'masked: email' }).waitFor()
  await page.locator('#grid .row', { hasText: '@secret.example' }).first().waitFor()
  await page.fill('[name=text]', 'PG_SLEEP')
  await page.keyboard.press('Enter')
  await page.locator('#hits', { hasText: '1 of' }).waitFor()

  const csv = await fetch(`${url}/export?format=csv&result=1`, { headers: basic('rita') })
  t.match(await csv.text(), /^id,email\r\n1,c\*+@secret\.example\r\n2,/)
  const lines = await fetch(`${url}/export?format=ndjson`, { headers: basic('rita') })
  const evidence = join(proxy.dataDir, '..', 'session.ndjson')
  await writeFile(evidence, await lines.text())
  t.equal((await proxy.command('sessions', 'verify', evidence)).code, 0)
  t.equal((await fetch(`${url}/timeline`, { headers: basic('analyst') })).status, 404)
})

function basic(user: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

function post(url: string, user: string, body: object): Promise<Response> {
  const headers = { ...basic(user), 'content-type': 'application/json' }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

function seen<T>(page: Page, name: string): Promise<T> {
  return page.evaluate(each => (globalThis as unknown as Record<string, T>)[each] as T, name)
}

const tracing = { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] }

/** No task of a page may take more than 100 ms of the processor: a person sees a stutter. */
async function quick(t: Test, when: string): Promise<void> {
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as Trace
  const mains = new Set(
    traceEvents.filter(each => each.args?.name === 'CrRendererMain').map(each => each.tid),
  )
  const tasks = traceEvents.filter(each => /RunTask$/.test(each.name) && mains.has(each.tid))
  const longest = Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000))
  t.ok(longest > 0 && longest <= 100, `${longest.toFixed()} ms are the longest task ${when}`)
}

/** https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU */
interface Trace {
  readonly traceEvents: readonly {
    readonly name: string
    readonly tid: number
    /** Of the thread, in microseconds. */
    readonly tdur?: number
    readonly args?: { readonly name?: string }
  }[]
}
