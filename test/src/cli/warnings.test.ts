/** What is no mistake, and yet most likely not meant. */
import t from 'tap'
import type { SurveyedTable } from '../../../protocols/protocol.ts'
import { catalogWarnings, staticWarnings } from '../../../src/cli/warnings.ts'
import type { Config } from '../../../src/config/config.ts'
import { parseConfig } from '../../../src/config/load.ts'

const verifier =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

function configOf(rules: string): Promise<Config> {
  const text = `
databases:
  shop: { upstream: { host: 127.0.0.1, database: shop, user: app } }
users:
  rita: { password_verifier: '${verifier}', groups: [reviewers] }
${rules}`
  return parseConfig(text, { path: 'countersign.yaml', env: {} })
}

function said(warnings: readonly { path: readonly unknown[]; message: string }[]): string[] {
  return warnings.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

t.test('names that nobody has are told', async t => {
  const config = await configOf(`
policy:
  rules:
    - { name: a, action: deny, groups: [reviewers, contractors] }
    - { name: b, action: deny, databases: ['sh*', 'billing'], users: ['r?ta'] }
    - { name: c, action: deny, environments: [staging] }
masking:
  rules:
    - { name: d, columns: ['*.*.email'], mask: email, exempt: { groups: [support] } }`)
  t.strictSame(said(staticWarnings(config)), [
    'policy.rules.0.groups.1: rule "a" can never match: there is no group "contractors"',
    'policy.rules.1.databases.1: rule "b" can never match: there is no database "billing"',
    'policy.rules.2.environments.0: rule "c" can never match: there is no environment "staging"',
    'masking.rules.0.exempt: rule "d" exempts nobody: there is no group "support"',
  ])
})

t.test('rules that hide nothing and columns that nothing hides are told', async t => {
  const config = await configOf(`
masking:
  rules:
    - { name: emails, columns: [public.people.email, public.people.gone], mask: email }
    - { name: elsewhere, columns: [public.x.y], databases: [other], mask: redact }`)
  const text = { type: 'text', class: 'text', comment: undefined } as const
  const people: SurveyedTable = {
    schema: 'public',
    name: 'people',
    columns: [
      { name: 'id', type: 'int4', class: 'integer', comment: undefined },
      { name: 'email', ...text },
      { name: 'last_name', ...text },
      { name: 'email_verified', type: 'bool', class: 'boolean', comment: undefined },
      { name: 'c9', ...text, comment: 'phone of the parents' },
    ],
  }
  t.strictSame(said(catalogWarnings(config, new Map([['shop', [people]]]))), [
    'masking.rules.0.columns.1: rule "emails" masks nothing: public.people.gone matches no column of shop',
    "databases.shop: shop: public.people.last_name has no masking rule: named like a person's name",
    'databases.shop: shop: public.people.c9 has no masking rule: its comment speaks of a phone number',
  ])
  t.strictSame(catalogWarnings(config, new Map()), [])
})

t.test('an exemption that has ended is told', async t => {
  const config = await configOf(`
masking:
  rules:
    - name: d
      columns: ['*.*.email']
      mask: email
      exempt:
        - { users: [rita], until: 2027-01-31, approved_by: rita, reason: case 7 }
        - { users: [rita], until: 2027-03-01 }`)
  t.strictSame(said(staticWarnings(config, new Date('2027-01-30T23:59:59Z'))), [])
  t.strictSame(said(staticWarnings(config, new Date('2027-01-31'))), [
    'masking.rules.0.exempt: an exemption of rule "d", which rita approved, ended 2027-01-31: ' +
      'take it out, or give it a new end',
  ])
})
