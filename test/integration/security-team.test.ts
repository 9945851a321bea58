/** What the security team has, through the real program: discover, explain, check, and limits. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import t from 'tap'
import { scramVerifier } from '../../src/identity/scram-verifier.ts'
import { startMariadb } from '../support/mysql.ts'
import { main, startProxy } from '../support/proxy.ts'
import { runProgram } from '../support/run-program.ts'

const people = `
  CREATE TABLE patients (
    id bigint GENERATED ALWAYS AS IDENTITY, vorname text, kontakt text, born date, kk text,
    visits int, ward text, admitted timestamptz, checksum text, notes text, extra jsonb);
  INSERT INTO patients (vorname, kontakt, born, kk, visits, ward, admitted, checksum, notes, extra)
    SELECT 'Anna', 'person' || i || '@mail.example', date '1980-01-01' + i,
      'DE89370400440532013000', i, 'W' || i % 7, now(), md5(i::text),
      CASE WHEN i % 4 = 0 THEN 'please write to canary' || i || '@mail.example at once'
        ELSE 'the patient was here and is fine' END,
      jsonb_build_object('phone', '+4930' || 1000000 + i, 'floor', i % 5)
    FROM generate_series(1, 400) i;
  COMMENT ON COLUMN patients.ward IS 'where the bed is';
  CREATE TABLE products (id int, name text, price numeric, sku text, created timestamptz);
  INSERT INTO products SELECT i, 'Lamp ' || i, i * 1.5, 'AB-' || i * 977, now()
    FROM generate_series(1, 300) i;`

interface Found {
  readonly proposals: readonly {
    readonly column: string
    readonly kind: string
    readonly confidence: number
    readonly evidence: readonly string[]
  }[]
  readonly covered: number
}

t.setTimeout(180_000)

function countersign(...args: string[]): ReturnType<typeof runProgram> {
  return runProgram(process.execPath, [main, ...args])
}

t.test('on Postgres', async t => {
  const proxy = await startProxy(t, { sql: people })
  const { config } = proxy

  await t.test('discover proposes what is personal, and says no value', async t => {
    const { code, stdout, stderr } = await countersign('discover', '-c', config, '--json')
    t.equal(code, 0, stderr)
    const found = JSON.parse(stdout.toString()) as Found
    const kinds = Object.fromEntries(found.proposals.map(({ column, kind }) => [column, kind]))
    t.match(kinds, {
      'public.patients.vorname': 'name',
      'public.patients.kontakt': 'email',
      'public.patients.born': 'birth-date',
      'public.patients.kk': 'iban',
      'public.patients.notes': 'free-text',
      'public.patients.extra $.phone': 'phone',
    })
    const wrong = found.proposals.filter(({ column }) =>
      /products|visits|ward|admitted|checksum|floor|\.id$/.test(column),
    )
    t.strictSame(wrong, [])
    const email = found.proposals.find(({ kind }) => kind === 'email')
    t.strictSame(email?.evidence, ['matches e-mail in 100 % of 400 sampled values'])
    t.notMatch(stdout.toString(), /@mail|Anna|DE8937|canary/)
    t.ok(found.covered > 0, 'customers are masked already')
  })

  await t.test('what it adds to a file is in force, and is not proposed again', async t => {
    const before = await readFile(config, 'utf8')
    const commented = before.replace('masking:', '# ours, since 2019\nmasking:')
    const amended = join(dirname(config), 'amended.yaml')
    await writeFile(amended, commented)
    const first = await countersign('discover', '-c', amended, '--write', amended)
    t.equal(first.code, 0, first.stderr)
    t.match(first.stdout.toString(), 'public.patients.kontakt')
    const after = await readFile(amended, 'utf8')
    t.match(after, '# ours, since 2019\nmasking:')
    t.match(after, 'discovered-email')
    t.match(after, /public\.patients\.kontakt # 9\d % sure: matches e-mail in 100 %/)
    const { code, stdout } = await countersign('check', '-c', amended)
    t.equal(code, 0, stdout.toString())
    const again = await countersign('discover', '-c', amended, '--write', amended)
    t.match(again.stdout.toString(), '0 proposed')
    t.equal(await readFile(amended, 'utf8'), after)
  })

  await t.test('without samples, names and types alone are looked at', async t => {
    const direct = new pg.Client({ connectionString: proxy.upstream.url })
    await direct.connect()
    await direct.query('CREATE VIEW nothing AS SELECT 1 AS email')
    await direct.end()
    const { code, stdout } = await countersign('discover', '-c', config, '--sample', '0', '--json')
    t.equal(code, 0)
    const found = JSON.parse(stdout.toString()) as Found
    t.ok(found.proposals.some(({ column }) => column === 'public.patients.born'))
    t.notOk(found.proposals.some(({ column }) => column.includes('nothing')))
  })
})

t.test('what is asked of masked columns', async t => {
  const masking = `
masking:
  equality_limit: { count: 5, window: 10m, action: deny }
  rules:
    - { name: email, columns: [public.customers.email], mask: email }
    - { name: balance, columns: [public.customers.balance], mask: redact, predicates: hold }
    - { name: ssn, columns: [public.customers.ssn], mask: redact, predicates: deny }
    - { name: gone, columns: [public.customers.gone], mask: redact }`
  const policy = `  rules:
    - { name: no-patterns, action: deny, predicates_masked: [pattern], groups: [agents, nobody] }`
  const proxy = await startProxy(t, { unmasked: true, more: masking, rules: policy })
  const analyst = new pg.Client(proxy.client())
  await analyst.connect()
  t.teardown(() => analyst.end())
  const ask = (sql: string, values: unknown[] = []): Promise<unknown> =>
    analyst.query(sql, values).then(
      ({ rowCount }) => rowCount,
      (error: pg.DatabaseError) => [error.message, error.detail, error.hint].join(' '),
    )

  await t.test('look-ups, joins and counts pass; what a rule refuses says why', async t => {
    const mine = 'customers c JOIN customers d ON c.email = d.email AND c.ssn = d.ssn'
    t.equal(await ask(`SELECT c.id FROM ${mine}`), 50)
    t.equal(await ask('SELECT count(ssn) FROM customers WHERE balance IS NOT NULL'), 1)
    t.equal(await ask("SELECT id FROM customers WHERE ssn = '987-65-0007'"), 1)
    const refused = String(await ask("SELECT id FROM customers WHERE ssn LIKE '987%'"))
    t.match(refused, 'public.customers.ssn (masking rule ssn): a pattern')
    t.match(refused, 'masked-predicate-refused')
    t.match(refused, 'Compare with whole values by = or IN')
    t.equal(await ask("SELECT id FROM customers WHERE email LIKE 'canary1@%'"), 1)
    const slow = ask("SELECT CASE WHEN email = 'x' THEN pg_sleep(9) END FROM customers")
    const held = await proxy.pending()
    t.match(held.text, 'pg_sleep')
    await proxy.decide(held, 'deny')
    t.match(await slow, 'denied')
  })

  await t.test('a rule may have them held', async t => {
    const held = ask('SELECT id FROM customers WHERE balance > 7770010')
    const asked = await proxy.pending()
    t.match(asked.text, 'balance > 7770010')
    await proxy.decide(asked, 'approve')
    t.equal(await held, 40)
  })

  await t.test('guesses are limited, over all sessions', async t => {
    const other = new pg.Client(proxy.client())
    await other.connect()
    const guess = (client: pg.Client, value: string): Promise<string> =>
      client.query('SELECT id FROM customers WHERE email = $1', [value]).then(
        () => 'ran',
        (error: Error) => error.message,
      )
    // A pattern and a side effect were asked of the column before.
    const answers: string[] = []
    for (let i = 0; i < 3; i++) answers.push(await guess(i % 2 ? other : analyst, `guess${i}`))
    t.strictSame(answers, ['ran', 'ran', 'ran'])
    const refused = await guess(other, 'one too many')
    t.match(refused, 'asked too much of masked columns')
    t.match(refused, 'public.customers.email (masking rule email): an equality')
    t.equal(await guess(analyst, 'guess1'), 'ran', 'asked before')
    await other.end()
  })

  await t.test('explain shows the lineage, the rules and what is asked', async t => {
    const sql = "SELECT email, upper(ssn) s FROM customers WHERE ssn LIKE '9%' AND balance = 7"
    const args = ['explain', '-c', proxy.config, '-d', 'shop', '-u', 'analyst']
    const { code, stdout, stderr } = await countersign(...args, sql)
    t.equal(code, 0, stderr)
    const text = stdout.toString()
    t.match(text, /email +← public\.customers\.email \(rule email: email\) +\[email\]/)
    t.match(text, /s +← computed from public\.customers\.ssn \(rule ssn: redact\) +\[redact\]/)
    t.match(text, 'public.customers.ssn ← pattern: deny (rule ssn)')
    t.match(text, 'public.customers.balance ← equality: pass (rule balance)')
    t.match(text, 'verdict:     deny')
  })

  await t.test('check warns of rules that match nothing, with their lines', async t => {
    const quiet = await countersign('check', '-c', proxy.config, '--databases')
    t.equal(quiet.code, 0)
    t.match(quiet.stderr, /yaml:\d+:\d+: warning: rule "no-patterns" can never match.*"nobody"/)
    t.match(quiet.stderr, /warning: rule "gone" masks nothing: public\.customers\.gone/)
    t.match(quiet.stderr, /public\.customers\.phone has no masking rule/)
    const strict = await countersign('check', '-c', proxy.config, '--strict', '--json')
    t.equal(strict.code, 1)
    t.equal(JSON.parse(strict.stdout.toString()).warnings.length, 1)
  })
})

t.test('on MariaDB discover and explain read the same', async t => {
  const server = await startMariadb()
  t.teardown(() => server.stop())
  const direct = await createConnection({ uri: server.url, multipleStatements: true })
  await direct.query(`
    CREATE TABLE patients (
      id int PRIMARY KEY AUTO_INCREMENT, kontakt varchar(80), telefon varchar(30), active tinyint(1),
      sku varchar(20), nachname varchar(40) COMMENT 'family name');
    INSERT INTO patients (kontakt, telefon, active, sku, nachname)
      SELECT concat('person', seq, '@mail.example'), concat('030 ', 1000000 + seq), 1,
        concat('AB-', seq), 'Lehmann' FROM seq_1_to_200`)
  await direct.end()
  const dir = await mkdtemp(join(tmpdir(), 'countersign-test-discover-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const config = join(dir, 'countersign.yaml')
  const verifier = JSON.stringify(await scramVerifier('secret'))
  const users = `users: { rita: { password_verifier: ${verifier}, groups: [reviewers] } }`
  await writeFile(join(dir, 'upstream.url'), server.url)
  const upstream = 'upstream: { url_file: ./upstream.url, tls: disable }'
  await writeFile(config, `databases: { shop: { ${upstream} } }\n${users}\n`)
  const { code, stdout, stderr } = await countersign('discover', '-c', config, '--json')
  t.equal(code, 0, stderr)
  const { proposals } = JSON.parse(stdout.toString()) as Found
  t.strictSame(
    proposals.map(({ column, kind }) => `${column} ${kind}`),
    ['shop.patients.kontakt email', 'shop.patients.telefon phone', 'shop.patients.nachname name'],
  )
  const masked = join(dir, 'masked.yaml')
  const rule = `{ name: mail, columns: [shop.patients.kontakt], mask: email, predicates: deny }`
  const before = await readFile(config, 'utf8')
  await writeFile(masked, `${before}masking: { rules: [${rule}] }\n`)
  const sql = "SELECT id FROM patients WHERE kontakt LIKE 'a%' AND kontakt <> 'x'"
  const explained = await countersign('explain', '-c', masked, '--json', sql)
  t.match(JSON.parse(explained.stdout.toString()), {
    verdict: { kind: 'deny', rules: ['masked-predicate-refused'] },
    asked: [
      { column: 'shop.patients.kontakt', kind: 'pattern', says: 'deny', rule: 'mail' },
      { column: 'shop.patients.kontakt', kind: 'equality', says: 'pass', rule: 'mail' },
    ],
  })
})
