import t from 'tap'
import { driftOf, type Seen } from '../../../src/session/seen.ts'

const seen: Seen = {
  rules: ['unfiltered-write'],
  approvers: { any: [{ group: 'dba', count: 1 }] },
  effects: [{ kind: 'delete', object: { type: 'table', schema: 'public', name: 'carts' } }],
  masked: ['public.customers.email'],
  lineage: 'a',
  definitions: { 'table public.carts': '1', 'view public.old': '1' },
  context: [null, 'public', null],
}

t.test('what is as it was has not drifted', async t => {
  t.equal(driftOf(seen, structuredClone(seen)), undefined)
})

t.test('a sentence says what drifted', async t => {
  for (const [now, expected] of [
    [{ rules: ['a', 'b'] }, 'it is held by a, b now, and was by unfiltered-write'],
    [{ approvers: { any: [{ group: 'dba', count: 2 }] } }, 'other people have to approve it now'],
    [
      { effects: [{ kind: 'truncate', object: { type: 'table', schema: 'public', name: 'x' } }] },
      'it would now do: TRUNCATE on public.x; before: DELETE on public.carts',
    ],
    [{ masked: [] }, 'public.customers.email is not masked or not touched any more'],
    [
      { masked: ['public.customers.email', 'a.b.c', 'a.b.d'] },
      'a.b.c, a.b.d are masked and touched now',
    ],
    [{ lineage: 'b' }, 'it reads or shows other columns now'],
    [
      { definitions: { 'table public.carts': '1', 'view public.old': '2' }, lineage: 'b' },
      'view public.old was changed',
    ],
    [
      { definitions: { 'view public.old': '1', 'view public.new': '1' } },
      'table public.carts is no part of it any more; view public.new is a part of it now',
    ],
    [{ context: ['admin', 'public', null] }, 'the role or settings that it runs with changed'],
  ] as const)
    t.equal(driftOf(seen, { ...seen, ...now }), expected)
})
