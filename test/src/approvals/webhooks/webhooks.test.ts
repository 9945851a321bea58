/** Webhooks against receivers that answer, refuse, redirect, hang and come back. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import { secretBytes } from '../../../../src/approvals/webhooks/send.ts'
import type { Webhooks, WebhookTarget } from '../../../../src/approvals/webhooks/webhooks.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import { approvalRequest, reviewer } from '../../../support/approval-request.ts'
import { type StatePlace, statePlace } from '../../../support/state.ts'

const never = new AbortController().signal
const secret = 'a secret of twenty-four characters'
const digest = 'a'.repeat(64)

interface Event {
  readonly id: string
  readonly type: string
  readonly body: string
}

interface Receiver {
  readonly url: string
  readonly events: Event[]
  /** Resolves when so many were taken. */
  taken(count: number): Promise<readonly Event[]>
}

type Answer = (request: IncomingMessage, response: ServerResponse, event: Event) => void

const taken: Answer = (_request, response) => response.writeHead(204).end()

/** Checks each signature as a receiver should, and then answers. */
async function receive(t: Test, answer: Answer = taken): Promise<Receiver> {
  const events: Event[] = []
  let wake: () => void = () => undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const {
        'webhook-id': id,
        'webhook-timestamp': at,
        'webhook-signature': came,
      } = request.headers as Record<string, string>
      const mac = createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest()
      const given = Buffer.from(String(came).replace(/^v1,/, ''), 'base64')
      t.ok(given.length === mac.length && timingSafeEqual(given, mac), 'the signature is ours')
      t.ok(Math.abs(Date.now() / 1000 - Number(at)) < 60)
      const event = { id: String(id), type: (JSON.parse(body) as { type: string }).type, body }
      answer(request, response, event)
      if (response.statusCode >= 300) return
      events.push(event)
      wake()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    events,
    taken: async count => {
      while (events.length < count) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
      return events
    },
  }
}

interface Place {
  readonly approvals: Approvals
  readonly webhooks: Webhooks
  readonly logged: string[]
  close(): Promise<void>
}

async function open(
  t: Test,
  targets: readonly (Partial<WebhookTarget> & { url: string })[],
  at?: StatePlace,
): Promise<Place> {
  const path = at ?? (await statePlace(t))
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  const logged: string[] = []
  const webhooks = approvals.webhooks({
    targets: targets.map(target => ({ secret, literals: false, ...target })),
    log: (message, data) => logged.push(`${message} ${JSON.stringify(data)}`),
    backOffMs: 20,
  })
  const close = async (): Promise<void> => {
    await webhooks.close()
    await approvals.close()
  }
  t.teardown(close)
  return { approvals, webhooks, logged, close }
}

const request = approvalRequest({
  text: "DELETE FROM orders WHERE note = 'secret-literal'",
  normalized: 'DELETE FROM orders WHERE note = $1',
  parameters: ['secret-parameter'],
})

async function approveAndRun(approvals: Approvals): Promise<string> {
  const asked = await approvals.ask(request, never)
  const yes = {
    person: reviewer,
    decision: 'approved',
    surface: 'web',
    shownDigest: digest,
  } as const
  await approvals.decide(asked.id, { ...yes, reason: 'fine' })
  await approvals.claim(asked.id, digest)
  await approvals.finished(asked.id, { ok: true, tag: 'DELETE 1', rows: 1, durationMs: 4 })
  return asked.id
}

const whole = ['requested', 'answered', 'approved', 'running', 'finished'].map(
  type => `approval.${type}`,
)

t.test('every transition is told, signed and in order, without values', async t => {
  const receiver = await receive(t)
  const some = await receive(t)
  const { approvals } = await open(t, [
    { url: receiver.url },
    { url: some.url, events: ['requested', 'finished'], literals: true },
  ])
  const id = await approveAndRun(approvals)
  const events = await receiver.taken(5)
  t.strictSame(
    events.map(({ type }) => type),
    whole,
  )
  t.equal(new Set(events.map(event => event.id)).size, 5, 'each has an id of its own')
  t.notMatch(events.map(({ body }) => body).join(), /secret-(literal|parameter)/)
  t.match(JSON.parse(events[1]?.body ?? ''), {
    timestamp: /^20.*Z$/,
    data: {
      approval: { id, normalized: request.normalized, url: /^http:\/\/console\.test/ },
      answer: { name: 'rita', decision: 'approved', reason: 'fine' },
    },
  })
  const chosen = await some.taken(2)
  t.strictSame(
    chosen.map(({ type }) => type),
    ['approval.requested', 'approval.finished'],
  )
  t.match(chosen[0]?.body, 'secret-literal')
  t.notMatch(chosen[0]?.body, 'secret-parameter')
})

t.test('what is not taken is sent again under the same id, and nothing overtakes it', async t => {
  const tries: string[] = []
  const receiver = await receive(t, (_request, response, { id }) => {
    tries.push(id)
    response.writeHead(tries.length <= 3 ? 500 : 200).end('x'.repeat(100_000))
  })
  const { approvals, logged } = await open(t, [{ url: receiver.url }])
  await approveAndRun(approvals)
  const events = await receiver.taken(5)
  t.strictSame(
    events.map(({ type }) => type),
    whole,
  )
  t.equal(new Set(tries.slice(0, 4)).size, 1, 'the first came four times, and then the others')
  t.equal(tries.length, 8)
  t.ok(logged.length === 3 && logged.every(line => line.includes('"why":"500"')))
})

t.test('a redirect is not followed', async t => {
  const elsewhere = await receive(t)
  let redirects = 0
  const receiver = await receive(t, (_request, response) => {
    redirects++
    if (redirects > 1) response.writeHead(200).end()
    else response.writeHead(307, { location: elsewhere.url }).end()
  })
  const { approvals } = await open(t, [{ url: receiver.url, events: ['requested'] }])
  await approvals.ask(request, never)
  await receiver.taken(1)
  t.equal(elsewhere.events.length, 0)
})

t.test('a restart loses nothing: neither what was not taken nor what was not noted', async t => {
  const path = await statePlace(t)
  let away = true
  const receiver = await receive(t, (_request, response) => {
    response.writeHead(away ? 503 : 200, away ? { 'retry-after': '0' } : {}).end()
  })
  const first = await open(t, [{ url: receiver.url }], path)
  const asked = await first.approvals.askOrReturn(request)
  while (first.logged.length === 0) await new Promise(setImmediate)
  await first.close()

  // A process without webhooks, as if one had died before it noted anything.
  const between = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  const no = { decision: 'denied', reason: 'no', surface: 'web', shownDigest: digest } as const
  await between.decide(asked.approval.id, { person: reviewer, ...no })
  await between.askOrReturn(approvalRequest({ digest: 'b'.repeat(64) }))
  await between.close()

  away = false
  const last = await open(t, [{ url: receiver.url }], path)
  const events = await receiver.taken(4)
  const of = (id: string) => events.filter(each => each.id.startsWith(id)).map(each => each.type)
  t.strictSame(of(asked.approval.id), [
    'approval.requested',
    'approval.answered',
    'approval.denied',
  ])
  t.equal(events.filter(each => each.type === 'approval.requested').length, 2)
  await last.close()
  const again = await open(t, [{ url: receiver.url }], path)
  await again.close()
  t.equal(receiver.events.length, 4, 'and nothing is told twice')
})

t.test(
  'a receiver that is new gets no history; one that hangs keeps no other from its own',
  async t => {
    const path = await statePlace(t)
    const before = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
    await before.askOrReturn(request)
    await before.close()
    const hanging = await receive(t, () => undefined)
    const receiver = await receive(t)
    const { approvals, close } = await open(t, [{ url: hanging.url }, { url: receiver.url }], path)
    await approveAndRun(approvals)
    t.equal((await receiver.taken(5)).length, 5)
    const started = performance.now()
    await close()
    t.ok(performance.now() - started < 5000, 'closing does not wait for it either')
  },
)

t.test('secrets of Standard Webhooks are taken as base64', t => {
  t.strictSame(secretBytes('whsec_AAECAw=='), Buffer.from([0, 1, 2, 3]))
  t.strictSame(secretBytes('plain'), Buffer.from('plain'))
  t.end()
})

t.test('the configuration says whom to tell, and its mistakes are told', async t => {
  const parse = (webhooks: string) =>
    parseConfig(
      `databases: { shop: { upstream: { url_env: U } } }
users: { rita: { password_env: P, groups: [reviewers] } }
approvals:
  webhooks:
${webhooks}`,
      { path: 'c.yaml', env: { U: 'postgres://u:p@127.0.0.1/x', P: 'x', S: secret, T: 'short' } },
    )
  const { approvals } = await parse(
    '    - { url: "https://a.test/hook", secret_env: S, events: [denied] }\n',
  )
  t.strictSame(approvals.webhooks, [
    { url: 'https://a.test/hook', secret, literals: false, events: ['denied'] },
  ])
  const wrong = {
    '{ url: "http://a.test/", secret_env: S }': 'expected https: a.test can be reached',
    '{ url: "https://u:p@a.test/", secret_env: S }': 'expected no password',
    '{ url: "https://a.test/", secret_env: T }': 'at least 24 characters',
    '{ url: "https://a.test/" }': 'expected secret_env or secret_file',
    '{ url: "ftp://a.test/", secret_env: S }': 'an https:// URL',
    '{ url: "https://a.test/", secret_env: S, events: [opened] }': 'requested',
  }
  for (const [webhook, message] of Object.entries(wrong))
    await t.rejects(parse(`    - ${webhook}\n`), { message: new RegExp(message) }, webhook)
})
