import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { ProtocolError, UpstreamError } from '../../protocols/errors.ts'
import { ConnectionClosed } from '../../protocols/handshake-reader.ts'
import type { Upstream } from '../../protocols/protocol.ts'
import {
  connectSocket,
  onThisMachine,
  place,
  withinLimit,
  withoutTls,
} from '../../protocols/upstream-socket.ts'

const upstream: Upstream = {
  host: 'db.example.com',
  port: 5432,
  database: 'shop',
  user: 'app',
  password: 's3cret',
  tls: { mode: 'disable' },
}
const never = new AbortController().signal

t.test('a path is a socket of this machine', async t => {
  t.equal(place(upstream), 'db.example.com:5432')
  t.notOk(onThisMachine(upstream.host))
  t.equal(place({ ...upstream, host: '/run/db' }), '/run/db')
  t.ok(onThisMachine('/run/db'))
})

t.test('a socket is connected by port, or by path, and survives an error of its own', async t => {
  // Not a fixture of the project's: a socket's path has to be short.
  const folder = await mkdtemp(join(tmpdir(), 'countersign-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const at of [{ host: '127.0.0.1', port: 0 }, { path: join(folder, 's') }]) {
    const server = createServer(socket => socket.destroy()).listen(at)
    await once(server, 'listening')
    const address = server.address()
    const reached = typeof address === 'object' ? { ...at, ...address } : at
    const socket = await connectSocket(upstream, reached, never)
    socket.destroy(new Error('broken'))
    await once(socket, 'close').catch(() => undefined)
    t.ok(socket.destroyed)
    server.close()
  }
})

t.test('where nobody listens, the place is said, and what went wrong', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const error: unknown = await connectSocket(upstream, { host: '127.0.0.1', port }, never).catch(
    (error: unknown) => error,
  )
  t.type(error, UpstreamError)
  t.match(error, {
    message: /^cannot reach the upstream at db\.example\.com:5432: .*ECONNREFUSED/,
    cause: { code: 'ECONNREFUSED' },
  })
})

t.test('who is not wanted any more is not connected', async t => {
  const reason = new Error('the client left')
  const controller = new AbortController()
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connecting = connectSocket(upstream, { host: '127.0.0.1', port }, controller.signal)
  controller.abort(reason)
  await t.rejects(connecting, reason)
  await t.rejects(
    connectSocket(upstream, { host: '127.0.0.1', port }, controller.signal),
    reason,
    'nor when it was over before',
  )
})

t.test('what takes too long, or breaks, becomes an UpstreamError', async t => {
  const within = (work: (limit: AbortSignal) => Promise<unknown>, ms = 60_000): Promise<unknown> =>
    withinLimit(upstream, ms, never, work)
  const untilAborted = (limit: AbortSignal): Promise<never> =>
    new Promise((_, reject) => limit.addEventListener('abort', () => reject(limit.reason)))
  t.equal(await within(async () => 7), 7)
  await t.rejects(within(untilAborted, 1), {
    name: 'UpstreamError',
    message: 'the upstream at db.example.com:5432 was not ready after 1 ms',
  })
  await t.rejects(
    within(() => Promise.reject(new ProtocolError('a greeting', 'noise'))),
    {
      name: 'UpstreamError',
      message: 'the upstream at db.example.com:5432: expected a greeting, got noise',
    },
  )
  const own = new UpstreamError('it is full')
  await t.rejects(
    within(() => Promise.reject(own)),
    own,
  )
  const bug = new TypeError('ours')
  await t.rejects(
    within(() => Promise.reject(bug)),
    bug,
    'a bug stays one',
  )
  const left = new AbortController()
  const work = withinLimit(upstream, 60_000, left.signal, untilAborted)
  left.abort(new Error('the client left'))
  await t.rejects(work, { name: 'UpstreamError', message: /no longer wanted/ })
})

t.test('why there is no TLS is said, be it that the other end has left', async t => {
  const why = 'no TLS with the upstream at db.example.com:5432'
  const bad = new Error('bad certificate')
  t.equal(
    withoutTls(upstream, new ConnectionClosed({ cause: bad })).message,
    `${why}: ${bad.message}`,
  )
  t.equal(withoutTls(upstream, bad).message, `${why}: bad certificate`)
  t.equal(withoutTls(upstream, new ConnectionClosed()).message, `${why}: the connection was closed`)
  const coded = Object.assign(new Error(''), { code: 'EPIPE' })
  t.equal(withoutTls(upstream, coded).message, `${why}: EPIPE`)
})
