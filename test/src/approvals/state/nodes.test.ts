/** Several nodes with one Postgres: what one does the others know, and what is told is told once. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import t, { type Test } from 'tap'
import type { ApprovalEvent } from '../../../../src/approvals/approval.ts'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import type { Courier, Outbox } from '../../../../src/approvals/outbox.ts'
import { approvalRequest, reviewer, second } from '../../../support/approval-request.ts'
import { startPostgres } from '../../../support/postgres.ts'
import {
  asNode,
  emptyStatePlace,
  type StatePlace,
  statePlace,
  useForState,
} from '../../../support/state.ts'

const server = await startPostgres()
t.teardown(() => server.stop())
await useForState(server)

const never = new AbortController().signal
const shownDigest = 'a'.repeat(64)
const yes = { person: reviewer, decision: 'approved', surface: 'web', shownDigest } as const
const no = {
  person: second,
  decision: 'denied',
  surface: 'api',
  shownDigest,
  reason: 'no',
} as const

async function node(t: Test, path: StatePlace, name: string): Promise<Approvals> {
  const approvals = await Approvals.open({
    path: asNode(path, name),
    publicUrl: () => 'http://console.test',
    onError: () => undefined,
  })
  t.teardown(() => approvals.close())
  return approvals
}

/** What this node hears, until `last` of it came. */
function heard(approvals: Approvals, last: string): Promise<readonly ApprovalEvent[]> {
  const events: ApprovalEvent[] = []
  return new Promise(resolve => {
    approvals.on(event => {
      events.push(event)
      if (event.type === last) resolve(events)
    })
  })
}

t.test('nodes that start at once on an empty database make its tables once', async t => {
  const path = await emptyStatePlace()
  const nodes = await Promise.all(['a', 'b', 'c', 'd'].map(name => node(t, path, name)))
  const [first, , , last] = nodes
  const asked = await first?.ask(approvalRequest(), never)
  t.match(await last?.get(asked?.id ?? ''), { state: 'pending' })
})

t.test(
  'an answer on one node settles who waits on the other, which hears of all of it',
  async t => {
    const path = await statePlace(t)
    const [a, b] = [await node(t, path, 'a'), await node(t, path, 'b')]
    const atB = heard(b, 'finished')
    const denied = await a.ask(approvalRequest(), never)
    await b.decide(denied.id, no)
    t.match(await denied.outcome, { kind: 'denied', reason: 'no', by: [{ name: 'sven' }] })

    const asked = await a.ask(approvalRequest(), never)
    await b.decide(asked.id, yes)
    t.match(await asked.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'web' }] })
    const claims = await Promise.all([a, b].map(each => each.claim(asked.id, shownDigest)))
    t.strictSame(claims.filter(Boolean).length, 1, 'it runs once, wherever')
    await a.finished(asked.id, { ok: true, tag: 'DELETE 1', rows: 1, durationMs: 1 })
    const last = (await atB).at(-1)
    t.match(last, { elsewhere: true, approval: { id: asked.id, result: { tag: 'DELETE 1' } } })
  },
)

t.test('time is over once, on whichever node', async t => {
  const path = await statePlace(t)
  const nodes = await Promise.all(['a', 'b', 'c'].map(name => node(t, path, name)))
  const all = Promise.all(nodes.map(each => heard(each, 'expired')))
  const [first] = nodes
  const asked = await first?.ask(approvalRequest({ expiresInMs: 50 }), never)
  t.strictSame(await asked?.outcome, { kind: 'expired' })
  const expired = (await all).flat().filter(({ type }) => type === 'expired')
  t.equal(expired.length, 3, 'all know')
  t.equal(expired.filter(({ elsewhere }) => elsewhere !== true).length, 1, 'one did it')
})

t.test('what is missed while a connection is broken is made up for', async t => {
  const path = await statePlace(t)
  const [a, b] = [await node(t, path, 'a'), await node(t, path, 'b')]
  const asked = await a.ask(approvalRequest(), never)
  await terminateListeners(path, async () => void (await b.decide(asked.id, yes)))
  t.match(await asked.outcome, { kind: 'approved' })
  t.equal(await a.claim(asked.id, shownDigest), true)
})

t.test('of several nodes one posts each message, and one sends each event', async t => {
  const path = await statePlace(t)
  const nodes = await Promise.all(['a', 'b', 'c'].map(name => node(t, path, name)))
  const posted: string[] = []
  const outboxes = nodes.map(each => outbox(t, each, posted))
  const { url, events } = await receiver(t)
  for (const each of nodes) {
    const targets = [{ url, secret: 'a secret of twenty-four characters', literals: false }]
    const webhooks = each.webhooks({ targets, log: () => undefined })
    t.teardown(() => webhooks.close())
  }
  const [a, b] = nodes
  if (a === undefined || b === undefined) return
  for (let round = 0; round < 5; round++) {
    const asked = await a.ask(approvalRequest(), never)
    await b.decide(asked.id, yes)
    t.match(await asked.outcome, { kind: 'approved' })
    await a.claim(asked.id, shownDigest)
    await a.finished(asked.id, { ok: true, durationMs: 1 })
  }
  while (events.length < 25 || shown(posted) < 5) await new Promise(setImmediate)
  await Promise.all(outboxes.map(each => each.close()))
  const posts = posted.filter(each => each.startsWith('post '))
  t.equal(posts.length, 5, 'a message for each request')
  t.equal(new Set(posts).size, 5)
  const replies = posted.filter(each => each.startsWith('reply '))
  t.equal(new Set(replies).size, replies.length, 'nothing twice in a thread')
  t.equal(new Set(events).size, events.length, 'no event twice')
})

/** How many messages show the end. */
function shown(posted: readonly string[]): number {
  return new Set(posted.filter(each => each.endsWith(' finished'))).size
}

function outbox(t: Test, approvals: Approvals, posted: string[]): Outbox {
  const courier: Courier = {
    name: 'test',
    places: () => ['here'],
    post: async (_place, copyId, { state }) => {
      // Long enough for the other nodes to try.
      await new Promise(setImmediate)
      posted.push(`post ${copyId} ${state}`)
      return copyId
    },
    update: async (_place, message, { state }) => void posted.push(`update ${message} ${state}`),
    reply: async (_place, _thread, copyId) => {
      posted.push(`reply ${copyId}`)
      return copyId
    },
    find: async () => undefined,
  }
  const made = approvals.outbox(
    courier,
    (_, part) => (part === 'card' ? undefined : part),
    () => undefined,
  )
  t.teardown(() => made.close())
  approvals.on(({ approval }) => made.changed(approval.id))
  return made
}

async function receiver(t: Test): Promise<{ readonly url: string; readonly events: string[] }> {
  const events: string[] = []
  const web = createServer((request, response) => {
    request.resume().on('end', () => {
      events.push(String(request.headers['webhook-id']))
      response.writeHead(204).end()
    })
  })
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  t.teardown(() => {
    web.closeAllConnections()
    web.close()
  })
  return { url: `http://127.0.0.1:${(web.address() as AddressInfo).port}/hook`, events }
}

/** Breaks the connections over which nodes hear, and does something before they can be back. */
async function terminateListeners(path: StatePlace, work: () => Promise<void>): Promise<void> {
  if (typeof path === 'string') throw new Error('expected a server')
  const { host, port, user, password, database } = path
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  await client.query('BEGIN')
  // Nobody can say that they live, and so nobody is back, before the end of this transaction.
  await client.query('LOCK TABLE nodes IN ACCESS EXCLUSIVE MODE')
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = $1 AND pid <> pg_backend_pid()
        AND (query ILIKE 'listen%' OR query ILIKE 'with beat%')`,
    [database],
  )
  await work()
  await client.query('COMMIT')
  await client.end()
}
