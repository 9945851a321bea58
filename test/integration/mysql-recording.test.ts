/** The recording of MySQL sessions: what it has after a crash, what it shows, what it never has. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { mysqlLeaksIn } from '../support/mysql-canary.ts'
import { failure, type MysqlProxy, startMysqlProxy } from '../support/mysql-proxy.ts'
import { execute, fetch as fetchRows, MysqlWire, prepare } from '../support/mysql-wire.ts'
import { password } from '../support/running-program.ts'

interface Session {
  readonly id: string
  readonly user: string
  readonly state: string
}

process.env['COUNTERSIGN_PASSWORD'] = password

function sessions(proxy: MysqlProxy, ...args: string[]): ReturnType<MysqlProxy['command']> {
  return proxy.command('sessions', ...args, '--data-dir', proxy.dataDir)
}

async function sessionsOf(proxy: MysqlProxy): Promise<readonly Session[]> {
  const { stdout } = await sessions(proxy, 'list', '--json')
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Session)
}

async function replayed(proxy: MysqlProxy, user: string): Promise<string> {
  const found = (await sessionsOf(proxy)).find(session => session.user === user)
  const { code, stdout, stderr } = await sessions(proxy, 'replay', found?.id ?? '', '--no-wait')
  if (code !== 0) throw new Error(`the replay failed: ${stderr}`)
  return stdout
}

async function files(dir: string): Promise<readonly string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true })
  return found.filter(each => each.isFile()).map(each => join(each.parentPath, each.name))
}

const rules = `
  rules:
    - { name: files, action: allow, effects: [import], details: [local], lifts: [client-file] }
`
const mark = /load-\d+-\d+/g

t.test('kill -9 under load loses nothing that the server ran', async t => {
  const proxy = await startMysqlProxy(t)
  let done = 0
  const load = async (number: number): Promise<void> => {
    const busy = await proxy.client(t)
    for (let i = 0; ; i += 1) {
      const what = `load-${number}-${i}`
      // Half as texts, half with parameters.
      if (i % 2 === 0) await busy.query(`INSERT INTO audit (what) VALUES ('${what}')`)
      else await busy.execute('INSERT INTO audit (what) VALUES (?)', [what])
      done += 1
      if (done === 600) proxy.child.kill('SIGKILL')
    }
  }
  const ended = await Promise.allSettled([0, 1, 2, 3].map(load))
  t.equal(ended.filter(({ status }) => status === 'rejected').length, 4)
  await proxy.restart('SIGTERM')

  const ran = new Set((await proxy.ran()).match(mark))
  t.ok(ran.size >= 600, `${ran.size} statements`)
  const recorded = new Set<string>()
  const listed = await sessionsOf(proxy)
  t.equal(listed.length, 4)
  for (const { id, state } of listed) {
    t.equal(state, 'cut')
    for (const what of (await sessions(proxy, 'show', id, '--json')).stdout.match(mark) ?? [])
      recorded.add(what)
  }
  t.strictSame(
    [...ran].filter(what => !recorded.has(what)),
    [],
    'each of them is in the recording',
  )
  const clean = await sessions(proxy, 'verify')
  t.equal(clean.code, 0, clean.stdout)
  t.match(clean.stdout, 'nothing was altered')
})

t.test('a session as it is recorded and shown', async t => {
  const sql = `
    CREATE TABLE kinds (i int, d decimal(10,2), day date, moment datetime(3), clock time, b blob,
      e enum('one', 'two'), u bigint unsigned, f double, y year);
    INSERT INTO kinds VALUES (-7, 12.50, '2024-02-29', '2024-02-29 12:34:56.789', '-01:02:03',
      x'00ff', 'two', 18446744073709551615, 1.5, 2024), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE PROCEDURE two_results() BEGIN SELECT 1 AS one; SELECT id, email FROM customers WHERE id = 2; END;
  `
  const proxy = await startMysqlProxy(t, { customers: 20, sql, rules })

  await t.test('replays with masked rows, decisions and errors', async t => {
    const analyst = await proxy.client(t)
    await analyst.query('SELECT id, email, phone, ssn FROM customers ORDER BY id LIMIT 2')
    const deleted = analyst.query('DELETE FROM audit')
    const approval = await proxy.pending()
    t.equal(await proxy.decide(approval, 'approve'), 200)
    await deleted
    const denied = failure(analyst.query('TRUNCATE orders'))
    t.equal(await proxy.decide(await proxy.pending(), 'deny', 'sven'), 200)
    t.match(await denied, { errno: 1227 })
    t.match(await failure(analyst.query('SELECT nothing FROM orders')), { errno: 1054 })
    await analyst.end()

    const shown = await replayed(proxy, 'analyst')
    t.match(shown, 'SELECT id, email, phone, ssn FROM customers')
    t.match(shown, /\n +1 \| c\*+@secret\.example \| \+49\*+ +\|/, shown)
    t.match(shown, `-- waits for approval ${approval.shortId}`)
    t.match(shown, '-- approved by rita (api): looked at it')
    t.match(shown, '-- denied by sven (api): looked at it')
    t.match(shown, /ERROR:? .*was denied by sven/)
    t.match(shown, /ERROR:? .*Unknown column 'nothing'/)
    t.match(shown, '-- the session ended')
  })

  await t.test('replays binary rows, cursors, several results and parameters', async t => {
    const rita = await proxy.client(t, 'rita', { multipleStatements: true })
    await rita.execute('SELECT * FROM kinds WHERE i < ?', [5])
    await rita.execute('SELECT id, email, score FROM customers WHERE id = ?', [4])
    await rita.query('SELECT 1 AS first_; SELECT id, email FROM customers WHERE id = 3')
    await rita.query("INSERT INTO audit (what) VALUES ('x'), ('y')")
    await rita.end()
    const shown = await replayed(proxy, 'rita')
    for (const value of [
      '-7',
      '12.50',
      '2024-02-29',
      '12:34:56.789',
      '-01:02:03',
      'two',
      '18446744073709551615',
      '2024',
    ])
      t.match(shown, value)
    t.match(shown, /\n +4 \| c\*+@secret\.example \| +\d+/, shown)
    t.match(shown, /first_ *\n[-+]+\n +1 *\n/)
    t.match(shown, /\n +3 \| c\*+@secret\.example/)
    t.match(shown, /= '?4'?/, 'the parameter')

    const wire = await MysqlWire.connect(proxy.place('sven'))
    const [made] = await wire.ask(prepare('SELECT id, email FROM customers ORDER BY id'))
    if (made?.kind !== 'prepared') throw new Error('it was not prepared')
    await wire.ask(execute(made.id, 1))
    await wire.ask(fetchRows(made.id, 2))
    await wire.ask(fetchRows(made.id, 1))
    wire.close()
    t.match(
      await replayed(proxy, 'sven'),
      /\n +1 \| c\*+@[\s\S]*\n +2 \| c\*+@[\s\S]*\n +3 \| c\*+@/,
    )
  })

  await t.test('has what a file brought, where LOCAL INFILE is allowed', async t => {
    const admin = await proxy.client(t, 'admin', {
      infileStreamFactory: () => Readable.from([Buffer.from('loaded-1\nloaded-2\n')]),
    })
    const text = "LOAD DATA LOCAL INFILE 'mine' INTO TABLE audit (what)"
    t.match((await admin.query(text))[0], { affectedRows: 2 })
    const [rows] = await admin.query("SELECT what FROM audit WHERE what LIKE 'loaded%'")
    t.match(rows, [{ what: 'loaded-1' }, { what: 'loaded-2' }])
    await admin.end()
    t.match(await replayed(proxy, 'admin'), 'loaded-1\nloaded-2')
  })

  await t.test('holds no masked value anywhere, nor does the log', async t => {
    const old = await proxy.client(t, 'old')
    await old.query('SELECT * FROM customers')
    await old.execute('SELECT * FROM customers WHERE id > ?', [0])
    await old.query('SELECT UPPER(email), JSON_OBJECT("e", email) FROM customers').catch(failureOf)
    await old.query('SELECT CAST(email AS signed) FROM customers').catch(failureOf)
    await old.query('SHOW WARNINGS').catch(failureOf)
    await old.query('CALL two_results()').catch(failureOf)
    await old.end()
    for (const { id } of await sessionsOf(proxy)) {
      const { stdout } = await sessions(proxy, 'replay', id, '--no-wait')
      t.strictSame(mysqlLeaksIn(Buffer.from(stdout)), [], 'replayed')
    }
    for (const path of await files(proxy.dataDir))
      t.strictSame(mysqlLeaksIn(await readFile(path)), [], path)
    t.strictSame(mysqlLeaksIn(Buffer.from(proxy.output())), [], 'the log')
    const verified = await sessions(proxy, 'verify')
    t.equal(verified.code, 0, verified.stdout)
  })
})

const failureOf = (error: unknown): unknown => error
