import { constants, publicEncrypt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { AccessDenied } from '../../../protocols/errors.ts'
import { Capability } from '../../../protocols/mysql/capabilities.ts'
import { changeUser } from '../../../protocols/mysql/change-user.ts'
import { encodePacket } from '../../../protocols/mysql/framing.ts'
import { decodeAuthSwitchRequest } from '../../../protocols/mysql/packets/auth-switch.ts'
import {
  encodeHandshakeResponse,
  encodeSslRequest,
} from '../../../protocols/mysql/packets/handshake-response.ts'
import { encodeOk } from '../../../protocols/mysql/packets/ok.ts'
import { PayloadWriter } from '../../../protocols/mysql/payload.ts'
import { nativeResponse, sha2Response, xor } from '../../../protocols/mysql/scramble.ts'
import type { ServerGreeting, StartedClient } from '../../../protocols/mysql/startup.ts'
import { selfSigned } from '../../support/certificates.ts'
import { type TestGatewayOptions, testGateway, verifier } from '../../support/gateway.ts'
import { listenMysql, PacketClient } from '../../support/start-mysql-client.ts'

const users = { al: 'secret', bo: 'other' }
const certificate = selfSigned()

const mysql: ServerGreeting = {
  version: '9.7.4',
  flavour: 'mysql',
  capabilities: 0xdfffffffn,
  collation: 255,
}
const mariadb: ServerGreeting = {
  version: '5.5.5-10.11.19-MariaDB',
  flavour: 'mariadb',
  capabilities: 0x1d_81fff7fen,
  collation: 8,
}

const alike = { packetBytesMax: 1, collation: 45 }
const fastAuthSuccess = '0103'
const performFullAuthentication = '0104'

async function listener(
  t: Test,
  options: Partial<TestGatewayOptions> = {},
  greeting: ServerGreeting = mysql,
) {
  const made = testGateway({ users, ...options })
  // As the real ones: the same for the same user.
  const credentials = new Map(Object.entries(users).map(([user, pw]) => [user, verifier(pw)]))
  const gateway: typeof made = {
    ...made,
    credential: login => credentials.get(login.user) ?? made.credential(login),
  }
  const at = await listenMysql(gateway, greeting)
  t.teardown(() => at.close())
  return { at, gateway, credentials }
}

/** Asks for our key and sends the password to it. */
async function sendByRsa(
  client: PacketClient,
  password: string,
  scramble = client.greeting.scramble,
) {
  client.channel.write(Buffer.of(2))
  const pem = await client.channel.read()
  if (pem[0] !== 1) throw new Error(`expected AuthMoreData, got ${pem.toString('hex')}`)
  const key = pem.subarray(1)
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  client.channel.write(publicEncrypt({ key, padding }, xor(Buffer.from(`${password}\0`), scramble)))
}

const proofOf = (client: PacketClient, password: string) => ({
  authenticationData: sha2Response(password, client.greeting.scramble),
})

async function hex(client: PacketClient): Promise<string> {
  return (await client.channel.read()).toString('hex')
}

t.test('the greeting is that of the server behind us, as far as we can do it', async t => {
  const { at } = await listener(t)
  const { greeting } = await PacketClient.connect(at.port)
  t.match(greeting, { version: '9.7.4', collation: 255, plugin: 'caching_sha2_password' })
  t.equal(greeting.scramble.length, 20)
  t.ok(greeting.scramble.every(byte => byte !== 0 && byte !== 0x24 && byte < 0x80))
  const never =
    Capability.SSL |
    Capability.COMPRESS |
    Capability.ZSTD_COMPRESSION_ALGORITHM |
    Capability.OPTIONAL_RESULTSET_METADATA
  t.equal(greeting.capabilities & never, 0n)
  const again = (await PacketClient.connect(at.port)).greeting
  t.not(again.connectionId, greeting.connectionId)
  t.notSame(again.scramble, greeting.scramble)
  const tls = await listener(t, { tls: await certificate }, mariadb)
  const other = (await PacketClient.connect(tls.at.port)).greeting
  t.match(other, { version: mariadb.version, collation: 45 }, 'latin1 is not passed on')
  t.equal(other.capabilities & Capability.SSL, Capability.SSL)
  t.equal(other.capabilities & Capability.LONG_PASSWORD, 0n)
  t.equal(other.capabilities >> 32n, 0b1100n, 'bulk and extended metadata')
})

t.test('the first login sends the password, the next ones need not', async t => {
  const { at, gateway } = await listener(t)
  const first = await PacketClient.connect(at.port)
  first.respond({
    ...proofOf(first, 'secret'),
    database: 'shop',
    capabilities: first.greeting.capabilities & ~0x800n,
    attributes: new Map([['program_name', 'report']]),
  })
  t.equal(await hex(first), performFullAuthentication)
  await sendByRsa(first, 'secret')
  const started = await at.next()
  t.match(started, {
    sequence: 6,
    collation: 45,
    connectionId: first.greeting.connectionId,
    login: { protocol: 'mysql', user: 'al', database: 'shop', application: 'report', tls: false },
  })
  t.equal(started?.socket.isPaused(), true)
  const second = await PacketClient.connect(at.port)
  second.respond(proofOf(second, 'secret'))
  t.equal(await hex(second), fastAuthSuccess)
  t.match(await at.next(), { sequence: 3, login: { user: 'al', database: '' } })
  t.equal(gateway.logins.length, 2)
  t.equal(at.connections.size, 2)
})

t.test('what follows the last packet of the start is kept for the session', async t => {
  const { at } = await listener(t)
  const first = await PacketClient.connect(at.port)
  first.respond(proofOf(first, 'secret'))
  await hex(first)
  await sendByRsa(first, 'secret')
  await at.next()
  const ping = encodePacket(0, Buffer.of(0x0e))
  const client = await PacketClient.connect(at.port)
  client.channel.socket.cork()
  client.respond(proofOf(client, 'secret'))
  client.channel.socket.write(ping)
  client.channel.socket.uncork()
  t.same((await at.next())?.leftover, ping)
  const early = await PacketClient.connect(at.port)
  early.channel.socket.cork()
  early.respond(proofOf(early, 'wrong'))
  early.channel.socket.write(ping)
  early.channel.socket.uncork()
  t.equal(await hex(early), performFullAuthentication)
  t.match(await early.refusal(), /^1156 08S01 Got packets out of order/)
  t.equal(await at.next(), undefined)
})

t.test('a wrong password and an unknown user hear the same', async t => {
  const { at, gateway } = await listener(t)
  const known = await PacketClient.connect(at.port)
  known.respond(proofOf(known, 'secret'))
  await hex(known)
  await sendByRsa(known, 'secret')
  await at.next()
  for (const user of ['al', 'bo', 'nobody']) {
    const client = await PacketClient.connect(at.port)
    client.respond({ user, ...proofOf(client, 'wrong') })
    t.equal(await hex(client), performFullAuthentication)
    await sendByRsa(client, 'wrong')
    const words = `1045 28000 Access denied for user '${user}'@'127.0.0.1' (using password: YES)`
    t.equal(await client.refusal(), words)
    t.equal(await at.next(), undefined)
    const empty = await PacketClient.connect(at.port)
    empty.respond({ user })
    t.equal(await empty.refusal(), words.replace('YES', 'NO'))
    t.equal(await at.next(), undefined)
  }
  t.equal(gateway.logins.length, 1)
  t.equal(at.connections.size, 1, 'ids of refused clients are free again')
})

t.test('a changed password makes the old one unknown', async t => {
  const { at, credentials } = await listener(t)
  const client = await PacketClient.connect(at.port)
  client.respond(proofOf(client, 'secret'))
  await hex(client)
  await sendByRsa(client, 'secret')
  await at.next()
  credentials.set('al', verifier('changed'))
  const next = await PacketClient.connect(at.port)
  next.respond(proofOf(next, 'secret'))
  t.equal(await hex(next), performFullAuthentication)
})

t.test('a proof of one connection is none for another', async t => {
  const { at } = await listener(t)
  const client = await PacketClient.connect(at.port)
  const proof = proofOf(client, 'secret')
  client.respond(proof)
  await hex(client)
  await sendByRsa(client, 'secret')
  await at.next()
  const thief = await PacketClient.connect(at.port)
  thief.respond(proof)
  t.equal(await hex(thief), performFullAuthentication)
  await sendByRsa(thief, 'secret', client.greeting.scramble)
  t.match(await thief.refusal(), /^1045/)
})

t.test('over TLS the password comes as it is', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const beginning = { capabilities: 0x81fffen | 0x800n, packetBytesMax: 1, collation: 45 }
  for (const password of ['secret\0', 'wrong\0', 'secret', 'sec\0ret\0', '\0', '']) {
    const client = await PacketClient.connect(at.port)
    client.channel.write(encodeSslRequest(beginning))
    await client.upgrade()
    client.respond(proofOf(client, 'wrong'))
    t.equal(await hex(client), performFullAuthentication)
    client.channel.write(Buffer.from(password))
    if (password === 'secret\0') t.match(await at.next(), { login: { tls: true }, sequence: 5 })
    else t.match(await client.refusal(), /^1045/, JSON.stringify(password))
  }
})

t.test('on this machine the password may come as it is without TLS', async t => {
  const { at } = await listener(t)
  for (const password of ['wrong\0', 'secret\0']) {
    const client = await PacketClient.connect(at.port)
    client.respond(proofOf(client, 'wrong'))
    t.equal(await hex(client), performFullAuthentication)
    client.channel.write(Buffer.from(password))
    if (password === 'wrong\0') t.match(await client.refusal(), /^1045/)
    const user = password === 'secret\0' ? 'al' : undefined
    t.equal((await at.next())?.login.user, user)
  }
})

t.test('a ClientHello in the segment of the SSLRequest is not lost', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const ssl = encodePacket(1, encodeSslRequest({ capabilities: 0xa00n, ...alike }))
  // In between, the request waits until there is more.
  const joiner = createServer(client => {
    const server = connect(at.port, '127.0.0.1')
    let first = Buffer.alloc(0)
    const join = (chunk: Buffer): void => {
      first = Buffer.concat([first, chunk])
      if (first.length <= ssl.length) return
      client.off('data', join)
      server.write(first)
      client.pipe(server)
    }
    client.on('data', join)
    server.pipe(client)
    for (const socket of [client, server]) socket.on('error', () => undefined)
  })
  joiner.listen(0, '127.0.0.1')
  await once(joiner, 'listening')
  t.teardown(() => joiner.close())
  const client = await PacketClient.connect((joiner.address() as AddressInfo).port)
  client.channel.write(ssl.subarray(4))
  await client.upgrade()
  client.respond(proofOf(client, 'secret'))
  t.equal(await hex(client), performFullAuthentication)
  client.channel.socket.destroy()
})

t.test('plain bytes behind an SSLRequest are not taken for encrypted ones', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const client = await PacketClient.connect(at.port)
  const ssl = encodeSslRequest({ capabilities: 0xa00n, ...alike })
  const response = encodeHandshakeResponse({
    capabilities: client.greeting.capabilities & ~0x808n,
    packetBytesMax: 1,
    collation: 45,
    user: 'al',
    authenticationData: proofOf(client, 'secret').authenticationData,
    database: '',
    plugin: 'caching_sha2_password',
    attributes: new Map(),
  })
  client.channel.socket.write(Buffer.concat([encodePacket(1, ssl), encodePacket(2, response)]))
  t.equal(await at.next(), undefined)
})

t.test('TLS that we do not have is not promised', async t => {
  const { at } = await listener(t)
  const client = await PacketClient.connect(at.port)
  client.channel.write(encodeSslRequest({ capabilities: 0xa00n, ...alike }))
  t.match(await client.refusal(), /^1043 08S01 Bad handshake: this server has no TLS/)
})

t.test('a client that comes with another plugin is asked for ours', async t => {
  const { at } = await listener(t)
  for (const plugin of ['mysql_native_password', 'client_ed25519', 'mysql_clear_password', '']) {
    const client = await PacketClient.connect(at.port)
    client.respond({ plugin, authenticationData: Buffer.from('secret\0') })
    const asked = decodeAuthSwitchRequest(await client.channel.read())
    t.equal(asked.plugin, 'caching_sha2_password')
    t.equal(asked.data.length, 20)
    t.notSame(asked.data, client.greeting.scramble, 'with a scramble of its own')
    client.channel.write(sha2Response('secret', asked.data))
    const next = await hex(client)
    if (next === performFullAuthentication) await sendByRsa(client, 'secret', asked.data)
    t.match(await at.next(), { login: { user: 'al' } }, plugin)
  }
})

t.test('mysql_native_password is for those whose configuration allows it', async t => {
  const { at, credentials } = await listener(t)
  const nativePassword = Buffer.from('14e65567abdb5135d0cfd9a70b3032c179a49ee7', 'hex')
  credentials.set('al', { ...verifier('secret'), nativePassword })
  const direct = await PacketClient.connect(at.port)
  const plugin = 'mysql_native_password'
  direct.respond({
    plugin,
    authenticationData: nativeResponse('secret', direct.greeting.scramble),
  })
  t.match(await at.next(), { sequence: 2 })
  const asked = await PacketClient.connect(at.port)
  asked.respond(proofOf(asked, 'secret'))
  const request = decodeAuthSwitchRequest(await asked.channel.read())
  t.equal(request.plugin, plugin, 'without TLS, in place of the full password')
  asked.channel.write(nativeResponse('secret', request.data))
  t.match(await at.next(), { sequence: 4 })
  const wrong = await PacketClient.connect(at.port)
  wrong.respond({ plugin, authenticationData: nativeResponse('wrong', wrong.greeting.scramble) })
  t.match(await wrong.refusal(), /^1045/)
})

t.test('a clear password is taken over TLS only', async t => {
  const { at } = await listener(t, { tls: await certificate })
  const client = await PacketClient.connect(at.port)
  client.channel.write(encodeSslRequest({ capabilities: 0xa00n, ...alike }))
  await client.upgrade()
  const clear = { plugin: 'mysql_clear_password', authenticationData: Buffer.from('secret\0') }
  client.respond(clear)
  t.match(await at.next(), { login: { tls: true }, sequence: 3 })
})

t.test('who may not come in hears why, with its number', async t => {
  const cases = [
    ['password', "1045 28000 Access denied for user 'al'@'127.0.0.1' (using password: YES)"],
    ['user', "1045 28000 Access denied for user 'al'@'127.0.0.1' (using password: YES)"],
    ['database', "1049 42000 Unknown database 'shop'"],
    ['policy', '1045 28000 reason'],
    ['capacity', '1040 08004 reason'],
  ] as const
  for (const [reason, words] of cases) {
    const { at } = await listener(t, {
      login: async () => {
        throw new AccessDenied(reason, 'reason')
      },
    })
    const client = await PacketClient.connect(at.port)
    client.respond({
      ...proofOf(client, 'secret'),
      database: 'shop',
      capabilities: client.greeting.capabilities & ~0x800n,
    })
    await hex(client)
    await sendByRsa(client, 'secret')
    t.equal(await client.refusal(), words)
  }
})

t.test('clients that we cannot serve are told what would do', async t => {
  const { at } = await listener(t, {}, mariadb)
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ collation: 13 }, /^1115 42000 Countersign: .* connect with utf8mb4$/],
    [{ collation: 28 }, /^1115/],
    [{ collation: 8, user: 'ål' }, /^1115/],
    [{ capabilities: 0x8200n }, /^1251 08004 Client does not support authentication protocol/],
    [{ capabilities: 0x8000n }, /^1043 08S01 Bad handshake: expected protocol 4.1/],
  ]
  for (const [response, words] of cases) {
    const client = await PacketClient.connect(at.port)
    client.respond({ ...proofOf(client, 'secret'), ...response })
    t.match(await client.refusal(), words)
    t.equal(await at.next(), undefined)
  }
  for (const [collation, forUpstream] of [
    [8, 45],
    [255, 45],
    [0, 45],
    [33, 33],
    [63, 63],
  ] as const) {
    const client = await PacketClient.connect(at.port)
    client.respond({ ...proofOf(client, 'secret'), collation })
    if ((await hex(client)) === performFullAuthentication) await sendByRsa(client, 'secret')
    t.match(await at.next(), { collation: forUpstream }, `collation ${collation}`)
  }
})

t.test('only what was offered is agreed on', async t => {
  const { at } = await listener(t, {}, mariadb)
  for (const [asked, extended] of [
    [0x1f_bfffff76n, 0b1100n],
    [0x1f_bfffff77n, 0n],
  ] as const) {
    const client = await PacketClient.connect(at.port)
    client.respond({ ...proofOf(client, 'secret'), capabilities: asked })
    if ((await hex(client)) === performFullAuthentication) await sendByRsa(client, 'secret')
    const { capabilities = -1n } = (await at.next()) ?? {}
    t.equal(capabilities >> 32n, extended)
    t.equal(capabilities & Capability.COMPRESS, 0n)
    t.equal(capabilities & Capability.SSL, 0n)
  }
})

t.test('hostile starts end, and nobody is let in', async t => {
  const { at } = await listener(t, { limits: { startupBytesMax: 4000, startupMsMax: 5000 } })
  const starts = [
    encodePacket(1, Buffer.alloc(5000)),
    encodePacket(0, Buffer.alloc(40)),
    Buffer.alloc(4),
    Buffer.from('ffffff01', 'hex'),
    Buffer.from('GET / HTTP/1.1\r\nHost: db\r\n\r\n'),
  ]
  for (const bytes of starts) {
    const client = await PacketClient.connect(at.port)
    client.channel.socket.write(bytes)
    t.match(await client.refusal(), /^(1043|1156) /, bytes.toString('hex', 0, 8))
    t.equal(await at.next(), undefined)
  }
  for (const payload of [Buffer.alloc(0), Buffer.alloc(3), Buffer.alloc(64, 0xff)]) {
    const client = await PacketClient.connect(at.port)
    client.channel.write(payload)
    t.match(await client.refusal(), /^1043 /, payload.toString('hex', 0, 8))
    t.equal(await at.next(), undefined)
  }
  const many = new Map(Array.from({ length: 200 }, (_, index) => [`a${index}`, 'b']))
  const client = await PacketClient.connect(at.port)
  client.respond({ attributes: many })
  t.match(await client.refusal(), /^1043 08S01 Bad handshake: expected at most 128/)
  t.equal(at.connections.size, 0)
})

t.test('a response cut anywhere is an error, not a login', async t => {
  const { at } = await listener(t)
  const client = await PacketClient.connect(at.port)
  const whole = encodeHandshakeResponse({
    capabilities: client.greeting.capabilities & ~0x800n,
    packetBytesMax: 1,
    collation: 45,
    user: 'al',
    authenticationData: Buffer.alloc(32, 1),
    database: 'shop',
    plugin: 'x',
    attributes: new Map([['a', 'b']]),
  })
  client.channel.socket.destroy()
  await at.next()
  for (let length = 0; length < whole.length; length += 3) {
    const cut = await PacketClient.connect(at.port)
    cut.channel.write(whole.subarray(0, length))
    cut.channel.socket.end()
    t.equal(await at.next(), undefined, `${length} bytes`)
  }
})

t.test('a client that dawdles or leaves is let go', async t => {
  const { at } = await listener(t, { limits: { startupMsMax: 200 } })
  const slow = await PacketClient.connect(at.port)
  t.match(await slow.refusal(), /^1159 08S01 Got timeout reading communication packets/)
  t.equal(await at.next(), undefined)
  const leaves = connect(at.port, '127.0.0.1')
  await once(leaves, 'connect')
  leaves.destroy()
  t.equal(await at.next(), undefined)
  t.equal(at.connections.size, 0)
})

t.test('COM_CHANGE_USER proves itself anew, on the same connection', async t => {
  const { at, gateway } = await listener(t)
  const client = await PacketClient.connect(at.port)
  client.respond(proofOf(client, 'secret'))
  await hex(client)
  await sendByRsa(client, 'secret')
  const started = (await at.next()) as StartedClient
  started.socket.write(encodePacket(started.sequence, encodeOk({}, started.capabilities)))
  t.equal((await hex(client)).slice(0, 2), '00')

  const change = (user: string, data: Buffer): Buffer =>
    new PayloadWriter()
      .uint8(0x11)
      .cstring(user)
      .uint8(data.length)
      .bytes(data)
      .cstring('shop')
      .uint16(308)
      .cstring('caching_sha2_password')
      .finish()
  const login = async (password: string) => {
    client.channel.restart()
    const payload = change('bo', sha2Response('other', client.greeting.scramble))
    client.channel.write(payload)
    // The relay has read the command already.
    await once(started.socket.resume(), 'data')
    started.socket.pause()
    const greeting = mysql
    const leftover = Buffer.alloc(0)
    const changed = changeUser({ client: started, payload, leftover, gateway, greeting })
    const asked = decodeAuthSwitchRequest(await client.channel.read())
    t.notSame(asked.data, client.greeting.scramble)
    client.channel.write(sha2Response(password, asked.data))
    t.equal(await hex(client), performFullAuthentication)
    await sendByRsa(client, password, asked.data)
    return changed
  }
  const changed = await login('other')
  t.match(changed, {
    login: { user: 'bo', database: 'shop' },
    collation: 255,
    connectionId: started.connectionId,
    sequence: 7,
  })
  started.socket.write(encodePacket(7, encodeOk({}, started.capabilities)))
  t.equal((await hex(client)).slice(0, 2), '00')
})
