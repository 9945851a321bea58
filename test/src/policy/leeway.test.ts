/** What rules permit beside asking people each time: the least of what all of them permit. */
import t from 'tap'
import {
  approvesItself,
  glassHolds,
  joinLeeway,
  type LeewayTerms,
} from '../../../src/policy/leeway.ts'
import type { Hours, PolicyIdentity, Rule } from '../../../src/policy/rule.ts'

const rule = (name: string, terms: LeewayTerms = {}): Rule => ({ name, action: 'hold', ...terms })
const grants = { kinds: ['statement', 'table'], secondsMax: 60, timesMax: 9 } as const
const auto = { requireReason: false }
const identity: PolicyIdentity = {
  ...{ name: 'ada', kind: 'person', groups: ['oncall', 'dev-eu'], owner: undefined },
}
const now = new Date('2026-11-21T10:30:00Z')
const context = { identity, database: 'shop', environment: 'staging', now }

t.test('several rules permit the least of what each does', async t => {
  const wide = { kinds: ['table', 'rule'], secondsMax: 90, timesMax: 2 } as const
  t.strictSame(joinLeeway([rule('a', { grants }), rule('b', { grants: wide })], {}).grants, {
    ...{ kinds: ['table'], secondsMax: 60, timesMax: 2 },
  })
  t.equal(joinLeeway([rule('a', { grants }), rule('b')], {}).grants, undefined)
  t.strictSame(joinLeeway([rule('a'), rule('b')], { grants }).grants, grants)
  const none = { ...grants, kinds: [] }
  t.strictSame(joinLeeway([rule('a', { grants: none })], { grants }).grants?.kinds, [])
  t.strictSame(joinLeeway([rule('a', { autoApprove: auto }), rule('b')], {}).autoApprove, [])
})

t.test('a rule approves by itself where all that it states holds', async t => {
  const itself = (terms: object, reason?: string): boolean =>
    approvesItself(
      joinLeeway([rule('a', { autoApprove: { ...auto, ...terms } })], {}),
      context,
      reason,
    )
  const hours = (from: number, outside = false): { hours: Hours } => ({
    hours: { days: [6], from: from * 60, to: from * 60 + 60, timeZone: 'UTC', outside },
  })
  t.equal(itself({}), true)
  t.equal(itself({ environments: ['prod*'] }), false)
  t.equal(itself({ environments: ['stag*'], databases: ['shop'], groups: ['dev-*'] }), true)
  t.equal(itself({ groups: ['dba'] }), false)
  t.equal(itself(hours(10)), true)
  t.equal(itself(hours(11)), false)
  t.equal(itself(hours(10, true)), false)
  t.equal(itself({ requireReason: true }), false)
  t.equal(itself({ requireReason: true }, ' '), false)
  t.equal(itself({ requireReason: true }, 'ticket 7'), true)
  t.equal(approvesItself(joinLeeway([rule('a')], {}), context, undefined), false)
})

t.test(
  'the glass breaks for the groups of every rule, and for agents where that is said',
  async t => {
    const holds = (terms: LeewayTerms[], who = identity): string | undefined =>
      glassHolds(
        joinLeeway(
          terms.map((each, n) => rule(`r${n}`, each)),
          {},
        ),
        who,
      )
    const oncall = { breakGlass: { groups: ['oncall'], agents: false } }
    const dba = { breakGlass: { groups: ['dba'], agents: false } }
    t.equal(holds([oncall]), undefined)
    t.match(holds([oncall, dba]), /it is for oncall, dba/)
    t.match(holds([oncall, {}]), /do not permit/)
    const agent: PolicyIdentity = { ...identity, kind: 'agent', owner: 'ada' }
    t.match(holds([oncall], agent), /not for agents/)
    t.equal(holds([{ breakGlass: { groups: ['oncall'], agents: true } }], agent), undefined)
  },
)
