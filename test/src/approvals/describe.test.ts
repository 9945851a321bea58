/** The words in which every surface tells what is asked and how it went. */
import t from 'tap'
import type { Approval, ApprovalState, PersonAnswer } from '../../../src/approvals/approval.ts'
import {
  durationText,
  effectTitle,
  progressText,
  sentence,
  spanText,
  stateText,
  what,
} from '../../../src/approvals/describe.ts'
import { approvalRequest } from '../../support/approval-request.ts'

const rita: PersonAnswer = {
  name: 'rita',
  groups: ['dba'],
  decision: 'approved',
  surface: 'web',
  at: new Date(0),
}

function approval(change: Partial<Approval>): Approval {
  return {
    ...approvalRequest(),
    id: '1',
    shortId: 'k7x9',
    url: '',
    state: 'pending',
    createdAt: new Date(0),
    expiresAt: new Date(0),
    answers: [],
    drifts: [],
    settledAt: undefined,
    settledReason: undefined,
    startedAt: undefined,
    endedAt: undefined,
    result: undefined,
    ...change,
  }
}

t.test('a request is one sentence: who wants what, where', t => {
  const agent = { name: 'copilot', kind: 'agent', owner: 'analyst' } as const
  t.equal(
    sentence(approval({ requester: agent })),
    'agent copilot (owner analyst) wants to DELETE on public.orders in shop (production)',
  )
  t.match(sentence(approval({ state: 'denied' })), /^analyst wanted to /)
  t.end()
})

t.test('what it does names writes before reads, and counts what is too much', t => {
  const table = (name: string) => ({ type: 'table', schema: 'public', name })
  t.equal(what([]), 'run a statement')
  t.equal(what([{ kind: 'read', object: table('a') }]), 'READ on public.a')
  const effects = ['a', 'a', 'b', 'c', 'd', 'e'].map(name => ({
    kind: 'drop' as const,
    object: table(name),
  }))
  t.equal(
    what([{ kind: 'read', object: table('x') }, ...effects]),
    'DROP on public.a, DROP on public.b, DROP on public.c and 2 more',
  )
  t.equal(effectTitle({ kind: 'unknown', object: undefined }), 'run what could not be read')
  const role = { type: 'role', schema: undefined, name: 'app' }
  t.equal(effectTitle({ kind: 'grant', object: role }), 'GRANT on role app')
  t.end()
})

t.test('every state has its words', t => {
  const result = { ok: true, tag: 'DELETE 1', rows: 1, durationMs: 812 }
  const failed = { ok: false, rows: 0, error: '23503', durationMs: 4 }
  const words: Record<ApprovalState, string> = {
    pending: 'waiting for a decision',
    approved: 'approved by rita',
    running: 'approved by rita, running',
    denied: 'denied by rita: no',
    expired: 'expired: nobody decided in time',
    withdrawn: 'withdrawn: no',
    finished: 'finished: DELETE 1, 1 row, 0.8 s',
    failed: 'failed: SQLSTATE 23503, 4 ms',
  }
  for (const [name, text] of Object.entries(words)) {
    const state = name as ApprovalState
    const decision = state === 'denied' ? 'denied' : 'approved'
    const told = approval({
      state,
      answers: [{ ...rita, decision }],
      settledReason: 'no',
      result: state === 'failed' ? failed : result,
    })
    t.equal(stateText(told), text)
  }
  t.end()
})

t.test('what waits for no client says that it has to be sent again', t => {
  const told = (state: ApprovalState, answers = [rita]) =>
    stateText(approval({ state, answers, onHold: 'return' }))
  t.equal(told('approved'), 'approved by rita, to be sent again')
  t.equal(told('expired'), 'expired: approved by rita, and not sent again in time')
  t.equal(told('expired', []), 'expired: nobody decided in time')
  t.end()
})

t.test('progress names each way to be approved', t => {
  const approvers = {
    any: [
      { group: 'dba', count: 2 },
      { group: 'security', count: 1 },
    ],
  }
  t.equal(
    progressText(approval({ approvers, answers: [rita] })),
    '1 of 2 from dba, or 0 of 1 from security',
  )
  t.equal(progressText(approval({ approvers: { any: [] } })), 'nobody can approve this')
  t.end()
})

t.test('times are short and never negative', t => {
  t.strictSame([-5, 0, 1, 59_000, 60_000, 552_000, 7_500_000].map(spanText), [
    '0 s',
    '0 s',
    '1 s',
    '59 s',
    '1 min 0 s',
    '9 min 12 s',
    '2 h 5 min',
  ])
  t.strictSame([4.4, 812, 59_900, 125_000].map(durationText), [
    '4 ms',
    '0.8 s',
    '59.9 s',
    '2 min 5 s',
  ])
  t.end()
})
