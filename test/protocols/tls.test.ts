import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import * as tls from 'node:tls'
import t, { type Test } from 'tap'
import { certificateHash } from '../../protocols/certificate-hash.ts'
import type { UpstreamTls } from '../../protocols/protocol.ts'
import { secureClient, secureUpstream } from '../../protocols/tls.ts'
import { type CertificateOptions, selfSigned, signedBy } from '../support/certificates.ts'

const never = new AbortController().signal
const rsa = ['-newkey', 'rsa:2048']

async function pair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  near.on('error', () => undefined)
  far.on('error', () => undefined)
  t.teardown(() => {
    near.destroy()
    far.destroy()
  })
  return { near, far }
}

t.test('the end point is hashed as its signature was', async t => {
  const cases: [string, CertificateOptions, string | undefined][] = [
    ['sha1 counts as sha256', { key: rsa, signature: ['-sha1'] }, 'sha256'],
    ['rsa sha224', { key: rsa, signature: ['-sha224'] }, 'sha224'],
    ['rsa sha256', { key: rsa, signature: ['-sha256'] }, 'sha256'],
    ['rsa sha384', { key: rsa, signature: ['-sha384'] }, 'sha384'],
    ['rsa sha512', { key: rsa, signature: ['-sha512'] }, 'sha512'],
    ['ecdsa sha256', {}, 'sha256'],
    ['ecdsa sha384', { signature: ['-sha384'] }, 'sha384'],
    ['ecdsa sha512', { signature: ['-sha512'] }, 'sha512'],
    [
      'rsa-pss sha512',
      { key: rsa, signature: ['-sha512', '-sigopt', 'rsa_padding_mode:pss'] },
      'sha512',
    ],
    [
      'rsa-pss sha1 is left out of its parameters',
      { key: rsa, signature: ['-sha1', '-sigopt', 'rsa_padding_mode:pss'] },
      'sha256',
    ],
    ['ed25519 has none', { key: ['-newkey', 'ed25519'], signature: [] }, undefined],
  ]
  for (const [name, options, algorithm] of cases) {
    const { raw } = new X509Certificate((await selfSigned(options)).cert)
    const expected = algorithm && createHash(algorithm).update(raw).digest('hex')
    t.equal(certificateHash(raw)?.toString('hex'), expected, name)
  }
})

t.test('bytes that are no certificate have no hash', async t => {
  const { raw } = new X509Certificate((await selfSigned()).cert)
  for (const bytes of [Buffer.alloc(0), Buffer.from('3080'), Buffer.alloc(9, 0x30)]) {
    t.equal(certificateHash(bytes), undefined)
  }
  for (let length = 0; length < raw.length; length += 7) {
    t.equal(certificateHash(raw.subarray(0, length)), undefined, `${length} bytes`)
  }
})

t.test('both sides bind to the same certificate, and bytes arrive', async t => {
  const own = await selfSigned()
  const { near, far } = await pair(t)
  far.pause()
  near.pause()
  const [client, upstream] = await Promise.all([
    secureClient(far, own, 'postgresql', Buffer.alloc(0), never),
    secureUpstream(near, '127.0.0.1', { mode: 'require' }, 'postgresql', never),
  ])
  t.ok(client.endPoint)
  t.strictSame(client.endPoint, upstream.endPoint)
  t.equal(client.socket.alpnProtocol, 'postgresql')
  t.equal(upstream.socket.alpnProtocol, 'postgresql')
  upstream.socket.write('hello')
  const [bytes] = await once(client.socket, 'data')
  t.equal(String(bytes), 'hello')
})

t.test('what was read of the ClientHello is handed to TLS', async t => {
  const own = await selfSigned()
  const { near, far } = await pair(t)
  const client = tls.connect({ socket: near, rejectUnauthorized: false })
  const [hello] = (await once(far, 'data')) as [Buffer]
  far.pause()
  const done = once(client, 'secureConnect')
  const secured = await secureClient(far, own, 'postgresql', hello, never)
  await done
  t.equal(secured.socket.alpnProtocol, false)
})

t.test('a broken record after the handshake closes the socket', async t => {
  const own = await selfSigned()
  const { near, far } = await pair(t)
  far.pause()
  near.pause()
  const [client] = await Promise.all([
    secureClient(far, own, 'postgresql', Buffer.alloc(0), never),
    secureUpstream(near, '127.0.0.1', { mode: 'require' }, 'postgresql', never),
  ])
  client.socket.resume()
  const closed = new Promise(resolve => client.socket.once('close', resolve))
  near.write(Buffer.from('1703030020', 'hex'))
  near.write(Buffer.alloc(32, 1))
  await closed
  t.ok(client.socket.destroyed)
})

t.test('a handshake that fails, is left or takes too long rejects', async t => {
  const own = await selfSigned()
  for (const act of [
    (near: Socket) => near.write('this is not a ClientHello'),
    (near: Socket) => near.end(),
    (near: Socket) => near.destroy(),
  ]) {
    const { near, far } = await pair(t)
    far.pause()
    act(near)
    await t.rejects(secureClient(far, own, 'postgresql', Buffer.alloc(0), never), {
      name: 'ConnectionClosed',
    })
    t.ok(far.destroyed || far.readableEnded)
  }
  const { far } = await pair(t)
  far.pause()
  const reason = new Error('too late')
  const gone = new AbortController()
  const waiting = secureClient(far, own, 'postgresql', Buffer.alloc(0), gone.signal)
  gone.abort(reason)
  await t.rejects(waiting, reason)
})

t.test('each mode believes what libpq would', async t => {
  const authority = await selfSigned()
  const other = await selfSigned()
  const named = await signedBy(authority, 'DNS:db.example,IP:127.0.0.1')
  const { cert: ca } = authority
  const cases: [string, UpstreamTls, boolean][] = [
    ['127.0.0.1', { mode: 'prefer' }, true],
    ['127.0.0.1', { mode: 'require' }, true],
    ['127.0.0.1', { mode: 'require', ca }, true],
    ['127.0.0.1', { mode: 'require', ca: other.cert }, false],
    ['127.0.0.1', { mode: 'verify-ca', ca }, true],
    ['elsewhere.example', { mode: 'verify-ca', ca }, true],
    ['127.0.0.1', { mode: 'verify-ca', ca: other.cert }, false],
    ['127.0.0.1', { mode: 'verify-ca' }, false],
    ['127.0.0.1', { mode: 'verify-full', ca }, true],
    ['db.example', { mode: 'verify-full', ca }, true],
    ['elsewhere.example', { mode: 'verify-full', ca }, false],
    ['127.0.0.2', { mode: 'verify-full', ca }, false],
    ['db.example', { mode: 'verify-full', ca: other.cert }, false],
    ['db.example', { mode: 'verify-full' }, false],
  ]
  for (const [host, options, believed] of cases) {
    const { near, far } = await pair(t)
    near.pause()
    far.pause()
    const server = secureClient(far, named, 'postgresql', Buffer.alloc(0), never)
    const result = await secureUpstream(near, host, options, 'postgresql', never).then(
      () => true,
      () => false,
    )
    const label = `${host} ${options.mode} ${options.ca === undefined ? '' : options.ca === ca}`
    t.equal(result, believed, label)
    near.destroy()
    await server.catch(() => undefined)
  }
})
