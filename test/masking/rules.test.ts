import t from 'tap'
import {
  compileRules,
  type MaskIdentity,
  type MaskingRule,
  type MaskSpec,
} from '../../masking/rules.ts'
import { compareStrictness } from '../../masking/strictness.ts'

const KEY = Buffer.alloc(32, 7)
const ANNA = { name: 'anna', groups: ['analysts'] }
const EMAIL = { schema: 'public', table: 'customers', column: 'email' }

function rule(name: string, columns: string[], more: Partial<MaskingRule> = {}): MaskingRule {
  return { name, columns, mask: { kind: 'redact' }, ...more }
}

t.test('a glob names columns by schema, table and column', t => {
  const hit = (glob: string, schema: string, table: string, column: string) =>
    compileRules([rule('r', [glob])], KEY)
      .masker(ANNA, 'shop')
      .hit({ schema, table, column }) !== undefined
  t.ok(hit('public.customers.email', 'public', 'customers', 'email'))
  t.notOk(hit('public.customers.email', 'public', 'customers', 'email2'))
  t.notOk(hit('public.customers.email', 'public2', 'customers', 'email'))
  t.ok(hit('*.*.ssn', 'hr', 'employees', 'ssn'))
  t.ok(hit('hr.*.*', 'hr', 'a.b', 'c'), 'a dot in a name does not shift the parts')
  t.ok(hit('*.*.*_secret', 'a', 'b', 'very_secret'))
  t.ok(hit('*.*.card?', 'a', 'b', 'card1'))
  t.notOk(hit('*.*.card?', 'a', 'b', 'card'))
  t.ok(hit('*.t.a\\.b', 's', 't', 'a.b'))
  t.ok(hit('*.t.a\\*', 's', 't', 'a*'))
  t.notOk(hit('*.t.a\\*', 's', 't', 'ab'))
  t.notOk(hit('*.t.a+b', 's', 't', 'aab'), 'what means something in a pattern means itself')
  t.ok(hit('*.t.(x', 's', 't', '(x'))
  t.ok(hit('public.customers.email', 'public', 'customers', 'EMAIL'), 'case errs on hiding')
  t.ok(hit('*.*.a*', 's', 't', 'a\nb'))
  t.end()
})

t.test('a glob that is not three parts is refused', t => {
  for (const glob of ['', 'email', 'customers.email', 'a.b.c.d', 'a..c', '.b.c', 'a.b.', 'a.b.c\\'])
    t.throws(() => compileRules([rule('r', [glob])], KEY), RangeError, glob)
  t.throws(() => compileRules([], Buffer.alloc(16)), RangeError, 'a short key')
  t.end()
})

t.test('who is exempt, and on other databases, sees raw values', t => {
  const rules = compileRules(
    [
      rule('r', ['*.*.email'], {
        databases: ['shop*'],
        exempt: [{ users: ['root'], groups: ['dpo'] }],
      }),
    ],
    KEY,
  )
  const active = (name: string, groups: string[], database: string) =>
    rules.masker({ name, groups }, database).active
  t.ok(active('anna', ['analysts'], 'shop'))
  t.ok(active('anna', [], 'shop_eu'))
  t.notOk(active('anna', [], 'logs'))
  t.notOk(active('root', [], 'shop'))
  t.notOk(active('anna', ['dpo'], 'shop'))
  t.ok(active('Root', ['DPO'], 'shop'), 'an exemption is by the exact name')
  t.notOk(compileRules([], KEY).masker(ANNA, 'shop').active)
  t.end()
})

t.test('maskers and hits are made once', t => {
  const rules = compileRules([rule('r', ['*.*.email'])], KEY)
  const masker = rules.masker(ANNA, 'shop')
  t.equal(rules.masker({ name: 'anna', groups: ['analysts'] }, 'shop'), masker)
  t.not(rules.masker({ name: 'anna', groups: [] }, 'shop'), masker)
  t.not(rules.masker(ANNA, 'other'), masker)
  t.equal(masker.hit(EMAIL), masker.hit({ ...EMAIL }))
  t.equal(masker.hit({ ...EMAIL, column: 'id' }), undefined)
  t.end()
})

t.test('the strictest rule wins, whatever the order', t => {
  const specs: MaskSpec[] = [
    { kind: 'email' },
    { kind: 'partial', first: 2, last: 2 },
    { kind: 'partial', first: 0, last: 2 },
    { kind: 'generalize', to: 'month' },
    { kind: 'generalize' },
    { kind: 'generalize', to: 'decade' },
    { kind: 'tokenize' },
    { kind: 'hash' },
    { kind: 'redact' },
    { kind: 'null' },
  ]
  specs.forEach((weak, i) => {
    for (const strong of specs.slice(i + 1)) {
      t.ok(compareStrictness(strong, weak) > 0, `${strong.kind} over ${weak.kind}`)
      const a = rule('a', ['*.*.email'], { mask: weak })
      const b = rule('b', ['public.*.*'], { mask: strong })
      for (const rules of [
        [a, b],
        [b, a],
      ])
        t.equal(compileRules(rules, KEY).masker(ANNA, 'shop').hit(EMAIL)?.rule, 'b')
    }
  })
  const [a, b] = [rule('a', ['*.*.*']), rule('b', ['*.*.*'])]
  for (const rules of [
    [a, b],
    [b, a],
  ])
    t.equal(compileRules(rules, KEY).masker(ANNA, 'shop').hit(EMAIL)?.rule, 'a')
  t.end()
})

t.test('the version changes with the rules and the key, not with their order', t => {
  const a = rule('a', ['*.*.email'])
  const b = rule('b', ['*.*.ssn'])
  const version = compileRules([a, b], KEY).version
  t.equal(compileRules([b, a], KEY).version, version)
  t.not(compileRules([a], KEY).version, version)
  t.not(compileRules([a, { ...b, mask: { kind: 'hash' } }], KEY).version, version)
  t.not(compileRules([a, b], Buffer.alloc(32, 8)).version, version)
  t.end()
})

t.test('a rule hides from those it names, and from nobody else', t => {
  const active = (more: Partial<MaskingRule>, identity: Partial<MaskIdentity>) =>
    compileRules([rule('r', ['*.*.email'], more)], KEY).masker(
      { name: 'anna', groups: ['analysts'], ...identity },
      'shop',
    ).active
  t.ok(active({ users: ['an*'] }, {}))
  t.notOk(active({ users: ['bob'] }, {}))
  t.ok(active({ groups: ['support', 'ana*'] }, {}))
  t.notOk(active({ groups: ['support'] }, {}))
  t.notOk(active({ groups: ['*'] }, { groups: [] }))
  t.ok(active({ kind: 'agent' }, { kind: 'agent' }))
  t.notOk(active({ kind: 'agent' }, {}), 'who says nothing is a person')
  t.ok(active({ purpose: ['*report*'] }, { purpose: 'weekly reports' }))
  t.notOk(active({ purpose: ['*report*'] }, {}))
  t.ok(active({ purpose: ['*'] }, {}))
  t.notOk(active({ users: ['anna'], kind: 'agent' }, {}), 'all conditions hold')
  t.end()
})

t.test('an exemption ends', t => {
  const end = Date.UTC(2027, 0, 31)
  const rules = compileRules(
    [
      rule('r', ['*.*.email'], {
        exempt: [
          { groups: ['fraud'], until: new Date(end), approvedBy: 'rita', reason: 'case 7' },
          { users: ['anna'], until: new Date(end - 1000) },
          { users: ['root'] },
        ],
      }),
    ],
    KEY,
  )
  const anna = { name: 'anna', groups: ['fraud'] }
  const before = rules.masker(anna, 'shop', end - 5000)
  t.notOk(before.active)
  t.equal(before.until, end, 'the one that ends last counts')
  t.equal(rules.masker(anna, 'shop', end - 1), before)
  const after = rules.masker(anna, 'shop', end)
  t.ok(after.active)
  t.equal(after.until, Number.POSITIVE_INFINITY)
  t.notOk(rules.masker({ name: 'root', groups: [] }, 'shop', end).active)
  t.end()
})
