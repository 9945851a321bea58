import { once } from 'node:events'
import * as tls from 'node:tls'
import t, { type Test } from 'tap'
import { AccessDenied } from '../../../protocols/errors.ts'
import {
  encodeSASLInitialResponse,
  encodeSASLResponse,
} from '../../../protocols/postgres/messages/authentication.ts'
import {
  encodeCancelRequest,
  encodeSslRequest,
} from '../../../protocols/postgres/messages/startup.ts'
import { ScramClient } from '../../../protocols/postgres/scram.ts'
import { selfSigned } from '../../support/certificates.ts'
import { type TestGatewayOptions, testGateway } from '../../support/gateway.ts'
import { listen, RawClient, startupPacket, type TestListener } from '../../support/start-client.ts'

const users = { al: 'secret' }
const gssencRequest = Buffer.from('0000000804d21630', 'hex')
const certificate = selfSigned()

async function listener(t: Test, options: Partial<TestGatewayOptions> = {}) {
  const gateway = testGateway({ users, ...options })
  const at = await listen(gateway)
  t.teardown(() => at.close())
  return { at, gateway }
}

async function prove(
  client: RawClient,
  password: string,
  tamper: (message: Buffer) => Buffer = message => message,
): Promise<void> {
  const asked = await client.message()
  if (asked.type !== 'R') throw new Error(`expected AuthenticationSASL, got ${asked.type}`)
  const scram = new ScramClient({
    mechanisms: ['SCRAM-SHA-256'],
    password,
    tls: false,
    endPoint: undefined,
  })
  client.write(encodeSASLInitialResponse(scram.mechanism, scram.first()))
  const { body } = await client.message()
  client.write(tamper(encodeSASLResponse(await scram.final(body.subarray(4)))))
}

async function refused(at: TestListener, bytes: Buffer): Promise<Record<string, string>> {
  const client = await RawClient.connect(at.port)
  client.write(bytes)
  const fields = await client.fatal()
  if ((await at.next()) !== undefined) throw new Error('the client was let in')
  return fields
}

t.test('a client that proves its password is let in', async t => {
  const { at, gateway } = await listener(t)
  for (const slow of [false, true]) {
    const client = await RawClient.connect(at.port)
    const packet = startupPacket({ user: 'al', database: 'shop', application_name: 'test' })
    if (slow) await client.writeSlowly(packet)
    else client.write(packet)
    await prove(client, 'secret', message => Buffer.concat([message, Buffer.from('next')]))
    const final = await client.message()
    t.equal(final.body.toString('latin1', 0, 6), '\0\0\0\x0cv=', 'AuthenticationSASLFinal')
    t.match(await client.message(), { type: 'R', body: Buffer.alloc(4) })
    const started = await at.next()
    t.match(started, {
      protocolMinor: 0,
      login: {
        protocol: 'postgres',
        user: 'al',
        database: 'shop',
        tls: false,
        application: 'test',
      },
      leftover: Buffer.from('next'),
    })
    t.equal(started?.socket.isPaused(), true)
  }
  t.equal(gateway.logins.length, 2)
})

t.test('a wrong password and an unknown user hear the same words', async t => {
  const { at, gateway } = await listener(t)
  for (const user of ['al', 'nobody']) {
    const client = await RawClient.connect(at.port)
    client.startup({ user })
    await prove(client, 'wrong')
    t.strictSame(await client.fatal(), {
      S: 'FATAL',
      V: 'FATAL',
      C: '28P01',
      M: `password authentication failed for user "${user}"`,
    })
    t.equal(await at.next(), undefined)
  }
  t.equal(gateway.logins.length, 0, 'nobody was logged in')
})

t.test('who may not come in hears why, with its SQLSTATE', async t => {
  const cases = [
    ['password', '28P01', 'password authentication failed for user "al"'],
    ['user', '28P01', 'password authentication failed for user "al"'],
    ['database', '3D000', 'database "shop" does not exist'],
    ['policy', '42501', 'reason'],
    ['capacity', '53300', 'reason'],
  ] as const
  for (const [reason, sqlState, message] of cases) {
    const { at } = await listener(t, {
      login: async () => {
        throw new AccessDenied(reason, 'reason')
      },
    })
    const client = await RawClient.connect(at.port)
    client.startup({ user: 'al', database: 'shop' })
    await prove(client, 'secret')
    t.match(await client.fatal(), { C: sqlState, M: message })
    t.equal(await at.next(), undefined)
  }
})

t.test('a bug of ours is not taken for a fault of the client', async t => {
  const { at } = await listener(t, {
    login: async () => {
      throw new TypeError('a bug')
    },
  })
  const client = await RawClient.connect(at.port)
  const result = at.next()
  client.startup({ user: 'al' })
  await prove(client, 'secret')
  await t.rejects(result, /a bug/)
  await client.ended()
})

t.test('bad first packets are refused in the server words', async t => {
  const { at } = await listener(t)
  const cases: [string, string, string][] = [
    ['00000007000300', '08P01', 'invalid length of startup packet'],
    ['ffffffff', '08P01', 'invalid length of startup packet'],
    ['00002711 00030000', '08P01', 'invalid length of startup packet'],
    [
      '00000009 00020000 00',
      '0A000',
      'unsupported frontend protocol 2.0: server supports 3.0 to 3.2',
    ],
    [
      '00000009 00030000 01',
      '08P01',
      'invalid startup packet layout: expected terminator as last byte',
    ],
    ['00000009 00030000 00', '28000', 'no PostgreSQL user name specified in startup packet'],
    ['474554202f20485454502f312e310d0a0d0a', '08P01', 'invalid length of startup packet'],
  ]
  for (const [bytes, sqlState, message] of cases) {
    const came = await refused(at, Buffer.from(bytes.replaceAll(' ', ''), 'hex'))
    t.match(came, { S: 'FATAL', C: sqlState, M: message }, bytes)
  }
})

t.test('an endless startup packet is cut', async t => {
  const { at } = await listener(t)
  const client = await RawClient.connect(at.port)
  client.write(Buffer.from('7fffffff00030000', 'hex'))
  const flood = Buffer.alloc(65536, 0x61)
  const pour = (): void => {
    while (!client.socket.destroyed && client.socket.write(flood));
  }
  client.socket.on('drain', pour)
  pour()
  t.match(await client.message(), { type: 'E' })
  client.socket.end()
  await once(client.socket, 'close')
  t.equal(await at.next(), undefined)
})

t.test('who takes too long is told so, wherever it stopped', async t => {
  for (const bytes of ['', '0000', startupPacket({ user: 'al' }).toString('hex')]) {
    const { at } = await listener(t, { limits: { startupMsMax: 50 } })
    const client = await RawClient.connect(at.port)
    client.write(Buffer.from(bytes, 'hex'))
    if (bytes.length > 4) await client.message()
    t.match(await client.fatal(), { C: '57014', M: 'canceling authentication due to timeout' })
    t.equal(await at.next(), undefined)
  }
})

t.test('a session that was had too late is ended', async t => {
  let letIn: (() => void) | undefined
  const gate = new Promise<void>(resolve => {
    letIn = resolve
  })
  const behind = testGateway({ users })
  const { at } = await listener(t, {
    limits: { startupMsMax: 50 },
    login: async login => {
      await gate
      return behind.login(login)
    },
  })
  const client = await RawClient.connect(at.port)
  client.startup({ user: 'al' })
  await prove(client, 'secret')
  t.match(await client.fatal(), { C: '57014' })
  letIn?.()
  t.equal(await at.next(), undefined)
  t.strictSame(behind.ended, ['the client left before it was let in'])
})

t.test('a client that leaves is no error, and its session ends', async t => {
  const behind = testGateway({ users })
  const leaving: RawClient[] = []
  const { at } = await listener(t, {
    login: async login => {
      for (const client of leaving) {
        client.socket.destroy()
        await once(client.socket, 'close')
      }
      // The other end hears of it by the event loop.
      await new Promise(resolve => setImmediate(resolve))
      return behind.login(login)
    },
  })
  for (const bytes of ['', '0000', startupPacket({ user: 'al' }).toString('hex')]) {
    const client = await RawClient.connect(at.port)
    client.socket.end(Buffer.from(bytes, 'hex'))
    t.equal(await at.next(), undefined)
  }
  const client = await RawClient.connect(at.port)
  client.startup({ user: 'al' })
  leaving.push(client)
  await prove(client, 'secret')
  t.equal(await at.next(), undefined)
  t.equal(behind.ended.length, 1)
})

t.test('protocol versions are negotiated down, never up', async t => {
  const { at } = await listener(t)
  const cases: [number, Record<string, string>, string | undefined][] = [
    [0x30000, {}, undefined],
    [0x30002, {}, undefined],
    [0x30001, {}, '0003000000000000'],
    [0x3270f, {}, '0003000200000000'],
    [0x30002, { '_pq_.a': '1' }, '00030002000000015f70715f2e6100'],
    [0x30000, { '_pq_.a': '1' }, '00030000000000015f70715f2e6100'],
  ]
  for (const [version, more, negotiated] of cases) {
    const client = await RawClient.connect(at.port)
    client.startup({ user: 'al', ...more }, version)
    if (negotiated !== undefined) {
      t.strictSame(await client.message(), { type: 'v', body: Buffer.from(negotiated, 'hex') })
    }
    t.match(await client.message(), { type: 'R' })
    client.socket.destroy()
    t.equal(await at.next(), undefined)
  }
})

t.test('authentication that breaks off or breaks rules', async t => {
  const { at } = await listener(t)
  const cases: [string, Record<string, string | RegExp>][] = [
    ['5800000004', { C: '08P01', M: 'expected SASL response, got message type 88' }],
    ['7000002715', { C: '08P01', M: 'invalid message length' }],
    ['7000000003', { C: '08P01', M: 'invalid message length' }],
    ['700000000a474f4f440000', { C: '08P01' }],
    ['70 0000000d 4d443500 00000000 00', { C: '08P01' }],
    ['70 0000000c 4d443500 00000000', { C: '08P01', M: /invalid SASL authentication mechanism/ }],
  ]
  for (const [bytes, fields] of cases) {
    const client = await RawClient.connect(at.port)
    client.startup({ user: 'al' })
    await client.message()
    client.write(Buffer.from(bytes.replaceAll(' ', ''), 'hex'))
    t.match(await client.fatal(), fields, bytes)
    t.equal(await at.next(), undefined)
  }
})

t.test('settings that we depend upon are refused at the door', async t => {
  const { at } = await listener(t)
  t.match(await refused(at, startupPacket({ user: 'al', client_encoding: 'LATIN1' })), {
    S: 'FATAL',
    C: '0A000',
  })
  t.match(await refused(at, startupPacket({ user: 'al', replication: 'database' })), { C: '0A000' })
})

t.test('encryption that we do not have is declined, once for each kind', async t => {
  const { at } = await listener(t)
  const client = await RawClient.connect(at.port)
  client.write(gssencRequest)
  t.equal(await client.byte(), 'N')
  client.write(encodeSslRequest())
  t.equal(await client.byte(), 'N')
  client.write(encodeSslRequest())
  t.match(await client.fatal(), { C: '0A000', M: /unsupported frontend protocol 1234.5679/ })
  t.equal(await at.next(), undefined)
})

t.test('bytes sent in the clear before TLS begins are refused', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const early = Buffer.concat([encodeSslRequest(), startupPacket({ user: 'al' })])
  t.match(await refused(at, early), {
    C: '08P01',
    M: 'received unencrypted data after SSL request',
  })
  const gss = Buffer.concat([gssencRequest, encodeSslRequest()])
  t.match(await refused(at, gss), { C: '08P01', M: /after GSSAPI encryption request/ })
})

async function secured(client: RawClient, options: tls.ConnectionOptions = {}): Promise<void> {
  await client.upgrade(async socket => {
    const upgraded = tls.connect({ socket, rejectUnauthorized: false, ...options })
    await once(upgraded, 'secureConnect')
    return upgraded
  })
}

t.test('TLS after SSLRequest offers PLUS, and is asked for once', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const client = await RawClient.connect(at.port)
  client.write(gssencRequest)
  t.equal(await client.byte(), 'N')
  client.write(encodeSslRequest())
  t.equal(await client.byte(), 'S')
  await secured(client)
  client.startup({ user: 'al' })
  const { body } = await client.message()
  t.equal(body.toString('latin1', 4), 'SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0')
  client.socket.destroy()
  t.equal(await at.next(), undefined)

  const twice = await RawClient.connect(at.port)
  twice.write(encodeSslRequest())
  t.equal(await twice.byte(), 'S')
  await secured(twice)
  twice.write(encodeSslRequest())
  t.match(await twice.fatal(), { C: '0A000' })
})

t.test('TLS without SSLRequest must name the protocol', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const named = await RawClient.connect(at.port)
  await secured(named, { ALPNProtocols: ['postgresql'] })
  named.startup({ user: 'al' })
  t.match(await named.message(), { type: 'R' })
  named.socket.destroy()
  t.equal(await at.next(), undefined)

  const unnamed = await RawClient.connect(at.port)
  await secured(unnamed)
  t.match(await unnamed.fatal(), { C: '08P01', M: /without ALPN/ })
  t.equal(await at.next(), undefined)

  const other = await RawClient.connect(at.port)
  await t.rejects(secured(other, { ALPNProtocols: ['http/1.1'] }), 'another protocol')
  t.equal(await at.next(), undefined)

  const { at: plain } = await listener(t)
  const client = await RawClient.connect(plain.port)
  client.write(Buffer.from('1603010000', 'hex'))
  t.match(await client.fatal(), { C: '0A000', M: /does not support SSL/ })
})

t.test('a broken TLS handshake closes the connection, and nothing else', async t => {
  const { at } = await listener(t, { tls: await certificate, limits: { startupMsMax: 200 } })
  for (const bytes of ['160301000100', '1603010005deadbeef00', '16']) {
    const client = await RawClient.connect(at.port)
    client.write(Buffer.from(bytes, 'hex'))
    t.equal(await at.next(), undefined)
    await once(client.socket, 'close')
  }
})

t.test('a CancelRequest reaches its session, in the clear and over TLS', async t => {
  const { at } = await listener(t, { tls: await certificate })
  let cancelled = 0
  const key = at.cancels.register(2, () => {
    cancelled += 1
  })
  const plain = await RawClient.connect(at.port)
  plain.write(encodeCancelRequest(key.processId, key.secret))
  await plain.ended()
  t.equal(cancelled, 1)
  const encrypted = await RawClient.connect(at.port)
  encrypted.write(encodeSslRequest())
  t.equal(await encrypted.byte(), 'S')
  await secured(encrypted)
  encrypted.write(encodeCancelRequest(key.processId, key.secret))
  await encrypted.ended()
  t.equal(cancelled, 2)
  const wrong = await RawClient.connect(at.port)
  wrong.write(encodeCancelRequest(key.processId, Buffer.alloc(32)))
  await wrong.ended()
  t.equal(cancelled, 2)
})
