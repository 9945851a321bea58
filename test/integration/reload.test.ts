/** A changed configuration under open sessions, through the real program. */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { fieldOf } from '../support/console.ts'
import { password, startProxy } from '../support/proxy.ts'

t.test('a changed configuration', async t => {
  const proxy = await startProxy(t, { log: true })
  const client = new pg.Client(proxy.client())
  await client.connect()
  t.teardown(() => client.end())
  const original = await readFile(proxy.config, 'utf8')
  const prepared = { name: 'one', text: 'SELECT name, email FROM customers WHERE id = $1' }
  const simple = 'SELECT name, email FROM customers WHERE id = 1'
  const rows = async (): Promise<unknown> => [
    (await client.query({ ...prepared, values: [1] })).rows[0],
    (await client.query(simple)).rows[0],
  ]
  const both = (row: object): unknown => [row, row]

  /** Resolves once the program said so, after this very change. */
  async function write(text: string, said: string): Promise<void> {
    const before = proxy.output().length
    await writeFile(proxy.config, text)
    while (!proxy.output().slice(before).includes(said)) await delay(20)
  }
  const gauge = async (): Promise<string | undefined> =>
    (await (await fetch(`${proxy.http}/metrics`)).text()).match(
      /^countersign_config_mistaken (\d)$/m,
    )?.[1]

  await t.test('masks another column from the next statement on, prepared ones too', async t => {
    t.strictSame(await rows(), both({ name: 'Name 1', email: 'c***@secret.example' }))
    const more = '    - { name: names, columns: [public.customers.name], mask: redact }\n'
    await write(original.replace('masking:\n  rules:\n', `$&${more}`), 'the policy changed')
    t.strictSame(await rows(), both({ name: '[redacted]', email: 'c***@secret.example' }))
    await write(original, 'the policy changed')
    t.strictSame(await rows(), both({ name: 'Name 1', email: 'c***@secret.example' }))
  })

  await t.test('refuses what a new rule denies, prepared before', async t => {
    const rule = '  rules: [{ name: no-orders, action: deny, objects: [public.orders] }]\n'
    const orders = { name: 'two', text: 'SELECT count(*) FROM orders' }
    await client.query(orders)
    await write(original.replace('  preset: recommended\n', `$&${rule}`), '"added":["no-orders"]')
    await t.rejects(client.query(orders), { code: '42501', message: /no-orders/ })
    await write(original, '"removed":["no-orders"]')
    t.equal((await client.query(orders)).rows[0].count, '150')
  })

  await t.test('counts by a new budget, and gives no session a new one', async t => {
    const budget = (rows: number): string =>
      original.replace(
        '  preset: recommended\n',
        `$&  budgets: [{ name: few, rows: ${rows}, per: session, action: deny }]\n`,
      )
    const ten = 'SELECT id FROM orders ORDER BY id LIMIT 10'
    await write(budget(15), 'the policy changed')
    t.equal((await client.query(ten)).rowCount, 10)
    await t.rejects(client.query(ten), { code: '42501', message: /budget few of 15 rows/ })
    await write(budget(16), 'the policy changed')
    await t.rejects(client.query(ten), { code: '42501', message: /budget few of 16 rows/ })
    await write(original, 'the policy changed')
    t.equal((await client.query(ten)).rowCount, 10)
  })

  /** The first page of the console, as a reviewer sees it. */
  async function inbox(): Promise<string> {
    const start = await fetch(`${proxy.http}/sign-in`)
    const cookie = start.headers.getSetCookie().map(each => each.split(';')[0])
    const body = new URLSearchParams({
      ...{ csrf: fieldOf(await start.text(), 'csrf'), user: 'rita', password, next: '/' },
    })
    const signed = await fetch(`${proxy.http}/sign-in`, {
      ...{ method: 'POST', body, redirect: 'manual' },
      headers: { cookie: cookie.join('; ') },
    })
    const mine = signed.headers.getSetCookie().map(each => each.split(';')[0])
    return (await fetch(`${proxy.http}/`, { headers: { cookie: mine.join('; ') } })).text()
  }

  await t.test('with mistakes changes nothing, and is told in log, metric and console', async t => {
    t.notMatch(await inbox(), 'has mistakes')
    t.equal(await gauge(), '0')
    const broken = original
      .replace('preset: recommended', 'preset: recomended\n  default: alow')
      .replace('mask: tokenize', 'mask: tokenise')
    await write(broken, 'what was in force stays in force')
    for (const word of ['recomended', 'alow', 'tokenise']) t.match(proxy.output(), word)
    t.equal(await gauge(), '1')
    t.match(await inbox(), 'The configuration file has mistakes')
    t.strictSame(await rows(), both({ name: 'Name 1', email: 'c***@secret.example' }))
    await writeFile(proxy.config, original)
    while ((await gauge()) !== '0') await delay(20)
  })

  await t.test('in a section that cannot change names it', async t => {
    await write(original.replace('rows: true', 'rows: false'), 'count after a restart')
    t.match(proxy.output(), '"sections":["recording"]')
  })
})
