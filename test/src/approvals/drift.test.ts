/** What was approved is not what would run: asked again, and only new answers count. */
import t, { type Test } from 'tap'
import type { ApprovalEvent } from '../../../src/approvals/approval.ts'
import { Approvals } from '../../../src/approvals/approvals.ts'
import { stateText } from '../../../src/approvals/describe.ts'
import { transitionsOf } from '../../../src/approvals/webhooks/transitions.ts'
import { approvalRequest, reviewer, second } from '../../support/approval-request.ts'
import { statePlace } from '../../support/state.ts'

const before = 'a'.repeat(64)
const after = 'b'.repeat(64)
const what = 'view public.old was changed'
const request = approvalRequest({ digest: before, binding: 'same', seen: '{"n":1}' })
const drifted = { ...request, digest: after, seen: '{"n":2}', rules: ['other'] }

async function open(test: Test): Promise<Approvals> {
  const path = await statePlace(test)
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  test.teardown(() => approvals.close())
  return approvals
}

function answer(
  approvals: Approvals,
  id: string,
  shownDigest: string,
  person = reviewer,
): ReturnType<Approvals['decide']> {
  return approvals.decide(id, { person, decision: 'approved', surface: 'web', shownDigest })
}

t.test('goes back to pending, with its answers to be seen and not to be counted', async t => {
  const approvals = await open(t)
  const events: ApprovalEvent['type'][] = []
  approvals.on(({ type }) => events.push(type))
  const { id, outcome } = await approvals.ask(request, new AbortController().signal)
  t.match(await answer(approvals, id, before), { ok: true })
  t.match(await outcome, { kind: 'approved' })
  const again = await approvals.drift(id, before, drifted, what)
  t.match(again?.approval, {
    state: 'pending',
    rules: ['other'],
    answers: [{ name: 'rita', stale: true }],
    drifts: [{ what, answers: 1, approved: true }],
    settledAt: undefined,
  })
  t.equal(again && stateText(again.approval), `drifted, and waiting for a new decision: ${what}`)
  t.notOk(await approvals.claim(id, before), 'the approval of before is worth nothing')
  t.notOk(await approvals.claim(id, after))
  t.match(await answer(approvals, id, before, second), { ok: false, code: 'stale' })
  t.match(await answer(approvals, id, after, second), { ok: true })
  t.match(await again?.outcome, { kind: 'approved', by: [{ name: 'sven' }] })
  t.ok(await approvals.claim(id, after))
  await approvals.finished(id, { ok: true, durationMs: 1 })
  t.same(events, [
    ...['requested', 'answered', 'approved', 'drifted', 'answered', 'approved'],
    ...['running', 'finished'],
  ])
  const ended = await approvals.get(id)
  t.same(ended && transitionsOf(ended).map(({ key }) => key), [
    ...['requested', 'answered-0', 'approved', 'drifted', 'answered-1', 'approved-1'],
    ...['running', 'finished'],
  ])
})

t.test('is asked again once, whoever notices', async t => {
  const approvals = await open(t)
  const { id, outcome } = await approvals.ask(request, new AbortController().signal)
  await answer(approvals, id, before)
  await outcome
  const both = await Promise.all([1, 2].map(() => approvals.drift(id, before, drifted, what)))
  t.equal(both.filter(each => each !== undefined).length, 1)
  t.equal((await approvals.get(id))?.drifts.length, 1)
})

t.test('is not asked again when its client has left, and leaving withdraws it then', async t => {
  const approvals = await open(t)
  for (const leaves of ['before', 'after'] as const) {
    const gone = new AbortController()
    const { id, outcome } = await approvals.ask(request, gone.signal)
    await answer(approvals, id, before)
    await outcome
    if (leaves === 'before') t.ok(await approvals.withdraw(id, 'the client left'))
    const again = await approvals.drift(id, before, drifted, what)
    t.equal(again === undefined, leaves === 'before')
    if (leaves === 'after') gone.abort('the client left')
    if (again !== undefined) t.match(await again.outcome, { kind: 'withdrawn' })
    t.match(await approvals.get(id), { state: 'withdrawn' })
  }
})

t.test('is found again by what is sent, whatever it means by then', async t => {
  const approvals = await open(t)
  const first = await approvals.askOrReturn({ ...request, onHold: 'return' })
  t.match(first, { kind: 'pending', fresh: true, seen: '{"n":1}' })
  const { id } = first.approval
  await answer(approvals, id, before)
  const back = { ...drifted, onHold: 'return' } as const
  t.match(await approvals.askOrReturn(back), {
    kind: 'approved',
    approval: { id, digest: before },
    seen: '{"n":1}',
  })
  const again = await approvals.drift(id, before, back, what)
  t.equal(again?.outcome, undefined, 'nobody waits')
  t.match(await approvals.askOrReturn(back), {
    kind: 'pending',
    approval: { id, digest: after },
    seen: '{"n":2}',
  })
  t.equal((await approvals.list()).length, 1)
})
