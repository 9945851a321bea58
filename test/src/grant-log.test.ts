import { join } from 'node:path'
import t from 'tap'
import { Approvals } from '../../src/approvals/approvals.ts'
import { recordGrants } from '../../src/grant-log.ts'
import { approvalRequest } from '../support/approval-request.ts'

t.test('who tries to decide an own request, or may not decide, is in the journal', async t => {
  const path = join(t.testdir(), 'state.db')
  const approvals = await Approvals.open({ path, publicUrl: () => 'http://127.0.0.1' })
  t.teardown(() => approvals.close())
  const notes: object[] = []
  const stop = recordGrants(approvals, { note: (type, fields) => notes.push({ type, ...fields }) })
  const { id } = await approvals.ask(approvalRequest(), new AbortController().signal)
  const approval = await approvals.get(id)
  const { name = '', kind = 'person' } = approval?.requester ?? {}
  const answer = {
    decision: 'approved',
    surface: 'web',
    shownDigest: approval?.digest ?? '',
  } as const
  const own = { name, kind, groups: ['reviewers', 'dba'] }
  t.match(await approvals.decide(id, { person: own, ...answer }), {
    ok: false,
    code: 'own_request',
  })
  const other = { name: 'tom', kind: 'person', groups: [] } as const
  t.match(await approvals.decide(id, { person: other, ...answer }), { code: 'not_a_reviewer' })
  stop()
  await approvals.decide(id, { person: other, ...answer })
  t.match(notes, [
    {
      type: 'decision.refused',
      approvalId: id,
      by: name,
      decision: 'approved',
      code: 'own_request',
    },
    { type: 'decision.refused', by: 'tom', surface: 'web', code: 'not_a_reviewer' },
  ])
  t.equal(notes.length, 2)
})
