/**
 * What people and programs ask that shows nothing masked: it must come back byte for byte, unheld,
 * however often it joins on, counts, filters by or writes to masked columns.
 */
import { each, lines } from './family.ts'

const scalars = `
name || '' | upper(name) | length(name) | id + 1 | id::text | -id | id % 2 | name LIKE 'N%' | active
id IN (1, 2) | coalesce(name, '') | nullif(name, 'x') | left(name, 2) | md5(name) | id BETWEEN 1 AND 3
CASE WHEN id > 2 THEN 'a' ELSE name END | ARRAY[id, 2] | ROW(id, name) | jsonb_build_object('a', id)
format('%s-%s', id, name) | to_char(id, '000') | greatest(id, 2) | (id, name) | name COLLATE "C"
row_number() OVER (ORDER BY id) | lag(name) OVER (ORDER BY id) | sum(id) OVER () | repeat(name, 2)
regexp_replace(name, 'a', 'b') | split_part(name, ' ', 2) | string_to_array(name, ' ') | now() IS NULL
id::numeric / 2 | power(id, 2) | encode(name::bytea, 'hex') | to_json(name) | concat_ws(',', id, name)
not active | active IS TRUE | name IS NULL | name ~ '^N' | quote_literal(name) | 'x' || id | abs(id)
`
  .split(/ \| |\n/)
  .map(text => text.trim())
  .filter(text => text !== '')

/** Every filter over a masked column, over a table that is read for something else. */
const filters = lines(`
email = 'canary1@secret.example'
email IN ('canary1@secret.example', 'canary2@secret.example')
email IS NOT NULL
score = 555000000001
born = '1961-03-08'
phone IS NULL OR ssn IS NOT NULL
`)

export const legitimate: readonly string[] = [
  ...scalars.map(scalar => `SELECT ${scalar} AS x FROM customers ORDER BY id`),
  ...scalars.map(
    scalar => `SELECT x.* FROM (SELECT ${scalar} AS v FROM customers ORDER BY id LIMIT 2) x`,
  ),
  ...filters.flatMap(filter => [
    `SELECT id, name FROM customers WHERE ${filter} ORDER BY id`,
    `SELECT count(*) FROM customers WHERE ${filter}`,
    `SELECT o.id, o.note FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.${filter.replace(' OR ssn', ' OR c.ssn')} ORDER BY o.id`,
    `SELECT EXISTS (SELECT 1 FROM orders) AND true, note FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE ${filter}) ORDER BY id`,
    `UPDATE customers SET active = true WHERE ${filter} AND id = 1`,
    `UPDATE customers SET name = upper(name) WHERE ${filter} AND id = 2 RETURNING id, name`,
    `DELETE FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE ${filter} AND id = 77)`,
  ]),
  ...each(c => `SELECT count(${c}) FROM customers`),
  ...each(c => `SELECT id, ${c} IS NULL AS missing FROM customers ORDER BY id`),
  ...each(c => `SELECT count(DISTINCT ${c}) FROM customers`),
  ...each(c => `SELECT id FROM customers GROUP BY id, ${c} ORDER BY id`),
  ...each(c => `SELECT a.id FROM customers a JOIN customers b ON a.${c} = b.${c} ORDER BY a.id`),
  ...each(
    c =>
      `SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attname = '${c}'`,
  ),
  ...each(c => `UPDATE customers SET ${c} = DEFAULT WHERE id = -1`),
  ...lines(`
SELECT 1
SELECT 'canary' AS email
SELECT version() IS NOT NULL, current_database() IS NOT NULL, current_schema()
SELECT NULL, true, 1.5, 'x'::text, ARRAY[1, 2], '{"a": 1}'::jsonb, '\\x01'::bytea, date '2020-01-01'
SELECT id, name, active FROM customers ORDER BY id
SELECT c.id, c.name FROM customers c ORDER BY c.name DESC, c.id
SELECT id FROM customers ORDER BY id LIMIT 2 OFFSET 1
SELECT id FROM customers ORDER BY id FETCH FIRST 2 ROWS ONLY
SELECT DISTINCT active FROM customers
SELECT DISTINCT ON (active) id, name FROM customers ORDER BY active, id
SELECT active, count(*), min(id), max(name), array_agg(id ORDER BY id) FROM customers GROUP BY active
SELECT active, count(*) FROM customers GROUP BY ROLLUP (active) ORDER BY 1
SELECT count(*), count(email), count(DISTINCT ssn) FROM customers
SELECT count(*) FILTER (WHERE active) FROM customers
SELECT sum(total), avg(total), min(total), max(total) FROM orders
SELECT customer_id, sum(total) FROM orders GROUP BY customer_id HAVING sum(total) > 1 ORDER BY 1
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id
SELECT o.id, c.name FROM orders o LEFT JOIN customers c USING (id) ORDER BY o.id
SELECT c.name, count(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name ORDER BY c.id
SELECT c.name, x.n FROM customers c, LATERAL (SELECT count(*) AS n FROM orders o WHERE o.customer_id = c.id) x ORDER BY c.id
SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c ORDER BY c.id
SELECT o.note FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer_id AND c.email IS NOT NULL) ORDER BY o.id
SELECT o.note FROM orders o WHERE o.customer_id NOT IN (SELECT id FROM customers WHERE active) ORDER BY o.id
SELECT o.id FROM orders o, customers c, plain p WHERE o.customer_id = c.id AND p.id = o.id ORDER BY 1
SELECT id FROM customers UNION SELECT id FROM orders ORDER BY 1
SELECT id, name FROM customers INTERSECT SELECT id, name FROM customers ORDER BY 1
SELECT id FROM orders EXCEPT SELECT id FROM customers ORDER BY 1
VALUES (1, 'a'), (2, 'b')
TABLE plain
TABLE orders
SELECT * FROM plain ORDER BY id
SELECT p, p.*, (p).label FROM plain p ORDER BY id
SELECT row_to_json(p), to_jsonb(o) FROM plain p JOIN orders o ON o.id = p.id ORDER BY p.id
SELECT json_agg(p ORDER BY p.id), array_agg(p ORDER BY p.id) FROM plain p
SELECT jsonb_each_text(to_jsonb(p)) FROM plain p ORDER BY id
WITH x AS (SELECT id, name FROM customers) SELECT * FROM x ORDER BY id
WITH x AS (SELECT * FROM customers) SELECT id, name FROM x ORDER BY id
WITH x AS (TABLE customers), y AS (SELECT id FROM x WHERE email IS NOT NULL) SELECT count(*) FROM y
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r
WITH RECURSIVE r AS (SELECT id, name, 1 AS depth FROM customers WHERE id = 1 UNION ALL SELECT c.id, c.name, depth + 1 FROM customers c JOIN r ON c.id = r.id + 1) SELECT * FROM r
WITH u AS (UPDATE plain SET n = n + 1 WHERE id = 1 RETURNING *) SELECT * FROM u
SELECT id, label FROM contacts ORDER BY id
SELECT n FROM counted
SELECT id, note FROM joined ORDER BY id
SELECT id FROM nested ORDER BY id
SELECT id FROM kept ORDER BY id
SELECT (everything).id, (everything).name FROM whole ORDER BY 1
SELECT note FROM referring ORDER BY 1
SELECT note FROM copied ORDER BY 1
SELECT id, kind FROM events ORDER BY id
SELECT id FROM events_rest ORDER BY id
SELECT id FROM parent ORDER BY id
SELECT extra FROM child ORDER BY id
SELECT id FROM handles ORDER BY id
SELECT id FROM vault ORDER BY id
SELECT * FROM other.customers
SELECT email FROM shadow
SELECT s.* FROM shadow s JOIN customers c ON c.id = s.id
SELECT g FROM generate_series(1, 5) g
SELECT g, name FROM generate_series(1, 2) g CROSS JOIN customers WHERE id = 1 ORDER BY g
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS u (a, b)
SELECT * FROM unnest(ARRAY[3, 4]) WITH ORDINALITY
SELECT * FROM jsonb_to_recordset('[{"a": 1}]') AS x (a int)
SELECT * FROM XMLTABLE('/a' PASSING xml '<a><b>1</b></a>' COLUMNS b int PATH 'b')
SELECT id, rank() OVER (PARTITION BY active ORDER BY id), ntile(2) OVER (ORDER BY id) FROM customers ORDER BY id
SELECT first_value(name) OVER w, last_value(id) OVER w FROM customers WINDOW w AS (ORDER BY id) ORDER BY id
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
SELECT string_agg(name, ', ' ORDER BY id) FROM customers
SELECT gather(name ORDER BY id) FROM customers
SELECT id FROM customers WHERE name LIKE 'Name%' AND id > 1 ORDER BY id
SELECT id FROM customers WHERE lower(name) = 'name 1'
SELECT id FROM customers WHERE (id, name) IN ((1, 'Name 1'), (2, 'x'))
SELECT id FROM customers WHERE id = ANY ('{1,2,3}') ORDER BY id
SELECT id FROM customers FOR UPDATE
SELECT id FROM customers WHERE id = 1 FOR SHARE SKIP LOCKED
INSERT INTO plain VALUES (100, 'x', 1)
INSERT INTO plain VALUES (100, 'x', 1) RETURNING *
INSERT INTO plain (id, label) SELECT id + 100, name FROM customers ORDER BY id RETURNING id, label
INSERT INTO plain VALUES (1, 'x', 1) ON CONFLICT DO NOTHING
INSERT INTO plain VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET label = excluded.label RETURNING id, label
INSERT INTO customers (id, name, email) VALUES (100, 'x', 'new@example.com')
INSERT INTO customers (id, name, email) VALUES (100, 'x', 'new@example.com') RETURNING id, name, active
INSERT INTO orders (id, customer_id, total) VALUES (100, 1, 5) RETURNING *
UPDATE plain SET label = 'y', n = n + 1 WHERE id = 1
UPDATE plain SET label = upper(label) WHERE id IN (1, 2) RETURNING *
UPDATE plain SET n = c.id FROM customers c WHERE c.id = plain.id AND c.id = 1 RETURNING plain.id, n
UPDATE customers SET name = 'x' WHERE email = 'canary1@secret.example'
UPDATE writable SET label = 'z' WHERE id = 1 RETURNING id, label
DELETE FROM orders WHERE id = 1
DELETE FROM orders WHERE id = 2 RETURNING id, note
DELETE FROM plain USING customers c WHERE c.id = plain.id AND plain.id = 1
COPY plain TO STDOUT
COPY plain TO STDOUT (FORMAT csv, HEADER)
COPY plain TO STDOUT (FORMAT binary)
COPY orders (id, note) TO STDOUT
COPY customers (id, name) TO STDOUT
COPY (SELECT id, name FROM customers ORDER BY id) TO STDOUT (FORMAT csv)
EXPLAIN (COSTS off) SELECT id FROM customers WHERE id = 1
EXPLAIN (COSTS off) SELECT * FROM customers WHERE email = 'canary1@secret.example'
EXPLAIN (COSTS off) SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id
EXPLAIN (COSTS off, VERBOSE) UPDATE plain SET n = 1 WHERE id = 1
BEGIN
SAVEPOINT s
SHOW search_path
SHOW server_version
SHOW TimeZone
SHOW ALL
SET work_mem = '8MB'
SET LOCAL statement_timeout = '10s'
SET application_name = 'app'
SET TimeZone = 'UTC'
SET DateStyle = 'ISO, DMY'
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
RESET work_mem
SELECT set_config('application_name', 'x', false)
SELECT current_setting('work_mem'), current_setting('search_path')
SELECT pg_advisory_xact_lock(1), pg_try_advisory_xact_lock(2)
SELECT nextval('audit_id_seq') > 0
SELECT currval('audit_id_seq') WHERE false
LISTEN news
NOTIFY news, 'hello'
UNLISTEN *
PREPARE p (int) AS SELECT name FROM customers WHERE id = $1
DECLARE c CURSOR FOR SELECT id, name FROM customers ORDER BY id
CREATE TEMP TABLE mine (x int)
CREATE TEMP TABLE mine AS SELECT id, name FROM customers
CREATE TEMP VIEW mine AS SELECT id, name FROM customers
LOCK TABLE plain IN SHARE MODE
ANALYZE plain
SELECT relname, relkind FROM pg_class WHERE relname IN ('customers', 'orders') ORDER BY 1
SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1
SELECT typname FROM pg_type WHERE typname = 'mood'
SELECT enumlabel FROM pg_enum ORDER BY enumsortorder
SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'customers'::regclass ORDER BY 1
SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'customers'::regclass ORDER BY 1
SELECT pg_get_viewdef('contacts'::regclass)
SELECT proname, pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'sql_mail'
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position
SELECT constraint_name, table_name FROM information_schema.table_constraints WHERE table_schema = 'public' ORDER BY 1, 2
SELECT column_name FROM information_schema.key_column_usage WHERE table_name = 'customers' ORDER BY 1
SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1
SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1
SELECT a.attname, d.adbin IS NOT NULL FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = 'customers'::regclass AND a.attnum > 0 ORDER BY a.attnum
SELECT obj_description('plain'::regclass), col_description('plain'::regclass, 1)
SELECT has_table_privilege('customers', 'SELECT'), has_schema_privilege('public', 'USAGE')
SELECT rolname, rolsuper FROM pg_roles WHERE rolname = 'postgres'
SELECT datname FROM pg_database WHERE datname IN ('postgres', 'template1') ORDER BY 1
SELECT name, setting FROM pg_settings WHERE name IN ('work_mem', 'port') AND name <> 'port'
SELECT extname FROM pg_extension ORDER BY 1
SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1
SELECT similarity('abc', 'abd'), 'a' % 'b', levenshtein('a', 'b'), digest('x', 'sha1'), hstore('a', '1') -> 'a'
SELECT to_tsvector('simple', name) FROM customers ORDER BY id
SELECT to_tsvector('simple', name) @@ to_tsquery('simple', 'name') FROM customers ORDER BY id
SELECT 1 / 0
SELECT 'x'::int
INSERT INTO orders VALUES (100, 999, 1, 'x')
INSERT INTO plain (nothing) VALUES (1)
`),
]

const citext = 'citext brings a function of that name that calls the one of the server'

/** Answered otherwise, and why. */
export const otherwise: ReadonlyMap<string, string> = new Map(
  [`regexp_replace(name, 'a', 'b')`, `split_part(name, ' ', 2)`]
    .flatMap((call): [string, string][] => [
      [`SELECT ${call} AS x FROM customers ORDER BY id`, citext],
      [`SELECT x.* FROM (SELECT ${call} AS v FROM customers ORDER BY id LIMIT 2) x`, citext],
    ])
    .concat([
      [
        'SELECT (everything).id, (everything).name FROM whole ORDER BY 1',
        'fields of a row that a view gives as one column are not told apart',
      ],
    ]),
)
