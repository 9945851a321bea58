import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { encodeCancelRequest } from '../../protocols/postgres/messages/startup.ts'
import { connectUpstream } from '../../protocols/postgres/upstream.ts'
import { password, startProxy } from '../support/proxy.ts'
import { query, summary, WireClient } from '../support/wire-client.ts'

interface Cancellable {
  readonly client: WireClient
  readonly processId: number
  readonly secret: Buffer
}

t.test('cancel requests', async t => {
  const proxy = await startProxy(t, { log: true })

  /** A client that kept its key. */
  const open = async (protocolMinor = 0): Promise<Cancellable> => {
    const { socket, leftover, cancelTarget } = await connectUpstream(
      {
        host: '127.0.0.1',
        port: proxy.port,
        user: 'analyst',
        password,
        database: 'shop',
        tls: { mode: 'disable' },
      },
      {
        parameters: new Map(),
        protocolMinor,
        signal: AbortSignal.timeout(20_000),
        timeoutMs: 20_000,
      },
    )
    const client = new WireClient(socket, leftover)
    t.teardown(() => client.close())
    if (cancelTarget === undefined) throw new Error('the proxy gave no key')
    return { client, processId: cancelTarget.processId, secret: cancelTarget.secret }
  }

  /** Resolves when the proxy has read it and closed the connection, as it always does. */
  const cancel = async (processId: number, secret: Buffer): Promise<number> => {
    const socket = connect(proxy.port, '127.0.0.1')
    socket.end(encodeCancelRequest(processId, secret))
    socket.resume()
    await once(socket, 'close')
    return socket.bytesRead
  }

  const running = async (client: WireClient, text: string): Promise<void> => {
    client.send(query(text))
    while (!(await proxy.ran()).includes(text)) await new Promise(setImmediate)
  }

  await t.test('one reaches the statement of its own session and no other', async t => {
    const one = await open()
    const two = await open(2)
    t.equal(one.secret.length, 4)
    t.equal(two.secret.length, 32)
    await running(one.client, 'SELECT 1, pg_sleep(2)')
    await running(two.client, 'SELECT 2, pg_sleep(100)')
    t.equal(await cancel(two.processId, two.secret), 0, 'nothing is answered')
    t.match(summary(await two.client.untilReady()), /E\(57014\) Z\(I\)$/)
    t.equal(summary(await one.client.untilReady()), 'T D C(SELECT 1) Z(I)')
    two.client.send(query('SELECT 3'))
    t.equal(summary(await two.client.untilReady()), 'T D C(SELECT 1) Z(I)')
  })

  await t.test('a wrong key does nothing, and is not told so', async t => {
    const { client, processId, secret } = await open()
    await running(client, 'SELECT 4, pg_sleep(1)')
    const wrong = Buffer.from(secret.map(byte => byte ^ 1))
    for (const [id, key] of [
      [processId, wrong],
      [processId + 1, secret],
      [processId, Buffer.concat([secret, secret])],
      [processId, Buffer.alloc(32)],
      [0, secret],
      [-1, secret],
    ] as const)
      t.equal(await cancel(id, key), 0)
    t.equal(summary(await client.untilReady()), 'T D C(SELECT 1) Z(I)')
  })

  await t.test("the upstream's own keys mean nothing to the proxy", async t => {
    const { client } = await open()
    client.send(query('SELECT pg_backend_pid()'))
    const row = (await client.untilReady())[1]
    const backend = Number(row?.body.toString('latin1', 6))
    await running(client, 'SELECT 5, pg_sleep(1)')
    t.equal(await cancel(backend, Buffer.alloc(4)), 0)
    t.equal(summary(await client.untilReady()), 'T D C(SELECT 1) Z(I)')
  })

  await t.test('the key of a session that is closed does nothing', async t => {
    const gone = await open()
    const other = await open()
    await running(other.client, 'SELECT 6, pg_sleep(1)')
    gone.client.socket.end()
    if (!gone.client.closed) await once(gone.client.socket, 'close')
    t.equal(await cancel(gone.processId, gone.secret), 0)
    t.equal(summary(await other.client.untilReady()), 'T D C(SELECT 1) Z(I)')
  })

  await t.test('a cancel that comes too late, or too often, does nothing', async t => {
    const { client, processId, secret } = await open()
    for (let i = 0; i < 5; i += 1) t.equal(await cancel(processId, secret), 0)
    client.send(query('SELECT 7'))
    t.equal(summary(await client.untilReady()), 'T D C(SELECT 1) Z(I)')
  })

  await t.test('a held statement is withdrawn, and nothing of it ran', async t => {
    const { client, processId, secret } = await open()
    client.send(query("DELETE FROM orders WHERE true OR note = 'held'"))
    const waiting = await proxy.pending()
    await cancel(processId, secret)
    t.equal(summary(await client.untilReady()), 'N(00000) E(57014) Z(I)')
    t.not(await proxy.decide(waiting, 'approve'), 200, 'and cannot be approved any more')
    client.send(query('SELECT count(*) FROM orders'))
    const frames = await client.untilReady()
    t.equal(summary(frames), 'T D C(SELECT 1) Z(I)')
    t.equal(frames[1]?.body.toString('latin1', 6), '150')
    t.notMatch(await proxy.ran(), /note = 'held'/)
  })

  await t.test(
    'what comes after a withdrawn statement can be held and cancelled again',
    async t => {
      const { client, processId, secret } = await open()
      for (let i = 0; i < 3; i += 1) {
        client.send(query('DELETE FROM orders'))
        await proxy.pending()
        await cancel(processId, secret)
        t.equal(summary(await client.untilReady()), 'N(00000) E(57014) Z(I)')
      }
      await running(client, 'SELECT 8, pg_sleep(100)')
      await cancel(processId, secret)
      t.match(summary(await client.untilReady()), /E\(57014\) Z\(I\)$/)
    },
  )
})
