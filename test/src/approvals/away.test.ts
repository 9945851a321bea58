/** A state that does not answer for a while: nobody else is stopped, nothing is lost, nothing runs. */
import { join } from 'node:path'
import Database from 'libsql'
import t, { type Test } from 'tap'
import { Approvals } from '../../../src/approvals/approvals.ts'
import { approvalRequest, reviewer } from '../../support/approval-request.ts'

const never = new AbortController().signal
const shownDigest = 'a'.repeat(64)
const yes = { person: reviewer, decision: 'approved', surface: 'web', shownDigest } as const

interface Place {
  readonly approvals: Approvals
  readonly errors: unknown[]
  /** Nobody writes before it is called. */
  lock(): () => void
}

async function open(t: Test): Promise<Place> {
  const path = join(t.testdir(), 'state.db')
  const errors: unknown[] = []
  const approvals = await Approvals.open({
    path,
    publicUrl: () => 'http://console.test',
    onError: error => errors.push(error),
  })
  t.teardown(() => approvals.close())
  const lock = (): (() => void) => {
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    return () => {
      other.exec('ROLLBACK')
      other.close()
    }
  }
  return { approvals, errors, lock }
}

/** Resolves when so many rounds of everything else went by. */
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise(setImmediate)
}

t.test('who meets a lock waits for it, and everybody else goes on', async t => {
  const { approvals, lock } = await open(t)
  const before = await approvals.ask(approvalRequest(), never)
  const unlock = lock()
  let done = false
  const decided = approvals.decide(before.id, yes).finally(() => {
    done = true
  })
  const asking = approvals.ask(approvalRequest(), never)
  await turns(1000)
  t.notOk(done)
  unlock()
  t.match(await decided, { ok: true })
  t.match(await before.outcome, { kind: 'approved' })
  t.equal(await approvals.claim(before.id, shownDigest), true)
  t.match(await approvals.get((await asking).id), { state: 'pending' })
})

t.test('after a while it is an error, and what happened meanwhile is stored later', async t => {
  const { approvals, lock } = await open(t)
  const client = new AbortController()
  const running = await approvals.ask(approvalRequest(), never)
  const approved = await approvals.ask(approvalRequest(), never)
  const leaving = await approvals.ask(approvalRequest(), client.signal)
  const late = await approvals.ask(approvalRequest({ expiresInMs: 1500 }), never)
  for (const { id } of [running, approved]) await approvals.decide(id, yes)
  await approvals.claim(running.id, shownDigest)

  const unlock = lock()
  client.abort('cancelled')
  const away = { code: 'COUNTERSIGN_STATE_AWAY' }
  await Promise.all([
    t.rejects(approvals.finished(running.id, { ok: true, durationMs: 1 }), away),
    t.rejects(approvals.claim(approved.id, shownDigest), away),
  ])
  t.strictSame(await leaving.outcome, { kind: 'withdrawn', reason: 'cancelled' })
  t.strictSame(await late.outcome, { kind: 'expired' }, 'nobody waits longer than told')
  const ended = new Map<string, string>()
  const all = new Promise<void>(resolve => {
    approvals.on(({ type, approval }) => {
      ended.set(approval.id, type)
      if (ended.size === 3) resolve()
    })
  })
  unlock()
  await all
  t.equal(ended.get(running.id), 'finished')
  t.equal(ended.get(leaving.id), 'withdrawn')
  t.equal(ended.get(late.id), 'expired')
})
