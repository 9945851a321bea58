import t from 'tap'
import { Policy } from '../../../src/policy/policy.ts'
import type { PolicyContext } from '../../../src/policy/rule.ts'
import { analysis } from '../../support/recorded-place.ts'

const context: PolicyContext = {
  identity: { name: 'ada', kind: 'person', groups: [], owner: undefined },
  database: 'shop',
  environment: 'production',
  application: undefined,
  transaction: 'idle',
  maskedReads: [],
  maskedMoves: [],
  now: new Date(),
}

t.test('an allow rule says what has to be on the disk before it runs', async t => {
  const policy = new Policy({
    mode: 'enforce',
    preset: 'none',
    default: 'allow',
    approvers: { any: [] },
    rules: [
      { name: 'on-disk', action: 'allow', objects: ['public.customers'], durability: 'fsync' },
      { name: 'others', action: 'allow', objects: ['public.orders'] },
    ],
  })
  t.match(policy.evaluate(analysis, context), { kind: 'allow', durable: true, rules: ['on-disk'] })
  const orders = { type: 'table', schema: 'public', name: 'orders' } as const
  const other = { ...analysis, effects: [{ kind: 'read', object: orders } as const] }
  t.notOk(policy.evaluate(other, context).durable)
})
