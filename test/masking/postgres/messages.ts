/** Everything that is not a row: errors, notices, notifications, plans, settings. */
import { each, type Family, lines } from './family.ts'

export const errors: Family = {
  name: 'errors',
  attacks: [
    ...each(c => `SELECT (${c}::text || 'x')::int FROM customers`),
    ...each(c => `SELECT 1 WHERE (SELECT max(${c}::text) || 'x' FROM customers)::date > now()`),
    ...lines(`
SELECT email::date FROM customers
SELECT email::uuid FROM customers
SELECT email::inet FROM customers
SELECT email::json FROM customers
SELECT email::mood FROM customers
SELECT email::point FROM customers
SELECT email::int[] FROM customers
SELECT email::xml FROM (SELECT '<' || email || '>' AS email FROM customers) x
SELECT to_date(email, 'YYYY'), to_number(email, '999') FROM customers
SELECT to_timestamp(email, 'YYYY-MM-DD') FROM customers
SELECT ('"' || email)::jsonb FROM customers
SELECT (prefs ->> 'mail')::numeric FROM customers
SELECT jsonb_path_query(prefs, '$.mail.double()') FROM customers
SELECT to_tsquery(email || ' &') FROM customers
SELECT current_setting(email) FROM customers
SELECT set_config(email, 'x', true) FROM customers
SELECT nextval(email) FROM customers
SELECT decode(email, 'hex') FROM customers
SELECT encode('x', email) FROM customers
SELECT chr(1) || to_char(now(), email) || (email::int)::text FROM customers
SELECT date_trunc(email, now()) FROM customers
SELECT extract(day FROM email::timestamp) FROM customers
SELECT date_part(email, now()) FROM customers
SELECT now() AT TIME ZONE email FROM customers
SELECT make_interval(secs => 1) + email::interval FROM customers
SELECT has_table_privilege('plain', email) FROM customers
SELECT pg_input_error_info(email, 'int') FROM customers
SELECT dblink(email, 'SELECT 1') FROM customers
SELECT query_to_xml(email, true, true, '') FROM customers
SELECT setseed(score) FROM customers
SELECT lpad(email, 10)::int FROM customers
SELECT (ARRAY[1, 2])[email::int] FROM customers
SELECT CASE WHEN email::int > 0 THEN 1 END FROM customers
SELECT id FROM customers WHERE email::int > 0
SELECT id FROM customers ORDER BY email::int
SELECT id FROM customers GROUP BY id HAVING max(email)::int > 0
SELECT count(*) FROM customers GROUP BY email::int
SELECT 1 FROM plain LIMIT (SELECT email::int FROM customers LIMIT 1)
SELECT 1 FROM plain JOIN customers ON email::int = plain.id
SELECT pl_fail()
SELECT pl_hint()
SELECT pl_column()
SELECT pl_code()
SELECT sum(balance * 1e15::int8) FROM customers
SELECT 'x'::text WHERE EXISTS (SELECT FROM customers WHERE email::int > 0)
VALUES ((SELECT email::int FROM customers LIMIT 1))
INSERT INTO plain (id) SELECT email::int FROM customers
INSERT INTO checked SELECT 1, email FROM customers
INSERT INTO customers (id, name, email) SELECT 100, 'x', email FROM customers
INSERT INTO customers (id, name, email) VALUES (100, 'x', (SELECT email FROM customers WHERE id = 1))
UPDATE customers SET email = (SELECT email FROM customers WHERE id = 2) WHERE id = 1
UPDATE customers SET name = NULL WHERE id = 1
UPDATE customers SET email = NULL WHERE id = 1
UPDATE plain SET n = (SELECT email FROM customers WHERE id = 1)::int WHERE id = 1
UPDATE events_a SET kind = 'zzz' WHERE id = 3
UPDATE events_a SET kind = 'zzz' WHERE true OR id = 3
CREATE UNIQUE INDEX ON customers (left(email, 6))
CREATE UNIQUE INDEX ON customers ((length(email)))
CREATE UNIQUE INDEX ON customers (born, (id - id)) INCLUDE (email) WHERE email::int > 0
CREATE INDEX ON customers ((email::int))
ALTER TABLE customers ADD EXCLUDE USING btree ((left(email, 3)) WITH =)
ALTER TABLE customers ADD z int GENERATED ALWAYS AS (email::int) STORED
ALTER TABLE vault ADD UNIQUE (mood_s)
CREATE TEMP TABLE mine AS SELECT email::int FROM customers
`),
  ],
}

/** Their SQLSTATE differs by how many dots the value has, which is one answer. */
export const names: Family = {
  name: 'names that are looked up while a statement runs',
  guesses: true,
  attacks: lines(`
SELECT email::regclass FROM customers
SELECT to_tsvector(email::regconfig, 'x') FROM customers
SELECT has_table_privilege(email, 'SELECT') FROM customers
SELECT pg_get_viewdef(email) FROM customers
SELECT pg_relation_size(email) FROM customers
`),
}

export const notices: Family = {
  name: 'notices, notifications and settings',
  attacks: [
    ...lines(`
SELECT pl_say()
SELECT pl_leaky(email) FROM customers
SELECT id FROM customers WHERE pl_leaky(email)
SELECT id FROM contacts WHERE pl_leaky(address)
SELECT count(*) FROM customers c WHERE pl_leaky(c::text)
SELECT id FROM customers ORDER BY pl_leaky(email)
UPDATE customers SET active = pl_leaky(email) WHERE id = 1
INSERT INTO audit (what) VALUES ('x')
UPDATE audit SET what = 'y' WHERE id > 0
EXPLAIN ANALYZE SELECT pl_leaky(email) FROM customers
EXPLAIN ANALYZE SELECT pl_say()
SELECT set_config('application_name', email, true) FROM customers
SELECT set_config('application_name', (SELECT email FROM customers WHERE id = 1), false)
SELECT set_config('TimeZone', 'UTC', true), set_config('application_name', concat(ssn), false) FROM customers
SELECT set_config('DateStyle', email, false) FROM customers
SELECT set_config('my.x', email, true) || current_setting('my.x') FROM customers
CALL pl_setting()
SELECT set_config('client_min_messages', 'debug5', true), email::text || pl_say() FROM customers
`),
    ['LISTEN tell', `SELECT pg_notify('tell', email) FROM customers`],
    [
      'LISTEN tell',
      `SELECT pg_notify('tell', x) FROM (SELECT string_agg(email, ',') AS x FROM customers) y`,
    ],
    ['SET client_min_messages = debug1', 'SELECT pl_leaky(email) FROM customers'],
    ['SET log_min_messages = debug5', 'SELECT pl_leaky(email) FROM customers'],
    [
      'SET client_min_messages = log',
      "SET log_statement = 'all'",
      "SELECT pl_run('SELECT email FROM customers')",
    ],
    ['SET debug_print_plan = on', 'SET client_min_messages = log', 'SELECT fixed()'],
    [
      'SET client_min_messages = log',
      'SET auto_explain.log_min_duration = 0',
      'SELECT email FROM customers',
    ],
  ],
}

/** Nothing but counts of rows and of memory. */
const ran = 'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off)'

export const plans: Family = {
  name: 'plans',
  attacks: [
    ...[
      "(SELECT count(*) FROM regexp_split_to_table(email, '')) FROM customers",
      '(SELECT count(*) FROM string_to_table(email, NULL)) FROM customers',
      "(SELECT max(m[1]) FROM regexp_matches(email, '[a-c]', 'g') m) FROM customers",
      '(SELECT count(*) FROM plain WHERE n + 15 < length(c.email)) FROM customers c',
      "EXISTS (SELECT FROM plain WHERE email LIKE 'canary%') FROM customers",
      'email FROM customers, generate_series(1, 400) g ORDER BY -g',
      '(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < length(email)) SELECT max(n) FROM r) FROM customers',
    ].map(each => `${ran} SELECT ${each}`),
    `EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off, FORMAT json) SELECT (SELECT count(*) FROM string_to_table(email, NULL)) FROM customers`,
    [
      'PREPARE p AS SELECT upper(x) FROM customers, string_to_table(email, NULL) x',
      `${ran} EXECUTE p`,
    ],
    `${ran} UPDATE customers SET name = 'x' WHERE (SELECT count(*) FROM string_to_table(email, NULL)) > 0`,
    `${ran} DECLARE c CURSOR FOR SELECT string_to_table(email, NULL) FROM customers`,
    ...lines(`
EXPLAIN (VERBOSE) SELECT fixed()
EXPLAIN (VERBOSE, FORMAT json) SELECT fixed()
EXPLAIN (VERBOSE, FORMAT yaml) SELECT fixed_pl()
EXPLAIN (COSTS off) SELECT * FROM plain WHERE label = fixed()
EXPLAIN SELECT * FROM plain WHERE label = fixed_pl()
EXPLAIN (ANALYZE, VERBOSE, COSTS off, TIMING off, SUMMARY off) SELECT fixed()
EXPLAIN (VERBOSE) UPDATE plain SET label = fixed() WHERE id = 1
EXPLAIN (VERBOSE) INSERT INTO plain VALUES (100, fixed())
EXPLAIN (VERBOSE) SELECT ARRAY[fixed()], ROW(fixed())
EXPLAIN (VERBOSE) SELECT CASE WHEN fixed() LIKE 'c%' THEN 1 ELSE 2 END
EXPLAIN (VERBOSE) SELECT * FROM generate_series(1, length(fixed()))
`),
    ['PREPARE p (text) AS SELECT $1', 'EXPLAIN (VERBOSE) EXECUTE p (sql_mail(1))'],
    ['PREPARE p (text) AS SELECT * FROM plain WHERE label = $1', 'EXPLAIN EXECUTE p (pl_mail(1))'],
    ['PREPARE p AS SELECT fixed()', 'EXPLAIN (VERBOSE) EXECUTE p'],
  ],
}
