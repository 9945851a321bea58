/**
 * Much data, through a proxy whose memory stays flat. What nobody changes is streamed, whatever its
 * size; what is masked has to be read whole, and has a limit.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import pg from 'pg'
import t from 'tap'
import { connectUpstream } from '../../protocols/postgres/upstream.ts'
import { leaksIn } from '../support/canary.ts'
import { password, startProxy } from '../support/proxy.ts'
import {
  bind,
  copyData,
  copyDone,
  execute,
  fieldsOf,
  parse,
  query,
  summary,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'

const megabyte = 1024 * 1024
/** More than the proxy may hold at its worst, and much less than what goes through it. */
const memoryBytesMax = 400 * megabyte

const sql = `
  ALTER TABLE customers DROP CONSTRAINT customers_email_key;
  CREATE UNLOGGED TABLE bulk (line text);
  INSERT INTO customers (id, name, email) VALUES
    (1010, 'ten', repeat('canary1', 10000000 / 7) || '@secret.example'),
    (1040, 'forty', repeat('canary1', 40000000 / 7) || '@secret.example');
`

/** Counts frames and throws them away. */
class Counter {
  readonly socket: Socket
  readonly types = new Map<string, number>()
  bytes = 0
  #header = Buffer.alloc(0)
  #left = 0
  #ready: () => void = () => undefined

  constructor(socket: Socket, leftover: Buffer) {
    this.socket = socket
    socket.on('data', chunk => this.#take(chunk))
    socket.on('close', () => this.#ready())
    this.#take(leftover)
    socket.resume()
  }

  /** Sends, and resolves with ReadyForQuery or the end. */
  async ask(...messages: readonly Buffer[]): Promise<Readonly<Record<string, number>>> {
    this.types.clear()
    const ready = new Promise<void>(resolve => {
      this.#ready = resolve
    })
    this.socket.write(Buffer.concat(messages))
    await ready
    return Object.fromEntries(this.types)
  }

  #take(chunk: Buffer): void {
    this.bytes += chunk.length
    let at = Math.min(this.#left, chunk.length)
    this.#left -= at
    while (at < chunk.length) {
      const header = Buffer.concat([this.#header, chunk.subarray(at, at + 5 - this.#header.length)])
      at += header.length - this.#header.length
      this.#header = header
      if (header.length < 5) return
      const type = header.toString('latin1', 0, 1)
      this.types.set(type, (this.types.get(type) ?? 0) + 1)
      this.#header = Buffer.alloc(0)
      const length = header.readUInt32BE(1) - 4
      const here = Math.min(length, chunk.length - at)
      at += here
      this.#left = length - here
      if (type === 'Z') this.#ready()
    }
  }
}

t.test('much data, little memory', { timeout: 150_000 }, async t => {
  const proxy = await startProxy(t, { sql })
  const memory = async (field: 'VmHWM' | 'VmRSS'): Promise<number> => {
    const status = await readFile(`/proc/${proxy.child.pid}/status`, 'latin1')
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024
  }
  const open = async (): Promise<Counter> => {
    const { socket, leftover } = await connectUpstream(
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
        protocolMinor: 0,
        signal: AbortSignal.timeout(20_000),
        timeoutMs: 20_000,
      },
    )
    t.teardown(() => socket.destroy())
    return new Counter(socket, leftover)
  }
  const warm = await open()
  await warm.ask(query('SELECT email FROM customers WHERE id < 1000'))
  const baseline = await memory('VmHWM')
  const flat = async (what: string): Promise<void> => {
    const more = (await memory('VmHWM')) - baseline
    t.ok(more < memoryBytesMax, `${what}: ${Math.round(more / megabyte)} MiB above the start`)
  }

  await t.test('a row of 200 MB', async t => {
    const client = await open()
    const row = "SELECT repeat('x', 200000000)"
    t.strictSame(await client.ask(query(row)), { T: 1, D: 1, C: 1, Z: 1 })
    t.ok(client.bytes > 200_000_000)
    t.strictSame(await client.ask(parse(row), bind(), execute(), sync), {
      1: 1,
      2: 1,
      D: 1,
      C: 1,
      Z: 1,
    })
    t.ok(client.bytes > 400_000_000)
    await flat('two rows of 200 MB')
    client.socket.destroy()
  })

  await t.test('a million rows, masked ones too', async t => {
    const client = await open()
    const rows = "SELECT n, 'row ' || n FROM generate_series(1, 1000000) n"
    t.strictSame(await client.ask(query(rows)), { T: 1, D: 1_000_000, C: 1, Z: 1 })
    const masked =
      'SELECT c.phone, c.name FROM customers c, generate_series(1, 4000) WHERE c.id <= 50'
    t.strictSame(await client.ask(query(masked)), { T: 1, D: 200_000, C: 1, Z: 1 })
    await flat('rows')
    client.socket.destroy()
  })

  await t.test('a client that stops reading stops the server', async t => {
    const client = await open()
    const direct = new pg.Client({ connectionString: proxy.upstream.url })
    await direct.connect()
    const text = "SELECT repeat('y', 1000) FROM generate_series(1, 2000000)"
    client.socket.write(query(text))
    await once(client.socket, 'data')
    client.socket.pause()
    t.ok(client.bytes < 10 * megabyte)
    const waiting = async (): Promise<boolean> => {
      const { rows } = await direct.query(
        "SELECT 1 FROM pg_stat_activity WHERE query = $1 AND wait_event = 'ClientWrite'",
        [text],
      )
      return rows.length > 0
    }
    // What lies between has to fill up first; then nothing moves any more.
    for (let still = 0; still < 50; ) still = (await waiting()) ? still + 1 : 0
    t.ok((await memory('VmRSS')) - baseline < memoryBytesMax)
    client.socket.destroy()
    // The server notices that nobody reads any more.
    const gone = 'SELECT 1 FROM pg_stat_activity WHERE query = $1'
    while ((await direct.query(gone, [text])).rows.length > 0);
    await direct.end()
    await flat('a client that does not read')
  })

  await t.test('a client that asks and asks and never reads', async () => {
    const client = await open()
    const direct = new pg.Client({ connectionString: proxy.upstream.url })
    await direct.connect()
    client.socket.pause()
    const one = [parse("SELECT repeat('w', 1000)"), bind(), execute(), sync]
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => one).flat())
    for (let i = 0; i < 80; i += 1) client.socket.write(many)
    const stuck = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%repeat(''w''%'
      AND wait_event = 'ClientWrite'`
    for (let still = 0; still < 50; )
      still = (await direct.query(stuck)).rows.length > 0 ? still + 1 : 0
    await direct.end()
    await flat('unread answers')
    client.socket.destroy()
  })

  await t.test('COPY FROM STDIN of 300 MB', async t => {
    const client = await open()
    client.socket.write(query('COPY bulk FROM STDIN'))
    const data = copyData(Buffer.from(`${'z'.repeat(999)}\n`.repeat(1000)))
    for (let i = 0; i < 300; i += 1)
      if (!client.socket.write(data)) await once(client.socket, 'drain')
    const seen = await client.ask(copyDone)
    t.equal(seen['Z'], 1)
    t.strictSame(await client.ask(query('SELECT 1/count(*) FROM bulk HAVING count(*) = 300000')), {
      T: 1,
      D: 1,
      C: 1,
      Z: 1,
    })
    await flat('COPY')
    client.socket.destroy()
  })

  await t.test('a masked value of 10 MB is masked', async t => {
    const client = await WireClient.connect(proxy.port)
    t.teardown(() => client.close())
    const ten = 'SELECT name, email FROM customers WHERE id = 1010'
    for (const messages of [[query(ten)], [parse(ten), bind(), execute(), sync]]) {
      client.send(...messages)
      const frames = await client.untilReady()
      t.match(summary(frames), /D C\(SELECT 1\) Z\(I\)$/)
      const row = frames.find(each => each.type === 'D')
      t.equal(row && values(row)[0], 'ten')
    }
    t.strictSame(leaksIn(client.received), [])
    await flat('10 MB')
  })

  await t.test('a masked value of 40 MB ends the session, and nothing of it is shown', async t => {
    const forty = 'SELECT name, email FROM customers WHERE id = 1040'
    for (const messages of [[query(forty)], [parse(forty), bind(), execute(), sync]]) {
      const client = await WireClient.connect(proxy.port)
      client.send(...messages)
      const frames = await client.untilReady()
      const last = frames.at(-1)
      t.equal(last?.type, 'E')
      t.equal(last && fieldsOf(last.body).get('S'), 'FATAL')
      t.notOk(frames.some(each => each.type === 'D'))
      t.strictSame(leaksIn(client.received), [])
      t.ok(client.received.length < 10_000)
      client.close()
    }
    await flat('40 MB')
    const next = await open()
    t.strictSame(await next.ask(query('SELECT 1')), { T: 1, D: 1, C: 1, Z: 1 })
    t.equal(proxy.child.exitCode, null)
  })
})
