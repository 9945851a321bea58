/** Teams and its token service are away, slow or in doubt: nothing is lost, doubled or believed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Approvals } from '../../../../src/approvals/approvals.ts'
import { Teams, type TeamsOptions } from '../../../../src/approvals/teams/teams.ts'
import { approvalRequest, requester, reviewer } from '../../../support/approval-request.ts'
import {
  analyst,
  appId,
  appPassword,
  channel,
  type FakeTeams,
  rita,
  startTeams,
  tenant,
} from '../../../support/teams.ts'

const never = new AbortController().signal

interface Place {
  readonly teams: FakeTeams
  readonly path: string
  readonly log: string[]
  open(change?: Partial<TeamsOptions>): Promise<Opened>
}

interface Opened {
  readonly approvals: Approvals
  readonly adapter: Teams
  close(): Promise<void>
}

async function start(t: Test): Promise<Place> {
  const teams = await startTeams()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-teams-'))
  const path = join(dir, 'state.db')
  const log: string[] = []
  const opened: Opened[] = []
  t.teardown(async () => {
    for (const each of opened) await each.close()
    await teams.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  return {
    ...{ teams, path, log },
    async open(change = {}) {
      const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
      const adapter = Teams.start(approvals, {
        ...{ appId, appPassword, tenant, routes: [], literals: false },
        conversation: channel,
        endpoints: teams.endpoints,
        people: {
          byTeamsId: id => ({ [rita]: reviewer, [analyst]: requester })[id],
          teamsId: name => (name === 'analyst' ? analyst : undefined),
        },
        log: (_level, message, data) => log.push(`${message} ${JSON.stringify(data)}`),
        answerMsMax: 300,
        seenMsMax: 100,
        ...change,
      })
      const one = {
        ...{ approvals, adapter },
        close: async () => {
          await adapter.close()
          await approvals.close()
        },
      }
      opened.push(one)
      return one
    },
  }
}

/** Replies come when they come. */
function cards({ messages }: FakeTeams): number {
  return messages.filter(({ conversation }) => !conversation.includes(';messageid=')).length
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(resolve => setTimeout(resolve, 10))
}

t.test('a Teams that is busy or broken is asked again, and nothing waits for it', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals } = await place.open()
  teams.fail('post', { status: 503 }, { status: 429, headers: { 'retry-after': '1' } })
  const pending = await approvals.ask(approvalRequest(), never)
  const decided = await approvals.decide(pending.id, {
    person: reviewer,
    decision: 'approved',
    surface: 'web',
    shownDigest: 'a'.repeat(64),
  })
  t.ok(decided.ok, 'the other surfaces go on')
  await teams.message(/approved by rita/)
  t.equal(cards(teams), 1)
})

t.test('a card whose answer was lost is not posted again once somebody has seen it', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals, adapter } = await place.open({ seenMsMax: 60_000 })
  teams.fail('post', { lost: true })
  const pending = await approvals.ask(approvalRequest(), never)
  const message = await teams.message(/wants to DELETE/)
  await until(() => place.log.some(line => /ECONNRESET|UND_ERR_SOCKET/.test(line)))
  const body = teams.press(message, { verb: 'refresh' })
  const authorization = await teams.sign(body)
  t.equal((await adapter.receive({ authorization, body, local: false })).status, 200)
  await approvals.withdraw(pending.id, 'the client left')
  await teams.message(/withdrawn: the client left/)
  await until(() => teams.replies(message).length === 1)
  t.equal(teams.calls.get('post'), 2, 'the card once, and the end in its thread')
})

t.test(
  'a card that nobody saw is posted again, and the other one goes when it is seen',
  async t => {
    const place = await start(t)
    const { teams } = place
    const { approvals, adapter } = await place.open()
    teams.fail('post', { lost: true })
    await approvals.ask(approvalRequest(), never)
    await until(() => teams.messages.length === 2)
    const [stray, message] = teams.messages
    if (stray === undefined || message === undefined) throw new Error('expected two cards')
    await until(() => place.log.length > 0)
    for (const seen of [message, stray]) {
      const body = teams.press(seen, { verb: 'refresh' })
      const authorization = await teams.sign(body)
      await adapter.receive({ authorization, body, local: false })
    }
    t.strictSame(
      teams.messages.map(({ deleted }) => deleted),
      [true, false],
    )
  },
)

t.test('a reply whose answer was lost is said once', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals } = await place.open()
  const pending = await approvals.ask(approvalRequest(), never)
  const message = await teams.message(/wants to DELETE/)
  teams.fail('post', { lost: true })
  await approvals.withdraw(pending.id, 'the client left')
  await until(() => place.log.length > 0)
  await teams.message(/withdrawn/)
  t.equal(teams.replies(message).length, 1)
  t.equal(teams.calls.get('post'), 2)
})

t.test('what hangs or is reset is tried again', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals } = await place.open()
  teams.fail('post', { hang: true })
  const pending = await approvals.ask(approvalRequest(), never)
  await teams.message(/wants to DELETE/)
  teams.fail('put', { reset: true })
  await approvals.withdraw(pending.id, 'the client left')
  await teams.message(/withdrawn: the client left/)
  t.equal(teams.messages.filter(({ conversation }) => conversation === channel).length, 1)
})

t.test('without a token nothing is posted, and then all of it', async t => {
  const place = await start(t)
  const { teams } = place
  teams.fail('token', { status: 503 }, { hang: true }, { reset: true })
  const { approvals, adapter } = await place.open()
  await approvals.ask(approvalRequest(), never)
  await until(() => adapter.status.state === 'away')
  t.equal(teams.messages.length, 0)
  await teams.message(/wants to DELETE/)
  t.equal(cards(teams), 1)
})

t.test('a token that is no longer taken is replaced', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals } = await place.open()
  await approvals.ask(approvalRequest(), never)
  await teams.message(/wants to DELETE/)
  const before = teams.calls.get('token')
  teams.fail('post', { status: 401 })
  await approvals.ask(approvalRequest({ database: 'other' }), never)
  await teams.message(/in other/)
  t.equal(teams.calls.get('token'), (before ?? 0) + 1)
})

t.test('what Teams will never take is given up, and a chat without us is left alone', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals } = await place.open()
  teams.fail('post', { status: 403 })
  const pending = await approvals.ask(approvalRequest(), never)
  await until(() => place.log.length > 0)
  await approvals.withdraw(pending.id, 'the client left')
  await approvals.ask(approvalRequest({ database: 'other' }), never)
  await teams.message(/in other/)
  t.equal(cards(teams), 1)
})

t.test('a restart takes up what was left half told, where Teams said it is', async t => {
  const place = await start(t)
  const { teams } = place
  const elsewhere = { ...teams.endpoints, service: 'http://127.0.0.1:9/teams/' }
  const first = await place.open({ endpoints: elsewhere })
  const body = teams.activity({ type: 'conversationUpdate' })
  const authorization = await teams.sign(body)
  await first.adapter.receive({ authorization, body, local: false })
  const pending = await first.approvals.ask(approvalRequest(), never)
  await teams.message(/wants to DELETE/)
  await first.adapter.close()
  await first.approvals.withdraw(pending.id, 'the client left')
  await first.close()
  await place.open({ endpoints: elsewhere })
  await teams.message(/withdrawn: the client left/)
  t.equal(teams.messages.filter(({ conversation }) => conversation === channel).length, 1)
})

t.test('the requester is told in their own chat, and cannot decide there', async t => {
  const place = await start(t)
  const { teams } = place
  const { approvals, adapter } = await place.open()
  const chat = { id: 'a:chat-of-the-analyst', conversationType: 'personal', tenantId: tenant }
  const from = { id: '29:analyst', aadObjectId: analyst }
  const send = async (change: Record<string, unknown>): Promise<number> => {
    const body = teams.activity({ conversation: chat, from, ...change })
    const authorization = await teams.sign(body)
    return (await adapter.receive({ authorization, body, local: false })).status
  }
  t.equal(await send({ type: 'installationUpdate', action: 'add' }), 200)
  await approvals.ask(approvalRequest(), never)
  await until(() => teams.messages.length === 2)
  const own = teams.messages.find(({ conversation }) => conversation === chat.id)
  t.ok(own)
  t.notMatch(JSON.stringify(own), /"verb":"(approve|deny)"/)
  t.equal(await send({ type: 'installationUpdate', action: 'remove' }), 200)
  await approvals.ask(approvalRequest({ database: 'other' }), never)
  await teams.message(/in other/)
  t.equal(teams.messages.length, 3)
})

t.test('no token goes to a service that is not on the list', async t => {
  const place = await start(t)
  const { teams } = place
  const hosts = { ...teams.endpoints, serviceHosts: ['smba.trafficmanager.net'] }
  const { approvals } = await place.open({ endpoints: hosts })
  await approvals.ask(approvalRequest(), never)
  await until(() => place.log.some(line => /not where it said/.test(line)))
  t.equal(teams.calls.get('post'), undefined)
})
