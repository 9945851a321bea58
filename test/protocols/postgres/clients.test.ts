/** psql and node-postgres start sessions through startClient, and connectUpstream behind it. */
import { type ChildProcess, execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { selfSigned, signedBy } from '../../support/certificates.ts'
import { ensure } from '../../support/clients.ts'
import { testGateway } from '../../support/gateway.ts'
import { pipe } from '../../support/pipe.ts'
import { startPostgres } from '../../support/postgres.ts'
import { listen, type TestListener } from '../../support/start-client.ts'

interface Ran {
  readonly code: number
  readonly out: string
}

t.test('ordinary clients', async t => {
  const psqlPath = await ensure('psql')
  const authority = await selfSigned()
  const own = await signedBy(authority, 'DNS:localhost,IP:127.0.0.1')
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-clients-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const ca = join(dir, 'ca.pem')
  await writeFile(ca, authority.cert)
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const { host, port, user, password, database } = server
  const upstream = { host, port, user, password, database, tls: { mode: 'disable' } as const }
  const users = { al: 'secret', 'zo\u00eb': 'I\u00adX \u00e4' }

  const secure = testGateway({ users, upstream, tls: own })
  const plain = testGateway({ users, upstream })
  const atSecure = await listen(secure, pipe)
  const atPlain = await listen(plain, pipe)
  t.teardown(() => Promise.all([atSecure.close(), atPlain.close()]))

  /** `connection` in libpq's words; the environment brings the password. */
  function psql(connection: string, sql: string, environment: object = {}): Promise<Ran> {
    const env = { PATH: '/usr/bin', PGPASSWORD: users.al, HOME: dir, ...environment }
    return new Promise(resolve => {
      const child = execFile(
        psqlPath,
        ['-X', '-A', '-t', '-c', sql, `host=127.0.0.1 user=al dbname=shop ${connection}`],
        { env },
        (error, stdout, stderr) => {
          resolve({ code: Number(error?.code ?? 0), out: (stdout + stderr).trim() })
        },
      )
      child.stdin?.end()
    })
  }

  t.test('psql with and without TLS, with and without channel binding', async t => {
    const tls = `port=${atSecure.port}`
    for (const connection of [
      `port=${atPlain.port} sslmode=disable`,
      `port=${atPlain.port} sslmode=prefer`,
      `${tls} sslmode=disable`,
      `${tls} sslmode=prefer`,
      `${tls} sslmode=require channel_binding=disable`,
      `${tls} sslmode=require channel_binding=require`,
      `${tls} sslmode=verify-full sslrootcert=${ca} channel_binding=require`,
    ]) {
      t.strictSame(await psql(connection, 'select 40 + 2'), { code: 0, out: '42' }, connection)
    }
    t.equal(secure.logins.at(-1)?.tls, true)
    t.equal(secure.logins.at(-1)?.application, 'psql')
    t.equal(plain.logins.at(-1)?.tls, false)
  })

  t.test('psql with a password that SASLprep changes', async t => {
    // The verifier is made from the prepared password, as a server makes it.
    const prepared = testGateway({ users: { 'zo\u00eb': 'IX \u00e4' }, upstream })
    const at = await listen(prepared, pipe)
    const ran = await psql(`port=${at.port} user=zo\u00eb`, 'select 1', {
      PGPASSWORD: users['zo\u00eb'],
    })
    t.strictSame(ran, { code: 0, out: '1' })
    await at.close()
  })

  t.test('psql hears why it may not come in', async t => {
    const wrong = await psql(`port=${atSecure.port}`, 'select 1', { PGPASSWORD: 'wrong' })
    t.match(wrong, { code: 2, out: /FATAL: {2}password authentication failed for user "al"/ })
    const unbound = await psql(`port=${atPlain.port} channel_binding=require`, 'select 1')
    t.match(unbound, { code: 2, out: /channel binding/ })
    const latin = await psql(`port=${atPlain.port} client_encoding=LATIN1`, 'select 1')
    t.match(latin, { code: 2, out: /client_encoding "LATIN1" is not supported/ })
    const replication = await psql(`port=${atPlain.port} replication=database`, 'select 1')
    t.match(replication, { code: 2, out: /replication connections are not supported/ })
    const settings = await psql(`port=${atPlain.port}`, 'select 1', { PGOPTIONS: '-c work_mem=x' })
    t.match(settings, { code: 2, out: /FATAL: {2}invalid value for parameter "work_mem": "x"/ })
  })

  t.test('settings arrive from psql and its environment', async t => {
    const ran = await psql(
      `port=${atPlain.port}`,
      "select current_setting('search_path'), current_setting('statement_timeout'), current_setting('TimeZone')",
      { PGOPTIONS: '-c search_path=a,\\ b --statement-timeout=7s', PGTZ: 'Asia/Tokyo' },
    )
    t.strictSame(ran, { code: 0, out: 'a, b|7s|Asia/Tokyo' })
  })

  t.test('Ctrl-C in psql cancels its query and no other', async t => {
    const admin = new pg.Client({ connectionString: server.url })
    await admin.connect()
    t.teardown(() => admin.end())
    const sleeping = async (count: number): Promise<void> => {
      for (;;) {
        const { rowCount } = await admin.query(
          "select from pg_stat_activity where wait_event = 'PgSleep' and state = 'active'",
        )
        if (rowCount === count) return
      }
    }
    const start = (at: TestListener): { child: ChildProcess; said: Promise<string> } => {
      const url = `host=127.0.0.1 port=${at.port} user=al dbname=shop`
      const env = { PATH: '/usr/bin', PGPASSWORD: users.al, HOME: dir }
      let child: ChildProcess | undefined
      const said = new Promise<string>(resolve => {
        const args = ['-X', '-A', '-t', '-c', 'select pg_sleep(60)', url]
        child = execFile(psqlPath, args, { env }, (_error, _stdout, stderr) => resolve(stderr))
      })
      if (child === undefined) throw new Error('psql did not start')
      return { child, said }
    }
    const first = start(atPlain)
    const second = start(atSecure)
    await sleeping(2)
    second.child.kill('SIGINT')
    t.match(await second.said, /canceling statement due to user request/)
    await sleeping(1)
    first.child.kill('SIGINT')
    t.match(await first.said, /canceling statement due to user request/)
  })

  t.test('node-postgres with and without TLS', async t => {
    const ssl = { ca: authority.cert }
    for (const [at, options] of [
      [atPlain, {}],
      [atSecure, {}],
      [atSecure, { ssl }],
      [atSecure, { ssl, enableChannelBinding: true }],
    ] as const) {
      const client = new pg.Client({
        host: '127.0.0.1',
        port: at.port,
        user: 'al',
        password: users.al,
        database: 'shop',
        ...options,
      })
      await client.connect()
      const { rows } = await client.query('select $1::int + 2 as n', [40])
      t.strictSame(rows, [{ n: 42 }])
      await client.end()
    }
    const wrong = new pg.Client({
      host: '127.0.0.1',
      port: atPlain.port,
      user: 'al',
      password: 'wrong',
      database: 'shop',
    })
    await t.rejects(wrong.connect(), { code: '28P01' })
  })
})
