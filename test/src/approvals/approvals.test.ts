/** Who may decide, who wins, and what happens to a request whose people or processes go away. */

import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type {
  ApprovalEvent,
  DecisionRequest,
  Outcome,
  Person,
} from '../../../src/approvals/approval.ts'
import { Approvals } from '../../../src/approvals/approvals.ts'
import {
  approvalRequest,
  officer,
  requester,
  reviewer,
  robot,
  second,
  stranger,
} from '../../support/approval-request.ts'
import { moduleUrl } from '../../support/repository.ts'
import { type StatePlace, stateIsShared, statePlace } from '../../support/state.ts'

const never = new AbortController().signal

/** Other nodes notice within seconds; the next process over a file before it does anything. */
async function buried(approvals: Approvals, id: string): Promise<void> {
  const over = new Promise<void>(resolve => {
    approvals.on(({ approval: { id: other, state } }) => {
      if (other === id && (state === 'withdrawn' || state === 'failed')) resolve()
    })
  })
  const open = ['pending', 'approved', 'running']
  if (open.includes((await approvals.get(id))?.state ?? '')) await over
}

async function open(test: Test, at?: StatePlace): Promise<Approvals> {
  const path = at ?? (await statePlace(test))
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  test.teardown(() => approvals.close())
  return approvals
}

function yes(person: Person, change: Partial<DecisionRequest> = {}): DecisionRequest {
  return {
    person,
    decision: 'approved',
    surface: 'web',
    shownDigest: 'a'.repeat(64),
    ...change,
  }
}

function no(person: Person, reason = 'not today'): DecisionRequest {
  return yes(person, { decision: 'denied', reason })
}

t.test('an approved request is claimed once, runs, and says how it ended', async t => {
  const approvals = await open(t)
  const events: ApprovalEvent[] = []
  approvals.on(event => events.push(event))
  const asked = await approvals.ask(approvalRequest({ parameters: ['1', null] }), never)
  t.match(asked.shortId, /^[34679cdfhjkmnpqrtvwxy]{4,6}$/)
  t.equal(asked.url, `http://console.test/approvals/${asked.shortId}`)
  t.equal(await approvals.claim(asked.id, 'a'.repeat(64)), false, 'not before it is approved')

  const decided = await approvals.decide(asked.shortId, yes(reviewer, { reason: 'as agreed' }))
  t.match(decided, { ok: true, approval: { state: 'approved', parameters: ['1', null] } })
  const outcome = await asked.outcome
  t.match(outcome, { kind: 'approved', by: [{ name: 'rita', reason: 'as agreed' }] })

  t.equal(await approvals.claim(asked.id, 'b'.repeat(64)), false, 'not for another statement')
  const claims = await Promise.all([1, 2, 3].map(() => approvals.claim(asked.id, 'a'.repeat(64))))
  t.strictSame(claims.filter(Boolean).length, 1)
  await approvals.finished(asked.id, { ok: true, tag: 'DELETE 1204', rows: 1204, durationMs: 800 })
  t.match(await approvals.get(asked.id), {
    state: 'finished',
    result: { ok: true, tag: 'DELETE 1204', rows: 1204, durationMs: 800 },
  })
  t.strictSame(
    events.map(event => event.type),
    ['requested', 'answered', 'approved', 'running', 'finished'],
  )
})

t.test('a statement that failed after approval is failed, not finished', async t => {
  const approvals = await open(t)
  const asked = await approvals.ask(approvalRequest(), never)
  await approvals.decide(asked.id, yes(reviewer))
  await approvals.claim(asked.id, 'a'.repeat(64))
  await approvals.finished(asked.id, { ok: false, error: '23503', durationMs: 4 })
  t.match(await approvals.get(asked.id), { state: 'failed', result: { error: '23503' } })
})

t.test('a statement is shown whole, whatever is in it', async t => {
  const approvals = await open(t)
  const text = "DELETE FROM orders WHERE note = 'a\0b' OR true"
  const asked = await approvals.ask(approvalRequest({ text, parameters: ['x\0y'] }), never)
  const shown = "DELETE FROM orders WHERE note = 'a\ufffdb' OR true"
  t.match(await approvals.get(asked.id), { text: shown, parameters: ['x\0y'] })
})

t.test('nobody decides their own request, not even to deny it', async t => {
  const approvals = await open(t)
  const asked = await approvals.ask(approvalRequest(), never)
  for (const surface of ['web', 'terminal', 'api'] as const) {
    t.match(await approvals.decide(asked.id, yes(requester, { surface })), {
      ok: false,
      code: 'own_request',
    })
  }
  t.match(await approvals.decide(asked.id, no(requester)), { ok: false, code: 'own_request' })
  t.match(await approvals.get(asked.id), { state: 'pending', answers: [] })
})

t.test("an agent's owner may not approve for it, unless that is allowed", async t => {
  const approvals = await open(t)
  const agent = { name: 'copilot', kind: 'agent', owner: 'rita' } as const
  const asked = await approvals.ask(approvalRequest({ requester: agent }), never)
  t.match(await approvals.decide(asked.id, yes(reviewer)), { ok: false, code: 'own_request' })
  t.match(await approvals.decide(asked.id, yes(robot)), { ok: false, code: 'not_a_reviewer' })
  t.match(await approvals.decide(asked.id, no(reviewer)), { ok: true }, 'but may stop it')

  const lenient = approvalRequest({ requester: agent, ownerMayApprove: true })
  const again = await approvals.ask(lenient, never)
  t.match(await approvals.decide(again.id, yes(reviewer)), { ok: true })
})

t.test('somebody outside the stated groups decides nothing', async t => {
  const approvals = await open(t)
  const asked = await approvals.ask(approvalRequest(), never)
  t.match(await approvals.decide(asked.id, yes(stranger)), { ok: false, code: 'not_a_reviewer' })
  t.match(await approvals.decide(asked.id, no(stranger)), { ok: false, code: 'not_a_reviewer' })
  const nobody = await approvals.ask(approvalRequest({ approvers: { any: [] } }), never)
  t.match(await approvals.decide(nobody.id, yes(reviewer)), { ok: false, code: 'not_a_reviewer' })
  t.match(await approvals.decide('zzzz', yes(reviewer)), { ok: false, code: 'not_found' })
})

t.test('two distinct people are two: the same one twice is one', async t => {
  const approvals = await open(t)
  const approvers = { any: [{ group: 'dba', count: 2 }] }
  const asked = await approvals.ask(approvalRequest({ approvers }), never)
  t.match(await approvals.decide(asked.id, yes(reviewer)), { approval: { state: 'pending' } })
  t.match(await approvals.decide(asked.id, yes(reviewer)), { approval: { state: 'pending' } })
  t.match(await approvals.decide(asked.id, yes(second)), { approval: { state: 'approved' } })
  t.match(await asked.outcome, { kind: 'approved', by: [{ name: 'rita' }, { name: 'sven' }] })
})

t.test('alternatives do not add up: one of them has to be met alone', async t => {
  const approvals = await open(t)
  const approvers = {
    any: [
      { group: 'dba', count: 2 },
      { group: 'security', count: 2 },
    ],
  }
  const asked = await approvals.ask(approvalRequest({ approvers }), never)
  t.match(await approvals.decide(asked.id, yes(reviewer)), { approval: { state: 'pending' } })
  t.match(await approvals.decide(asked.id, yes(officer)), { approval: { state: 'pending' } })
  t.match(await approvals.decide(asked.id, yes(second)), { approval: { state: 'approved' } })
})

t.test('a count of nought is taken as one', async t => {
  const approvals = await open(t)
  const approvers = { any: [{ group: 'dba', count: 0 }] }
  const asked = await approvals.ask(approvalRequest({ approvers }), never)
  t.match(await approvals.get(asked.id), { state: 'pending' })
  t.match(await approvals.decide(asked.id, yes(reviewer)), { approval: { state: 'approved' } })
})

t.test('one who approved may still deny while others are missing, and that ends it', async t => {
  const approvals = await open(t)
  const approvers = { any: [{ group: 'dba', count: 2 }] }
  const asked = await approvals.ask(approvalRequest({ approvers }), never)
  await approvals.decide(asked.id, yes(reviewer))
  await approvals.decide(asked.id, no(reviewer, ' I misread it '))
  t.match(await asked.outcome, {
    kind: 'denied',
    reason: 'I misread it',
    by: [{ name: 'rita', decision: 'denied' }],
  })
  t.match(await approvals.decide(asked.id, yes(second)), { ok: false, code: 'already_decided' })
})

t.test('what was shown has to be what is asked', async t => {
  const approvals = await open(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const stale = yes(reviewer, { shownDigest: 'b'.repeat(64) })
  t.match(await approvals.decide(asked.id, stale), { ok: false, code: 'stale' })
  t.match(await approvals.get(asked.id), { state: 'pending', answers: [] })
})

t.test('of an approval and a denial at once exactly one counts', async t => {
  const approvals = await open(t)
  for (let round = 0; round < 10; round++) {
    const asked = await approvals.ask(approvalRequest(), never)
    const results = await Promise.all([
      approvals.decide(asked.id, yes(reviewer)),
      approvals.decide(asked.id, no(second)),
      approvals.decide(asked.id, yes(second)),
    ])
    t.equal(results.filter(result => result.ok).length, 1)
    const { kind } = await asked.outcome
    t.match(await approvals.get(asked.id), { state: kind })
  }
})

t.test('two stores on one file do not both decide', async t => {
  const path = await statePlace(t)
  const [here, there] = [await open(t, path), await open(t, path)]
  for (let round = 0; round < 5; round++) {
    const asked = await here.ask(approvalRequest(), never)
    const results = await Promise.all([
      here.decide(asked.id, yes(reviewer)),
      there.decide(asked.id, no(second)),
    ])
    t.equal(results.filter(result => result.ok).length, 1)
  }
})

t.test('silence expires, and no answer counts afterwards', async t => {
  const approvals = await open(t)
  const long = await approvals.ask(approvalRequest(), never)
  const asked = await approvals.ask(approvalRequest({ expiresInMs: 30 }), never)
  t.strictSame(await asked.outcome, { kind: 'expired' })
  t.match(await approvals.get(asked.id), { state: 'expired' })
  t.match(await approvals.decide(asked.id, yes(reviewer)), { ok: false, code: 'expired' })
  t.match(await approvals.get(long.id), { state: 'pending' })
  const none = await approvals.ask(approvalRequest({ expiresInMs: 0 }), never)
  t.strictSame(await none.outcome, { kind: 'expired' })
})

t.test('a client that leaves withdraws its request', async t => {
  const approvals = await open(t)
  const client = new AbortController()
  const asked = await approvals.ask(approvalRequest(), client.signal)
  client.abort('cancelled by the client')
  t.strictSame(await asked.outcome, { kind: 'withdrawn', reason: 'cancelled by the client' })
  t.match(await approvals.get(asked.id), {
    state: 'withdrawn',
    settledReason: 'cancelled by the client',
  })
  t.match(await approvals.decide(asked.id, yes(reviewer)), { ok: false, code: 'already_decided' })

  const left = await approvals.ask(approvalRequest(), AbortSignal.abort())
  t.strictSame(await left.outcome, { kind: 'withdrawn', reason: 'the client left' })
})

t.test('a client that leaves after the approval and before the run lets nothing run', async t => {
  const approvals = await open(t)
  const client = new AbortController()
  const asked = await approvals.ask(approvalRequest(), client.signal)
  await approvals.decide(asked.id, yes(reviewer))
  const withdrawn = new Promise<ApprovalEvent>(resolve => approvals.on(resolve))
  client.abort()
  t.match(await withdrawn, { type: 'withdrawn' })
  t.equal(await approvals.claim(asked.id, 'a'.repeat(64)), false)
})

t.test('what a dead process asked is withdrawn when the next one opens', async t => {
  const path = await statePlace(t)
  const script = `
    const { Approvals } = await import(${JSON.stringify(moduleUrl('src/approvals/approvals.ts'))})
    const { approvalRequest, reviewer } = await import(${JSON.stringify(
      moduleUrl('test/support/approval-request.ts'),
    )})
    const approvals = await Approvals.open({ path: ${JSON.stringify(path)}, publicUrl: () => '' })
    const signal = new AbortController().signal
    const yes = { person: reviewer, decision: 'approved', surface: 'web', shownDigest: 'a'.repeat(64) }
    const ids = []
    for (let n = 0; n < 3; n++) ids.push((await approvals.ask(approvalRequest(), signal)).id)
    await approvals.decide(ids[1], yes)
    await approvals.decide(ids[2], yes)
    await approvals.claim(ids[2], 'a'.repeat(64))
    process.stdout.write(JSON.stringify(ids))
    process.kill(process.pid, 'SIGKILL')`
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, '--input-type=module', '-e', script],
    {
      encoding: 'utf8',
    },
  )
  t.equal(child.signal, 'SIGKILL', child.stderr)
  const [pending, approved, running] = JSON.parse(child.stdout) as [string, string, string]
  const approvals = await open(t, path)
  await Promise.all([pending, approved, running].map(id => buried(approvals, id)))
  const reason = stateIsShared() ? 'node here stopped' : 'the proxy restarted'
  const restarted = { state: 'withdrawn', settledReason: reason }
  t.match(await approvals.get(pending), restarted)
  t.match(await approvals.get(approved), restarted)
  t.match(await approvals.get(running), {
    state: 'failed',
    result: { ok: false, error: `${reason} while it ran` },
  })
})

t.test('a second store leaves alone what a living one asked', async t => {
  const path = await statePlace(t)
  const first = await open(t, path)
  const asked = await first.ask(approvalRequest(), never)
  const other = await open(t, path)
  t.match(await other.get(asked.id), { state: 'pending' })
})

t.test('closing withdraws what waits, and later requests are refused', async t => {
  const path = await statePlace(t)
  const approvals = await open(t, path)
  const asked = await approvals.ask(approvalRequest(), never)
  await Promise.all([approvals.close(), approvals.close()])
  t.strictSame(await asked.outcome, { kind: 'withdrawn', reason: 'the proxy stopped' })
  await t.rejects(approvals.ask(approvalRequest(), never), { message: /closed/ })
  const next = await open(t, path)
  t.match(await next.get(asked.id), { state: 'withdrawn', settledReason: 'the proxy stopped' })
})

t.test('lists show a person what concerns them and nothing else', async t => {
  const approvals = await open(t)
  const agent = { name: 'copilot', kind: 'agent', owner: 'tom' } as const
  const first = await approvals.ask(approvalRequest(), never)
  const of = await approvals.ask(approvalRequest({ requester: agent }), never)
  const ids = async (visibleTo: Person): Promise<string[]> =>
    (await approvals.list({ visibleTo })).map(approval => approval.id).sort()
  t.strictSame(await ids(reviewer), [first.id, of.id].sort())
  t.strictSame(await ids(stranger), [of.id], "tom owns the agent, and is no analyst's reviewer")
  t.strictSame(await ids({ ...requester, groups: [] }), [first.id])
  t.strictSame(await ids(robot), [])
  t.strictSame(await ids(officer), [])
  t.strictSame((await approvals.list({ states: ['denied'] })).length, 0)
  t.strictSame((await approvals.list({ requester: 'copilot' })).length, 1)
})

t.test('a list holds neither whole statements nor what it takes to decide', async t => {
  const approvals = await open(t)
  const text = `DELETE FROM orders ${'-- long '.repeat(1000)}`
  await approvals.ask(approvalRequest({ text, parameters: ['secret'] }), never)
  const [summary] = await approvals.list()
  t.equal(summary?.preview, text.slice(0, 400))
  t.match(summary, { state: 'pending', requester: { name: 'analyst' } })
  for (const key of ['text', 'parameters', 'normalized', 'digest']) {
    t.notOk(Object.hasOwn(summary ?? {}, key), key)
  }
})

t.test("a listener's failure is told and harms nobody", async t => {
  const errors: unknown[] = []
  const approvals = await Approvals.open({
    path: await statePlace(t),
    publicUrl: () => '',
    onError: error => errors.push(error),
  })
  t.teardown(() => approvals.close())
  approvals.on(() => {
    throw new Error('broken listener')
  })
  const asked = await approvals.ask(approvalRequest(), never)
  await approvals.decide(asked.id, yes(reviewer))
  t.match(await asked.outcome, { kind: 'approved' } satisfies Partial<Outcome>)
  t.match(errors, [{ message: 'broken listener' }])
})

const noFile = { skip: stateIsShared() && 'a server is no file' }
t.test('the file with the statements is for its owner only', noFile, async t => {
  const path = join(t.testdir(), 'state.db')
  const approvals = await open(t, path)
  await approvals.ask(approvalRequest(), never)
  for (const file of [path, `${path}-wal`]) t.equal(statSync(file).mode & 0o777, 0o600, file)
})
