/** Verdicts over analyses made by hand: how rules combine. */
import t from 'tap'
import type { Analysis, Effect } from '../../../protocols/protocol.ts'
import { Policy } from '../../../src/policy/policy.ts'
import type { PolicyConfig, PolicyContext, Rule } from '../../../src/policy/rule.ts'

const orders = { type: 'table', schema: 'public', name: 'orders' }
const email = { schema: 'public', table: 'customers', column: 'email' }

function analysis(effects: readonly Effect[], more: Partial<Analysis> = {}): Analysis {
  return {
    tag: 'TEST',
    effects,
    results: ['none'],
    reads: [],
    moves: [],
    relations: [],
    normalized: '',
    unreadable: undefined,
    ...more,
  }
}

const someone = { name: 'ann', kind: 'person', groups: ['analysts'], owner: undefined } as const

function context(more: Partial<PolicyContext> = {}): PolicyContext {
  return {
    identity: someone,
    database: 'shop',
    environment: 'production',
    application: 'psql',
    transaction: 'idle',
    maskedReads: [],
    maskedMoves: [],
    now: new Date('2026-11-21T10:00:00Z'),
    ...more,
  }
}

const reviewers = { any: [{ group: 'reviewers', count: 1 }] }

function policy(rules: readonly Rule[], more: Partial<PolicyConfig> = {}): Policy {
  return new Policy({
    mode: 'enforce',
    preset: 'none',
    default: 'allow',
    rules,
    approvers: reviewers,
    ...more,
  })
}

const read: Effect = { kind: 'read', object: orders }
const wipe: Effect = { kind: 'delete', object: orders, unfiltered: true }

t.test('deny beats hold beats allow, in any order', async t => {
  const rules: Rule[] = [
    { name: 'a', action: 'allow', effects: ['delete'] },
    { name: 'h', action: 'hold', effects: ['delete'] },
    { name: 'd', action: 'deny', effects: ['delete'] },
  ]
  for (const order of [rules, rules.toReversed()]) {
    const verdict = policy(order).evaluate(analysis([wipe]), context())
    t.match(verdict, { kind: 'deny', rules: ['d'] })
    const without = order.filter(rule => rule.name !== 'd')
    t.match(policy(without).evaluate(analysis([wipe]), context()), { kind: 'hold', rules: ['h'] })
  }
})

t.test(
  'a rule that forbids does not mind case in the names of objects, one that allows does',
  t => {
    const written = { type: 'procedure', schema: 'Shop', name: 'Wipe_All' }
    const drop = analysis([{ kind: 'drop', object: written }])
    for (const pattern of ['shop.wipe_all', 'procedure:shop.*', 'WIPE_ALL', '*']) {
      const deny: Rule = { name: 'd', action: 'deny', objects: [pattern] }
      t.match(policy([deny]).evaluate(drop, context()), { kind: 'deny', rules: ['d'] }, pattern)
    }
    const verdict = (objects: string[]) =>
      policy([{ name: 'a', action: 'allow', objects }], { default: 'deny' }).evaluate(
        drop,
        context(),
      )
    t.match(verdict(['shop.wipe_all']), { kind: 'deny' })
    t.match(verdict(['Shop.Wipe_*']), { kind: 'allow' })
    const except: Rule = { name: 'd', action: 'deny', exceptObjects: ['shop.wipe_all'] }
    t.match(policy([except]).evaluate(drop, context()), { kind: 'deny' })
    t.end()
  },
)

t.test('a statement passes only when every one of its effects is allowed', async t => {
  const strict = policy([{ name: 'reads', action: 'allow', effects: ['read'] }], {
    default: 'deny',
  })
  t.match(strict.evaluate(analysis([read]), context()), { kind: 'allow', rules: ['reads'] })
  const verdict = strict.evaluate(analysis([read, wipe]), context())
  t.match(verdict, { kind: 'deny', rules: ['default'] })
  t.equal(verdict.reason, 'DELETE on public.orders is not allowed (rule default).')
})

t.test('an allow lifts only the rules that it names, for the effects that it covers', async t => {
  const lift: Rule = {
    name: 'scratch',
    action: 'allow',
    effects: ['delete'],
    objects: ['scratch.*'],
    lifts: ['unfiltered-write'],
  }
  const rules = policy([lift], { preset: 'recommended' })
  const scratch: Effect = { ...wipe, object: { ...orders, schema: 'scratch' } }
  t.match(rules.evaluate(analysis([scratch]), context()), { kind: 'allow', rules: ['scratch'] })
  t.match(rules.evaluate(analysis([scratch, wipe]), context()), {
    kind: 'hold',
    rules: ['unfiltered-write'],
  })
  const elsewhere: Effect = { ...wipe, object: { ...orders, schema: undefined } }
  t.equal(rules.evaluate(analysis([elsewhere]), context()).kind, 'hold', 'schema not known')
})

t.test('what cannot be read is held by the preset and denied without it', async t => {
  const unreadable = analysis([{ kind: 'unknown', object: undefined }], {
    unreadable: 'syntax error at 1',
  })
  const held = policy([], { preset: 'recommended' }).evaluate(unreadable, context())
  t.match(held, { kind: 'hold', rules: ['unreadable'], risk: 'high' })
  t.equal(held.reason, 'The statement could not be understood: syntax error at 1.')
  t.match(policy([]).evaluate(unreadable, context()), { kind: 'deny', rules: ['unreadable'] })
  const everything = policy([{ name: 'all', action: 'allow' }])
  t.equal(everything.evaluate(unreadable, context()).kind, 'deny', 'not by a rule about all')
  const named = policy([{ name: 'all', action: 'allow', effects: ['unknown'] }])
  t.equal(named.evaluate(unreadable, context()).kind, 'allow')
  const forgotten = analysis([], { unreadable: 'why' })
  t.equal(policy([]).evaluate(forgotten, context()).kind, 'deny')
})

t.test('transaction control passes unless a rule names it', async t => {
  const begin = analysis([{ kind: 'transaction', object: undefined }])
  const strict = policy([{ name: 'all', action: 'hold' }], { default: 'deny' })
  t.equal(strict.evaluate(begin, context()).kind, 'allow')
  const named = policy([{ name: 'n', action: 'deny', effects: ['transaction'] }])
  t.equal(named.evaluate(begin, context()).kind, 'deny')
})

t.test('a statement without effects is a read; one without anything passes', async t => {
  const strict = policy([], { default: 'deny' })
  t.equal(strict.evaluate(analysis([]), context()).kind, 'deny')
  t.equal(strict.evaluate(analysis([], { results: [] }), context()).kind, 'allow')
})

t.test('mode observe holds nothing and says what it would have done', async t => {
  const observing = policy([], { preset: 'recommended', mode: 'observe' })
  t.match(observing.evaluate(analysis([wipe]), context()), {
    kind: 'allow',
    observed: 'hold',
    rules: ['unfiltered-write'],
  })
})

t.test('what the proxy depends on is denied in mode observe too', async t => {
  const observing = policy([], { mode: 'observe' })
  const setting = (name: string, detail?: string): Analysis =>
    analysis([
      {
        kind: 'setting',
        object: { type: 'setting', schema: undefined, name },
        ...(detail && { detail }),
      },
    ])
  const kind = (a: Analysis) => observing.evaluate(a, context()).kind
  t.equal(kind(setting('client_encoding', 'latin1')), 'deny')
  t.equal(kind(setting('client_encoding')), 'deny', 'value not known')
  t.equal(kind(setting('client_encoding', 'utf8')), 'allow')
  t.equal(kind(setting('client_encoding', 'local utf8')), 'allow')
  t.equal(kind(setting('standard_conforming_strings', 'off')), 'deny')
  t.equal(kind(setting('*')), 'deny', 'a computed name may be any')
  t.equal(kind(setting('*', 'reset')), 'allow', 'RESET ALL')
})

t.test('rules are told apart by who and where', async t => {
  const cases: [Partial<Rule>, Partial<PolicyContext>, boolean][] = [
    [{ users: ['an?'] }, {}, true],
    [{ users: ['bob'] }, {}, false],
    [{ groups: ['anal*'] }, {}, true],
    [{ exceptGroups: ['analysts'] }, {}, false],
    [{ exceptUsers: ['ann'] }, {}, false],
    [{ kind: 'agent' }, {}, false],
    [{ databases: ['shop'] }, {}, true],
    [{ databases: ['sho'] }, {}, false],
    [{ environments: ['prod*'] }, {}, true],
    [{ environments: ['staging'] }, {}, false],
    [{ applications: ['psql'] }, {}, true],
    [{ applications: ['psql'] }, { application: undefined }, false],
    [{ transaction: ['open'] }, {}, false],
    [{ transaction: ['open'] }, { transaction: 'open' }, true],
    [{ readsMasked: true }, {}, false],
    [{ readsMasked: true }, { maskedReads: [email] }, true],
    [{ movesMasked: true }, { maskedMoves: [{ from: email, to: orders }] }, true],
    [{ unfiltered: true }, {}, true],
    [{ unfiltered: false }, {}, false],
    [{ objects: ['public.orders'] }, {}, true],
    [{ objects: ['orders'] }, {}, true],
    [{ objects: ['other.orders'] }, {}, false],
    [{ objects: ['table:*.ord*'] }, {}, true],
    [{ objects: ['view:*.ord*'] }, {}, false],
    [{ objects: ['*'], exceptObjects: ['public.*'] }, {}, false],
  ]
  for (const [rule, where, applies] of cases) {
    const one = policy([{ name: 'one', action: 'hold', ...rule }])
    const kind = one.evaluate(analysis([wipe]), context(where)).kind
    t.equal(kind === 'hold', applies, JSON.stringify([rule, where]))
  }
})

t.test('a rule may be bound to hours, in its own time zone and over midnight', async t => {
  const hours = { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 18 * 60, outside: true }
  const office: Rule = {
    name: 'office',
    action: 'deny',
    hours: { ...hours, timeZone: 'Europe/Berlin' },
  }
  const night: Rule = {
    name: 'night',
    action: 'deny',
    hours: { days: [5], from: 22 * 60, to: 6 * 60, timeZone: 'UTC', outside: false },
  }
  const at = (rule: Rule, now: string) =>
    policy([rule]).evaluate(analysis([read]), context({ now: new Date(now) })).kind
  t.equal(at(office, '2026-11-20T08:30:00Z'), 'allow', 'Friday 09:30 in Berlin')
  t.equal(at(office, '2026-11-20T17:00:00Z'), 'deny', 'Friday 18:00 in Berlin')
  t.equal(at(office, '2026-11-21T10:00:00Z'), 'deny', 'Saturday')
  t.equal(at(night, '2026-11-21T05:59:00Z'), 'deny', 'the night that began on Friday')
  t.equal(at(night, '2026-11-22T05:59:00Z'), 'allow')
})

t.test('a verdict may be kept only when nothing in it can change', async t => {
  const cacheable = (rule: Partial<Rule>) =>
    policy([{ name: 'r', action: 'hold', ...rule }]).evaluate(analysis([read]), context()).cacheable
  t.equal(cacheable({}), true)
  t.equal(cacheable({ applications: ['psql'] }), false)
  t.equal(cacheable({ transaction: ['open'] }), false)
  t.equal(cacheable({ transaction: ['open'], users: ['bob'] }), true, 'not about this user')
})

t.test('approvers of rules go before the default, and must suit all rules', async t => {
  const hold = (name: string, approvers?: Rule['approvers']): Rule => ({
    name,
    action: 'hold',
    approvers,
  })
  const dba = { any: [{ group: 'dba', count: 1 }] }
  const both = { any: [{ group: 'dba', count: 2 }, ...reviewers.any] }
  const ask = (...rules: Rule[]) => policy(rules).evaluate(analysis([read]), context())
  t.strictSame(ask(hold('a')).approvers, reviewers)
  t.strictSame(ask(hold('a'), hold('b', dba)).approvers, dba)
  t.strictSame(ask(hold('a', dba), hold('b', both)).approvers, {
    any: [{ group: 'dba', count: 2 }],
  })
  t.equal(ask(hold('a', dba), hold('b', reviewers)).kind, 'deny', 'nobody may approve both')
})

t.test('the reason is that of the gravest rule, filled with what it is about', async t => {
  const verdict = policy([], { preset: 'recommended' }).evaluate(
    analysis([read, wipe]),
    context({ maskedMoves: [{ from: email, to: orders }] }),
  )
  t.strictSame(verdict.rules, ['masked-data-moved', 'unfiltered-write'])
  t.equal(
    verdict.reason,
    'Values of public.customers.email, which are masked for you, would be written somewhere else.',
  )
  const plain = policy([], { preset: 'recommended' }).evaluate(analysis([wipe]), context())
  t.equal(
    plain.reason,
    'DELETE on public.orders has no WHERE clause that narrows it and would touch every row.',
  )
  t.equal(plain.hint, 'Add a WHERE clause that narrows it.')
})

t.test('an allowed statement costs next to nothing', async t => {
  const rules = policy([], { preset: 'recommended' })
  const statement = analysis([read])
  const where = context()
  t.equal(rules.evaluate(statement, where), rules.evaluate(statement, where), 'nothing is made')
})

t.test('a rule about rows asks for them, and what is not known is too much', async t => {
  const rules: Rule[] = [{ name: 'large', action: 'hold', effects: ['delete'], rowsOver: 100 }]
  const said = (more: Partial<PolicyContext>, own = rules) =>
    policy(own).evaluate(analysis([wipe]), context(more))
  t.match(said({}), { kind: 'hold', needsRows: true })
  t.match(said({ rows: 100 }), { kind: 'allow' })
  t.notOk(said({ rows: 100 }).needsRows)
  t.match(said({ rows: 101 }), { reason: /expects 101 rows/, hint: /at most 100 rows/ })
  t.match(said({ rows: 'unknown' }), { kind: 'hold', reason: /cannot be estimated/ })
  t.notOk(policy(rules).evaluate(analysis([read]), context()).needsRows, 'another effect')
  const unreadable = analysis([{ kind: 'unknown', object: undefined }], { unreadable: 'it is' })
  t.notOk(policy(rules).evaluate(unreadable, context()).needsRows, 'it has no plan')
  const few: Rule[] = [
    ...rules,
    { name: 'few', action: 'allow', effects: ['delete'], lifts: ['large'], expr: 'rows < 5' },
  ]
  t.match(said({ rows: 'unknown' }, few), { kind: 'hold' }, 'what allows needs to know')
  t.match(said({ rows: 4 }, few), { kind: 'allow', rules: ['few'] })
  const elsewhere: Rule[] = [{ name: 'x', action: 'deny', expr: "database == 'bank' && rows > 5" }]
  t.notOk(said({}, elsewhere).needsRows, 'where nothing depends on them nobody asks')
})

t.test('every hold and denial says what would pass', async t => {
  const hint = (rule: Partial<Rule>, effects: readonly Effect[] = [wipe]) =>
    policy([{ name: 'r', action: 'hold', effects: ['delete'], ...rule }]).evaluate(
      analysis(effects),
      context({ transaction: 'open' }),
    ).hint
  t.equal(hint({ unfiltered: true }), 'Add a WHERE clause that narrows it.')
  t.equal(hint({ transaction: ['open'] }), 'Run it outside of a transaction.')
  t.equal(hint({}), 'Nothing else: only an approval lets it run.')
  t.equal(hint({ action: 'deny' }), 'Nothing like it.')
  const insert: Effect = { kind: 'insert', object: orders }
  t.equal(hint({}, [wipe, insert]), 'Leave DELETE on public.orders out.')
  t.equal(hint({ hint: 'Ask {user}.' }), 'Ask ann.')
})
