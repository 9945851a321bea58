/** Requests that no client waits for: found again by the same statement, used once. */

import { spawnSync } from 'node:child_process'
import t, { type Test } from 'tap'
import type { ApprovalEvent, Person, Returned } from '../../../src/approvals/approval.ts'
import { Approvals } from '../../../src/approvals/approvals.ts'
import { approvalRequest, reviewer } from '../../support/approval-request.ts'
import { moduleUrl } from '../../support/repository.ts'
import { type StatePlace, stateIsShared, statePlace } from '../../support/state.ts'

const digest = 'a'.repeat(64)
const request = approvalRequest({ onHold: 'return' })

async function open(test: Test, at?: StatePlace): Promise<Approvals> {
  const path = at ?? (await statePlace(test))
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  test.teardown(() => approvals.close())
  return approvals
}

async function decide(
  approvals: Approvals,
  { approval }: Returned,
  decision: 'approved' | 'denied',
  person: Person = reviewer,
): Promise<void> {
  const answer = { person, decision, surface: 'web', shownDigest: digest, reason: 'so' } as const
  t.match(await approvals.decide(approval.id, answer), { ok: true })
}

t.test('the same statement finds its pending request, and makes no second one', async t => {
  const approvals = await open(t)
  const events: ApprovalEvent[] = []
  approvals.on(event => events.push(event))
  const first = await approvals.askOrReturn(request)
  t.match(first, { kind: 'pending', fresh: true, approval: { onHold: 'return' } })
  const again = await approvals.askOrReturn({ ...request, sessionId: 'another' })
  t.match(again, { kind: 'pending', fresh: false, approval: { id: first.approval.id } })
  const other = await approvals.askOrReturn({ ...request, digest: 'b'.repeat(64) })
  t.not(other.approval.id, first.approval.id, 'another statement is another request')
  t.strictSame(
    events.map(event => event.type),
    ['requested', 'requested'],
  )
})

t.test('many who ask the same at once share one request', async t => {
  const approvals = await open(t)
  const asked = await Promise.all(Array.from({ length: 20 }, () => approvals.askOrReturn(request)))
  t.equal(new Set(asked.map(({ approval }) => approval.id)).size, 1)
  t.equal(asked.filter(each => each.kind === 'pending' && each.fresh).length, 1)
  t.equal((await approvals.list()).length, 1)
})

t.test('an approval is found, claimed once, and asked for anew after that', async t => {
  const approvals = await open(t)
  const first = await approvals.askOrReturn(request)
  await decide(approvals, first, 'approved')
  const found = await Promise.all([1, 2].map(() => approvals.askOrReturn(request)))
  for (const each of found)
    t.match(each, { kind: 'approved', approval: { id: first.approval.id, answers: [{}] } })
  const claims = await Promise.all(found.map(each => approvals.claim(each.approval.id, digest)))
  t.strictSame(claims.sort(), [false, true])
  const next = await approvals.askOrReturn(request)
  t.match(next, { kind: 'pending', fresh: true })
  t.not(next.approval.id, first.approval.id)
})

t.test('a denial is told once', async t => {
  const approvals = await open(t)
  const first = await approvals.askOrReturn(request)
  await decide(approvals, first, 'denied')
  const both = await Promise.all([1, 2].map(() => approvals.askOrReturn(request)))
  t.strictSame(both.map(({ kind }) => kind).sort(), ['denied', 'pending'])
  t.match(
    both.find(({ kind }) => kind === 'denied'),
    { approval: { id: first.approval.id, settledReason: 'so' } },
  )
})

t.test('nobody finds what somebody else asked, or what a client waits for', async t => {
  const approvals = await open(t)
  const waiting = await approvals.ask(approvalRequest(), new AbortController().signal)
  const first = await approvals.askOrReturn(request)
  t.not(first.approval.id, waiting.id)
  const other = { ...request, requester: { name: 'copilot', kind: 'agent' } } as const
  t.match(await approvals.askOrReturn(other), { kind: 'pending', fresh: true })
})

t.test('time runs out twice: for the decision, and for the use', async t => {
  const approvals = await open(t)
  const brief = { ...request, expiresInMs: 60 }
  const undecided = await approvals.askOrReturn(brief)
  await ended(approvals, undecided.approval.id)
  t.match(await approvals.askOrReturn(request), { kind: 'pending', fresh: true }, 'asked anew')

  const one = { ...request, expiresInMs: 1500, digest: 'b'.repeat(64) }
  const approved = await approvals.askOrReturn(one)
  const answer = { person: reviewer, decision: 'approved', surface: 'web' } as const
  await approvals.decide(approved.approval.id, { ...answer, shownDigest: one.digest })
  const { expiresAt, settledAt, state } = (await approvals.get(approved.approval.id)) ?? {}
  t.equal(state, 'approved')
  t.equal(Number(expiresAt) - Number(settledAt), 1500, 'as long again as it could wait')
  await ended(approvals, approved.approval.id)
  t.equal(await approvals.claim(approved.approval.id, one.digest), false)
  t.match(await approvals.askOrReturn(one), { kind: 'pending', fresh: true })
})

// That nodes die is told in approvals.test.ts, and it takes its time.
const noNodes = { skip: stateIsShared() && 'as with the requests whose clients wait' }
t.test(
  'requests and approvals outlive the process, running statements do not',
  noNodes,
  async t => {
    const path = await statePlace(t)
    const script = `
    import { Approvals } from ${JSON.stringify(moduleUrl('src/approvals/approvals.ts'))}
    const approvals = await Approvals.open({ path: ${JSON.stringify(path)}, publicUrl: () => '' })
    const request = ${JSON.stringify(request)}
    const answer = { person: ${JSON.stringify(reviewer)}, decision: 'approved', surface: 'web' }
    const ids = []
    for (const digest of ['b', 'c', 'd']) {
      const { approval } = await approvals.askOrReturn({ ...request, digest })
      ids.push(approval.id)
      if (digest === 'b') continue
      await approvals.decide(approval.id, { ...answer, shownDigest: digest })
      if (digest === 'd') await approvals.claim(approval.id, digest)
    }
    process.stdout.write(JSON.stringify(ids))
    process.kill(process.pid, 'SIGKILL')
  `
    const arguments_ = [...process.execArgv, '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' })
    t.equal(stderr, '')
    const [pending, approved, running] = JSON.parse(stdout) as string[]
    const approvals = await open(t, path)
    const of = (text: string) => approvals.askOrReturn({ ...request, digest: text })
    t.match(await of('b'), { kind: 'pending', fresh: false, approval: { id: pending } })
    t.match(await of('c'), { kind: 'approved', approval: { id: approved } })
    t.equal(await approvals.claim(approved ?? '', 'c'), true)
    t.match(await of('d'), { kind: 'pending', fresh: true })
    await ended(approvals, running ?? '', 'failed')
    t.match(await approvals.get(running ?? ''), { state: 'failed' })
  },
)

async function ended(
  approvals: Approvals,
  id: string,
  state: 'expired' | 'failed' = 'expired',
): Promise<void> {
  const expired = new Promise<void>(resolve => {
    approvals.on(({ type, approval }) => {
      if (type === state && approval.id === id) resolve()
    })
  })
  if ((await approvals.get(id))?.state !== state) await expired
}
