import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Person } from '../../../../src/approvals/approval.ts'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import { actions } from '../../../../src/approvals/slack/blocks.ts'
import { Slack, type SlackOptions } from '../../../../src/approvals/slack/slack.ts'
import {
  approvalRequest,
  requester,
  reviewer,
  stranger,
} from '../../../support/approval-request.ts'
import {
  admin,
  appToken,
  botToken,
  buttonOf,
  channel,
  type FakeSlack,
  signed,
  signingSecret,
  startSlack,
} from '../../../support/slack.ts'

const ids: Readonly<Record<string, Person>> = {
  [admin]: reviewer,
  UREQUESTER: requester,
  USTRANGER: stranger,
}

interface Place {
  readonly slack: FakeSlack
  readonly approvals: Approvals
  readonly adapter: Slack
  readonly path: string
}

const never = new AbortController().signal

async function start(t: Test, change: Partial<SlackOptions> = {}): Promise<Place> {
  const slack = await startSlack()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-slack-'))
  const path = join(dir, 'state.db')
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  const adapter = Slack.start(approvals, options(slack, change))
  t.teardown(async () => {
    await adapter.close()
    await approvals.close()
    await slack.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return { slack, approvals, adapter, path }
}

function options(slack: FakeSlack, change: Partial<SlackOptions> = {}): SlackOptions {
  return {
    botToken,
    appToken,
    signingSecret: undefined,
    channel,
    mention: undefined,
    routes: [],
    literals: false,
    matchEmail: false,
    people: {
      bySlackId: id => ids[id],
      byEmail: email => (email === 'admin@emulate.dev' ? reviewer : undefined),
      slackId: () => undefined,
    },
    log: () => undefined,
    apiUrl: slack.apiUrl,
    ...change,
  }
}

async function sockets(slack: FakeSlack, count: number): Promise<void> {
  while (slack.sockets.size < count) await new Promise(resolve => setTimeout(resolve, 10))
}

t.test('a click on Approve lets the statement run, and the message says how it ended', async t => {
  const { slack, approvals } = await start(t)
  await sockets(slack, 2)
  const pending = await approvals.ask(approvalRequest(), never)
  const card = await slack.message(/analyst wants to DELETE on public.orders in shop/)
  t.match(JSON.stringify(card.blocks), /every row: nothing narrows it/)
  t.match(JSON.stringify(card.blocks), /0 of 1 from dba/)
  t.match(buttonOf(card, actions.approve), { confirm: { confirm: { text: 'Approve' } } })
  await slack.send(await slack.click(card, actions.approve))
  t.match(await pending.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'slack' }] })
  t.ok(await approvals.claim(pending.id, 'a'.repeat(64)))
  await approvals.finished(pending.id, {
    ok: true,
    tag: 'DELETE 1204',
    rows: 1204,
    durationMs: 812,
  })
  const done = await slack.message(/finished: DELETE 1204, 1,204 rows, 0.8 s/)
  t.equal(done.ts, card.ts, 'the same message, edited')
  t.equal(buttonOf(done, actions.approve), undefined, 'no button that lies')
  while ((await slack.replies(card.ts)).length < 2) await new Promise(r => setTimeout(r, 10))
  const replies = (await slack.replies(card.ts)).map(({ text }) => text)
  t.match(replies, [/rita approved it \(slack\)/, /finished/])
})

t.test('a denial asks for a reason, which the requester is told', async t => {
  const { slack, approvals } = await start(t)
  await sockets(slack, 2)
  const pending = await approvals.ask(approvalRequest(), never)
  const card = await slack.message(/wants to DELETE/)
  await slack.send(await slack.click(card, actions.deny))
  while (slack.view() === undefined) await new Promise(r => setTimeout(r, 10))
  t.match(await slack.send(await slack.submit('  ')), { response_action: 'errors' })
  const accepted = await slack.send(await slack.submit('not today'))
  t.equal(accepted?.['response_action'], undefined)
  t.match(await pending.outcome, { kind: 'denied', reason: 'not today' })
  await slack.message(/denied by rita: not today/)
})

t.test('who may not decide decides nothing, and only they are told', async t => {
  const { slack, approvals } = await start(t)
  await sockets(slack, 2)
  const pending = await approvals.ask(approvalRequest(), never)
  const card = await slack.message(/wants to DELETE/)
  const other = { team: { id: 'T999999999' } }
  for (const payload of [
    await slack.click(card, actions.approve, 'UREQUESTER'),
    await slack.click(card, actions.approve, 'USTRANGER'),
    await slack.click(card, actions.approve, 'UNOBODY'),
    await slack.click(card, actions.approve, admin, other),
    await slack.click(card, actions.approve, admin, {
      actions: [{ ...buttonOf(card, actions.approve), value: `${pending.id} ${'b'.repeat(64)}` }],
    }),
  ])
    await slack.send(payload)
  while (slack.whispers.length < 5) await new Promise(r => setTimeout(r, 10))
  const said = slack.whispers.map(({ text }) => text).sort()
  t.match(said.join('\n'), /nobody decides their own request/)
  t.match(said.join('\n'), /one of dba may decide/)
  t.match(said.join('\n'), /UNOBODY\) is not that of anybody here/)
  t.match(said.join('\n'), /another workspace/)
  t.match(said.join('\n'), /what was shown is not what is asked/)
  t.match(await approvals.get(pending.id), { state: 'pending', answers: [] })
})

t.test('a second click, and one that is replayed, change nothing', async t => {
  const { slack, approvals } = await start(t)
  await sockets(slack, 2)
  const pending = await approvals.ask(approvalRequest(), never)
  const card = await slack.message(/wants to DELETE/)
  const payload = await slack.click(card, actions.approve)
  await Promise.all([slack.send(payload), slack.send(payload), slack.send(payload)])
  t.match(await pending.outcome, { kind: 'approved' })
  while (slack.whispers.length < 2) await new Promise(r => setTimeout(r, 10))
  t.equal((await approvals.get(pending.id))?.answers.length, 1)
})

t.test('literals stay out of the chat unless they are let in', async t => {
  const request = approvalRequest({
    text: "DELETE FROM orders WHERE card = '4111-1111'",
    normalized: 'DELETE FROM orders WHERE card = ?',
    parameters: ['secret-parameter'],
  })
  const hidden = await start(t)
  await hidden.approvals.ask(request, never)
  const card = JSON.stringify(await hidden.slack.message(/wants to DELETE/))
  t.match(card, /card = \?/)
  t.notMatch(card, /4111|secret-parameter/)
  const shown = await start(t, { literals: true })
  await shown.approvals.ask(request, never)
  t.match(JSON.stringify(await shown.slack.message(/wants to DELETE/)), /4111.*secret-parameter/)
})

t.test('what is longer than a message cannot be approved in it', async t => {
  const { slack, approvals } = await start(t)
  const text = `DELETE FROM orders -- ${'x'.repeat(5_000)}`
  await approvals.ask(approvalRequest({ text, normalized: text }), never)
  const card = await slack.message(/wants to DELETE/)
  t.equal(buttonOf(card, actions.approve), undefined)
  t.ok(buttonOf(card, actions.deny))
  t.match(JSON.stringify(card.blocks), /open it to see it whole/)
})

t.test('a statement cannot say something to Slack', async t => {
  const { slack, approvals } = await start(t)
  const text = 'DELETE FROM orders /* ``` <!channel> <https://evil.test|approve> \u202e */'
  await approvals.ask(approvalRequest({ text, normalized: text }), never)
  const card = await slack.message(/wants to DELETE/)
  const blocks = JSON.stringify(card.blocks)
  t.match(blocks, /⟨U\+202E⟩/)
  t.notMatch(blocks, /"type":"mrkdwn"[^}]*(channel|evil)/, 'only in text that is not interpreted')
  t.notMatch(card.text, /evil/)
})

t.test('a post whose answer is lost is not posted twice', async t => {
  const { slack, approvals } = await start(t)
  slack.fail('chat.postMessage', { lost: true })
  await approvals.ask(approvalRequest(), never)
  await slack.message(/wants to DELETE/)
  while ((slack.calls.get('conversations.history') ?? 0) < 1)
    await new Promise(r => setTimeout(r, 10))
  const pending = await approvals.list({})
  await approvals.withdraw(pending[0]?.id ?? '', 'the client left')
  await slack.message(/withdrawn: the client left/)
  t.equal((await slack.messages()).length, 1)
  t.equal(slack.calls.get('chat.postMessage'), 2, 'the card once, and the end in its thread')
})

t.test('a Slack that is busy or broken is asked again, and nothing waits for it', async t => {
  const { slack, approvals } = await start(t)
  slack.fail(
    'chat.postMessage',
    { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } },
    { status: 503 },
  )
  const pending = await approvals.ask(approvalRequest(), never)
  const decided = await approvals.decide(pending.id, {
    person: reviewer,
    decision: 'approved',
    surface: 'web',
    shownDigest: 'a'.repeat(64),
  })
  t.ok(decided.ok, 'the other surfaces go on')
  t.match((await slack.message(/approved by rita/)).text, /analyst wanted/)
})

t.test('sockets that drop come back, and one is always there to be clicked', async t => {
  const { slack, approvals } = await start(t)
  await sockets(slack, 2)
  slack.fail('apps.connections.open', { status: 503 })
  for (const socket of [...slack.sockets]) socket.terminate()
  await sockets(slack, 2)
  const [first] = slack.sockets
  first?.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
  const pending = await approvals.ask(approvalRequest(), never)
  const card = await slack.message(/wants to DELETE/)
  await sockets(slack, 2)
  await slack.send(await slack.click(card, actions.approve))
  t.match(await pending.outcome, { kind: 'approved' })
})

t.test('a restart takes up what was left half told', async t => {
  const { slack, approvals, adapter, path } = await start(t)
  const pending = await approvals.ask(approvalRequest(), never)
  await slack.message(/wants to DELETE/)
  await adapter.close()
  await approvals.withdraw(pending.id, 'the client left')
  const again = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  const second = Slack.start(again, options(slack))
  await slack.message(/withdrawn: the client left/)
  t.equal((await slack.messages()).length, 1)
  await second.close()
  await again.close()
})

t.test('over HTTP only what Slack signed, now, is heard', async t => {
  const { slack, approvals, adapter } = await start(t, { appToken: undefined, signingSecret })
  const server = createServer((request, response) => adapter.handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/slack/events`
  const pending = await approvals.ask(approvalRequest(), never)
  const card = await slack.message(/wants to DELETE/)
  const payload = await slack.click(card, actions.approve)
  const now = Math.floor(Date.now() / 1000)
  t.equal((await fetch(url, signed(payload, now - 600))).status, 401, 'too old')
  t.equal((await fetch(url, signed(payload, now + 3600))).status, 401, 'from the future')
  const forged = signed(payload)
  t.equal((await fetch(url, { ...forged, body: `${forged.body} ` })).status, 401, 'not signed')
  t.match(await approvals.get(pending.id), { state: 'pending' })
  t.equal((await fetch(url, signed(payload))).status, 200)
  t.match(await pending.outcome, { kind: 'approved' })
})

t.test('an e-mail address stands for a person only where that is switched on', async t => {
  const nobody = { bySlackId: () => undefined, byEmail: () => reviewer, slackId: () => undefined }
  for (const matchEmail of [false, true]) {
    const { slack, approvals } = await start(t, { matchEmail, people: nobody })
    await sockets(slack, 2)
    const pending = await approvals.ask(approvalRequest(), never)
    const card = await slack.message(/wants to DELETE/)
    await slack.send(await slack.click(card, actions.approve))
    if (matchEmail) t.match(await pending.outcome, { kind: 'approved' })
    else while (slack.whispers.length === 0) await new Promise(r => setTimeout(r, 10))
    t.equal((await approvals.get(pending.id))?.state, matchEmail ? 'approved' : 'pending')
  }
})
