/**
 * A policy before it is in force: what mode `observe` would have held or denied is recorded, counted
 * and listed, and `simulate` says what another policy would do to what was recorded.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { startChromium } from '../support/chromium.ts'
import { password, startProxy } from '../support/proxy.ts'

const observing = `  mode: observe
  rules:
    - { name: no-notes, action: deny, effects: [update], objects: [public.orders] }
    - { name: large, action: hold, effects: [read], objects: [public.big], rows_over: 1000 }
    - { name: in-transaction, action: hold, effects: [insert], transaction: [open] }
  budgets:
    - { name: some, per: statement, rows: 100 }`

t.test('observe, then simulate', async t => {
  const proxy = await startProxy(t, {
    rules: observing,
    sql: 'CREATE TABLE big AS SELECT n FROM generate_series(1, 3000) n; ANALYZE big',
  })
  const run = async (user: string, ...texts: string[]): Promise<void> => {
    const client = new pg.Client(proxy.client(user))
    await client.connect()
    for (const text of texts) await client.query(text)
    await client.end()
  }
  await run('analyst', 'DELETE FROM audit', 'DELETE FROM audit', "UPDATE orders SET note = 'x'")
  await run('copilot', 'SELECT * FROM big', 'SELECT n FROM big WHERE n < 10', 'DELETE FROM audit')
  await run('admin', 'BEGIN', "INSERT INTO audit (what) VALUES ('x')", 'COMMIT')

  await t.test('all of it passed, and is counted', async t => {
    const metrics = await (await fetch(`${proxy.http}/metrics`)).text()
    t.match(metrics, /countersign_observed_total\{verdict="deny"\} 1/)
    // Three deletes, one read, one insert, and the budget of the read.
    t.match(metrics, /countersign_observed_total\{verdict="hold"\} 6/)
    t.match(metrics, /countersign_statements_total\{verdict="hold"\} 0/)
  })

  await t.test('the console lists it by rule and by who, to auditors', async t => {
    const browser = await startChromium()
    t.teardown(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`${proxy.http}/observed`)
    await page.fill('input[name=user]', 'rita')
    await page.fill('input[name=password]', password)
    await page.click('button.primary')
    await page.goto(`${proxy.http}/observed`)
    const text = await page.textContent('main')
    for (const told of [
      /would hold\s*unfiltered-write\s+2 times · analyst on shop/,
      /would hold\s*unfiltered-write\s+once · agent copilot on shop/,
      /would deny\s*no-notes\s+once · analyst on shop/,
      /would hold\s*large\s+once · agent copilot on shop/,
      /would hold\s*some\s+once · agent copilot on shop/,
      /UPDATE orders SET note = \?/,
    ])
      t.match(text, told)
    if (process.env['SCREENSHOT'] !== undefined)
      await page.screenshot({ path: process.env['SCREENSHOT'], fullPage: true })
  })

  const file = async (rules: string): Promise<string> => {
    const path = join(proxy.config, '..', 'new.yaml')
    const text = await readFile(proxy.config, 'utf8')
    await writeFile(path, text.replace(observing, rules))
    return path
  }

  await t.test(
    'simulate says what another policy would change, and touches no database',
    async t => {
      await proxy.upstream.stop()
      const path = await file(`  rules:
    - { name: audited, action: allow, effects: [delete], objects: [public.audit], lifts: [unfiltered-write] }
    - { name: agents-read-little, action: deny, kind: agent, effects: [read], rows_over: 2000 }
    - { name: no-inserts, action: deny, effects: [insert], transaction: [open] }`)
      const { code, stdout, stderr } = await proxy.command('simulate', '-c', path, '--since', '1d')
      t.equal(code, 0, stderr)
      t.match(stdout, /hold → allow {2}unfiltered-write {2}analyst on shop: 2/)
      t.match(stdout, /hold → allow {2}unfiltered-write {2}copilot on shop: 1/)
      t.match(stdout, /deny → hold {2}unfiltered-write {2}analyst on shop: 1/)
      t.match(stdout, /hold → deny {2}agents-read-little {2}copilot on shop: 1/)
      t.match(stdout, /hold → deny {2}no-inserts {2}admin on shop: 1/)
      t.match(stdout, /│ DELETE FROM audit/)
      const json = await proxy.command('simulate', '-c', path, '--user', 'copilot', '--json')
      t.match(JSON.parse(json.stdout), {
        statements: 3,
        changes: [{ user: 'copilot' }, { user: 'copilot' }],
      })
    },
  )

  await t.test('what cannot be told is said, and the policy of then changes nothing', async t => {
    const same = await proxy.command('simulate', '-c', proxy.config, '--check')
    t.equal(same.code, 0, same.stdout)
    t.match(same.stdout, /9 statements since .*: 0 would change, 9 would not/)
    const path = await file(
      '  rules: [{ name: few, action: hold, effects: [insert], rows_over: 5 }]',
    )
    const { code, stdout } = await proxy.command('simulate', '-c', path, '--check')
    t.equal(code, 1)
    t.match(stdout, /1 statement cannot be told: a rule about rows needs an estimate/)
    t.match(await proxy.command('simulate', '-c', path, '--since', 'soon'), { code: 2 })
    t.match(await proxy.command('simulate', '-c', '/nowhere.yaml'), { code: 1 })
  })
})
