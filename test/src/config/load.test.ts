/** What a configuration file becomes, and what is said about its mistakes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Config } from '../../../src/config/config.ts'
import { loadConfig, parseConfig } from '../../../src/config/load.ts'
import { ConfigError } from '../../../src/config/mistakes.ts'
import { parseVerifier } from '../../../src/identity/scram-verifier.ts'

const verifier =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

const base = `
databases:
  shop: { upstream: { host: 127.0.0.1, database: shop, user: app } }
users:
  rita: { password_verifier: '${verifier}', groups: [reviewers] }
`

function parse(text: string, env: Record<string, string> = {}): Promise<Config> {
  return parseConfig(text, { path: '/etc/countersign/c.yaml', env })
}

async function mistakesOf(text: string, env: Record<string, string> = {}): Promise<string[]> {
  try {
    await parse(text, env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.mistakes.map(({ line, column, message }) => `${line}:${column}: ${message}`)
  }
}

t.test('the least configuration gets sound defaults', async t => {
  const config = await parse(base)
  t.match(config, {
    path: '/etc/countersign/c.yaml',
    dataDir: '/etc/countersign/countersign-data',
    listen: { postgres: { host: '127.0.0.1', port: 6432 }, http: { port: 8080 } },
    policy: { mode: 'enforce', preset: 'recommended', default: 'allow', rules: [] },
    masking: [],
    approvals: {
      expireSeconds: 600,
      expireInTransactionSeconds: 60,
      reviewers: ['reviewers'],
      ownerMayApprove: false,
    },
    recording: { durability: 'write', rows: true, archive: { kind: 'embedded' } },
  })
  t.strictSame(config.databases.get('shop'), {
    name: 'shop',
    protocol: 'postgres',
    environment: 'production',
    durability: 'write',
    upstream: {
      host: '127.0.0.1',
      port: 5432,
      database: 'shop',
      user: 'app',
      password: undefined,
      tls: { mode: 'prefer' },
    },
  })
})

t.test('the example is a sound configuration', async t => {
  const env = Object.fromEntries(
    ['SHOP', 'ANALYST', 'SUPPORT', 'REVIEWER', 'COPILOT'].map(name => [`${name}_PASSWORD`, name]),
  )
  const config = await loadConfig('examples/countersign.yaml', env)
  t.equal(config.users.length, 4)
  t.match(config.users[3], { kind: 'agent', owner: 'analyst', databases: ['shop'] })
  t.match(config.databases.get('shop')?.upstream, {
    password: 'SHOP',
    tls: { mode: 'verify-full' },
  })
  t.match(
    config.masking.map(rule => rule.mask),
    [
      { kind: 'email' },
      { kind: 'partial', first: 0, last: 4 },
      { kind: 'tokenize' },
      { kind: 'generalize', to: 'year' },
      { kind: 'generalize', bucket: 10000 },
    ],
  )
})

t.test('the example for MySQL is a sound configuration', async t => {
  const env = Object.fromEntries(
    ['SHOP', 'ANALYST', 'NIGHTLY', 'REVIEWER', 'COPILOT'].map(name => [`${name}_PASSWORD`, name]),
  )
  const config = await loadConfig('examples/countersign-mysql.yaml', env)
  t.strictSame(config.listen.mysql, { host: '127.0.0.1', port: 6433 })
  t.equal(config.listen.postgres, undefined, 'nothing listens for what no database speaks')
  t.match(config.databases.get('shop'), { protocol: 'mysql', upstream: { port: 3306 } })
  t.equal(config.users[1]?.nativePassword?.length, 20)
  t.match(config.users[3], { name: 'copilot', kind: 'agent', onHold: 'return' })
})

/** `^` in the text marks where a mistake is to be told; the marks are not part of the text. */
function marked(text: string, messages: readonly string[]): { text: string; told: string[] } {
  const parts = text.split('^')
  const told = messages.map((message, index) => {
    const before = parts.slice(0, index + 1).join('')
    const column = before.length - before.lastIndexOf('\n')
    return `${before.split('\n').length}:${column}: ${message}`
  })
  return { text: parts.join(''), told }
}

t.test('every mistake is told at once, with its place', async t => {
  const effects =
    'read, insert, update, delete, truncate, create, alter, drop, grant, role, setting, export, import, execute, lock, maintain, transaction, unknown'
  const { text, told } = marked(
    `listen: { postgres: ^0.0.0.0:6432, ^htpp: 8080 }
databases:
  shop: { upstream: { host: db, port: ^99999, database: d, user: u, password_env: ^NOPE } }
users:
  ann: { password_verifier: ${verifier}, groups: ^analysts }
  bot: ^{ agent: true, password_env: BOT }
policy:
  mode: ^enfroce
  rules:
    - { name: r, action: hold, effects: [^delet], ^lifts: [drop] }
    - { name: ^truncate, action: deny }
masking:
  rules:
    - { name: m, columns: [^email], mask: ^redcat }
`,
    [
      '0.0.0.0 can be reached by others: add listen.tls, or say insecure: true',
      'unknown key "htpp"; did you mean "http"?',
      'expected at most 65535, got 99999',
      'the environment variable NOPE is not set',
      'expected a list, got "analysts"',
      'expected "owner" for the agent "bot": the user who answers for it',
      'expected one of enforce, observe, got "enfroce"; did you mean "enforce"?',
      `expected one of ${effects}, got "delet"; did you mean "delete"?`,
      'only a rule with action: allow lifts others',
      '"truncate" is the name of a built-in rule; use another',
      'expected schema.table.column, such as public.customers.email or *.*.ssn, got "email"',
      'expected one of redact, email, card, phone, iban, hash, tokenize, null or a mapping, got "redcat"; did you mean "redact"?',
    ],
  )
  t.strictSame(await mistakesOf(text, { BOT: 'x' }), told)
})

t.test('single mistakes are told in plain words', async t => {
  const cases: [string, ...string[]][] = [
    ['- a', 'expected a mapping, got a list'],
    ['limits: {}\n^limits: {}', 'this key is there twice'],
    ['^polcy: {}', 'unknown key "polcy"; did you mean "policy"?'],
    ['approvals: { expires: ^10 }', 'expected text, got 10'],
    ['approvals: { expires: ^soon }', 'expected a duration such as 30s, 10m or 1h, got "soon"'],
    ['approvals: { expires: ^10ms }', 'expected at least 1s, got 10ms'],
    [
      'approvals: { reviewers: { any: [{ group: ^dba, count: 2 }] } }',
      'expected 2 people in the group "dba", which approves; got 0',
    ],
    [
      'policy: { rules: [{ name: a, action: allow, lifts: [^truncat] }] }',
      'unknown rule "truncat"; did you mean "truncate"?',
    ],
    [
      'policy: { rules: [{ name: a, action: allow, lifts: [^client-encoding] }] }',
      '"client-encoding" cannot be lifted',
    ],
    [
      "policy: { rules: [{ name: a, action: deny, hours: { from: '09:00', to: ^'25:00' } }] }",
      'expected a time of day such as 09:00, got "25:00"',
    ],
    [
      "policy: { rules: [{ name: a, action: deny, hours: { from: '09:00', to: '17:00', time_zone: ^Mars } }] }",
      'expected an IANA time zone such as Europe/Berlin, got "Mars"',
    ],
    [
      'masking: { rules: [{ name: m, columns: [a.b.c], mask: { ^partail: { first: 1 } } }] }',
      'unknown key "partail"; did you mean "partial"?',
    ],
    [
      'masking: { rules: [{ name: m, columns: [a.b.c], mask: ^{ generalize: {} } }] }',
      'expected "to" for dates or "bucket" for numbers, got neither',
    ],
    [
      'listen: { tls: { cert: ^nope.crt, key: ^nope.key } }',
      'cannot read /etc/countersign/nope.crt: there is no such file',
      'cannot read /etc/countersign/nope.key: there is no such file',
    ],
  ]
  for (const [section, ...messages] of cases) {
    const whole = section.startsWith('- a') ? `^${section}` : `${base}${section}`
    const { text, told } = marked(whole, messages)
    t.strictSame(await mistakesOf(text), told, section)
  }
  t.strictSame(await mistakesOf(''), [
    '1:1: expected a mapping for "databases", got nothing',
    '1:1: expected a mapping for "users", got nothing',
  ])
})

t.test('no mistake repeats a secret', async t => {
  const cases = [
    'users: { a: { password: hunter2 } }\ndatabases: {}',
    'users: { a: { password_verifier: hunter2 } }\ndatabases: {}',
    'users: { a: { password_env: hunter2-x } }\ndatabases: {}',
    'users: {}\ndatabases: { d: { upstream: "postgres://u:hunter2%@h/d" } }',
    'users: {}\ndatabases: { d: { upstream: "postgres://u:hunter2@h:x/d?a=1" } }',
    'users: {}\ndatabases: { d: { upstream: "psql://u:hunter2@h/d" } }',
    'users: {}\ndatabases: { d: { environment: [1], upstream: { password: hunter2 } } }',
    'users: {}\ndatabases: { d: "postgres://u:hunter2@h/d" }',
    'users: {}\ndatabases: { d: { upstream: { url_env: U } } }',
    'x: "hunter2\ny: hunter2',
  ]
  for (const text of cases) {
    const mistakes = (await mistakesOf(text, { U: 'mysql://u:hunter2@h/d' })).join('\n')
    t.not(mistakes, '')
    t.notMatch(mistakes, /hunter2/, text)
  }
})

t.test('an upstream may be a URL, also from the environment', async t => {
  const url = 'postgres://app:p%40ss@db.example.com:5433/shop?sslmode=require'
  const upstream = {
    host: 'db.example.com',
    port: 5433,
    database: 'shop',
    user: 'app',
    password: 'p@ss',
    tls: { mode: 'require' },
  }
  const users = base.slice(base.indexOf('users:'))
  const stated = await parse(`databases: { s: { upstream: '${url}' } }\n${users}`)
  t.strictSame(stated.databases.get('s')?.upstream, upstream)
  const variable = await parse(`databases: { s: { upstream: { url_env: U } } }\n${users}`, {
    U: url,
  })
  t.strictSame(variable.databases.get('s')?.upstream, upstream)
})

t.test('a URL says what its database speaks', async t => {
  const users = base.slice(base.indexOf('users:'))
  const of = async (database: string, env: Record<string, string> = {}) => {
    const config = await parse(`databases: { s: ${database} }\n${users}`, env)
    return { ...config.databases.get('s'), listen: config.listen }
  }
  t.match(await of(`{ upstream: 'mysql://app:p@db:3310/shop?ssl-mode=VERIFY_IDENTITY' }`), {
    protocol: 'mysql',
    upstream: { host: 'db', port: 3310, tls: { mode: 'verify-full' } },
    listen: { mysql: { port: 6433 }, postgres: undefined },
  })
  const secret = { U: 'mariadb://app@127.0.0.1/shop' }
  t.match(await of(`{ upstream: { url_env: U } }`, secret), {
    protocol: 'mysql',
    upstream: { port: 3306, tls: { mode: 'prefer' } },
  })
  t.match(await of('{ protocol: mysql, upstream: { host: h, database: d, user: u } }'), {
    upstream: { port: 3306 },
  })
  const both = `mysql: { protocol: mysql, upstream: { host: h, database: d, user: u } }`
  const { listen } = await parse(base.replace('databases:', `databases:\n  ${both}`))
  t.match(listen, { postgres: { port: 6432 }, mysql: { port: 6433 } })

  const mistakes = (database: string, more = '', env = {}) =>
    mistakesOf(`databases: { s: ${database} }\n${users}${more}`, env)
  t.strictSame(await mistakes(`{ protocol: postgres, upstream: { url_env: U } }`, '', secret), [
    "1:29: the upstream's URL is one of mysql, not of postgres",
  ])
  t.strictSame(await mistakes(`{ upstream: 'mysql://a@h/d?sslmode=require' }`), [
    '1:29: the URL\'s parameter "sslmode" is not known; known here: ssl-mode, ssl-ca',
  ])
  t.strictSame(await mistakes(`{ upstream: 'mysql://a@h/d?ssl-mode=maybe' }`), [
    '1:29: expected ssl-mode to be one of disabled, preferred, required, verify_ca, verify_identity',
  ])
  t.strictSame(await mistakes(`{ upstream: 'mysql://a@h/d' }`, 'listen: { postgres: 1 }'), [
    '4:21: no database speaks postgres',
  ])
})

t.test('mysql_native_password needs a password, or the verifier of one', async t => {
  // SELECT PASSWORD('pencil') of a MariaDB 10.11.
  const digest = '7614BE58636C810A9D8970A50B3B2A78450413E4'
  const user = (text: string) => `${base}  ann: { ${text} }\n`
  const known = await parse(user('password_env: P, mysql_native_password: true'), { P: 'pencil' })
  t.equal(known.users[1]?.nativePassword?.toString('hex'), digest.toLowerCase())
  const verified = await parse(
    user(`password_verifier: '${verifier}', mysql_native_verifier: '*${digest}'`),
  )
  t.equal(verified.users[1]?.nativePassword?.toString('hex'), digest.toLowerCase())
  t.equal((await parse(user('password_env: P'), { P: 'x' })).users[1]?.nativePassword, undefined)

  const of = (text: string, env = {}) => mistakesOf(user(text), env)
  t.match(await of(`password_verifier: '${verifier}', mysql_native_password: true`), [
    /a verifier hides the password; state mysql_native_verifier, as mysql.user has it/,
  ])
  t.match(await of(`password_env: P, mysql_native_verifier: '*${digest}'`, { P: 'x' }), [
    /the password is known here; say mysql_native_password: true/,
  ])
  t.match(await of(`password_env: P, mysql_native_verifier: '*12'`, { P: 'x' }), [
    /expected a \* and 40 hexadecimal digits, as mysql.user has it, got something else/,
  ])
  t.match(await of('password_env: P, on_hold: stay', { P: 'x' }), [
    /expected one of wait, return, got "stay"/,
  ])
})

t.test('secrets come from files and variables, and are kept as verifiers', async t => {
  const directory = t.testdir({ 'ann.txt': 'pencil\n', 'empty.txt': '\n' })
  const text = (file: string) => `${base}  ann: { password_file: ${file} }\n`
  const at = (file: string) => parseConfig(text(file), { path: join(directory, 'c.yaml'), env: {} })
  const config = await at('ann.txt')
  const credential = config.users[1]?.credential ?? ''
  t.ok(parseVerifier(credential))
  t.notMatch(credential, /pencil/)
  await t.rejects(at('empty.txt'), /is empty/)
})

t.test('addresses: loopback is free, the rest needs TLS or a word', async t => {
  const listen = async (text: string) => (await parse(`${base}listen: ${text}`)).listen
  t.match(await listen('{ postgres: 7000 }'), { postgres: { host: '127.0.0.1', port: 7000 } })
  t.match(await listen("{ http: '[::1]:0' }"), { http: { host: '::1', port: 0 } })
  t.match(await listen('{ postgres: 0.0.0.0:1, insecure: true }'), { postgres: { port: 1 } })
  t.match(await listen('{ public_url: https://c.example.com/ }'), {
    publicUrl: 'https://c.example.com',
  })
  t.strictSame(await mistakesOf(`${base}listen: { http: db:99999 }`), [
    '6:17: expected an address such as 127.0.0.1:6432, got "db:99999"',
  ])
})

t.test('a file that is not there is a mistake like any other', async t => {
  const directory = t.testdir({})
  const path = join(directory, 'none.yaml')
  await t.rejects(loadConfig(path), {
    message: `${path}:1:1: cannot read it: there is no such file`,
  })
  writeFileSync(path, base)
  t.equal((await loadConfig(path)).users.length, 1)
})

t.test('a bomb of aliases is refused', async t => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`,
  )
  t.match(await mistakesOf(`a0: &a0 [x]\n${levels.join('\n')}`), [/alias/i])
})

t.test(
  'keys, anchors and durability are read, and what cannot be is told with its line',
  async t => {
    const config = await parse(
      `${base}
recording:
  durability: fsync
  sign_every: 1m
  anchors:
    - file: anchors.ndjson
    - s3: { bucket: audit, lock_days: 30 }
keys:
  aws_kms: { key: alias/wraps, signing_key: alias/signs, former_keys: [alias/old] }
`,
    )
    t.match(config, {
      recording: {
        signMs: 60_000,
        anchors: [
          { kind: 'file', path: '/etc/countersign/anchors.ndjson' },
          { kind: 's3', bucket: 'audit', prefix: '', lockDays: 30 },
        ],
      },
      keys: {
        kind: 'aws-kms',
        key: 'alias/wraps',
        signingKey: 'alias/signs',
        formerKeys: ['alias/old'],
      },
    })
    t.equal(config.databases.get('shop')?.durability, 'fsync')
  },
)
