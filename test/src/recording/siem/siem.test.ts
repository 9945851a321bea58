import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { Shipper } from '../../../../src/recording/shipping/ship.ts'
import type { SiemEvent } from '../../../../src/recording/siem/event.ts'
import { lineOf, siemFormats } from '../../../../src/recording/siem/format.ts'
import { ocsf } from '../../../../src/recording/siem/ocsf.ts'
import type { SiemTarget } from '../../../../src/recording/siem/targets.ts'
import { type SiemCounts, toSiem } from '../../../../src/recording/siem/to-siem.ts'
import { selfSigned } from '../../../support/certificates.ts'
import {
  analysis,
  type Place,
  place,
  run,
  sessionStart,
  statement,
} from '../../../support/recorded-place.ts'

async function recorded(t: Test, statements: number): Promise<Place> {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ segmentBytesMax: 20_000 })
  const session = await recorder.openSession(sessionStart('siem-1'))
  for (let n = 0; n < statements; n += 1) run(session, `SELECT 'literal-4711' -- ${n}`, 'row')
  const number = session.statement({
    ...statement("DELETE FROM customers WHERE id = 'literal-4711'"),
    verdict: { kind: 'hold', rules: ['deletes'], reason: 'why', observed: undefined },
  })
  session.commit()
  const about = { approvalId: 'a1', statement: number }
  session.approval({ type: 'approval.requested', ...about })
  session.approval({ type: 'approval.decided', ...about, by: 'rita', decision: 'approved' })
  await session.end('left')
  recorder.note('policy.changed', { mode: 'enforce' })
  await recorder.close()
  return here
}

function shipper(dir: string, target: SiemTarget, more: object = {}): [Shipper, SiemCounts] {
  const counts = { delivered: 0, skipped: 0 }
  const config = { name: 'test', format: 'json', bytesMax: 65_536, types: undefined } as const
  return [new Shipper(dir, toSiem({ ...config, target, ...more }, counts)), counts]
}

async function all(shipper: Shipper): Promise<void> {
  while ((await shipper.step()) > 0);
}

function events(lines: string): readonly SiemEvent[] {
  return lines
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as SiemEvent)
}

t.test('a file gets every happening once, in order, and no value of a statement', async t => {
  const here = await recorded(t, 60)
  const path = join(here.dir, 'siem.jsonl')
  await all(shipper(here.journal, { kind: 'file', path })[0])
  // Another process goes on where this one was.
  await all(shipper(here.journal, { kind: 'file', path })[0])
  const text = await readFile(path, 'utf8')
  t.notMatch(text, 'literal-4711')
  const found = events(text)
  t.equal(new Set(found.map(({ uid }) => uid)).size, found.length)
  const types = found.map(({ type }) => type)
  const numbers = found.filter(({ type }) => type === 'statement').map(each => each.statement)
  t.equal(new Set(numbers).size, 61)
  t.ok(types.indexOf('session.start') < types.indexOf('statement'))
  for (const type of ['approval.requested', 'approval.decided', 'session.end', 'policy.changed'])
    t.equal(types.filter(each => each === type).length, 1, type)
  t.match(
    found.findLast(({ type }) => type === 'statement'),
    {
      ...{ verdict: 'hold', rules: ['deletes'], user: 'ada', database: 'shop', approval: 'a1' },
      ...{ remoteAddress: '127.0.0.1', text: 'SELECT email FROM customers WHERE id = ?' },
    },
  )
})

t.test(
  'an HTTP receiver that fails gets everything later, and a bad event stops nothing',
  async t => {
    const here = await recorded(t, 40)
    const got: SiemEvent[] = []
    let requests = 0
    const server = createServer((request, response) => {
      void body(request).then(text => {
        requests += 1
        const batch = events(text)
        t.equal(request.headers['x-token'], 'Splunk 1234')
        // Away at first; then one event is poison, and it says so about every batch that holds it.
        if (requests < 3) response.writeHead(requests === 1 ? 503 : 401)
        else if (batch.some(({ statement, type }) => type === 'statement' && statement === 17))
          response.writeHead(400)
        else got.push(...batch)
        response.end()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/events`
    const http = { kind: 'http', url, header: 'x-token', token: 'Splunk 1234' } as const
    const [ship, counts] = shipper(here.journal, http)
    await t.rejects(ship.step(), { message: 'the receiver answered 503' })
    await t.rejects(
      ship.step(),
      { message: 'the receiver answered 401' },
      'a wrong token skips none',
    )
    t.equal(counts.delivered + counts.skipped, 0)
    await all(ship)
    t.equal(counts.skipped, 1)
    t.equal(counts.delivered, got.length)
    const numbers = got.flatMap(({ type, statement }) => (type === 'statement' ? [statement] : []))
    const expected = Array.from({ length: 41 }, (_, n) => n).filter(n => n !== 17)
    t.strictSame(numbers, expected)
  },
)

t.test('a syslog receiver over TLS gets whole messages, also when it was cut off', async t => {
  const here = await recorded(t, 40)
  const pair = await selfSigned({ names: 'IP:127.0.0.1' })
  const reading: Promise<Buffer>[] = []
  let connections = 0
  const server = createTlsServer(pair, socket => {
    connections += 1
    if (connections === 1) socket.destroy()
    else reading.push(read(socket))
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const to = { kind: 'syslog', host: '127.0.0.1', port, cert: undefined, key: undefined } as const

  const [distrusting] = shipper(here.journal, { ...to, ca: undefined })
  await t.rejects(distrusting.step(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  t.equal(reading.length, 0)
  const [ship] = shipper(here.journal, { ...to, ca: pair.cert })
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const done = await all(ship).then(
      () => true,
      () => false,
    )
    if (done) break
  }
  const messages = framed(Buffer.concat(await Promise.all(reading)))
  const parsed = messages.map(message => {
    const [, priority, type, json = ''] =
      /^<(\d+)>1 \S+Z \S+ countersign \d+ (\S+) \[countersign@32473 uid="[^"]+".*?\] (.*)$/s.exec(
        message,
      ) ?? []
    return { priority: Number(priority), type, event: JSON.parse(json) as SiemEvent }
  })
  const uids = new Set(parsed.map(({ event }) => event.uid))
  const statements = parsed.filter(({ type }) => type === 'statement')
  t.equal(new Set(statements.map(({ event }) => event.statement)).size, 41)
  t.equal(uids.size, parsed.length)
  t.ok(parsed.every(({ priority, type, event }) => priority >> 3 === 13 && type === event.type))
})

t.test('every format fits its limit, says what it lost, and stays in one line', async t => {
  const long = { ...sample, text: `select "${'ä😀\\="|]\n'.repeat(9000)}"` }
  for (const format of siemFormats) {
    for (const bytesMax of [1024, 2000, 7168, 65_536]) {
      const line = lineOf(long, format, bytesMax)
      t.ok(Buffer.byteLength(line) <= bytesMax, `${format} ${bytesMax}`)
      t.notMatch(line, '\n')
      t.match(line, /truncated/)
      t.match(line, sample.uid)
      if (format !== 'cef') t.ok(JSON.parse(line))
    }
    t.notMatch(lineOf(sample, format, 7168), /truncated/)
  }
  t.throws(() => lineOf({ ...sample, uid: 'x'.repeat(2000) }, 'json', 1024), RangeError)
})

t.test('OCSF names the class and activity of what happened', async t => {
  const of = (event: Partial<SiemEvent>): object => ocsf({ ...sample, ...event })
  t.match(of({}), {
    ...{ class_uid: 6005, activity_id: 1, type_uid: 600501, status_id: 1, action_id: 1 },
    ...{ category_uid: 6, time: Date.parse(sample.time), metadata: { version: '1.6.0' } },
    ...{ actor: { user: { name: 'ada' } }, src_endpoint: { ip: '10.0.0.1' } },
    query_info: { query_string: sample.text },
  })
  t.match(of({ effects: ['delete public.t'] }), { type_uid: 600507 })
  t.match(of({ effects: ['insert public.t', 'read public.u'] }), { type_uid: 600505 })
  t.match(of({ effects: [], verdict: 'deny' }), { type_uid: 600504, action_id: 2, status_id: 2 })
  t.match(of({ type: 'session.start' }), { type_uid: 300201, user: { name: 'ada' } })
  t.match(of({ type: 'session.end' }), { type_uid: 300202 })
  t.match(of({ type: 'approval.decided', by: 'rita', decision: 'denied' }), {
    ...{ type_uid: 600303, action_id: 2, actor: { user: { name: 'rita' } } },
    api: { operation: 'approval.decided' },
  })
})

t.test('CEF escapes what would end a field', async t => {
  const event = { ...sample, type: 'a|b', text: 'x=1 \\ y\nz' }
  const line = lineOf(event, 'cef', 7168)
  t.match(line, /^CEF:0\|Countersign\|Countersign\|0\.1\.0\|a\\\|b\|/)
  t.match(line, 'msg=x\\=1 \\\\ y\\nz ')
})

t.test('the recorder tells by itself, in a process that ends with it', async t => {
  const here = await place()
  t.teardown(here.remove)
  const path = join(here.dir, 'siem.jsonl')
  const target = { kind: 'file', path } as const
  const siem = { name: 'file', format: 'json', bytesMax: 65_536, types: ['session.*'], target }
  const recorder = await here.open({ siem: [{ ...siem, format: 'json' }] })
  const session = await recorder.openSession(sessionStart('own-siem'))
  run(session, 'SELECT 1', 'x')
  await session.end('left')
  while ((recorder.siem.get('file')?.records ?? 0) < 2)
    await new Promise(resolve => setTimeout(resolve, 50))
  await recorder.close()
  t.equal(recorder.siem.get('file')?.state, 'stopped')
  const found = events(await readFile(path, 'utf8'))
  t.strictSame(
    found.map(({ type }) => type),
    ['session.start', 'session.end'],
  )
  await rm(path)
})

const sample: SiemEvent = {
  ...{ v: 1, uid: 'siem-1/3/7', time: '2026-11-21T10:00:00.000Z', type: 'statement' },
  ...{ severity: 'info', session: 'siem-1', user: 'ada', kind: 'person', database: 'shop' },
  ...{ environment: 'production', remoteAddress: '10.0.0.1', statement: 3, verdict: 'allow' },
  ...{
    text: analysis.normalized,
    effects: ['read public.customers'],
    tables: ['public.customers'],
  },
  ...{ ended: true, rows: 1, bytes: 10 },
} as SiemEvent

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

async function read(socket: TLSSocket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** RFC 5425: MSG-LEN SP SYSLOG-MSG, one behind the other. */
function framed(bytes: Buffer): string[] {
  const messages: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at)
    const length = Number(bytes.toString('utf8', at, space))
    messages.push(bytes.toString('utf8', space + 1, space + 1 + length))
    at = space + 1 + length
  }
  return messages
}
