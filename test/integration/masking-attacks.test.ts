/** Families of ways around masks and rules that were once open, each with its variations. */
import pg from 'pg'
import t from 'tap'
import { leaksIn } from '../support/canary.ts'
import { startProxy } from '../support/proxy.ts'
import { fieldsOf, query, WireClient } from '../support/wire-client.ts'

const sql = `
  CREATE MATERIALIZED VIEW kept AS SELECT id, email AS address FROM customers;
  CREATE TABLE loud (id int);
  CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE NOTICE 'seen %', (SELECT email FROM customers WHERE id = 1);
    IF NEW.id = 2 THEN RAISE EXCEPTION 'no %', (SELECT email FROM customers WHERE id = 1); END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER shout BEFORE INSERT ON loud FOR EACH ROW EXECUTE FUNCTION shout();
  CREATE TABLE small (id int NOT NULL, v text);
  INSERT INTO small VALUES (1, 'a'), (2, 'b');
`
const proxy = await startProxy(t, { sql, customers: 5 })

interface Outcome {
  readonly held: boolean
  readonly text: string
  readonly leaks: readonly string[]
  readonly errors: readonly string[]
}

/** In a session of its own, which is left when somebody is asked. */
async function outcome(text: string): Promise<Outcome> {
  const client = await WireClient.connect(proxy.port)
  client.send(query(text))
  const errors: string[] = []
  let held = false
  for (let frame = await client.next(); frame !== undefined; frame = await client.next()) {
    if (frame.type === 'Z') break
    if (frame.type === 'E') errors.push(fieldsOf(frame.body).get('M') ?? '')
    held = frame.type === 'N' && frame.body.includes('held for approval')
    if (held) break
  }
  const { received } = client
  client.close()
  return { held, text: received.toString('latin1'), leaks: leaksIn(received), errors }
}

const name = `regexp_replace(email, '[^a-z0-9]', '', 'g')`

function spelled(keep: string): string {
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789@.']
  const branches = letters.map(
    letter => `WHEN '${letter}' THEN ${keep.replaceAll('%', `'${letter}'`)}`,
  )
  return `CASE substr(email, g, 1) ${branches.join(' ')} END`
}

/** What must show no value, be it refused, held, failed or masked. */
const families: Readonly<Record<string, readonly string[]>> = {
  'constants that a condition over a masked value chooses, kept letter by letter': [
    `SELECT ${spelled("set_config('application_name', current_setting('application_name') || %, false)")}
     FROM customers, generate_series(1, 22) g WHERE id = 1; SHOW application_name`,
    `SELECT count(*) FROM (SELECT ${spelled("set_config('a.b', current_setting('a.b', true) || %, false)")}
     FROM customers, generate_series(1, 22) g WHERE id = 1) q; SHOW a.b`,
    `SELECT ${spelled('pg_notify(%, %)')} FROM customers, generate_series(1, 22) g WHERE id = 1`,
  ],
  'names that are looked up while a statement runs': [
    'SELECT email::regclass FROM customers',
    ...[
      'regclass',
      'regtype',
      'regproc',
      'regrole',
      'regnamespace',
      'regconfig',
      'regcollation',
    ].map(type => `SELECT ${name}::${type} FROM customers`),
    `SELECT nextval(${name}) FROM customers`,
    `SELECT has_table_privilege(${name}, 'select') FROM customers`,
    `SELECT id FROM customers WHERE ${name}::regclass = 1`,
    `SELECT to_tsvector(${name}::regconfig, 'x') FROM customers`,
  ],
  'errors of statements that give no rows': [
    'CREATE INDEX ON customers ((email::int))',
    'CREATE UNIQUE INDEX ON customers (substr(email, 1, 6), substr(ssn, 1, 8))',
    'CREATE INDEX ON kept ((address::int))',
    'CREATE UNIQUE INDEX ON kept (substr(address, 1, 6))',
    'ALTER TABLE customers ADD CONSTRAINT c CHECK (email::int > 0)',
    'ALTER TABLE customers ADD CONSTRAINT c EXCLUDE (substr(email, 1, 6) WITH =)',
    'CREATE SCHEMA other CREATE TABLE a (b text) CREATE VIEW v AS SELECT email FROM public.customers',
  ],
  'what triggers say': [
    'INSERT INTO loud VALUES (1)',
    'INSERT INTO loud VALUES (2)',
    'INSERT INTO loud SELECT 2',
    'WITH x AS (INSERT INTO loud VALUES (2) RETURNING id) SELECT * FROM x',
  ],
  'a NULL of COPY that seems to move columns': ["'\\'", "'x\\'", "'\\\\\\'", "E'\\\\'"].map(
    text =>
      `COPY (SELECT a, CASE WHEN n = 2 THEN (SELECT email FROM customers WHERE id = 1) END, b
        FROM (VALUES (1, NULL, NULL), (2, NULL, NULL), (3, 'y', 'z')) v(n, a, b) ORDER BY n)
        TO STDOUT (NULL ${text})`,
  ),
  'guesses of which a condition leaves the right ones': [
    ...[
      'generate_series(555000000000, 555000000100) n',
      'unnest(ARRAY[555000000001, 555000000002]) n',
      '(VALUES (555000000001), (0)) v(n)',
      '(SELECT 555000000001 AS n UNION ALL SELECT 0) v',
      '(SELECT n FROM generate_series(555000000000, 555000000100) n OFFSET 0) v',
    ].flatMap(guesses => [
      `SELECT n FROM ${guesses} JOIN customers ON score = n`,
      `SELECT * FROM ${guesses} WHERE EXISTS (SELECT 1 FROM customers WHERE score = n)`,
      `SELECT array_agg(n) FROM ${guesses} WHERE n IN (SELECT score FROM customers)`,
      `SELECT n FROM ${guesses}, LATERAL (SELECT 1 FROM customers WHERE score = n) x`,
      `SELECT n FROM ${guesses} ORDER BY abs(n - (SELECT score FROM customers WHERE id = 1)) LIMIT 1`,
      `WITH x AS (SELECT n FROM ${guesses}) SELECT max(n) FROM x, customers WHERE score = n`,
      `UPDATE customers SET active = true FROM ${guesses} WHERE score = n RETURNING n`,
      `MERGE INTO audit USING (SELECT n FROM ${guesses} JOIN customers ON score = n) s ON id = n
       WHEN NOT MATCHED THEN INSERT (what) VALUES ('x') RETURNING n`,
      `INSERT INTO audit (id) SELECT n FROM ${guesses} JOIN customers ON score = n RETURNING id`,
    ]),
    `SELECT string_agg(ch, '') FROM (SELECT chr(g) ch FROM customers c, generate_series(1, 6) i,
     generate_series(97, 122) g WHERE c.id = 1 AND substr(c.email, i, 1) = chr(g) ORDER BY i) x`,
    `WITH RECURSIVE r(g) AS (SELECT 555000000000 UNION ALL SELECT g + 1 FROM r, customers c
     WHERE c.id = 1 AND g < c.score) SELECT max(g) FROM r`,
    `CREATE TEMP TABLE own (n bigint); INSERT INTO own VALUES (555000000001);
     SELECT n FROM own JOIN customers ON score = n`,
  ],
}

for (const [family, texts] of Object.entries(families)) {
  t.test(`no value is shown by ${family}`, async t => {
    for (const text of texts) t.strictSame((await outcome(text)).leaks, [], text)
  })
}

t.test('a number of rows that is a masked value is held', async t => {
  const one = '(SELECT score FROM customers WHERE id = 1)'
  for (const text of [
    `SELECT FROM generate_series(1, ${one})`,
    'SELECT generate_series(1, score) FROM customers',
    `SELECT 1 FROM orders LIMIT ${one} % 5`,
    `SELECT 1 FROM orders OFFSET ${one} % 5`,
    `SELECT 1 FROM orders FETCH FIRST (${one} % 5) ROWS ONLY`,
    `SELECT 1 FROM orders TABLESAMPLE bernoulli(${one} % 5)`,
    `EXPLAIN ANALYZE SELECT FROM generate_series(1, ${one} % 5)`,
    `COPY (SELECT FROM generate_series(1, ${one} % 5)) TO STDOUT`,
    `SELECT count(*) FROM generate_series(1, ${one} % 5)`,
  ])
    t.ok((await outcome(text)).held, text)
  t.notOk((await outcome('SELECT id FROM orders LIMIT 2 OFFSET 1')).held)
})

t.test('functions get no other names that nobody would know', async t => {
  for (const text of [
    'CREATE OPERATOR @@@@ (leftarg = tsquery, rightarg = text, function = ts_rewrite)',
    'CREATE OPERATOR #### (rightarg = text, function = pg_read_file)',
    'CREATE OPERATOR #### (rightarg = int, procedure = pg_terminate_backend)',
    "CREATE AGGREGATE length(text) (sfunc = textcat, stype = text, initcond = '')",
    "CREATE AGGREGATE pg_temp.length(text) (sfunc = textcat, stype = text, initcond = '')",
    'CREATE CAST (int AS text) WITH FUNCTION to_hex(int)',
  ])
    t.ok((await outcome(text)).held, text)
  const { leaks } = await outcome(
    'CREATE TYPE count AS RANGE (subtype = text); SELECT count(email, email) FROM customers',
  )
  t.strictSame(leaks, [], 'a range is made by a function of its name')
})

t.test('nobody knows what a function of a temporary schema is', async t => {
  const made = `CREATE FUNCTION pg_temp.f(OUT r text) LANGUAGE sql AS 'SELECT email FROM customers LIMIT 1'`
  const harmless = `CREATE OR REPLACE FUNCTION pg_temp.f(OUT r text) LANGUAGE sql AS 'SELECT ''x''::text'`
  const other = new pg.Client({ connectionString: proxy.upstream.url })
  await other.connect()
  await other.query(made)
  const found = await other.query<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace WHERE oid = pg_my_temp_schema()`,
  )
  const schema = String(found.rows[0]?.schema)
  // From here on the catalog shows it.
  t.notOk((await outcome('CREATE TABLE later (id int)')).held)
  for (const text of [
    made,
    harmless,
    `BEGIN; ${harmless}; ROLLBACK; SELECT pg_temp.f()`,
    `${harmless}; ALTER FUNCTION pg_temp.f() RENAME TO g; SELECT pg_temp.f()`,
    'ALTER FUNCTION pg_temp.g() RENAME TO f',
    'DROP FUNCTION pg_temp.f()',
    'SELECT pg_temp.f()',
    `SELECT ${schema}.f()`,
    `SELECT * FROM ${schema}.f()`,
    `SELECT ${schema.toUpperCase()}.f()`,
    `CREATE TEMP TABLE mine AS SELECT ${schema}.f()`,
    `SET search_path = ${schema}, public; SELECT f()`,
  ]) {
    const { held, leaks } = await outcome(text)
    t.ok(held, text)
    t.strictSame(leaks, [], text)
  }
  await other.end()
})

t.test('a setting that must stay stays, however it is set', async t => {
  for (const text of [
    'SET "Client_Encoding" = \'sjis\'',
    "SET NAMES 'sjis'",
    "SELECT set_config('client_ENCODING', 'sjis', false)",
    "SELECT set_config(name, 'sjis', false) FROM pg_settings WHERE name = 'client_encoding'",
    "UPDATE pg_settings SET setting = 'sjis' WHERE name = 'client_encoding'",
    "UPDATE pg_catalog.pg_settings AS s SET setting = 'sjis' WHERE s.name LIKE 'client_enc%'",
    "WITH x AS (UPDATE pg_settings SET setting = 'sjis' WHERE name = 'client_encoding') SELECT 1",
    `MERGE INTO pg_settings s USING (SELECT 1) x ON s.name = 'client_encoding'
     WHEN MATCHED THEN UPDATE SET setting = 'sjis'`,
    "CREATE TEMP VIEW s AS SELECT * FROM pg_settings; UPDATE s SET setting = 'sjis' WHERE name = 'client_encoding'",
  ]) {
    const { text: received } = await outcome(text)
    t.notMatch(received, /client_encoding\0SJIS/, text)
  }
})

t.test('mistakes in a text are still explained', async t => {
  for (const [text, message] of [
    ['SELECT emial FROM customers', 'column "emial" does not exist'],
    ['SELECT * FROM customers, nowhere', 'relation "nowhere" does not exist'],
    ['SELECT email::nothing FROM customers', 'type "nothing" does not exist'],
  ] as const)
    t.strictSame((await outcome(text)).errors, [message], text)
  const { text } = await outcome("INSERT INTO orders VALUES (1, 1, 1, 'x')")
  t.match(text, /Key \(id\)=\(1\) already exists/, 'nothing masked, nothing hidden')
})

t.test('a DELETE of every row is held, however its condition is written', async t => {
  for (const where of [
    'EXISTS (SELECT 1 FROM customers)',
    'EXISTS (SELECT 1 FROM orders o WHERE o.id = 1)',
    'random() >= 0',
    '(SELECT true)',
    '1 = (SELECT 1)',
    "now() > '2000-01-01'",
    '1 = ANY (ARRAY[1, 2])',
    'CURRENT_USER IS NOT NULL',
    "length('a') = 1",
    'CASE WHEN true THEN true ELSE false END',
    'id IN (SELECT id FROM small)',
    'id = ANY (SELECT s.id FROM public.small s)',
    'small.id IN (SELECT id FROM small) AND true',
    'ctid IS NOT NULL',
    'NOT (tableoid IS NULL)',
    'id BETWEEN id AND id',
  ])
    t.ok((await outcome(`DELETE FROM small WHERE ${where}`)).held, where)
  for (const text of [
    'DELETE FROM small USING orders o WHERE o.id = 1',
    'DELETE FROM small s USING small t WHERE s.id = t.id',
    "UPDATE small SET v = 'x' FROM orders o WHERE o.id = 1",
    "UPDATE small AS s SET v = 'x' FROM public.small t WHERE t.id = s.id",
    'MERGE INTO small USING small t ON small.id = t.id WHEN MATCHED THEN DELETE',
    'MERGE INTO small USING orders o ON o.id = 1 WHEN MATCHED THEN DELETE',
    'WITH d AS (DELETE FROM small WHERE random() >= 0 RETURNING *) SELECT 1',
  ])
    t.ok((await outcome(text)).held, text)
  await t.test('and one that narrows runs', async t => {
    for (const text of [
      'DELETE FROM small WHERE id = 77',
      'DELETE FROM small WHERE false',
      'DELETE FROM small USING orders o WHERE o.id = small.id AND o.id = -1',
      'DELETE FROM small s WHERE s.id IN (SELECT id FROM small WHERE id = -1)',
      'DELETE FROM small s WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = -s.id)',
      'DELETE FROM small USING small t WHERE small.id = t.id AND t.id = -1',
      "UPDATE small SET v = 'x' FROM orders o WHERE o.id = -id",
    ])
      t.notOk((await outcome(text)).held, text)
  })
})
