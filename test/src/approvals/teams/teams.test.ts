import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Person } from '../../../../src/approvals/approval.ts'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import type { InvokeAnswer } from '../../../../src/approvals/teams/invokes.ts'
import { Teams, type TeamsOptions, type TeamsReply } from '../../../../src/approvals/teams/teams.ts'
import {
  approvalRequest,
  requester,
  reviewer,
  second,
  stranger,
} from '../../../support/approval-request.ts'
import {
  analyst,
  appId,
  appPassword,
  cardOf,
  cardText,
  channel,
  executeOf,
  type FakeTeams,
  type Pressed,
  rita,
  startTeams,
  sven,
  type TeamsMessage,
  tenant,
  tom,
} from '../../../support/teams.ts'

const ids: Readonly<Record<string, Person>> = {
  [rita]: reviewer,
  [sven]: second,
  [analyst]: requester,
  [tom]: stranger,
}

interface Place {
  readonly teams: FakeTeams
  readonly approvals: Approvals
  readonly adapter: Teams
  readonly path: string
  readonly log: string[]
}

type Json = Record<string, unknown>

const never = new AbortController().signal
const digest = 'a'.repeat(64)

async function start(t: Test, change: Partial<TeamsOptions> = {}): Promise<Place> {
  const teams = await startTeams()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-teams-'))
  const path = join(dir, 'state.db')
  const log: string[] = []
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  const adapter = Teams.start(approvals, options(teams, log, change))
  t.teardown(async () => {
    await adapter.close()
    await approvals.close()
    await teams.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return { teams, approvals, adapter, path, log }
}

function options(
  teams: FakeTeams,
  log: string[],
  change: Partial<TeamsOptions> = {},
): TeamsOptions {
  return {
    ...{ appId, appPassword, tenant },
    conversation: channel,
    routes: [],
    literals: false,
    endpoints: teams.endpoints,
    people: {
      byTeamsId: id => ids[id],
      teamsId: name => (name === 'analyst' ? analyst : undefined),
    },
    log: (_level, message, data) => log.push(`${message} ${JSON.stringify(data)}`),
    answerMsMax: 300,
    seenMsMax: 100,
    ...change,
  }
}

async function send(place: Place, activity: Json): Promise<TeamsReply> {
  const authorization = await place.teams.sign(activity)
  return place.adapter.receive({ authorization, body: activity, local: false })
}

async function press(place: Place, message: TeamsMessage, pressed: Pressed): Promise<InvokeAnswer> {
  const { status, body } = await send(place, place.teams.press(message, pressed))
  if (status !== 200) throw new Error(`it was answered ${status}`)
  return body as InvokeAnswer
}

t.test('approving in Teams runs the statement, and everybody sees how it ended', async t => {
  const place = await start(t)
  const { teams, approvals, adapter } = place
  const pending = await approvals.ask(approvalRequest(), never)
  const message = await teams.message(/analyst wants to DELETE on public.orders in shop/)
  t.equal(message.conversation, channel)
  t.match(cardText(cardOf(message)), /every row: nothing narrows it/)
  t.match(cardText(cardOf(message)), /0 of 1 from dba/)
  t.match(cardOf(message), { version: '1.5' })
  t.equal(adapter.status.state, 'connected')
  const answer = await press(place, message, { verb: 'approve' })
  t.match(answer, { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' })
  t.match(cardText(answer.value), /approved by rita/)
  t.equal(executeOf(answer.value, 'approve'), undefined)
  t.match(await pending.outcome, { kind: 'approved', by: [{ name: 'rita', surface: 'teams' }] })
  t.ok(await approvals.claim(pending.id, digest))
  const result = { ok: true, tag: 'DELETE 1204', rows: 1204, durationMs: 812 }
  await approvals.finished(pending.id, result)
  const done = await teams.message(/finished: DELETE 1204, 1,204 rows, 0.8 s/)
  t.equal(done.id, message.id, 'the same message, replaced')
  t.equal(executeOf(cardOf(done), 'approve'), undefined, 'no button that lies')
  t.equal(executeOf(cardOf(done), 'deny'), undefined)
  while (teams.replies(message).length < 2) await new Promise(r => setTimeout(r, 10))
  t.match(teams.replies(message), [/rita approved it \(teams\)/, /finished/])
})

t.test('a denial needs a reason, which the requester is told', async t => {
  const place = await start(t)
  const pending = await place.approvals.ask(approvalRequest(), never)
  const message = await place.teams.message(/wants to DELETE/)
  for (const reason of [undefined, '  \n']) {
    const data = reason === undefined ? {} : { reason }
    t.match(await press(place, message, { verb: 'deny', data }), {
      statusCode: 400,
      type: 'application/vnd.microsoft.error',
      value: { message: /Expected a reason/ },
    })
  }
  const answer = await press(place, message, { verb: 'deny', data: { reason: 'not today' } })
  t.match(cardText(answer.value), /denied by rita: not today/)
  t.match(await pending.outcome, { kind: 'denied', reason: 'not today' })
  await place.teams.message(/denied by rita: not today/)
})

t.test('who may not decide decides nothing, and only they are told', async t => {
  const place = await start(t)
  const { teams, approvals } = place
  const pending = await approvals.ask(approvalRequest(), never)
  const message = await teams.message(/wants to DELETE/)
  const nobody = '0a1b2c3d-0000-4000-8000-0000000000ff'
  const said: readonly (readonly [Pressed, RegExp])[] = [
    [{ verb: 'approve', person: analyst }, /nobody decides their own request/],
    [{ verb: 'approve', person: tom }, /one of dba may decide/],
    [{ verb: 'approve', person: nobody }, /is not that of anybody here/],
    [{ verb: 'approve', data: { digest: 'b'.repeat(64) } }, /what was shown is not what is asked/],
  ]
  for (const [pressed, pattern] of said) {
    const answer = await press(place, message, pressed)
    t.match(cardText(answer.value), pattern)
    t.equal(executeOf(answer.value, 'approve'), undefined, 'nothing to press for them')
  }
  for (const data of [{ copy: nobody }, { copy: 7 }, { id: nobody }])
    t.match(await press(place, message, { verb: 'approve', data }), { statusCode: 400 })
  const elsewhere = { conversation: { id: '19:other@thread.tacv2', conversationType: 'channel' } }
  t.match(await press(place, message, { verb: 'approve', change: elsewhere }), { statusCode: 400 })
  t.match(await press(place, message, { verb: 'destroy' }), { statusCode: 400 })
  t.match(await approvals.get(pending.id), { state: 'pending', answers: [] })
  t.ok(executeOf(cardOf(await teams.message(/wants to/)), 'approve'), 'the others still can')
})

t.test('only what Microsoft signed for us, now and from our tenant, is heard', async t => {
  const place = await start(t)
  const { teams, approvals, adapter } = place
  const pending = await approvals.ask(approvalRequest(), never)
  const message = await teams.message(/wants to DELETE/)
  const activity = teams.press(message, { verb: 'approve' })
  const now = Math.floor(Date.now() / 1000)
  const receive = async (body: Json, authorization: string | undefined): Promise<number> =>
    (await adapter.receive({ authorization, body, local: true })).status
  t.equal(await receive(activity, undefined), 401, 'no token')
  t.equal(await receive(activity, 'Bearer a.b.c'), 401, 'nonsense')
  t.equal(await receive(activity, `Basic ${appPassword}`), 401)
  const unsigned = `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
  t.equal(await receive(activity, unsigned), 401, 'no signature')
  const forgeries = {
    'another audience': { audience: tenant },
    'another issuer': { issuer: 'https://sts.windows.net/' },
    'an unknown key': { stranger: true },
    expired: { expiresAt: now - 400 },
    'not valid yet': { notBefore: now + 400 },
    'no service': { serviceurl: undefined },
    'another service': { serviceurl: 'https://smba.trafficmanager.net/teams/' },
  }
  for (const [why, forgery] of Object.entries(forgeries)) {
    const status = await receive(activity, await teams.sign(activity, forgery))
    t.ok(status === 401 || status === 403, why)
  }
  const wrong: Readonly<Record<string, Json>> = {
    'another tenant': { conversation: { id: channel, tenantId: appId } },
    'two tenants': { channelData: { tenant: { id: appId } } },
    'no tenant': { conversation: { id: channel }, channelData: {} },
    'another channel': { channelId: 'webchat' },
    'a foreign service': { serviceUrl: 'https://smba.trafficmanager.net.evil.test/' },
    'a service behind a name': { serviceUrl: 'http://127.0.0.1@evil.test/' },
  }
  for (const [why, change] of Object.entries(wrong)) {
    const other = { ...activity, ...change }
    t.equal(await receive(other, await teams.sign(other)), 403, why)
  }
  for (const body of [null, 7, 'text', [], {}, { type: 'invoke' }, { ...activity, type: {} }])
    t.equal((await adapter.receive({ authorization: undefined, body, local: true })).status, 400)
  t.match(await approvals.get(pending.id), { state: 'pending', answers: [] })
  t.equal(await receive(activity, await teams.sign(activity, { expiresAt: now - 200 })), 200)
  t.match(await pending.outcome, { kind: 'approved' }, 'a clock that is a little off is forgiven')
  t.notMatch(place.log.join('\n'), /eyJ|the-secret/, 'no token is logged')
})

t.test('keys that change are learned, and without keys nothing is believed', async t => {
  const place = await start(t)
  const { teams, approvals, adapter } = place
  const pending = await approvals.ask(approvalRequest(), never)
  const message = await teams.message(/wants to DELETE/)
  const activity = teams.press(message, { verb: 'approve' })
  teams.fail('keys', { status: 500 }, { hang: true })
  const authorization = await teams.sign(activity)
  t.equal((await adapter.receive({ authorization, body: activity, local: false })).status, 503)
  t.equal((await adapter.receive({ authorization, body: activity, local: false })).status, 503)
  t.match(await approvals.get(pending.id), { state: 'pending' })
  await teams.rotate()
  t.match(await press(place, message, { verb: 'approve' }), { statusCode: 200 })
  t.match(await pending.outcome, { kind: 'approved' })
  t.equal((await adapter.receive({ authorization, body: activity, local: false })).status, 401)
})

t.test('a key that Microsoft has for other services signs nothing for Teams', async t => {
  const { adapter } = await start(t)
  const others = await startTeams(['webchat'])
  t.teardown(() => others.stop())
  const dir = await mkdtemp(join(tmpdir(), 'countersign-teams-'))
  const approvals = await Approvals.open({
    path: join(dir, 'db'),
    publicUrl: () => 'http://c.test',
  })
  const other = Teams.start(approvals, options(others, []))
  t.teardown(async () => {
    await other.close()
    await approvals.close()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  const body = others.activity({ type: 'message' })
  const authorization = await others.sign(body)
  t.equal((await other.receive({ authorization, body, local: false })).status, 403)
  t.equal((await adapter.receive({ authorization, body, local: false })).status, 401)
})

t.test('a second press, and one that is replayed, change nothing', async t => {
  const place = await start(t)
  const { teams, approvals, adapter } = place
  const approvers = { any: [{ group: 'dba', count: 2 }] }
  const pending = await approvals.ask(approvalRequest({ approvers }), never)
  const message = await teams.message(/wants to DELETE/)
  const body = teams.press(message, { verb: 'approve' })
  const authorization = await teams.sign(body)
  await Promise.all([1, 2, 3].map(() => adapter.receive({ authorization, body, local: false })))
  t.equal((await approvals.get(pending.id))?.answers.length, 1, 'heard once')
  await press(place, message, { verb: 'approve' })
  t.match(await approvals.get(pending.id), { state: 'pending' }, 'nobody is two people')
  const one = await teams.message(/1 of 2 from dba/)
  await press(place, one, { verb: 'approve', person: sven })
  t.match(await pending.outcome, { kind: 'approved', by: [{ name: 'rita' }, { name: 'sven' }] })
  const late = await press(place, message, { verb: 'deny', data: { reason: 'too late' } })
  t.match(cardText(late.value), /It does not count: it is approved already/)
})

t.test('a statement cannot say something to Teams', async t => {
  const { teams, approvals } = await start(t)
  const text = 'DELETE  FROM t /* [pay](https://evil.test) <at>rita</at> **x** \u202e */\n\t-- end'
  await approvals.ask(approvalRequest({ text, normalized: text, reason: text }), never)
  const message = await teams.message(/wants to DELETE/)
  const types = new Set(typesOf(cardOf(message)))
  for (const type of ['TextBlock', 'FactSet', 'Image', 'Media']) t.notOk(types.has(type), type)
  t.match(cardText(cardOf(message)), 'DELETE\u00a0\u00a0FROM t /* [pay](https://evil.test)')
  t.match(cardText(cardOf(message)), /⟨U\+202E⟩/)
  t.match(cardText(cardOf(message)), '\u00a0\u00a0\u00a0\u00a0-- end', 'spaces are kept')
})

t.test('literals stay out of the chat unless they are let in', async t => {
  const request = approvalRequest({
    text: "DELETE FROM orders WHERE card = '4111-1111'",
    normalized: 'DELETE FROM orders WHERE card = ?',
    parameters: ['secret-parameter'],
  })
  const hidden = await start(t)
  await hidden.approvals.ask(request, never)
  const card = JSON.stringify(await hidden.teams.message(/wants to DELETE/))
  t.match(card, /card = \?/)
  t.match(card, /1 parameters, not shown here/)
  t.notMatch(card, /4111|secret-parameter/)
  const shown = await start(t, { literals: true })
  await shown.approvals.ask(request, never)
  t.match(JSON.stringify(await shown.teams.message(/wants to DELETE/)), /4111.*secret-parameter/)
})

t.test('what is longer than a message cannot be approved in it', async t => {
  for (const text of [`DELETE FROM t -- ${'x'.repeat(5_000)}`, `DELETE${'\n'.repeat(80)}FROM t`]) {
    const { teams, approvals } = await start(t)
    await approvals.ask(approvalRequest({ text, normalized: text }), never)
    const message = await teams.message(/wants to DELETE/)
    t.equal(executeOf(cardOf(message), 'approve'), undefined)
    t.ok(executeOf(cardOf(message), 'deny'))
    t.match(cardText(cardOf(message)), /open it to see it whole/)
    t.ok(JSON.stringify(message.activity).length < 28_000, 'Teams would not take more')
  }
})

function typesOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return [...('type' in value ? [value.type] : []), ...Object.values(value).flatMap(typesOf)]
}
