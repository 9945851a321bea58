/** What a server might say in place of what real ones say, and what a client may know of it. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { UpstreamError } from '../../../protocols/errors.ts'
import { Capability } from '../../../protocols/mysql/capabilities.ts'
import { encodePacket } from '../../../protocols/mysql/framing.ts'
import { encodeAuthSwitchRequest } from '../../../protocols/mysql/packets/auth-switch.ts'
import { encodeErr } from '../../../protocols/mysql/packets/err.ts'
import {
  encodeHandshakeV10,
  type HandshakeV10,
} from '../../../protocols/mysql/packets/handshake-v10.ts'
import { encodeOk } from '../../../protocols/mysql/packets/ok.ts'
import {
  connectUpstream,
  killQuery,
  type UpstreamOptions,
  upstreamErrorForClient,
} from '../../../protocols/mysql/upstream.ts'
import type { Upstream } from '../../../protocols/protocol.ts'

const greeting: HandshakeV10 = {
  version: '8.4.0',
  connectionId: 7,
  scramble: Buffer.alloc(20, 1),
  capabilities: 0x1fff_f7ffn,
  collation: 255,
  statusFlags: 2,
  plugin: 'caching_sha2_password',
}
const ok = encodeOk({ statusFlags: 2 }, 0n)
const more = (...bytes: readonly number[]): Buffer => Buffer.of(1, ...bytes)
const request = (plugin: string, data = Buffer.alloc(20, 2)): Buffer =>
  encodeAuthSwitchRequest({ plugin, data })

interface Scripted {
  readonly upstream: Upstream
  /** All that came, headers included. */
  received(): Buffer
}

/** Sends the greeting, and the next of `answers` for each chunk that comes. */
async function scripted(
  t: Test,
  first: Buffer,
  answers: readonly Buffer[] = [],
  tls: Upstream['tls'] = { mode: 'disable' },
): Promise<Scripted> {
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    const rest = [...answers]
    let sequence = 2
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      received.push(chunk)
      const answer = rest.shift()
      if (answer !== undefined) socket.write(encodePacket(sequence, answer))
      sequence += 2
    })
    socket.write(first)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const login = { user: 'app', password: 'topsecret', database: 'shop' }
  const upstream: Upstream = { host: '127.0.0.1', port, ...login, tls }
  return { upstream, received: () => Buffer.concat(received) }
}

const hello = (changes: Partial<HandshakeV10> = {}): Buffer =>
  encodePacket(0, encodeHandshakeV10({ ...greeting, ...changes }))

function connect(upstream: Upstream, options: Partial<UpstreamOptions> = {}) {
  return connectUpstream(upstream, {
    capabilities: Capability.PROTOCOL_41,
    collation: 45,
    attributes: new Map(),
    database: undefined,
    signal: new AbortController().signal,
    timeoutMs: 5000,
    ...options,
  })
}

t.test('a scripted server that behaves is logged in to', async t => {
  const { upstream } = await scripted(t, hello(), [more(3)])
  const rejected = connect(upstream, { timeoutMs: 300 })
  await t.rejects(rejected, { message: /was not ready after 300 ms$/ })
  const { upstream: good } = await scripted(t, hello(), [ok])
  const { socket, leftover, connectionId, greeting: said } = await connect(good)
  t.match({ leftover: leftover.length, connectionId }, { leftover: 0, connectionId: 7 })
  t.match(said, { version: '8.4.0', flavour: 'mysql', collation: 255 })
  socket.destroy()
})

t.test('a password is not sent where somebody could listen', async t => {
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [request('mysql_clear_password'), /asks for the password in clear, without TLS$/],
    [Buffer.of(0xfe), /an authentication that we cannot do \("mysql_old_password"\)$/],
    [request('dialog'), /an authentication that we cannot do \("dialog"\)$/],
    [request('x\n'.repeat(200)), /cannot do \("(?:x\\n){32}"\)$/],
    [request('mysql_native_password', Buffer.alloc(3)), /expected a scramble of 20 bytes, got 3$/],
  ]
  for (const [answer, message] of cases) {
    const { upstream, received } = await scripted(t, hello(), [answer])
    await t.rejects(connect(upstream), { name: 'UpstreamError', message })
    t.notOk(received().includes('topsecret'))
  }
})

t.test('a key that hides nothing gets no password', async t => {
  const pem = (modulusLength: number): Buffer =>
    Buffer.from(
      generateKeyPairSync('rsa', { modulusLength }).publicKey.export({
        type: 'spki',
        format: 'pem',
      }),
    )
  const elliptic = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [pem(512), /expected an RSA key of 2048 to 8192 bits, got rsa 512/],
    [Buffer.from(elliptic), /got ed25519 0/],
    [Buffer.from('no key'), /expected the public key of the server, got something else/],
    [Buffer.alloc(0), /expected the public key of the server/],
  ]
  for (const [key, message] of cases) {
    const answers = [more(4), Buffer.concat([more(), key])]
    const { upstream, received } = await scripted(t, hello(), answers)
    await t.rejects(connect(upstream), { name: 'UpstreamError', message })
    t.notOk(received().includes('topsecret'))
  }
})

t.test('what has no place in a login ends it', async t => {
  const endless = Array.from({ length: 20 }, () => request('mysql_native_password'))
  const cases: readonly (readonly [readonly Buffer[], RegExp])[] = [
    [
      [Buffer.from('\xfb/etc/passwd', 'latin1')],
      /expected the end of authentication, got a packet of type 251/,
    ],
    [[Buffer.of(2, 0x61, 0)], /a packet of type 2$/],
    [[Buffer.alloc(0)], /a packet of type undefined$/],
    [[more(9)], /expected how caching_sha2_password goes on, got 9/],
    [[more(3), more(3)], /was not ready|got more data/],
    [[more(4), more(4)], /expected the public key/],
    [[request('mysql_native_password'), more(4)], /more data for "mysql_native_password"/],
    [endless, /another plugin$/],
    [[more(4), request('mysql_native_password')], /another plugin$/],
    [[Buffer.alloc(1_100_000, 1)], /at most 1048576 bytes of a start/],
  ]
  for (const [answers, message] of cases) {
    const { upstream } = await scripted(t, hello(), answers)
    const rejected = connect(upstream, { timeoutMs: 500 })
    await t.rejects(rejected, { name: 'UpstreamError', message })
  }
})

t.test('a greeting that is none is refused', async t => {
  const whole = encodeHandshakeV10(greeting)
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /: expected /],
    [Buffer.from('ffffff00', 'hex'), /at most 1048576 bytes/],
    [encodePacket(1, whole), /expected packet number 0, got 1/],
    [encodePacket(0, Buffer.of(9)), /expected protocol version 10, got 9/],
    [hello({ capabilities: 0x8200n }), /has no PLUGIN_AUTH$/],
    [
      encodePacket(
        0,
        encodeErr({ code: 1040, sqlState: '08004', message: 'Too many connections' }),
      ),
      /1040 08004 Too many/,
    ],
    [
      encodePacket(0, Buffer.from('ff1004Too many connections', 'latin1')),
      /expected protocol version 10/,
    ],
  ]
  for (const [first, message] of cases) {
    const { upstream } = await scripted(t, first)
    await t.rejects(connect(upstream, { timeoutMs: 500 }), { message })
  }
  for (let length = 0; length < whole.length - greeting.plugin.length - 1; length += 1) {
    const { upstream } = await scripted(t, encodePacket(0, whole.subarray(0, length)))
    await t.rejects(connect(upstream, { timeoutMs: 500 }), UpstreamError, `${length} bytes`)
  }
})

t.test('TLS that was asked for is not done without', async t => {
  for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
    const { upstream, received } = await scripted(t, hello(), [ok], { mode })
    await t.rejects(connect(upstream), { message: /does not support TLS$/ })
    t.equal(received().length, 0)
  }
  const tls = { capabilities: greeting.capabilities | Capability.SSL }
  const eager = Buffer.concat([hello(tls), encodePacket(2, ok)])
  const { upstream } = await scripted(t, eager, [], { mode: 'require' })
  await t.rejects(connect(upstream), { message: /unencrypted bytes/ })
  const broken = await scripted(t, hello(tls), [ok], { mode: 'prefer' })
  await t.rejects(connect(broken.upstream), { message: /^no TLS with the upstream at/ })
  t.notOk(broken.received().includes('app\0'), 'prefer does not fall back')
})

t.test('a client is not promised what the server lacks', async t => {
  const lacking = { capabilities: greeting.capabilities & ~Capability.DEPRECATE_EOF }
  const { upstream } = await scripted(t, hello(lacking), [ok])
  const capabilities = Capability.PROTOCOL_41 | Capability.DEPRECATE_EOF
  await t.rejects(connect(upstream, { capabilities }), { message: /has no DEPRECATE_EOF$/ })
})

t.test('a wait ends when nobody wants it any more', async t => {
  const { upstream } = await scripted(t, hello())
  const { signal, abort } = withAbort()
  const connecting = connect(upstream, { signal })
  abort()
  await t.rejects(connecting, { message: 'the connection to the upstream is no longer wanted' })
  await t.rejects(killQuery(upstream, 1, { timeoutMs: 100 }), { message: /not ready after 100 ms/ })
  const { upstream: closed } = await scripted(t, hello(), [Buffer.alloc(0)])
  await t.rejects(connect({ ...closed, port: 1 }), { message: /^cannot reach the upstream at/ })
})

function withAbort() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort(new Error('left')) }
}

t.test('a client learns no names of ours', async t => {
  const refused = async (code: number, message: string) => {
    const err = encodeErr({ code, sqlState: '28000', message })
    const { upstream } = await scripted(t, hello(), [err])
    const error = await connect(upstream).catch(reason => reason)
    return upstreamErrorForClient(error, 'sales')
  }
  const denied = await refused(1045, "Access denied for user 'app'@'10.0.0.1'")
  t.match(denied, {
    code: 1045,
    message: "Countersign: database 'sales' does not accept the proxy's login",
  })
  const unknown = await refused(1049, "Unknown database 'shop'")
  t.match(unknown, { code: 1049, message: "Unknown database 'sales'" })
  const full = await refused(1040, "Too many connections for 'app'")
  t.match(full, { code: 1040, message: "Countersign: database 'sales' refused the connection" })
  const away = upstreamErrorForClient(new UpstreamError('cannot reach 10.0.0.1'), '')
  t.match(away, { code: 2003, message: 'Countersign: the database cannot be reached' })
})
