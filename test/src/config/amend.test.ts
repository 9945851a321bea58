/** A file keeps what its owner wrote. */
import t from 'tap'
import { parse } from 'yaml'
import { type AddedRule, withMaskingRules } from '../../../src/config/amend.ts'

const email: AddedRule = {
  name: 'discovered-email',
  mask: { kind: 'email' },
  databases: undefined,
  columns: [{ column: 'public.people.mail', note: '95 % sure: matches e-mail' }],
}

const phone: AddedRule = {
  name: 'discovered-phone',
  mask: { kind: 'partial', first: 3, last: 2 },
  databases: ['shop'],
  columns: [{ column: 'public.people.tel', note: 'named like a phone number' }],
}

t.test('comments and order stay, and rules are added at the end', async t => {
  const before = `# ours
policy: { preset: recommended } # as it came
masking:
  # reviewed in spring
  rules:
    - { name: ssn, columns: [public.people.ssn], mask: redact } # law
users: {}
`
  const after = withMaskingRules(before, [email, phone])
  for (const comment of ['# ours', '# as it came', '# reviewed in spring', '# law'])
    t.match(after, comment)
  t.ok(after.indexOf('masking:') < after.indexOf('users:'))
  t.strictSame(parse(after).masking.rules, [
    { name: 'ssn', columns: ['public.people.ssn'], mask: 'redact' },
    { name: 'discovered-email', columns: ['public.people.mail'], mask: 'email' },
    {
      name: 'discovered-phone',
      columns: ['public.people.tel'],
      mask: { partial: { first: 3, last: 2 } },
      databases: ['shop'],
    },
  ])
  t.match(after, 'public.people.mail # 95 % sure: matches e-mail')
})

t.test('a rule that was added before is added to, and nothing twice', async t => {
  const first = withMaskingRules('', [email])
  t.equal(withMaskingRules(first, [email]), first)
  const more = { ...email, columns: [{ column: 'public.staff.mail', note: 'too' }] }
  t.strictSame(parse(withMaskingRules(first, [more])).masking.rules[0].columns, [
    'public.people.mail',
    'public.staff.mail',
  ])
  const elsewhere = parse(withMaskingRules(first, [{ ...email, databases: ['other'] }]))
  t.equal(elsewhere.masking.rules[1].name, 'discovered-email-2')
})

t.test('an empty file, an empty section and an empty list are begun', async t => {
  for (const text of ['', '# only a comment\n', 'masking:\n', 'masking: { rules: [] }\n'])
    t.equal(parse(withMaskingRules(text, [email])).masking.rules.length, 1, JSON.stringify(text))
})

t.test('what is no YAML is left alone', async t => {
  t.throws(() => withMaskingRules('masking: [', [email]), SyntaxError)
  t.throws(() => withMaskingRules('masking: 7', [email]), SyntaxError)
})
