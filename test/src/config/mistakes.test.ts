import t from 'tap'
import { parseConfig } from '../../../src/config/load.ts'
import { ConfigError } from '../../../src/config/mistakes.ts'

/** A mistake on each line that ends with `# !`. */
const text = `
listen: { postgres: 127.0.0.1:6432, htpp: 8080 } # !
databases:
  shop:
    protocol: postgress # !
    upstream: { host: db, database: d, user: u, tls: disable, password_env: NOPE } # !
  till:
    upstream: { host: db, port: 99999, database: d, user: u, tls: disable } # !
users:
  ann: { password_env: SECRET, groups: analysts } # !
  bot: { agent: true, password_env: SECRET } # !
policy:
  mode: enfroce # !
  preset: recomended # !
  default: alow # !
  rules:
    - { name: one, action: hold, effects: [delet] } # !
    - { name: two, action: hold, lifts: [drop] } # !
    - { name: truncate, action: deny } # !
    - { name: four, action: hold, expr: 'effect ==' } # !
    - { name: five, action: hold, detials: [file] } # !
  budgets:
    - { name: few, rows: many, per: session } # !
    - { name: more, rows: 10, per: sesion } # !
masking:
  rules:
    - { name: a, columns: [email], mask: redact } # !
    - { name: b, columns: [public.customers.email], mask: redcat } # !
    - { name: c, colums: [public.customers.email], mask: redact } # !
approvals:
  expires_in: soon # !
`

t.test('a file with twenty mistakes yields a message for each of them in one run', async t => {
  const lines = text.split('\n').flatMap((line, i) => (line.endsWith('# !') ? [i + 1] : []))
  t.equal(lines.length, 20)
  try {
    await parseConfig(text, { path: '/c.yaml', env: { SECRET: 'x' } })
    t.fail('it was taken')
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    t.strictSame([...new Set(error.mistakes.map(({ line }) => line))], lines)
    for (const { column, message } of error.mistakes) {
      t.ok(column > 0)
      t.ok(message.length > 10, message)
    }
    t.match(error.message, /did you mean "recommended"\?/)
  }
})
