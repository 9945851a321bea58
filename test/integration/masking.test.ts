import t from 'tap'
import { leaksIn } from '../support/canary.ts'
import { startProxy } from '../support/proxy.ts'
import {
  bind,
  describe,
  execute,
  parse,
  query,
  summary,
  sync,
  values,
  WireClient,
} from '../support/wire-client.ts'

/** Ways to get at a value. None may show one; all of them are answered, or refused. */
const attempts = [
  'SELECT * FROM customers',
  'TABLE customers',
  'SELECT email AS innocent FROM customers',
  'SELECT upper(email) FROM customers',
  "SELECT email || '' FROM customers",
  'SELECT reverse(email), md5(ssn), left(phone, 8), substr(ssn, 1, 9) FROM customers',
  'SELECT c FROM customers c',
  'SELECT c.* FROM customers c',
  'SELECT (c).email FROM customers c',
  'SELECT row_to_json(c) FROM customers c',
  'SELECT to_jsonb(c) FROM customers c',
  'SELECT json_agg(c) FROM customers c',
  'SELECT jsonb_build_object($$e$$, email) FROM customers',
  'SELECT c::text FROM customers c',
  'SELECT ROW(c.*) FROM customers c',
  'SELECT array_agg(email) FROM customers',
  "SELECT string_agg(email, ',') FROM customers",
  'SELECT max(email), min(ssn), max(balance), sum(balance), avg(score) FROM customers',
  'WITH x AS (SELECT * FROM customers) SELECT * FROM x',
  'WITH x(a, b, c) AS (SELECT id, name, email FROM customers) SELECT c FROM x',
  'SELECT e FROM (SELECT email AS e FROM customers) q',
  'SELECT (SELECT email FROM customers LIMIT 1)',
  'SELECT address FROM contacts',
  'SELECT * FROM contacts',
  'SELECT name FROM customers UNION ALL SELECT email FROM customers',
  "SELECT 'x' UNION SELECT email FROM customers",
  'SELECT email FROM customers INTERSECT SELECT email FROM customers',
  'SELECT coalesce(email, name), nullif(ssn, name) FROM customers',
  "SELECT CASE WHEN email LIKE 'canary1@%' THEN name ELSE email END FROM customers",
  'SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id',
  'SELECT * FROM orders o NATURAL JOIN (SELECT id, email FROM customers) c',
  'SELECT x.e FROM orders, LATERAL (SELECT email AS e FROM customers LIMIT 1) x',
  'SELECT unnest(ARRAY[email, ssn]) FROM customers',
  'SELECT first_value(email) OVER (ORDER BY id) FROM customers',
  'SELECT lag(email) OVER (ORDER BY id) FROM customers',
  'SELECT DISTINCT email FROM customers',
  'SELECT email FROM customers GROUP BY email',
  "SELECT encode(email::bytea, 'base64'), encode(email::bytea, 'hex') FROM customers",
  "SELECT convert_to(email, 'UTF16') FROM customers",
  'SELECT balance::text, score::text, born::text, prefs::text FROM customers',
  "SELECT prefs->>'mail', prefs FROM customers",
  'SELECT to_char(balance, $$9999999D99$$), born + 0, age(born) FROM customers',
  'SELECT format($$%s$$, email), concat(email, ssn), quote_literal(email) FROM customers',
  'SELECT regexp_matches(email, $$.*$$) FROM customers',
  'SELECT regexp_split_to_table(email, $$@$$) FROM customers',
  'SELECT jsonb_each_text(to_jsonb(c)) FROM customers c',
  'SELECT * FROM customers c, jsonb_each_text(to_jsonb(c))',
  'SELECT * FROM json_populate_recordset(null::customers, (SELECT json_agg(c) FROM customers c))',
  'SELECT xmlforest(email) FROM customers',
  "SELECT query_to_xml('SELECT * FROM customers', true, true, '')",
  "SELECT table_to_xml('customers', true, true, '')",
  "SELECT database_to_xml(true, true, '')",
  'SELECT * FROM pg_stats WHERE tablename = $$customers$$',
  'SELECT stavalues1::text FROM pg_statistic',
  'SELECT query FROM pg_stat_activity',
  'UPDATE customers SET active = true WHERE id = 1 RETURNING *',
  'UPDATE customers SET active = true WHERE id = 1 RETURNING upper(email), customers',
  'DELETE FROM customers WHERE id = -1 RETURNING email',
  "INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET active = true RETURNING *",
  'COPY customers TO STDOUT',
  'COPY customers TO STDOUT (FORMAT csv, HEADER)',
  'COPY customers TO STDOUT (FORMAT binary)',
  'COPY customers (email, id) TO STDOUT',
  'COPY (SELECT upper(email), c FROM customers c) TO STDOUT',
  "COPY (SELECT email FROM customers) TO STDOUT (FORMAT csv, FORCE_QUOTE *, QUOTE '''')",
  'BEGIN; DECLARE cur CURSOR FOR SELECT * FROM customers; FETCH 5 FROM cur; COMMIT',
  'PREPARE p AS SELECT email FROM customers; EXECUTE p; DEALLOCATE p',
  'CREATE TEMP TABLE mine (a text); INSERT INTO mine VALUES (1); SELECT * FROM mine',
  'SELECT email::int FROM customers',
  'SELECT (email || $$x$$)::numeric FROM customers WHERE id = 1',
  "INSERT INTO customers (id, name, email) SELECT 1, 'x', 'y'",
  "INSERT INTO customers (id, name, email) VALUES (900, 'x', 'canary1@secret.example')",
  'UPDATE customers SET email = NULL WHERE id = 1',
  'SELECT 1 / (length(email) - length(email)) FROM customers',
  'EXPLAIN ANALYZE SELECT * FROM customers',
  'SELECT pg_typeof(email), pg_column_size(email) FROM customers',
  'SELECT ts_headline(email, to_tsquery($$secret$$)) FROM customers',
  'SELECT greatest(email, name), least(ssn, name) FROM customers',
  'SELECT json_object_agg(id, email) FROM customers',
  'SELECT * FROM (VALUES (1)) v JOIN LATERAL (SELECT c FROM customers c) x ON true',
  'MERGE INTO audit a USING customers c ON a.id = c.id WHEN MATCHED THEN DELETE RETURNING c.*',
] as const

t.test('no masked value is in any byte that the client receives', async t => {
  const proxy = await startProxy(t, { log: true })
  for (const [name, format] of [
    ['simple', undefined],
    ['extended, text', 0],
    ['extended, binary', 1],
  ] as const) {
    await t.test(`${name} protocol`, async t => {
      for (const text of attempts) {
        // What is held is none of this test: the client leaves, and nothing runs.
        const client = await WireClient.connect(proxy.port)
        if (format === undefined) client.send(query(text))
        else client.send(parse(text), bind({ format }), describe('P'), execute(), sync)
        const frames: string[] = []
        for (let frame = await client.next(); frame !== undefined; frame = await client.next()) {
          frames.push(frame.type)
          if (frame.type === 'Z') break
          if (frame.type === 'N' && frame.body.includes('held for approval')) break
        }
        t.strictSame(leaksIn(client.received), [], text)
        t.ok(frames.length > 0, `${text}: ${frames.join(' ').slice(0, 60)}`)
        client.close()
      }
    })
  }
})

t.test('a masked column is its mask, whatever the way there', async t => {
  const proxy = await startProxy(t, { customers: 2 })
  const client = await WireClient.connect(proxy.port)
  t.teardown(() => client.close())
  const rows = async (text: string): Promise<(string | null)[][]> => {
    client.send(query(text))
    const frames = await client.untilReady()
    t.match(summary(frames), /C\(SELECT \d+\)/, text)
    return frames.filter(frame => frame.type === 'D').map(values)
  }
  const [direct] = await rows('SELECT email, phone, ssn, born FROM customers WHERE id = 1')
  t.match(direct, [/@secret\.example$/, /^\+49\*+$/, '[redacted]', '1961-01-01'])
  for (const text of [
    'SELECT e, p, s, b FROM (SELECT id, email e, phone p, ssn s, born b FROM customers) q WHERE id = 1',
    'WITH x AS (TABLE customers) SELECT email, phone, ssn, born FROM x WHERE id = 1',
    'SELECT c.email, c.phone, c.ssn, c.born FROM orders o JOIN customers c ON o.customer_id = c.id WHERE o.id = 2',
  ])
    t.strictSame((await rows(text))[0], direct, text)
  await t.test('what touches nothing masked is as the server sent it', async t => {
    t.strictSame(await rows('SELECT id, name, active FROM customers ORDER BY id'), [
      ['1', 'Name 1', 't'],
      ['2', 'Name 2', 't'],
    ])
    t.strictSame(
      await rows(
        "SELECT count(*), count(email) FROM customers WHERE email = 'canary1@secret.example'",
      ),
      [['1', '1']],
    )
    t.strictSame(
      await rows(
        'SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email IS NOT NULL ORDER BY 1 LIMIT 2',
      ),
      [['1'], ['2']],
    )
  })
})
