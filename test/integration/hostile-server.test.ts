import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ByteWriter } from '../../protocols/bytes.ts'
import { encodeMessage } from '../../protocols/postgres/messages/message.ts'
import { leaksIn } from '../support/canary.ts'
import { startProxy } from '../support/proxy.ts'
import {
  bind,
  describe,
  execute,
  type Frame,
  fieldsOf,
  parse,
  query,
  summary,
  sync,
  WireClient,
} from '../support/wire-client.ts'

/** Changes one frame of the server: what goes to the proxy instead. 'cut' ends the connection. */
type Alter = (frame: Buffer) => readonly Buffer[] | 'cut'

/** What is sent with the word is answered by the attack, up to ReadyForQuery; all else passes. */
const marked = 'hostile'

const secret = Buffer.from('canary1@secret.example')

const frame = (type: string, fill: (body: ByteWriter) => void = () => undefined): Buffer =>
  encodeMessage(type, fill)
const row = (...values: readonly Buffer[]): Buffer =>
  frame('D', body => {
    body.int16(values.length)
    for (const value of values) body.int32(value.length).bytes(value)
  })
const error = (severity: string): Buffer =>
  frame('E', body =>
    body
      .string('S')
      .cstring(severity)
      .string('V')
      .cstring(severity)
      .string('C')
      .cstring('XX000')
      .string('M')
      .cstring(secret.toString())
      .uint8(0),
  )
const header = (type: string, length: number): Buffer => {
  const bytes = Buffer.alloc(5)
  bytes.write(type)
  bytes.writeUInt32BE(length, 1)
  return bytes
}
/** Does something to frames of one type only. */
const at =
  (type: string, change: Alter): Alter =>
  each =>
    each.toString('latin1', 0, 1) === type ? change(each) : [each]
const patched = (each: Buffer, offset: number, length: number): Buffer => {
  const copy = Buffer.from(each)
  copy.writeInt32BE(length, offset)
  return copy
}

const masked = 'SELECT email, id FROM customers ORDER BY id'

const attacks: Readonly<Record<string, Alter>> = {
  'a row without a description': at('T', () => []),
  'a row before its description': at('T', each => [row(secret, secret), each]),
  'a row after the end': at('C', each => [each, row(secret, secret)]),
  'a row after ReadyForQuery': at('Z', each => [each, row(secret, secret)]),
  'more columns than described': at('D', each => [row(secret, secret, secret), each]),
  'fewer columns than described': at('D', each => [row(secret), each]),
  'no columns': at('D', each => [frame('D', body => body.int16(0).bytes(secret)), each]),
  'bytes behind the last column': at('D', each => {
    const longer = Buffer.concat([each, secret])
    return [patched(longer, 1, longer.length - 1)]
  }),
  'a value that is longer than its row': at('D', each => [patched(each, 7, 1000)]),
  'a value of a negative length': at('D', each => [patched(each, 7, -2)]),
  'a value of the largest length': at('D', each => [patched(each, 7, 0x7fffffff)]),
  'a value that is shorter than it is': at('D', each => [patched(each, 7, 3)]),
  'a row shorter than its head': at('D', () => [header('D', 5), Buffer.from([0])]),
  'a frame of no length': at('D', () => [header('D', 0), secret]),
  'a frame of length 3': at('T', () => [header('T', 3), secret]),
  'a row of 1 GiB': at('D', () => [header('D', 0x40000000), Buffer.from([0, 2]), secret]),
  'a description of 1 GiB': at('T', () => [header('T', 0x40000000), secret]),
  'an error of 1 GiB': at('D', () => [header('E', 0x40000000), secret]),
  'a description that ends early': at('T', () => [frame('T', body => body.int16(2).bytes(secret))]),
  'a description of another table': at('T', each => {
    const other = Buffer.from(each)
    other.fill(0, other.indexOf('email') + 6, other.indexOf('email') + 12)
    return [other]
  }),
  'a message that there is not': at('D', each => [frame('@', body => body.bytes(secret)), each]),
  CopyBothResponse: at('T', () => [
    frame('W', body => body.uint8(0).int16(0)),
    frame('d', b => b.bytes(secret)),
  ]),
  'CopyData that nobody asked for': at('T', () => [frame('d', body => body.bytes(secret))]),
  'CopyOutResponse for a SELECT': at('T', () => [
    frame('H', body => body.uint8(0).int16(2).int16(0).int16(0)),
    frame('d', body => body.bytes(secret)),
  ]),
  'a reply that is not owed': at('T', each => [frame('1'), each, row(secret, secret)]),
  'a second end': at('C', each => [each, each, row(secret, secret)]),
  'a portal that is suspended': at('C', () => [frame('s'), row(secret, secret)]),
  'a parameter description': at('T', each => [frame('t', body => body.int16(9)), each]),
  'authentication again': at('T', each => [frame('R', body => body.int32(3)), each]),
  'a function result': at('T', each => [
    frame('V', body => body.int32(secret.length).bytes(secret)),
    each,
  ]),
  'an end in the middle of a row': at('D', each => [each.subarray(0, 12)]),
  'a cut connection in the middle of a row': at('D', () => 'cut'),
  'an error without a terminator': at('D', () => [
    frame('E', body => body.string('S').cstring('ERROR').string('M').bytes(secret)),
  ]),
  'an error that shows a value': at('D', () => [error('ERROR')]),
  'a fatal error that shows a value': at('D', () => [error('FATAL')]),
  'ReadyForQuery twice': at('Z', each => [each, each]),
  'ReadyForQuery too early': at('T', each => [frame('Z', body => body.string('I')), each]),
  'ReadyForQuery without a state': at('Z', () => [frame('Z')]),
  'a tag without an end': at('C', () => [frame('C', body => body.bytes(secret))]),
  'a setting without an end': at('T', each => [frame('S', body => body.bytes(secret)), each]),
}

/** Before the real server: reads frames of the server, and lets the attack have them. */
async function startMiddle(t: Test, target: { host: string; port: number }) {
  const state: { alter: Alter } = { alter: each => [each] }
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const upstream = connect(target.port, target.host)
    sockets.add(client).add(upstream)
    let altered = false
    let rest = Buffer.alloc(0)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroySoon())
    client.on('data', chunk => {
      if (chunk.includes(marked)) altered = true
      upstream.write(chunk)
    })
    upstream.on('data', chunk => {
      if (!altered) {
        client.write(chunk)
        return
      }
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const end = 1 + rest.readUInt32BE(1)
        const each = rest.subarray(0, end)
        rest = rest.subarray(end)
        const instead = state.alter(each)
        if (instead === 'cut') {
          client.write(each.subarray(0, 12), () => client.destroy())
          return
        }
        for (const bytes of instead) client.write(bytes)
        if (each[0] === 0x5a) altered = false
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, state }
}

t.test('a server that lies gets no masked value past the proxy', { timeout: 60_000 }, async t => {
  const proxy = await startProxy(t, { customers: 3 })
  const url = new URL(proxy.upstream.url)
  const middle = await startMiddle(t, { host: url.hostname, port: Number(url.port) })
  url.hostname = '127.0.0.1'
  url.port = String(middle.port)
  const file = join(proxy.config, '..', 'upstream.url')
  t.ok((await readFile(file, 'utf8')).startsWith('postgres'))
  await writeFile(file, url.href)
  await proxy.restart('SIGTERM')

  const bystander = await WireClient.connect(proxy.port)
  t.teardown(() => bystander.close())
  const unharmed = async (): Promise<void> => {
    bystander.send(query(masked))
    t.equal(summary(await bystander.untilReady()), 'T D D D C(SELECT 3) Z(I)')
  }

  const ways: Readonly<Record<string, readonly Buffer[]>> = {
    query: [query(`/* ${marked} */ ${masked}`)],
    described: [parse(`/* ${marked} */ ${masked}`), bind(), describe('P'), execute(), sync],
    undescribed: [parse(`/* ${marked} */ ${masked}`), bind({ format: 1 }), execute(), sync],
  }
  for (const [name, alter] of Object.entries(attacks))
    for (const [way, messages] of Object.entries(ways)) {
      middle.state.alter = alter
      const client = await WireClient.connect(proxy.port)
      client.send(...messages)
      // A frame that never ends, and a reply that does not come, end when the client has enough.
      const enough = setTimeout(() => client.close(), 400)
      const frames: Frame[] = []
      for (let each = await client.next(); each !== undefined; each = await client.next()) {
        frames.push(each)
        if (each.type === 'Z') client.send(query('SELECT 1'))
        if (frames.length > 20) client.close()
      }
      clearTimeout(enough)
      t.strictSame(leaksIn(client.received), [], `${name}, ${way}: ${summary(frames)}`)
      const last = frames.at(-1)
      if (last?.type === 'E') t.match(fieldsOf(last.body).get('S'), /ERROR|FATAL/)
      client.close()
    }
  await unharmed()
  t.equal(proxy.child.exitCode, null)
  t.notMatch(proxy.output(), /mistake of ours/)
  const metrics = await (await fetch(`${proxy.http}/metrics`)).text()
  t.match(metrics, /^countersign_sessions_open 1$/m)
})
