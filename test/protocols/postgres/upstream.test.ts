import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'
import t, { type Test } from 'tap'
import { UpstreamError } from '../../../protocols/errors.ts'
import {
  encodeErrorResponse,
  errorFields,
} from '../../../protocols/postgres/messages/error-response.ts'
import {
  cancelUpstream,
  connectUpstream,
  type UpstreamConnection,
  type UpstreamOptions,
  UpstreamRefused,
  upstreamErrorForClient,
} from '../../../protocols/postgres/upstream.ts'
import type { Upstream } from '../../../protocols/protocol.ts'
import { selfSigned, signedBy } from '../../support/certificates.ts'
import { startPostgres } from '../../support/postgres.ts'

const signal = new AbortController().signal

function connect(
  t: Test,
  upstream: Upstream,
  options: Partial<UpstreamOptions> & { readonly settings?: Record<string, string> } = {},
): Promise<UpstreamConnection> {
  const parameters = new Map(Object.entries(options.settings ?? {}))
  const reached = connectUpstream(upstream, {
    parameters,
    protocolMinor: 0,
    signal,
    timeoutMs: 10_000,
    ...options,
  })
  t.teardown(() => reached.then(({ socket }) => socket.destroy()).catch(() => undefined))
  return reached
}

t.test('real servers', async t => {
  const authority = await selfSigned()
  const ssl = await signedBy(authority, 'DNS:localhost,IP:127.0.0.1')
  const server = await startPostgres({
    ssl,
    settings: { unix_socket_directories: '/tmp', unix_socket_permissions: '0777' },
    hba: [
      'host all postgres all scram-sha-256',
      'local all postgres scram-sha-256',
      'host all trusted all trust',
      'host all crowded all trust',
      'host all old all md5',
      'host all scrammed all scram-sha-256',
      'host all unicode all scram-sha-256',
      'host all clear all password',
      'local all clear password',
      'hostnossl all secure all reject',
      'hostssl all secure all scram-sha-256',
      '',
    ].join('\n'),
  })
  t.teardown(() => server.stop())
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  t.teardown(() => admin.end())
  // I + soft hyphen + ROMAN NUMERAL NINE: SASLprep makes another password of it.
  const unicode = 'I\u00adX \u2168 \u00e4'
  await admin.query(`
    create role trusted login;
    set password_encryption = 'md5';
    create role old login password 'md5 secret';
    set password_encryption = 'scram-sha-256';
    create role scrammed login password 'scram secret';
    create role secure login password 'scram secret';
    create role unicode login password '${unicode}';
    create role clear login password 'clear secret';
    alter role trusted set client_encoding = 'LATIN1';
    alter role scrammed set standard_conforming_strings = off;
    create role crowded login connection limit 0;
  `)
  await admin.query('create database private')
  await admin.query('revoke connect on database private from public')

  function upstream(
    user: string,
    password: string | undefined,
    tls: Upstream['tls'] = { mode: 'disable' },
    more: Partial<Upstream> = {},
  ): Upstream {
    const { host, port } = server
    return { host, port, database: 'postgres', user, password, tls, ...more }
  }

  t.test('every authentication that is asked for, with and without TLS', async t => {
    const tls = { mode: 'verify-full', ca: authority.cert } as const
    for (const at of [
      upstream('trusted', undefined),
      upstream('old', 'md5 secret'),
      upstream('old', 'md5 secret', tls),
      upstream('scrammed', 'scram secret'),
      upstream('scrammed', 'scram secret', { mode: 'prefer' }),
      upstream('scrammed', 'scram secret', { mode: 'require' }),
      upstream('scrammed', 'scram secret', { mode: 'verify-ca', ca: authority.cert }),
      upstream('scrammed', 'scram secret', tls),
      upstream('secure', 'scram secret', tls),
      upstream('unicode', unicode),
      upstream('clear', 'clear secret', tls),
      upstream('clear', 'clear secret', tls, { host: '/tmp' }),
      upstream('postgres', server.password, { mode: 'disable' }, { host: '/tmp' }),
      upstream('postgres', server.password, { mode: 'disable' }, { host: 'localhost' }),
    ]) {
      const connection = await connect(t, at)
      const label = `${at.user} at ${at.host}, TLS ${at.tls.mode}`
      t.equal(connection.transactionStatus, 'I', label)
      t.equal(connection.leftover.length, 0)
      t.equal(connection.protocolMinor, 0)
      t.equal(connection.cancelTarget?.secret.length, 4)
      t.equal(connection.parameters.get('session_authorization'), at.user)
      // Roles were given other defaults: what we read statements by is not theirs to choose.
      t.equal(connection.parameters.get('client_encoding'), 'UTF8')
      t.equal(connection.parameters.get('standard_conforming_strings'), 'on')
      t.equal(connection.socket.isPaused(), true)
      connection.socket.destroy()
    }
  })

  t.test('the password is not sent in clear without TLS', async t => {
    await t.rejects(connect(t, upstream('clear', 'clear secret')), {
      name: 'UpstreamError',
      message: 'the upstream asks for the password in clear, without TLS',
    })
    await t.rejects(connect(t, upstream('scrammed', undefined)), /none is configured/)
  })

  t.test('protocol 3.2 has a longer cancel key', async t => {
    const connection = await connect(t, upstream('trusted', undefined), { protocolMinor: 2 })
    t.equal(connection.protocolMinor, 2)
    t.equal(connection.cancelTarget?.secret.length, 32)
  })

  t.test('the settings of the client arrive, ours cannot be displaced', async t => {
    const connection = await connect(t, upstream('trusted', undefined), {
      settings: {
        user: 'postgres',
        database: 'template1',
        replication: 'true',
        options: '-c role=old',
        application_name: 'test of settings',
        datestyle: 'German, DMY',
        client_encoding: 'LATIN1',
      },
    })
    t.equal(connection.parameters.get('application_name'), 'test of settings')
    t.equal(connection.parameters.get('DateStyle'), 'German, DMY')
    t.equal(connection.parameters.get('client_encoding'), 'UTF8')
    const { rows } = await admin.query(
      'select usename, datname, backend_type from pg_stat_activity where application_name = $1',
      ['test of settings'],
    )
    t.strictSame(rows, [
      { usename: 'trusted', datname: 'postgres', backend_type: 'client backend' },
    ])
  })

  t.test(
    'what the server refuses is told in words that name neither address nor login',
    async t => {
      const cases: [Upstream, Record<string, string>, string, string][] = [
        [upstream('scrammed', 'wrong secret'), {}, '28P01', '08004'],
        [upstream('unknown', 'wrong secret'), {}, '28000', '08004'],
        [upstream('secure', 'scram secret'), {}, '28000', '08004'],
        [
          upstream('trusted', undefined, { mode: 'disable' }, { database: 'absent' }),
          {},
          '3D000',
          '3D000',
        ],
        [upstream('crowded', undefined), {}, '53300', '53300'],
        [
          upstream('trusted', undefined, { mode: 'disable' }, { database: 'private' }),
          {},
          '42501',
          '42501',
        ],
        [upstream('trusted', undefined), { work_mem: 'much' }, '22023', '22023'],
        [upstream('trusted', undefined), { no_such: 'x' }, '42704', '42704'],
      ]
      for (const [at, settings, sqlState, shown] of cases) {
        const error = await connect(t, at, { settings }).catch(error => error)
        t.type(error, UpstreamRefused)
        t.equal(error.fields.get('C'), sqlState)
        t.notMatch(error.message, /secret/)
        const fields = upstreamErrorForClient(error, 'shop')
        t.equal(fields.get('C'), shown)
        t.equal(fields.get('S'), 'FATAL')
        t.notMatch(
          [...fields.values()].join(),
          /scrammed|unknown|secure|absent|crowded|private|127\.0\.0\.1|secret/,
        )
      }
    },
  )

  t.test('a certificate that is not believed ends it', async t => {
    const stranger = await selfSigned()
    for (const tls of [
      { mode: 'verify-full', ca: stranger.cert },
      { mode: 'verify-ca' },
    ] as const) {
      await t.rejects(connect(t, upstream('scrammed', 'scram secret', tls)), {
        name: 'UpstreamError',
        message: /no TLS with the upstream/,
      })
    }
  })

  t.test('a cancel request reaches the query, with and without TLS', async t => {
    for (const mode of ['disable', 'require'] as const) {
      const { socket, cancelTarget } = await connect(
        t,
        upstream('scrammed', 'scram secret', { mode }),
        { protocolMinor: mode === 'require' ? 2 : 0 },
      )
      if (cancelTarget === undefined) throw new Error('expected a key')
      socket.write(Buffer.from('Q\0\0\0\x18select pg_sleep(60)\0', 'latin1'))
      await running(admin, 'select pg_sleep(60)')
      const answer = once(socket, 'data')
      socket.resume()
      await cancelUpstream(cancelTarget, { timeoutMs: 10_000 })
      const [bytes] = (await answer) as [Buffer]
      t.match(bytes.toString('latin1'), /57014/, mode)
      socket.destroy()
    }
  })
})

/** Resolves when the server runs that text. */
async function running(admin: pg.Client, text: string): Promise<void> {
  for (;;) {
    const { rowCount } = await admin.query(
      "select from pg_stat_activity where query = $1 and state = 'active' and wait_event = 'PgSleep'",
      [text],
    )
    if (rowCount !== 0) return
  }
}

// ── Servers that no Postgres would be ───────────────────────────────────────────────────────────

/** Answers each chunk of bytes by the next of `replies`; then says nothing more. */
async function script(t: Test, replies: readonly (Buffer | 'close')[]): Promise<Upstream> {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket)
    const left = [...replies]
    socket.on('error', () => undefined)
    socket.on('data', () => {
      const reply = left.shift()
      if (reply === 'close') socket.destroy()
      else if (reply !== undefined) socket.write(reply)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const tls = { mode: 'disable' } as const
  return { host: '127.0.0.1', port, database: 'd', user: 'u', password: 'secret', tls }
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

const ok = '52 00000008 00000000'
const ready = '5a 00000005 49'
const saslRequest = `52 00000017 0000000a ${Buffer.from('SCRAM-SHA-256').toString('hex')}00 00`
const utf8 = `53 00000019 ${Buffer.from('client_encoding\0UTF8\0').toString('hex')}`

t.test('a server that breaks the protocol is an UpstreamError, and never hangs', async t => {
  const cases: [string, (Buffer | 'close')[], RegExp][] = [
    ['closes at once', ['close'], /the end of the connection/],
    ['a frame too short', [hex('52 00000003')], /a message of the start/],
    ['a frame too long', [hex('53 7fffffff')], /a message of the start/],
    ['ready before authentication', [hex(ready)], /expected authentication, got message Z/],
    ['settings before authentication', [hex(utf8)], /expected authentication, got message S/],
    ['rows', [hex(`${ok} 44 00000004`)], /expected ReadyForQuery, got message D/],
    ['Ok twice', [hex(ok + ok)], /expected ReadyForQuery, got Ok again/],
    ['Ok in the middle of SCRAM', [hex(saslRequest + ok)], /did not prove/],
    ['SASL twice', [hex(saslRequest + saslRequest)], /expected SASLContinue, got SASL again/],
    ['SASLContinue first', [hex('52 00000008 0000000b')], /expected SASL/],
    ['SASLFinal first', [hex('52 00000008 0000000c')], /expected SASL/],
    ['GSSAPI', [hex('52 00000008 00000007')], /cannot do \(7\)/],
    ['a newer protocol', [hex('76 0000000c 00030002 00000000')], /expected protocol 3.0/],
    ['no word of the settings', [hex(ok + ready)], /reports client_encoding undefined/],
    ['settings that are not ours', [hex(ok + utf8 + ready)], /standard_conforming_strings/],
    ['an odd transaction status', [hex(`${ok} 5a 00000005 58`)], /transaction status/],
    [
      'settings without end',
      [Buffer.concat([hex(ok), Buffer.alloc(52 * 40_000, hex(utf8))])],
      /a message of the start/,
    ],
  ]
  for (const [name, replies, message] of cases) {
    const upstream = await script(t, replies)
    await t.rejects(connect(t, upstream), { code: 'COUNTERSIGN_UPSTREAM', message }, name)
  }
})

t.test('a server that answers SSLRequest oddly is not spoken to', async t => {
  const cases: [string, Upstream['tls']['mode'], RegExp][] = [
    ['4e', 'require', /does not support TLS/],
    ['4e', 'verify-full', /does not support TLS/],
    ['53ff', 'require', /expected a TLS handshake, got unencrypted bytes/],
    ['45', 'prefer', /expected S or N/],
    [
      encodeErrorResponse(errorFields('FATAL', '28P01', 'forged')).toString('hex'),
      'require',
      /expected S or N/,
    ],
  ]
  for (const [answer, mode, message] of cases) {
    const upstream = await script(t, [hex(answer)])
    await t.rejects(connect(t, { ...upstream, tls: { mode } }), { message }, `${answer} ${mode}`)
  }
})

t.test('waiting ends by its limit, and when nobody wants the answer any more', async t => {
  const silent = await script(t, [])
  for (const mode of ['disable', 'require'] as const) {
    const upstream = { ...silent, tls: { mode } }
    await t.rejects(connect(t, upstream, { timeoutMs: 30 }), /not ready after 30 ms/)
    const leaving = new AbortController()
    const waiting = connect(t, upstream, { signal: leaving.signal })
    setImmediate(() => leaving.abort(new Error('gone')))
    await t.rejects(waiting, { name: 'UpstreamError', message: /no longer wanted/ })
    await t.rejects(connect(t, upstream, { signal: AbortSignal.abort() }), /no longer wanted/)
    const target = { upstream, address: '127.0.0.1', processId: 1, secret: Buffer.alloc(4) }
    await t.rejects(cancelUpstream(target, { timeoutMs: 30 }), /not ready after 30 ms/)
  }
  const rude = await script(t, [Buffer.from('x')])
  const target = { upstream: rude, address: '127.0.0.1', processId: 1, secret: Buffer.alloc(4) }
  await t.rejects(cancelUpstream(target, { timeoutMs: 1000 }), /an answer to CancelRequest/)
})

t.test('nobody there is told without an address', async t => {
  const nobody = await script(t, [])
  for (const at of [
    { ...nobody, port: 1 },
    { ...nobody, host: '/nowhere/at/all' },
  ]) {
    const error = await connect(t, at).catch(error => error)
    t.type(error, UpstreamError)
    t.match(error.message, /cannot reach the upstream at/)
    const fields = upstreamErrorForClient(error, 'shop')
    t.strictSame([fields.get('C'), fields.get('M')], ['08001', 'database "shop" cannot be reached'])
  }
})
