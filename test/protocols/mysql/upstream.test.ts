import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Capability } from '../../../protocols/mysql/capabilities.ts'
import {
  connectUpstream,
  killQuery,
  learnGreeting,
  type UpstreamConnection,
  type UpstreamOptions,
  UpstreamRefused,
} from '../../../protocols/mysql/upstream.ts'
import type { Upstream } from '../../../protocols/protocol.ts'
import { selfSigned, signedBy } from '../../support/certificates.ts'
import { startMariadb, startMysql, type TestMysql, whyNoMysql } from '../../support/mysql.ts'
import { query } from '../../support/mysql-query.ts'

const signal = new AbortController().signal

const usual =
  Capability.PROTOCOL_41 |
  Capability.TRANSACTIONS |
  Capability.MULTI_RESULTS |
  Capability.PS_MULTI_RESULTS |
  Capability.DEPRECATE_EOF |
  Capability.SESSION_TRACK

function connect(
  t: Test,
  upstream: Upstream,
  options: Partial<UpstreamOptions> = {},
): Promise<UpstreamConnection> {
  const reached = connectUpstream(upstream, {
    capabilities: usual,
    collation: 45,
    attributes: new Map(),
    database: undefined,
    signal,
    timeoutMs: 10_000,
    ...options,
  })
  t.teardown(() => reached.then(({ socket }) => socket.destroy()).catch(() => undefined))
  return reached
}

function at(server: TestMysql, more: Partial<Upstream> = {}): Upstream {
  const { host, port, user, password, database } = server
  return { host, port, user, password, database, tls: { mode: 'disable' }, ...more }
}

const settings = 'SELECT @@character_set_client, @@character_set_results, DATABASE()'

const noMysql = await whyNoMysql()
const authority = await selfSigned()
const tls = await signedBy(authority, 'DNS:localhost,IP:127.0.0.1')
const stranger = await selfSigned()

// Both start at once, since that is most of what this file takes.
const mariadb = started(startMariadb, [
  "CREATE USER plain IDENTIFIED VIA mysql_native_password USING PASSWORD('pw')",
  'CREATE USER nobody',
  "CREATE USER secure IDENTIFIED BY 'pw' REQUIRE SSL",
])
const mysql =
  noMysql === false
    ? started(startMysql, [
        "CREATE USER fresh IDENTIFIED WITH caching_sha2_password BY 'pässword'",
        "CREATE USER other IDENTIFIED WITH caching_sha2_password BY 'pässword'",
        "CREATE USER local IDENTIFIED WITH caching_sha2_password BY 'pässword'",
        "CREATE USER old IDENTIFIED WITH sha256_password BY 'pw'",
        "CREATE USER nobody IDENTIFIED BY ''",
      ])
    : undefined

function started(start: typeof startMariadb, accounts: readonly string[]): Promise<TestMysql> {
  const server = start({ tls, sql: accounts.join(';\n') })
  // A server that does not start fails the tests that wait for it.
  t.teardown(() => server.then(({ stop }) => stop()).catch(() => undefined))
  return server
}

async function flavour(t: Test, server: TestMysql): Promise<void> {
  await t.test('a login tells what the server is, and the session is as asked for', async t => {
    const connected = await connect(t, at(server))
    t.equal(connected.flavour, server.flavour)
    t.ok(connected.version.includes(server.version), connected.version)
    t.equal(connected.statusFlags & 2, 2, 'autocommit')
    t.equal(connected.socket.isPaused(), true)
    t.equal(connected.leftover.length, 0)
    t.equal(connected.okPacket[0], 0)
    t.strictSame(await query(connected, `${settings}, CONNECTION_ID()`), [
      ['utf8mb4', 'utf8mb4', 'shop', String(connected.connectionId)],
    ])
    const other = await connect(t, at(server), { collation: 33, database: '' })
    t.match(await query(other, settings), [[/^utf8(mb3)?$/, /^utf8(mb3)?$/, null]])
    t.strictSame(
      await learnGreeting(at(server), { timeoutMs: 10_000 }),
      connected.greeting,
      'the greeting alone',
    )
  })

  await t.test('the modes of TLS', async t => {
    const encrypted = async (tls: Upstream['tls'], host = '127.0.0.1') => {
      const connected = await connect(t, at(server, { tls, host }))
      const [[, cipher] = []] = await query(connected, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
      return cipher !== ''
    }
    const { cert: ca } = authority
    t.equal(await encrypted({ mode: 'disable' }), false)
    t.equal(await encrypted({ mode: 'prefer' }), true)
    t.equal(await encrypted({ mode: 'require' }), true)
    t.equal(await encrypted({ mode: 'verify-ca', ca }), true)
    t.equal(await encrypted({ mode: 'verify-full', ca }), true)
    t.equal(await encrypted({ mode: 'verify-full', ca }, 'localhost'), true)
    for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
      const wrong = encrypted({ mode, ca: stranger.cert })
      await t.rejects(wrong, { name: 'UpstreamError', message: /^no TLS with the upstream at 127/ })
    }
  })

  await t.test('a socket file needs no TLS, whatever the mode', async t => {
    const host = join(server.dataDir, 'server.sock')
    const connected = await connect(t, at(server, { host, tls: { mode: 'verify-full' } }))
    t.strictSame(await query(connected, 'SELECT 1'), [['1']])
    const nowhere = connect(t, at(server, { host: `${host}.no` }))
    await t.rejects(nowhere, { message: /^cannot reach the upstream at \/.*ENOENT/ })
  })

  await t.test('what the server refuses is said by whom and why', async t => {
    await t.rejects(connect(t, at(server, { password: 'wrong' })), {
      name: 'UpstreamRefused',
      message: /^the upstream at 127\.0\.0\.1:\d+ refused the connection: 1045 28000 Access denied/,
    })
    const nowhere = connect(t, at(server), { database: 'nowhere' })
    await t.rejects(nowhere, { name: 'UpstreamRefused', message: /: 1049 42000 Unknown database/ })
  })

  await t.test('connection attributes reach the server', async t => {
    const attributes = new Map([
      ['program_name', 'report'],
      ['_client_name', 'x'.repeat(300)],
    ])
    const capabilities = usual | Capability.CONNECT_ATTRS
    const connected = await connect(t, at(server), { attributes, capabilities })
    const [[on] = []] = await query(connected, 'SELECT @@performance_schema')
    if (on !== '1') return
    const rows = await query(
      connected,
      'SELECT ATTR_VALUE FROM performance_schema.session_connect_attrs' +
        " WHERE PROCESSLIST_ID = CONNECTION_ID() AND ATTR_NAME = 'program_name'",
    )
    t.strictSame(rows, [['report']])
  })

  await t.test('a running query is ended, and the connection lives on', async t => {
    const connected = await connect(t, at(server))
    const watcher = await connect(t, at(server))
    const sleeping = query(connected, 'SELECT SLEEP(30)')
    const running = `SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = ${connected.connectionId} AND INFO LIKE 'SELECT SLEEP%'`
    for (
      let rows: unknown;
      JSON.stringify(rows) !== '[["1"]]';
      rows = await query(watcher, running)
    );
    await killQuery(at(server), connected.connectionId, { timeoutMs: 10_000 })
    const slept = await sleeping.catch((error: Error) => error.message)
    t.match(String(slept), /^(?:1|1317 .*)$/, 'interrupted')
    t.strictSame(await query(connected, 'SELECT 1'), [['1']])
    await killQuery(at(server), 999_999, { timeoutMs: 10_000 })
    await t.rejects(
      killQuery(at(server, { password: 'no' }), 1, { timeoutMs: 10_000 }),
      UpstreamRefused,
    )
    const log = await readFile(server.logPath, 'utf8')
    t.match(log, new RegExp(`KILL QUERY ${connected.connectionId}\\n`))
  })
}

t.test('MariaDB 10.11', async t => {
  const server = await mariadb
  await flavour(t, server)
  const other = { database: '' }
  await t.resolves(connect(t, at(server, { user: 'plain', password: 'pw', ...other })))
  await t.resolves(connect(t, at(server, { user: 'nobody', password: undefined, ...other })))
  await t.resolves(connect(t, at(server, { user: 'nobody', password: '', ...other })))
  const secure = { user: 'secure', password: 'pw', ...other }
  await t.rejects(connect(t, at(server, secure)), UpstreamRefused)
  await t.resolves(connect(t, at(server, { ...secure, tls: { mode: 'require' } })))
})

t.test('MySQL 9.7', { skip: noMysql }, async t => {
  if (mysql === undefined) return
  const server = await mysql
  await flavour(t, server)
  const local = { host: join(server.dataDir, 'server.sock'), user: 'local', password: 'pässword' }
  await t.resolves(connect(t, at(server, { ...local, database: '' })), 'in full over a socket file')
  const log = async (user: Partial<Upstream>, tls: Upstream['tls']['mode']) =>
    query(
      await connect(t, at(server, { database: '', ...user, tls: { mode: tls } })),
      'SELECT CURRENT_USER()',
    )
  const fresh = { user: 'fresh', password: 'pässword' }
  t.strictSame(await log(fresh, 'disable'), [['fresh@%']], 'by RSA')
  t.strictSame(await log(fresh, 'disable'), [['fresh@%']], 'by the fast path')
  const other = { user: 'other', password: 'pässword' }
  t.strictSame(await log(other, 'require'), [['other@%']], 'over TLS')
  t.strictSame(await log(other, 'require'), [['other@%']], 'by the fast path over TLS')
  for (const mode of ['disable', 'require'] as const) {
    t.strictSame(await log({ user: 'old', password: 'pw' }, mode), [['old@%']], `SHA-256, ${mode}`)
    t.strictSame(await log({ user: 'nobody', password: undefined }, mode), [['nobody@%']])
    await t.rejects(log({ ...fresh, password: 'wrong' }, mode), { name: 'UpstreamRefused' })
  }
})
