/** Actions that are not SQL over the API: asked for, decided, claimed once, reported, withdrawn. */
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { recordActions } from '../../../src/action-log.ts'
import { type Action, actionDigest } from '../../../src/approvals/action.ts'
import { Approvals } from '../../../src/approvals/approvals.ts'
import { message } from '../../../src/approvals/slack/blocks.ts'
import { showText } from '../../../src/cli/approval-text.ts'
import { approvalRequest } from '../../support/approval-request.ts'
import { basic, openConsole, signIn } from '../../support/console.ts'

const json = { 'content-type': 'application/json' }
const never = new AbortController().signal

const action: Action = {
  kind: 'command',
  title: 'Terraform apply, network',
  what: 'terraform apply plan.out',
  context: { directory: '/srv/infra', 'environment variables': 'HOME PATH' },
  environment: 'production',
}

function post(app: FastifyInstance, user: string, path: string, payload: object) {
  const headers = { ...basic(user), ...json }
  return app.inject({ method: 'POST', url: `/api/v1/approvals${path}`, headers, payload })
}

interface Asked {
  readonly id: string
  readonly shortId: string
  readonly digest: string
}

async function ask(app: FastifyInstance, user = 'analyst'): Promise<Asked> {
  return (await post(app, user, '', action)).json<{ approval: Asked }>().approval
}

t.test('an action is asked for, approved, claimed once, and its end reported', async t => {
  const { app, approvals } = await openConsole(t)
  const notes: string[] = []
  recordActions(approvals, {
    note: (type, fields) => notes.push(`${type} ${JSON.stringify(fields)}`),
  })
  const answer = await post(app, 'analyst', '', { ...action, reason: ' as\tplanned ' })
  t.equal(answer.statusCode, 201)
  const asked = answer.json<{ approval: Asked }>().approval
  const { id, digest } = asked
  t.equal(digest, actionDigest(action, 'analyst'), 'the asker knows what it is bound to')
  t.match(asked, {
    state: 'pending',
    reason: /not to be done before somebody else/,
    requesterReason: 'as planned',
    text: 'terraform apply plan.out\n\ndirectory: /srv/infra\nenvironment variables: HOME PATH',
    bars: { approve: 'nobody decides their own request' },
  })
  t.equal((await post(app, 'analyst', `/${id}/claim`, { digest })).statusCode, 409, 'too early')
  t.equal((await post(app, 'analyst', `/${id}/approve`, { digest })).statusCode, 403)
  t.equal((await post(app, 'rita', `/${id}/approve`, { digest })).statusCode, 200)
  t.match(await approvals.get(id), { state: 'approved' })
  t.equal((await post(app, 'rita', `/${id}/claim`, { digest })).statusCode, 404, 'not hers')
  const other = await post(app, 'analyst', `/${id}/claim`, { digest: 'b'.repeat(64) })
  t.match(other.json(), { error: { code: 'stale' } })
  const claims = await Promise.all(
    [1, 2, 3].map(() => post(app, 'analyst', `/${id}/claim`, { digest })),
  )
  t.strictSame(claims.map(each => each.statusCode).sort(), [200, 409, 409])
  t.equal((await post(app, 'rita', `/${id}/finished`, end)).statusCode, 404)
  const finished = await post(app, 'analyst', `/${id}/finished`, end)
  t.match(finished.json(), { approval: { state: 'finished', result: { tag: 'exit 0' } } })
  t.equal((await post(app, 'analyst', `/${id}/finished`, end)).statusCode, 409)
  t.strictSame(
    notes.map(note => note.split(' ')[0]),
    ['requested', 'answered', 'approved', 'running', 'finished'].map(type => `action.${type}`),
  )
  t.match(notes[0], digest)
  t.notMatch(notes.join(), 'plan.out', 'the chain has the digest, not the text')
})

const end = { ok: true, tag: 'exit 0', durationMs: 12 }

t.test('two that ask for the same have each their own', async t => {
  const { app } = await openConsole(t)
  const [one, other] = [await ask(app), await ask(app)]
  t.not(one.id, other.id)
  const taken = await post(app, 'analyst', `/${one.id}/withdraw`, { reason: 'changed my mind' })
  t.match(taken.json(), { approval: { state: 'withdrawn', settledReason: 'changed my mind' } })
  t.equal((await post(app, 'analyst', `/${one.id}/withdraw`, {})).statusCode, 409)
  t.equal((await post(app, 'rita', `/${other.id}/withdraw`, {})).statusCode, 404)
  t.equal((await post(app, 'rita', `/${one.id}/approve`, { digest: one.digest })).statusCode, 409)
})

t.test('statements are claimed by nobody over the API', async t => {
  const { app, approvals } = await openConsole(t)
  const asked = await approvals.ask(approvalRequest(), never)
  const digest = 'a'.repeat(64)
  await post(app, 'rita', `/${asked.id}/approve`, { digest })
  t.equal((await post(app, 'analyst', `/${asked.id}/claim`, { digest })).statusCode, 404)
  t.equal(await approvals.claim(asked.id, digest), true)
  t.equal((await post(app, 'analyst', `/${asked.id}/finished`, end)).statusCode, 404)
})

t.test('what is asked outlives the process, and so does what runs elsewhere', async t => {
  const path = join(t.testdir(), 'state.db')
  const first = await openConsole(t, {}, path)
  const [waiting, running] = [await ask(first.app), await ask(first.app)]
  await post(first.app, 'rita', `/${running.id}/approve`, { digest: running.digest })
  await post(first.app, 'analyst', `/${running.id}/claim`, { digest: running.digest })
  await first.app.close()
  await first.approvals.close()
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://console.test' })
  t.teardown(() => approvals.close())
  t.match(await approvals.get(waiting.id), { state: 'pending' })
  t.match(await approvals.get(running.id), { state: 'running' })
})

t.test('what is claimed under a lease is lost when nobody renews it', async t => {
  const { app, approvals } = await openConsole(t)
  const failed = new Promise<string>(resolve => {
    approvals.on(({ type, approval }) => {
      if (type === 'failed') resolve(approval.id)
    })
  })
  const claimed = async (lease: object): Promise<Asked> => {
    const asked = await ask(app)
    await post(app, 'rita', `/${asked.id}/approve`, { digest: asked.digest })
    const claim = { digest: asked.digest, ...lease }
    t.equal((await post(app, 'analyst', `/${asked.id}/claim`, claim)).statusCode, 200)
    return asked
  }
  const silent = await claimed({ leaseSeconds: 2 })
  const other = await claimed({ leaseSeconds: 60 })
  const without = await claimed({})
  t.equal((await post(app, 'analyst', `/${other.id}/renew`, {})).statusCode, 200)
  t.equal((await post(app, 'rita', `/${other.id}/renew`, {})).statusCode, 404, 'not hers')
  t.match((await post(app, 'analyst', `/${without.id}/renew`, {})).json(), {
    error: { code: 'not_running', message: 'it was claimed without a lease' },
  })
  t.equal(await failed, silent.id)
  t.match(await approvals.get(silent.id), { result: { ok: false, error: 'the gate was lost' } })
  for (const what of ['renew', 'finished'])
    t.equal(
      (await post(app, 'analyst', `/${silent.id}/${what}`, what === 'renew' ? {} : end)).statusCode,
      409,
    )
  for (const { id } of [other, without]) t.match(await approvals.get(id), { state: 'running' })
})

t.test('nothing is done that could not be recorded', async t => {
  let writable = true
  const recorded = () => (writable ? Promise.resolve() : Promise.reject(new Error('full')))
  const approvers = { any: [{ group: 'dba', count: 1 }] }
  const actions = { ...{ approvers, recorded }, expiresInMs: 60_000, ownerMayApprove: false }
  const { app, approvals } = await openConsole(t, { actions })
  const { id, digest } = await ask(app)
  await post(app, 'rita', `/${id}/approve`, { digest })
  writable = false
  t.equal((await post(app, 'analyst', '', action)).statusCode, 503)
  t.equal((await post(app, 'analyst', `/${id}/claim`, { digest })).statusCode, 503)
  t.match(await approvals.get(id), { state: 'failed' })
})

t.test('mistakes are told, and one requester cannot flood the reviewers', async t => {
  const { app, approvals } = await openConsole(t)
  const wrong: readonly object[] = [
    {},
    { ...action, title: 'two\nlines' },
    { ...action, title: ' ' },
    { ...action, kind: 'Command' },
    { ...action, what: '' },
    { ...action, database: 'shop' },
    { ...action, approvers: { any: [] } },
    { ...action, context: { directory: 1 } },
  ]
  for (const body of wrong) {
    const answer = await post(app, 'analyst', '', body)
    t.equal(answer.statusCode, 400, JSON.stringify(body))
    t.match(answer.json(), { error: { code: 'bad_request' } })
  }
  const { id } = await ask(app)
  for (const body of [{}, { ok: 'yes', durationMs: 1 }, { ok: true, durationMs: -1 }])
    t.equal((await post(app, 'analyst', `/${id}/finished`, body)).statusCode, 400)
  for (let count = 1; count < 100; count++) await ask(app)
  t.equal((await post(app, 'analyst', '', action)).statusCode, 429)
  t.equal((await post(app, 'tom', '', action)).statusCode, 201, 'others may ask')
  t.equal((await approvals.list({ states: ['pending'] })).length, 101)
})

t.test('page, terminal and Slack show the title and what it does', async t => {
  const { app, approvals } = await openConsole(t)
  const { id, shortId } = await ask(app)
  const cookies = await signIn(app, 'rita')
  const page = (await app.inject({ url: `/approvals/${shortId}`, cookies })).body
  t.match(page, 'analyst wants to go ahead with Terraform apply, network (command, production)')
  t.match(page, 'What would be done')
  t.match(page, 'directory: /srv/infra')
  t.notMatch(page, /Database|Session/)
  const approval = await approvals.get(id)
  if (approval === undefined) throw new Error('expected the approval')
  const shown = showText(approval, new Date(), 80)
  t.match(shown, 'go ahead with Terraform apply, network')
  t.match(shown, 'terraform apply plan.out')
  t.notMatch(shown, 'session')
  const slack = JSON.stringify(message(approval, { literals: false, forRequester: false }))
  t.match(slack, 'terraform apply plan.out')
  t.match(slack, 'Terraform apply, network')
  t.match(slack, 'countersign_approve')
})
