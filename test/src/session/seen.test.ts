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

t.test('an estimate may be off, and not by much', async t => {
  const rows = (before: number | null, now: number | null): string | undefined =>
    driftOf({ ...seen, rows: before }, { ...seen, rows: now })
  t.equal(rows(1000, 1900), undefined)
  t.equal(rows(10, 100), undefined, 'a few are a few')
  t.equal(rows(1000, 3), undefined, 'fewer are agreed to')
  t.equal(rows(null, 5), undefined)
  t.equal(rows(1000, 2001), 'its plan expects 2,001 rows now, and expected 1,000')
  t.equal(rows(1000, null), 'its plan expected 1,000 rows, and nobody can say it now')
  t.equal(driftOf(seen, { ...seen, rows: 5 }), undefined, 'approved before anybody looked')
})

t.test('what a foreign key reaches that nobody saw is asked about', async t => {
  const reached = (before: string[], now: string[]): string | undefined =>
    driftOf({ ...seen, cascades: before }, { ...seen, cascades: now })
  t.equal(
    reached([], ['public.items (delete)']),
    'public.items (delete) is reached by a foreign key now',
  )
  t.equal(reached(['public.items (delete)'], []), undefined)
})
