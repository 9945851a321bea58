/** Debian's psql sees through the proxy what it sees without it, where nothing is masked. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import { selfSigned, signedBy } from '../support/certificates.ts'
import { ensure } from '../support/clients.ts'
import { password, type Proxy as Running, startProxy } from '../support/proxy.ts'
import { inRepository } from '../support/repository.ts'
import { type ProgramOptions, type Ran, runProgram } from '../support/run-program.ts'

const beside = (name: string): string => inRepository(`test/clients/${name}`)
const python = '/usr/bin/python3'
const script = beside('psql-script.sql')

const psqlPath = await ensure('psql')
const authority = await selfSigned()
const own = await signedBy(authority, 'DNS:localhost,IP:127.0.0.1')

const psql = (url: string, args: readonly string[], options: ProgramOptions = {}): Promise<Ran> =>
  runProgram(psqlPath, ['-X', url, ...args], { ...options, env: { TZ: 'UTC', ...options.env } })

for (const version of [15, 18] as const) {
  t.test(`psql before Postgres ${version}`, async t => {
    const proxy = await startProxy(t, { version, tls: own })
    const direct = proxy.upstream.url
    const through = proxy.url()

    await t.test('what it describes, copies and reports is the same', async t => {
      const before = await psql(direct, ['-a', '-f', script])
      const after = await psql(through, ['-a', '-f', script])
      t.ok(before.stdout.length > 8000, 'it saw something')
      t.strictSame(lines(after.stdout.toString()), lines(before.stdout.toString()))
      t.strictSame(lines(after.stderr), lines(before.stderr))
      t.equal(after.code, before.code)
    })

    await t.test('the databases are listed', async t => {
      // This psql is too old to list those of a newer server.
      const list = version === 15 ? ['-l'] : ['-c', 'SELECT datname FROM pg_database ORDER BY 1']
      t.strictSame(await psql(through, list), await psql(direct, list))
    })

    await t.test('\\copy writes and reads files', async t => {
      const dir = await mkdtemp(join(tmpdir(), 'countersign-test-psql-'))
      t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
      const files: Buffer[] = []
      for (const [name, url] of Object.entries({ direct, through })) {
        const file = join(dir, name)
        const ran = await psql(url, [
          '-c',
          `\\copy (SELECT n, md5(n::text) FROM generate_series(1, 50000) n) TO '${file}' CSV HEADER`,
          '-c',
          'CREATE TEMP TABLE copied (n int PRIMARY KEY, hash text)',
          '-c',
          `\\copy copied FROM '${file}' CSV HEADER`,
          '-c',
          'SELECT count(*), sum(n), max(hash) FROM copied',
        ])
        t.match(ran, { code: 0, stderr: '' })
        files.push(ran.stdout, await readFile(file))
      }
      t.ok(files[0]?.equals(files[2] ?? Buffer.alloc(0)))
      t.ok(files[1]?.equals(files[3] ?? Buffer.alloc(0)))
    })

    await t.test('the position of an error is shown', async t => {
      for (const text of ['SELECT id FROM nowhere', 'SELECT id,, 2', "SELECT 'ü' 'ö' FROM", '(']) {
        const before = await psql(direct, ['-c', text])
        t.match(before, { code: 1, stderr: /\^/ })
        t.strictSame(await psql(through, ['-c', text]), before, text)
      }
    })

    await t.test('\\watch runs until it is stopped', async t => {
      const ran = await psql(through, [], {
        input: "SELECT 'tick' \\watch 0.05\n",
        said: (stdout, child) => {
          if (stdout.split('tick').length > 3) child.kill('SIGINT')
        },
      })
      t.ok(ran.stdout.toString().split('tick').length > 3, ran.stderr)
      t.notMatch(ran.stderr, /held|denied/)
    })

    const onTerminal = (steps: readonly string[], options: ProgramOptions = {}): Promise<Ran> =>
      runProgram(python, [beside('on_terminal.py'), psqlPath, through, ...steps], options)

    await t.test('Ctrl-C ends a statement, and the session goes on', async t => {
      const steps = [
        ['SELECT pg_sleep(60);\\n', 'canceling statement due to user request'],
        ["SELECT 'still ' || 'here';\\n", 'still here'],
      ]
      let pid = 0
      const ran = await onTerminal(steps.flat(), {
        said: stdout => {
          if (pid !== 0) return
          pid = Number(stdout)
          sleeping(proxy)
            .then(() => process.kill(pid, 'SIGINT'))
            .catch(t.threw)
        },
      })
      t.match(ran, { code: 0, stderr: '' })
    })

    await t.test('Tab completes names', async t => {
      const steps = [
        ['SELECT 1 FROM cust\\t;\\n', 'omers ;'],
        ['SELECT 2 FROM pg_catalog.pg_stat_user_f\\t;\\n', 'unctions ;'],
        ['SHOW work\\t;\\n', '_mem ;'],
        ['\\d cont\\t\\n', 'acts'],
        ['COMMENT ON ROLE pg_read_all_se\\t', 'ttings'],
      ]
      t.match(await onTerminal(steps.flat()), { code: 0, stderr: '' })
    })

    await t.test('TLS, bound to the login', t => overTls(t, proxy))

    await t.test('settings of its environment', async t => {
      const env = {
        PGOPTIONS: '-c search_path=a,\\ b -c work_mem=5MB --statement-timeout=7s',
        PGTZ: 'Asia/Tokyo',
        PGDATESTYLE: 'SQL, DMY',
        PGAPPNAME: 'nightly report',
      }
      const show = [
        'search_path',
        'work_mem',
        'statement_timeout',
        'TimeZone',
        'DateStyle',
        'application_name',
        'client_encoding',
      ].flatMap(name => ['-c', `SHOW ${name}`])
      const before = await psql(direct, ['-At', ...show], { env })
      t.match(before, { code: 0, stderr: '' })
      t.strictSame(await psql(through, ['-At', ...show], { env }), before)
    })
  })
}

async function overTls(t: Test, proxy: Running): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-psql-'))
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const ca = join(dir, 'ca.pem')
  await writeFile(ca, authority.cert)
  const to = `host=127.0.0.1 port=${proxy.port} user=analyst password=${password} dbname=shop`
  for (const more of [
    'sslmode=disable',
    'sslmode=require channel_binding=disable',
    'sslmode=require channel_binding=require',
    `sslmode=verify-full sslrootcert=${ca} channel_binding=require`,
  ]) {
    const ran = await psql(`${to} ${more}`, ['-At', '-c', 'SELECT 40 + 2', '-c', '\\conninfo'])
    t.match(ran, { code: 0, stderr: '' }, more)
    t.match(ran.stdout.toString(), /^42\n/, more)
    t.equal(/TLSv1\.3/.test(ran.stdout.toString()), more !== 'sslmode=disable')
  }
  const bound = await psql(`${to} sslmode=disable channel_binding=require`, ['-c', 'SELECT 1'])
  t.match(bound, { code: 2, stderr: /channel binding/ })
}

/** Somebody sleeps on the server. */
async function sleeping(proxy: Running): Promise<void> {
  const admin = new pg.Client({ connectionString: proxy.upstream.url })
  await admin.connect()
  for (;;) {
    const { rowCount } = await admin.query(
      "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND state = 'active'",
    )
    if (rowCount !== 0) break
  }
  await admin.end()
}

const lines = (text: string): string[] => text.split('\n')
