/** What a grant covers, who has to give it, and how it ends. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ApprovalRequest, Person } from '../../../src/approvals/approval.ts'
import { Approvals } from '../../../src/approvals/approvals.ts'
import type { GrantLimits, GrantTerms } from '../../../src/approvals/grant.ts'
import {
  approvalRequest,
  officer,
  requester,
  reviewer,
  robot,
  second,
  stranger,
} from '../../support/approval-request.ts'

const never = new AbortController().signal
const limits: GrantLimits = {
  kinds: ['statement', 'table', 'rule'],
  secondsMax: 3600,
  timesMax: 5,
}
const binding = { context: 'c', statement: 's' }
const terms: GrantTerms = { kind: 'statement', seconds: 600, times: 2 }
const shownDigest = 'a'.repeat(64)

async function open(test: Test, path = join(test.testdir(), 'state.db')): Promise<Approvals> {
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  test.teardown(() => approvals.close())
  return approvals
}

function request(change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return approvalRequest({ grantable: limits, grantBinding: binding, ...change })
}

/** Asks for a statement and grants it. */
async function granted(
  approvals: Approvals,
  grant: GrantTerms = terms,
  change: Partial<ApprovalRequest> = {},
  people: readonly Person[] = [reviewer],
): Promise<string> {
  const { id, shortId } = await approvals.ask(request(change), never)
  for (const person of people) {
    const answer = { person, decision: 'approved', surface: 'web', shownDigest, grant } as const
    await approvals.decide(id, answer)
  }
  return shortId
}

async function used(approvals: Approvals, change: Partial<ApprovalRequest> = {}): Promise<boolean> {
  return (await approvals.grants.use(request(change), new Date())) !== undefined
}

t.test('a grant is used as often as it says, and then no more', async t => {
  const approvals = await open(t)
  const shortId = await granted(approvals)
  const use = await approvals.grants.use(request(), new Date())
  t.match(use, { shortId, answers: [{ name: 'rita', surface: 'grant', decision: 'approved' }] })
  const uses = await Promise.all([1, 2, 3, 4].map(() => used(approvals)))
  t.equal(uses.filter(Boolean).length, 1, 'of several at once one has the last use')
  t.match(await approvals.grants.get(shortId), { used: 2, times: 2, by: ['rita'] })
})

t.test('a grant expires, and cannot outlive what the rules permit by then', async t => {
  const approvals = await open(t)
  await granted(approvals)
  const at = (seconds: number): Date => new Date(Date.now() + seconds * 1000)
  t.equal(await approvals.grants.use(request(), at(601)), undefined)
  const shorter = request({ grantable: { ...limits, secondsMax: 60 } })
  t.equal(await approvals.grants.use(shorter, at(61)), undefined)
  t.ok(await approvals.grants.use(request(), at(599)))
  const fewer = request({ grantable: { ...limits, timesMax: 1 } })
  t.equal(await approvals.grants.use(fewer, at(1)), undefined, 'nor be used more often')
  const other = request({ grantable: { ...limits, kinds: ['rule'] } })
  t.equal(await approvals.grants.use(other, at(1)), undefined, 'nor be of another kind')
  t.equal(await used(approvals, { grantable: undefined }), false)
})

t.test('a grant is for one identity, one database, one context and its rules', async t => {
  const approvals = await open(t)
  await granted(approvals)
  t.equal(await used(approvals, { requester: { name: 'other', kind: 'person' } }), false)
  t.equal(await used(approvals, { database: 'crm' }), false)
  t.equal(await used(approvals, { grantBinding: { ...binding, context: 'x' } }), false)
  t.equal(await used(approvals, { grantBinding: { ...binding, statement: 'x' } }), false)
  t.equal(await used(approvals, { rules: ['unfiltered-write', 'pii'] }), false)
  const others = { any: [{ group: 'security', count: 1 }] }
  t.equal(await used(approvals, { approvers: others }), false, 'the policy asks for others now')
  t.equal(await used(approvals, { parameters: ['7'], digest: 'b'.repeat(64) }), true)
})

t.test('a grant of tables covers what does no more to no other', async t => {
  const approvals = await open(t)
  await granted(approvals, { ...terms, kind: 'table', times: 5 })
  const statement = { grantBinding: { ...binding, statement: 'another' } }
  const effect = (kind: 'delete' | 'update' | 'read', name: string, unfiltered = false) => ({
    effects: [
      {
        ...{ kind, object: { type: 'table', schema: 'public', name } },
        ...(unfiltered && { unfiltered: true as const }),
      },
    ],
  })
  t.equal(await used(approvals, { ...statement, ...effect('delete', 'orders') }), true)
  t.equal(await used(approvals, { ...statement, ...effect('delete', 'orders', true) }), true)
  t.equal(await used(approvals, { ...statement, ...effect('update', 'orders') }), false)
  t.equal(await used(approvals, { ...statement, ...effect('delete', 'customers') }), false)
  const masked = { maskedColumns: ['public.orders.note'] }
  t.equal(await used(approvals, { ...statement, ...masked }), false, 'masked columns were none')
  t.equal(
    await used(approvals, { ...statement, effects: [{ kind: 'execute', object: undefined }] }),
    false,
  )
})

t.test('a grant of a rule covers what only it holds', async t => {
  const approvals = await open(t)
  await granted(approvals, { ...terms, kind: 'rule' })
  const other = { effects: [], grantBinding: { ...binding, statement: 'another' } }
  t.equal(await used(approvals, { ...other, rules: ['drop'] }), false)
  t.equal(await used(approvals, other), true)
})

t.test('as many people have to give a grant as the approval needs', async t => {
  const approvals = await open(t)
  const approvers = { any: [{ group: 'dba', count: 2 }] }
  const two = [reviewer, second]
  const asked = await approvals.ask(request({ approvers }), never)
  const answer = (person: Person, grant?: GrantTerms) =>
    approvals.decide(asked.id, {
      ...{ person, decision: 'approved', surface: 'web', shownDigest },
      ...(grant && { grant }),
    })
  await answer(reviewer, terms)
  t.match(await answer(second), { ok: true, approval: { state: 'approved', grant: undefined } })
  t.equal(await used(approvals, { approvers }), false, 'one of two gave it')

  const narrow = { ...terms, seconds: 60, times: 1 }
  const { id } = await approvals.ask(request({ approvers }), never)
  for (const [person, grant] of [
    [reviewer, terms],
    [second, narrow],
  ] as const)
    await approvals.decide(id, { person, decision: 'approved', surface: 'web', shownDigest, grant })
  const { grant } = (await approvals.get(id)) ?? {}
  t.match(grant, { times: 1, by: ['rita', 'sven'] }, 'the narrower counts')
  await granted(approvals, { ...terms, kind: 'rule' }, { approvers }, two)
  t.equal((await approvals.grants.list({}, new Date())).length, 2)
})

t.test('nobody grants to themselves, nor more than the rules permit', async t => {
  const approvals = await open(t)
  const { id } = await approvals.ask(request({ grantable: { ...limits, kinds: ['table'] } }), never)
  const give = (person: Person, grant: GrantTerms) =>
    approvals.decide(id, { person, decision: 'approved', surface: 'api', shownDigest, grant })
  const table: GrantTerms = { ...terms, kind: 'table' }
  t.match(await give(requester, table), { ok: false, code: 'own_request' })
  t.match(await give(robot, table), { ok: false, code: 'not_a_reviewer' })
  t.match(await give(stranger, table), { ok: false, code: 'not_a_reviewer' })
  for (const change of [{ kind: 'rule' }, { seconds: 3601 }, { times: 6 }, { times: 0 }] as const)
    t.match(await give(reviewer, { ...table, ...change }), { ok: false, code: 'not_grantable' })
  t.match(await give(reviewer, { ...table, seconds: Number.NaN }), { code: 'not_grantable' })
  t.match(await give(reviewer, table), { ok: true, approval: { grant: { kind: 'table' } } })
  const none = await approvals.ask(approvalRequest(), never)
  const answer = { person: reviewer, decision: 'approved', surface: 'web', shownDigest } as const
  t.match(await approvals.decide(none.id, { ...answer, grant: terms }), { code: 'not_grantable' })
})

t.test('a grant is revoked at once, by those who may see it, and once', async t => {
  const approvals = await open(t)
  const shortId = await granted(approvals)
  const revisions: string[] = []
  approvals.on(({ type, approval }) => revisions.push(`${type} ${approval.grant?.revokedBy}`))
  t.match(await approvals.revoke('zzzz', reviewer), { code: 'not_found' })
  t.match(await approvals.revoke(shortId, stranger), { code: 'not_found' })
  t.match(await approvals.revoke(shortId, officer), { code: 'not_found' })
  t.match(await approvals.revoke(shortId, second, 'too wide'), {
    ok: true,
    grant: { revokedBy: 'sven', revokedReason: 'too wide' },
  })
  t.match(await approvals.revoke(shortId, second), { code: 'already_decided' })
  t.strictSame(revisions, ['revoked sven'])
  t.equal(await used(approvals), false)
})

t.test('lists say what is in force, and only to those who may see it', async t => {
  const path = join(t.testdir(), 'state.db')
  const approvals = await open(t, path)
  const one = await granted(approvals)
  const other = await granted(approvals, { ...terms, kind: 'rule' })
  await approvals.revoke(other, requester)
  const now = new Date()
  const names = async (filter: Parameters<typeof approvals.grants.list>[0]) =>
    (await approvals.grants.list(filter, now)).map(({ shortId }) => shortId)
  t.strictSame(await names({ states: ['active'] }), [one])
  t.strictSame(await names({ states: ['revoked'] }), [other])
  t.equal((await names({ visibleTo: reviewer })).length, 2)
  t.strictSame(await names({ visibleTo: stranger }), [])
})

t.test('what needs nobody is an approval from the start', async t => {
  const approvals = await open(t)
  const at = new Date()
  const answers = [
    { name: 'nightly', groups: [], decision: 'approved', surface: 'rule', at } as const,
  ]
  const approval = await approvals.decided(request(), { shortcut: 'rule', answers })
  t.match(approval, { state: 'approved', shortcut: 'rule', answers: [{ surface: 'rule' }] })
  const answer = { person: reviewer, decision: 'approved', surface: 'web', shownDigest } as const
  t.match(await approvals.decide(approval.id, answer), { code: 'already_decided' })
  t.equal(await approvals.claim(approval.id, shownDigest), true)
  t.equal(await approvals.claim(approval.id, shownDigest), false)
})

t.test('what broke the glass is open until somebody else has looked at it', async t => {
  const approvals = await open(t)
  const { id } = await approvals.decided(request(), { shortcut: 'break_glass', answers: [] })
  const open_ = () => approvals.list({ reviewOpen: true })
  t.match(await open_(), [{ id, review: { state: 'open' } }])
  const review = { surface: 'web', comment: 'fine' } as const
  const close = (person: Person) => approvals.closeReview(id, { ...review, person })
  t.match(await close(requester), { code: 'own_request' })
  t.match(await close(stranger), { code: 'not_a_reviewer' })
  t.match(await close(robot), { code: 'not_a_reviewer' })
  t.match(await close(second), { ok: true, approval: { review: { by: 'sven', comment: 'fine' } } })
  t.match(await close(reviewer), { code: 'not_open' })
  t.strictSame(await open_(), [])
  const { id: other } = await approvals.ask(request(), never)
  const none = await approvals.closeReview(other, { ...review, person: reviewer })
  t.match(none, { code: 'not_found' })
})
