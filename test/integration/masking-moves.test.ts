/**
 * Masked values that are moved stay masked where they go, for whom they were masked: over restarts,
 * in both protocols, until somebody says otherwise. And parts of documents, through the program.
 */
import { readFile, writeFile } from 'node:fs/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import { startProxy, type Proxy as TestProxy } from '../support/proxy.ts'

type Row = Readonly<Record<string, unknown>>

/** The sample's rules, with rita exempt from those of e-mail, and a part of the preferences. */
async function withOwnRules(proxy: { config: string }): Promise<void> {
  const text = await readFile(proxy.config, 'utf8')
  const changed = text
    .replace(/(name: email,.*mask: email)/, '$1, exempt: [{ users: [rita] }]')
    .replace(/customers\.prefs\]/, 'customers.prefs $.mail]')
  if (changed === text) throw new Error('expected the rules of the sample')
  await writeFile(proxy.config, changed)
}

async function approved<T>(
  proxy: Pick<TestProxy, 'pending' | 'decide'>,
  running: Promise<T>,
): Promise<T> {
  await proxy.decide(await proxy.pending(), 'approve')
  return running
}

async function listed(proxy: Pick<TestProxy, 'command' | 'config'>): Promise<string> {
  const { stdout } = await proxy.command('masks', '-c', proxy.config)
  return stdout
}

t.test('on Postgres', async t => {
  const proxy = await startProxy(t, {
    sql: 'CREATE TABLE mailbox (id int, box text, doc jsonb); GRANT ALL ON SCHEMA public TO PUBLIC',
  })
  await withOwnRules(proxy)
  await proxy.restart('SIGTERM')

  async function connect(t: Test, user?: string): Promise<pg.Client> {
    const client = new pg.Client(proxy.client(user))
    // The program is restarted under it.
    client.on('error', () => undefined)
    await client.connect()
    t.teardown(() => client.end())
    return client
  }

  async function first(client: pg.Client, sql: string): Promise<Row> {
    const { rows } = await client.query<Row>(sql)
    return rows[0] ?? {}
  }

  await t.test('a part of a document is hidden, and the rest of it is shown', async t => {
    const client = await connect(t)
    const doc = await first(client, 'SELECT prefs FROM customers WHERE id = 1')
    t.strictSame(doc, { prefs: { lang: 'de', mail: '[redacted]' } })
    const parts = `SELECT prefs ->> 'lang' lang, prefs ->> 'mail' mail, prefs -> 'mail' doc,
      prefs #>> '{lang}' deep, upper(prefs ->> 'mail') up, prefs::text t FROM customers WHERE id = 1`
    t.strictSame(await first(client, parts), {
      ...{ lang: 'de', mail: '[redacted]', doc: '[redacted]', deep: 'de' },
      ...{ up: '[redacted]', t: '[redacted]' },
    })
    const { rows } = await client.query({
      text: 'SELECT prefs FROM customers WHERE id = $1',
      values: [1],
      // In binary format jsonb has a byte of its version in front.
      ...({ binary: true } as object),
    })
    t.match(JSON.stringify(rows), /lang.*de/)
    t.notMatch(JSON.stringify(rows), /canary/)
  })

  await t.test('what is made of masked columns is masked, too', async t => {
    const client = await connect(t)
    const made = 'CREATE TABLE copies AS SELECT id, email AS mail, upper(email) loud FROM customers'
    await approved(proxy, client.query(made))
    const later = await connect(t)
    t.strictSame(await first(later, 'SELECT id, mail, loud FROM copies WHERE id = 1'), {
      ...{ id: 1, mail: 'c***@secret.example', loud: '[redacted]' },
    })
    const insert = 'INSERT INTO mailbox (id, box, doc) SELECT id, email, prefs FROM customers'
    await approved(proxy, client.query(insert))
    t.strictSame(await first(later, 'SELECT box, doc FROM mailbox WHERE id = 2'), {
      box: 'c***@secret.example',
      doc: { lang: 'de', mail: '[redacted]' },
    })
    const update = 'UPDATE orders o SET note = c.ssn FROM customers c WHERE c.id = o.customer_id'
    await approved(proxy, client.query(update))
    t.strictSame(await first(later, 'SELECT note FROM orders LIMIT 1'), { note: '[redacted]' })
  })

  await t.test('whom the rule does not hide from makes no way around it', async t => {
    const rita = await connect(t, 'rita')
    await rita.query('CREATE TABLE exported AS SELECT id, email e FROM customers')
    t.match(await first(rita, 'SELECT e FROM exported WHERE id = 1'), { e: /^canary1@/ })
    const client = await connect(t)
    t.strictSame(await first(client, 'SELECT e FROM exported WHERE id = 1'), {
      e: 'c***@secret.example',
    })
  })

  await t.test('it is listed, outlives a restart, and can be removed', async t => {
    await proxy.restart('SIGKILL')
    const client = await connect(t)
    t.strictSame(await first(client, 'SELECT mail FROM copies WHERE id = 1'), {
      mail: 'c***@secret.example',
    })
    const list = await listed(proxy)
    t.match(list, /shop {2}\*\.copies\.mail {2}rule email {2}by analyst/)
    t.match(list, /public\.mailbox\.doc \$\."mail" {2}rule prefs/)
    t.match(list, /exported\.e {2}rule email {2}by rita/)
    const id = /^(\w+) .*exported\.e/m.exec(list)?.[1] ?? ''
    t.equal((await proxy.command('masks', 'remove', id, '-c', proxy.config)).code, 0)
    t.equal((await proxy.command('masks', 'remove', id, '-c', proxy.config)).code, 1)
    // The running program looks every two seconds; a test that waits in vain times out.
    for (let e = ''; !e.startsWith('canary1@'); )
      e = String((await first(client, 'SELECT e FROM exported WHERE id = 1'))['e'])
    t.pass('it is shown again')
  })
})

t.test('on MariaDB', async t => {
  const proxy = await startMysqlProxy(t, {
    sql: 'CREATE TABLE mailbox (id int, box varchar(200), doc json)',
  })
  await withOwnRules(proxy)
  await proxy.restart('SIGTERM')

  async function connect(t: Test, user?: string) {
    const client = await proxy.client(t, user)
    const first = async (sql: string): Promise<Row> => {
      const [rows] = await client.query(sql)
      return (rows as Row[])[0] ?? {}
    }
    return { client, first }
  }

  await t.test('a part of a document is hidden, and the rest of it is shown', async t => {
    const { first } = await connect(t)
    const { prefs } = await first('SELECT prefs FROM customers WHERE id = 1')
    t.match(JSON.stringify(prefs), /lang.*de/)
    t.match(JSON.stringify(prefs), /redacted/)
    t.notMatch(JSON.stringify(prefs), /canary/)
    const parts = `SELECT JSON_VALUE(prefs, '$.lang') lang, JSON_VALUE(prefs, '$.mail') mail,
      JSON_UNQUOTE(JSON_EXTRACT(prefs, '$.mail')) doc, UPPER(JSON_VALUE(prefs, '$.mail')) up
      FROM customers WHERE id = 1`
    const shown = await first(parts)
    t.equal(shown['lang'], 'de')
    t.notMatch(JSON.stringify(shown), /canary/i)
    t.match(shown, { mail: '[redacted]', doc: '[redacted]' })
  })

  await t.test('what is moved is masked, too', async t => {
    const { client, first } = await connect(t)
    const made = 'CREATE TABLE copies AS SELECT id, email AS mail, upper(email) loud FROM customers'
    await approved(proxy, client.query(made))
    const insert = 'INSERT INTO mailbox (id, box, doc) SELECT id, email, prefs FROM customers'
    await approved(proxy, client.query(insert))
    await proxy.restart('SIGKILL')
    const later = await connect(t)
    t.strictSame(await later.first('SELECT id, mail, loud FROM copies WHERE id = 1'), {
      ...{ id: 1, mail: 'c***@secret.example', loud: '[redacted]' },
    })
    const { box, doc } = await later.first('SELECT box, doc FROM mailbox WHERE id = 2')
    t.equal(box, 'c***@secret.example')
    t.match(JSON.stringify(doc), /redacted/)
    t.notMatch(JSON.stringify(doc), /canary/)
    t.match(await listed(proxy), /copies\.mail {2}rule email/)
    t.match(await first('SELECT 1 AS one').catch(() => 'gone'), 'gone')
  })
})
