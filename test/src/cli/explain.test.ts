/** `check` and `explain`, with the real analyzer over a captured catalog. */
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import t, { type Test } from 'tap'
import { Analyzer } from '../../../protocols/postgres/sql/analyzer.ts'
import type { Impact } from '../../../protocols/protocol.ts'
import { checkCommand } from '../../../src/cli/check.ts'
import type { Deps } from '../../../src/cli/deps.ts'
import { explainCommand } from '../../../src/cli/explain.ts'
import { catalogOf, namesOf } from '../../support/catalog-fixture.ts'

await Analyzer.load()

const names = namesOf(
  catalogOf(
    {
      'public.customers': ['id int4', 'email text', 'city text'],
      'public.orders': ['id int4', 'customer_id int4'],
    },
    { views: { 'public.people': [['mail text'], 'SELECT email FROM public.customers'] } },
  ),
)

let opened = 0
let closed = 0

const impact: Impact = {
  ...{ noEstimate: 'there is no server', tables: [], locks: [], cascades: [] },
  undo: 'nothing',
}

const deps: Deps = {
  start: async () => {
    throw new Error('explain starts nothing')
  },
  open: async () => {
    opened += 1
    const analyzer = new Analyzer()
    return {
      read: text => ({ text, analysis: analyzer.explain(text, names), parameters: [] }),
      impact: () => Promise.resolve(impact),
      close: async () => {
        closed += 1
      },
    }
  },
  survey: () => Promise.reject(new Error('not here')),
  derivedColumns: () => Promise.reject(new Error('there is no state here')),
  decoder: async () => ({ push: () => [] }),
}

const verifier =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

const configuration = `
databases:
  shop: { upstream: { host: 127.0.0.1, database: shop, user: app } }
users:
  ann: { password_verifier: '${verifier}' }
  rita: { password_verifier: '${verifier}', groups: [reviewers] }
masking:
  rules: [{ name: emails, columns: [public.customers.email], mask: email, exempt: { users: [rita] } }]
`

interface Outcome {
  readonly out: string
  readonly error: string
  readonly code: unknown
}

/** Runs a command as the shell would, and takes what it prints. */
async function run(t: Test, command: Command, ...args: string[]): Promise<Outcome> {
  const stdout = t.capture(process.stdout, 'write', () => true)
  const stderr = t.capture(process.stderr, 'write', () => true)
  let code: unknown = 0
  try {
    await command.exitOverride().parseAsync(args, { from: 'user' })
    code = process.exitCode ?? 0
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    code = error.exitCode
  } finally {
    stdout.restore()
    stderr.restore()
  }
  process.exitCode = 0
  const text = (calls: readonly (readonly unknown[])[]) => calls.map(([line]) => line).join('')
  return { out: text(stdout.args()), error: text(stderr.args()), code }
}

t.test('check counts what is fine, and says where it is not', async t => {
  const path = join(t.testdir({ 'c.yaml': configuration, 'bad.yaml': 'polcy: {}\n' }), 'c.yaml')
  t.match(await run(t, checkCommand(deps), '-c', path), {
    out: '1 database, 2 users, 1 rule: fine\n',
    code: 0,
  })
  t.match(JSON.parse((await run(t, checkCommand(deps), '-c', path, '--json')).out), { fine: true })
  const bad = path.replace('c.yaml', 'bad.yaml')
  const { error, code } = await run(t, checkCommand(deps), '-c', bad)
  t.equal(code, 1)
  t.match(error, `${bad}:1:1: unknown key "polcy"; did you mean "policy"?\n`)
  t.match(JSON.parse((await run(t, checkCommand(deps), '-c', bad, '--json')).out), {
    fine: false,
    mistakes: [{ file: bad, line: 1, column: 1 }],
  })
  t.equal((await run(t, checkCommand(deps))).code, 2, 'without a file')
  t.match((await run(t, checkCommand(deps), '--schema')).out, /^\{\n {2}"\$schema"/)
})

t.test('explain says verdict, rules, effects and how each column is seen', async t => {
  const path = join(t.testdir({ 'c.yaml': configuration }), 'c.yaml')
  const explain = (...args: string[]) => run(t, explainCommand(deps), '-c', path, ...args)
  const masked = await explain(
    '-u',
    'ann',
    'SELECT email, upper(email) AS shout, city FROM customers',
  )
  t.equal(masked.code, 0)
  t.match(masked.out, /verdict: +allow/)
  t.match(masked.out, /email ← public\.customers\.email \(rule emails: email\) {3}\[email\]/)
  t.match(masked.out, /shout ← computed from public\.customers\.email .*\[redact\]/)
  t.match(masked.out, /city {2}← public\.customers\.city\n/)
  const raw = await explain('-u', 'rita', 'SELECT email FROM customers')
  t.notMatch(raw.out, /emails/, 'rita is exempt')
  const held = await explain('-u', 'ann', '--json', 'DELETE FROM orders')
  t.match(JSON.parse(held.out), {
    user: 'ann',
    database: 'shop',
    verdict: {
      kind: 'hold',
      rules: ['unfiltered-write'],
      hint: 'Add a WHERE clause that narrows it.',
      approvers: { any: [{ group: 'reviewers', count: 1 }] },
    },
    effects: [{ kind: 'delete', object: { schema: 'public', name: 'orders' }, unfiltered: true }],
    results: ['no rows'],
  })
  t.match((await explain('-u', 'ann', 'SELEC 1')).out, /verdict: +hold.*\n.*unreadable/)
  t.equal(opened, closed, 'every reader is closed')
})

t.test('explain shows the way from an output back to its columns, as text and as data', async t => {
  const path = join(t.testdir({ 'c.yaml': configuration }), 'c.yaml')
  const explain = (...args: string[]) =>
    run(t, explainCommand(deps), '-c', path, '-u', 'ann', ...args)
  const sql =
    'WITH w AS (SELECT mail FROM people) SELECT w.mail, w.mail || c.city AS both FROM w, customers c'
  t.match(
    (await explain(sql)).out,
    `
result
  mail ← cte w.mail   [email]
         └─ view public.people.mail
            └─ public.customers.email (rule emails: email)
  both ← computed from   [redact]
         ├─ cte w.mail
         │  └─ view public.people.mail
         │     └─ public.customers.email (rule emails: email)
         └─ public.customers.city
`,
  )
  const [{ outputs }] = JSON.parse((await explain('--json', sql)).out).results
  t.match(outputs[0], {
    mask: 'email',
    sources: [{ column: 'public.customers.email', rule: 'emails', mask: 'email' }],
    origins: [
      {
        ...{ kind: 'cte', name: 'w.mail' },
        behind: [
          {
            ...{ kind: 'view', name: 'public.people.mail' },
            behind: [{ kind: 'column', name: 'public.customers.email', rule: 'emails' }],
          },
        ],
      },
    ],
  })
})

t.test('explain is told who and where, or finds the only one', async t => {
  const path = join(t.testdir({ 'c.yaml': configuration }), 'c.yaml')
  const explain = (...args: string[]) => run(t, explainCommand(deps), '-c', path, ...args)
  const { code, error } = await explain('SELECT 1')
  t.equal(code, 2)
  t.match(error, /expected --user to be one of ann, rita, got nothing/)
  t.equal((await explain('-u', 'bob', 'SELECT 1')).code, 2)
  t.equal((await explain('-u', 'ann', '-d', 'other', 'SELECT 1')).code, 2)
  t.equal((await run(t, explainCommand(deps), '-c', `${path}x`, 'SELECT 1')).code, 1)
})
