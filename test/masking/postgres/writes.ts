/** INSERT, UPDATE, DELETE, MERGE: what they give back, and where they put values to be read later. */
import { type Family, lines } from './family.ts'

export const returning: Family = {
  name: 'RETURNING',
  attacks: lines(`
UPDATE customers SET active = true WHERE id = 1 RETURNING *
UPDATE customers SET active = true WHERE id = 1 RETURNING customers
UPDATE customers AS x SET active = true WHERE id = 1 RETURNING x.email AS id
UPDATE customers SET active = true WHERE id = 1 RETURNING upper(email), to_jsonb(customers)
UPDATE customers SET name = email WHERE id = 1 RETURNING name
UPDATE customers SET name = upper(email) || '' WHERE id = 1 RETURNING name
UPDATE customers SET (name, phone) = (SELECT email, ssn FROM customers WHERE id = 2) WHERE id = 1 RETURNING name
UPDATE customers SET (name, phone) = ROW(email, DEFAULT) WHERE id = 1 RETURNING name
UPDATE customers SET email = name WHERE id = 1 RETURNING (SELECT d.email FROM customers d WHERE d.id = 1)
UPDATE plain SET label = (SELECT email FROM customers WHERE id = 1) WHERE id = 1 RETURNING label
UPDATE plain SET label = c.email FROM customers c WHERE c.id = plain.id RETURNING plain.*
UPDATE plain SET n = c.score FROM customers c WHERE c.id = plain.id RETURNING n
UPDATE plain p SET n = 1 FROM customers c WHERE c.id = p.id RETURNING c.*
UPDATE plain p SET n = 1 FROM customers c WHERE c.id = p.id RETURNING *
UPDATE plain p SET n = 1 FROM (SELECT email AS e, id FROM customers) c WHERE c.id = p.id RETURNING e
UPDATE plain SET n = 1 WHERE id = 1 RETURNING (SELECT email FROM customers WHERE id = 1)
UPDATE contacts SET label = 'x' WHERE id = 1 RETURNING address
UPDATE contacts SET label = address WHERE id = 1 RETURNING label
UPDATE writable SET label = (SELECT email FROM customers WHERE id = 1) WHERE id = 1 RETURNING label
UPDATE joined SET note = 'x' WHERE id = 1 RETURNING whose
UPDATE joined SET note = 'x' WHERE id = 1 RETURNING *
UPDATE events SET kind = 'a' WHERE id = 1 RETURNING secret
UPDATE parent SET id = id WHERE id = 3 RETURNING secret
DELETE FROM orders WHERE id = 1 RETURNING (SELECT email FROM customers c WHERE c.id = customer_id)
DELETE FROM orders USING customers c WHERE c.id = customer_id AND orders.id = 1 RETURNING c.email, c
DELETE FROM events WHERE id = 1 RETURNING *
DELETE FROM copied WHERE note = 'note 1' RETURNING secret
DELETE FROM referring WHERE note = 'note 1' RETURNING mail AS note
DELETE FROM vault WHERE id = 1 RETURNING vault
INSERT INTO plain SELECT id + 100, email, score FROM customers RETURNING *
INSERT INTO plain (id, label) VALUES (100, (SELECT email FROM customers WHERE id = 1)) RETURNING label
INSERT INTO plain (id, n) SELECT id + 100, score FROM customers RETURNING n
INSERT INTO plain TABLE plain ON CONFLICT (id) DO UPDATE SET label = (SELECT email FROM customers WHERE id = 1) RETURNING label
INSERT INTO plain SELECT id, email FROM customers ON CONFLICT (id) DO UPDATE SET label = excluded.label RETURNING label
INSERT INTO plain SELECT id, 'x' FROM customers ON CONFLICT (id) DO UPDATE SET n = 1 WHERE plain.id < 3 RETURNING (SELECT email FROM customers WHERE id = plain.id)
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET active = true RETURNING *
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET name = customers.email RETURNING name
INSERT INTO customers AS c (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET name = excluded.name || c.ssn RETURNING name
INSERT INTO plain VALUES (100, 'x') RETURNING (SELECT email FROM customers WHERE id = 1)
INSERT INTO plain OVERRIDING SYSTEM VALUE SELECT 100, (SELECT email FROM customers WHERE id = 1) RETURNING label
INSERT INTO audit (what) VALUES ('x') RETURNING what
INSERT INTO defaulted (id) VALUES (1) RETURNING mail, n
INSERT INTO defaulted DEFAULT VALUES RETURNING *
INSERT INTO defaulted VALUES (1, DEFAULT, DEFAULT) RETURNING mail
`),
}

export const newReturning: Family = {
  name: 'MERGE and versions in RETURNING',
  attacks: lines(`
UPDATE customers SET email = 'new' || id WHERE id = 5 RETURNING old.email
UPDATE customers SET active = true WHERE id = 1 RETURNING old, new
UPDATE customers SET active = true WHERE id = 1 RETURNING old.*
UPDATE customers SET active = true WHERE id = 1 RETURNING new.ssn AS id, to_jsonb(old)
UPDATE customers SET name = email WHERE id = 1 RETURNING new.name, old.name
UPDATE customers SET active = true WHERE id = 1 RETURNING WITH (OLD AS o, NEW AS n) o.email, n.phone
UPDATE customers SET active = true WHERE id = 1 RETURNING WITH (OLD AS plain) plain.email
DELETE FROM vault WHERE id = 1 RETURNING old.words_s
DELETE FROM vault WHERE id = 1 RETURNING WITH (NEW AS n) n, old
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET active = true RETURNING old.email
MERGE INTO plain p USING customers c ON p.id = c.id WHEN MATCHED THEN UPDATE SET n = 1 RETURNING c.email
MERGE INTO plain p USING customers c ON p.id = c.id WHEN MATCHED THEN UPDATE SET label = c.email RETURNING p.label
MERGE INTO plain p USING customers c ON p.id = c.id WHEN MATCHED THEN DELETE RETURNING *
MERGE INTO plain p USING customers c ON p.id = c.id + 100 WHEN NOT MATCHED THEN INSERT VALUES (c.id + 100, c.email, 1) RETURNING p.*
MERGE INTO plain p USING customers c ON p.id = c.id + 100 WHEN NOT MATCHED THEN INSERT (id, label) VALUES (c.id + 100, c.email) RETURNING merge_action(), new.label
MERGE INTO plain p USING customers c ON p.id = c.id WHEN MATCHED AND c.email LIKE 'c%' THEN DELETE WHEN MATCHED THEN UPDATE SET n = 2 RETURNING merge_action()
MERGE INTO customers c USING plain p ON p.id = c.id WHEN MATCHED THEN UPDATE SET active = true RETURNING c.email, old.ssn
MERGE INTO customers c USING plain p ON p.id = c.id WHEN MATCHED THEN UPDATE SET name = c.email RETURNING new.name
MERGE INTO plain p USING (SELECT id, email AS e FROM customers) s ON p.id = s.id WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED BY SOURCE THEN UPDATE SET label = (SELECT email FROM customers WHERE id = 1) RETURNING label
WITH m AS (MERGE INTO plain p USING customers c ON p.id = c.id WHEN MATCHED THEN UPDATE SET label = c.email RETURNING p.label) SELECT * FROM m
`),
}

/** What a reviewer would let pass is read in the same session. */
export const moved: Family = {
  name: 'values that were put elsewhere',
  attacks: [
    ['CREATE TEMP TABLE mine AS SELECT email AS x FROM customers', 'SELECT x FROM mine'],
    ['SELECT email AS x INTO TEMP mine FROM customers', 'SELECT * FROM mine'],
    [
      'CREATE TEMP TABLE mine (x text)',
      'INSERT INTO mine SELECT email FROM customers',
      'TABLE mine',
    ],
    [
      'CREATE TEMP TABLE mine (x text)',
      `INSERT INTO mine VALUES ('')`,
      'UPDATE mine SET x = (SELECT max(email) FROM customers)',
      'TABLE mine',
    ],
    [
      'CREATE TEMP TABLE mine (x text)',
      'WITH i AS (INSERT INTO mine SELECT email FROM customers RETURNING 1) SELECT 1',
      'SELECT upper(x) FROM mine',
    ],
    ['CREATE TEMP TABLE mine (LIKE customers)', 'INSERT INTO mine TABLE customers', 'TABLE mine'],
    [
      'CREATE TEMP TABLE mine (id int, x text)',
      'CREATE TEMP TABLE heir () INHERITS (mine)',
      'INSERT INTO heir SELECT id, email FROM customers',
      'SELECT x FROM mine',
    ],
    [
      'CREATE TEMP TABLE mine (id int, x text) PARTITION BY RANGE (id)',
      'CREATE TEMP TABLE part PARTITION OF mine DEFAULT',
      'INSERT INTO part SELECT id, email FROM customers',
      'SELECT x FROM mine',
    ],
    [
      'CREATE TEMP TABLE mine (id int, x text) PARTITION BY RANGE (id)',
      'CREATE TEMP TABLE part (id int, x text)',
      'INSERT INTO part SELECT id, email FROM customers',
      'ALTER TABLE mine ATTACH PARTITION part DEFAULT',
      'SELECT x FROM mine',
    ],
    [
      'CREATE TEMP TABLE mine () INHERITS (customers)',
      `INSERT INTO mine SELECT id + 100, name, 'n' || email, ssn FROM customers`,
      'SELECT email FROM mine',
    ],
    ['CREATE TEMP VIEW mine AS SELECT email AS x FROM customers', 'SELECT x FROM mine'],
    [
      'CREATE OR REPLACE TEMP VIEW mine (a, b) AS SELECT id, upper(email) FROM customers',
      'TABLE mine',
    ],
    ['CREATE TEMP RECURSIVE VIEW mine (a) AS SELECT email FROM customers', 'TABLE mine'],
    [
      'CREATE VIEW mine AS SELECT email AS x FROM customers',
      'SELECT x FROM mine',
      'DROP VIEW mine',
    ],
    [
      'CREATE MATERIALIZED VIEW mine AS SELECT email AS x FROM customers',
      'SELECT x FROM mine',
      'DROP MATERIALIZED VIEW mine',
    ],
    ['CREATE TABLE mine AS TABLE customers', 'SELECT email FROM mine', 'DROP TABLE mine'],
    [
      'CREATE TABLE mine AS EXECUTE nothing',
      'CREATE TEMP TABLE own AS TABLE contacts',
      'TABLE own',
    ],
    [
      'PREPARE p AS SELECT email FROM customers',
      'CREATE TEMP TABLE mine AS EXECUTE p',
      'TABLE mine',
    ],
    [
      `CREATE TEMP TABLE mine (x text DEFAULT sql_mail(1))`,
      'INSERT INTO mine DEFAULT VALUES',
      'TABLE mine',
    ],
    [
      'CREATE TEMP TABLE mine (i int, x text GENERATED ALWAYS AS (fixed()) STORED)',
      'INSERT INTO mine VALUES (1)',
      'TABLE mine',
    ],
    [
      'CREATE TEMP TABLE mine (x int)',
      'INSERT INTO mine VALUES (1)',
      'ALTER TABLE mine ALTER x TYPE text USING sql_mail(x)',
      'TABLE mine',
    ],
    [
      'CREATE TEMP TABLE mine (x int)',
      'INSERT INTO mine VALUES (1)',
      'ALTER TABLE mine ADD y text DEFAULT sql_mail(1)',
      'TABLE mine',
    ],
    ['CREATE TEMP TABLE customers AS SELECT email AS id FROM public.customers', 'TABLE customers'],
    ['CREATE TEMP TABLE customers (email text)', 'SELECT email FROM public.customers'],
    ['CREATE TEMP TABLE shadow AS SELECT id, email FROM customers', 'SELECT email FROM shadow'],
    [
      'CREATE TEMP TABLE customers (id int)',
      'DROP TABLE pg_temp.customers',
      'SELECT email FROM customers',
    ],
    [
      'BEGIN',
      'CREATE TEMP TABLE customers (email text)',
      'ROLLBACK',
      'SELECT email FROM customers',
    ],
    [
      'BEGIN',
      'SAVEPOINT s',
      'CREATE TEMP TABLE customers (email text)',
      'ROLLBACK TO s',
      'SELECT email FROM customers',
      'COMMIT',
    ],
    ['SET search_path = other, public', 'SET search_path = public', 'SELECT email FROM customers'],
    ['BEGIN', 'SET LOCAL search_path = other', 'COMMIT', 'SELECT email FROM customers'],
    ['BEGIN', 'SET search_path = other', 'ROLLBACK', 'SELECT email FROM customers'],
    [`SELECT set_config('search_path', 'other', true)`, 'SELECT email FROM customers'],
    ['SET search_path = ""', 'SELECT email FROM public.customers'],
    ['SET search_path = nowhere, public, other', 'SELECT email FROM customers'],
    ['SET search_path = other', 'RESET search_path', 'SELECT email FROM customers'],
    ['SET search_path = other', 'RESET ALL', 'SELECT email FROM customers'],
    ['SET search_path = other', 'DISCARD ALL', 'SELECT email FROM customers'],
    ['SET search_path TO "$user", public', 'TABLE customers'],
    ["SET SCHEMA 'public'", 'SELECT email FROM customers'],
    [
      'ALTER TABLE customers RENAME email TO open',
      'SELECT open FROM customers',
      'ALTER TABLE customers RENAME open TO email',
    ],
    [
      'ALTER TABLE customers RENAME TO people',
      'SELECT email FROM people',
      'ALTER TABLE people RENAME TO customers',
    ],
    [
      'BEGIN',
      'ALTER TABLE customers RENAME email TO open',
      'SELECT open FROM customers',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'ALTER TABLE customers SET SCHEMA other',
      'SELECT 1',
      'ROLLBACK',
      'SELECT email FROM customers',
    ],
    [
      'BEGIN',
      'ALTER SCHEMA public RENAME TO private',
      'SELECT email FROM private.customers',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'ALTER VIEW contacts RENAME address TO open',
      'SELECT open FROM contacts',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'CREATE OR REPLACE VIEW writable AS SELECT id, email AS label FROM customers',
      'SELECT label FROM writable',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      "CREATE OR REPLACE FUNCTION mine() RETURNS text LANGUAGE sql AS 'SELECT email FROM customers'",
      'SELECT mine()',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'ALTER TABLE customers ADD COLUMN leak text GENERATED ALWAYS AS (upper(email)) STORED',
      'SELECT leak FROM customers',
      'ROLLBACK',
    ],
    [
      'BEGIN',
      'ALTER TABLE plain INHERIT parent',
      'SELECT 1',
      'ROLLBACK',
      'SELECT secret FROM parent',
    ],
    [
      'BEGIN',
      'ALTER TABLE customers ADD COLUMN z text',
      'UPDATE customers SET z = email WHERE id > 0',
      'SELECT z FROM customers',
      'ROLLBACK',
    ],
    [
      'UPDATE plain SET label = (SELECT email FROM customers WHERE id = 1) WHERE id = 1',
      'SELECT label FROM plain',
      `UPDATE plain SET label = 'label 1' WHERE id = 1`,
    ],
    [
      `SELECT setval('audit_id_seq', (SELECT score FROM customers WHERE id = 1))`,
      `SELECT currval('audit_id_seq'), lastval()`,
      `SELECT setval('audit_id_seq', 1)`,
    ],
    [
      `SELECT set_config('my.value', email, false) FROM customers WHERE id = 1`,
      `SELECT current_setting('my.value')`,
    ],
    [`SELECT set_config('my.value', email, false) FROM customers WHERE id = 1`, 'SHOW my.value'],
    [
      `SELECT set_config('application_name', email, false) FROM customers WHERE id = 1`,
      'SHOW application_name',
    ],
    [
      `SELECT set_config('application_name', (SELECT email FROM customers WHERE id = 1), false)`,
      `SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    ],
    [
      `SELECT set_config('search_path', (SELECT email FROM customers WHERE id = 1), false)`,
      'SELECT current_schemas(true)',
      'SHOW search_path',
    ],
    [
      `SELECT set_config('DateStyle', 'ISO', false), set_config('work_mem', (SELECT (score % 100000 + 64)::text FROM customers WHERE id = 1), false)`,
      `SELECT setting FROM pg_settings WHERE name = 'work_mem'`,
    ],
    [
      'SELECT lo_from_bytea(77001, email::bytea) FROM customers WHERE id = 1',
      'SELECT lo_get(77001)',
      'SELECT lo_unlink(77001)',
    ],
    [
      'SELECT lo_create(77002)',
      'SELECT lo_put(77002, 0, email::bytea) FROM customers WHERE id = 1',
      'SELECT data FROM pg_largeobject WHERE loid = 77002',
      'SELECT lo_unlink(77002)',
    ],
    ['LISTEN tell', "SELECT pg_notify('tell', email) FROM customers WHERE id = 1"],
    [
      'LISTEN tell',
      `SELECT pg_notify(substr(email, 1, 7), 'x') FROM customers WHERE id = 1`,
      `SELECT pg_notify('tell', (SELECT max(ssn) FROM customers))`,
    ],
    ['LISTEN tell', 'CALL pl_tell()'],
    ['LISTEN tell', `INSERT INTO audit (what) VALUES ('x')`],
    ['CALL pl_setting()', 'SHOW application_name'],
    [
      `COMMENT ON TABLE plain IS 'x'`,
      `DO $$ BEGIN EXECUTE format('COMMENT ON TABLE plain IS %L', (SELECT email FROM customers WHERE id = 1)); END $$`,
      `SELECT obj_description('plain'::regclass)`,
      'COMMENT ON TABLE plain IS NULL',
    ],
    [
      `DO $$ BEGIN EXECUTE format('CREATE TEMP TABLE %I (x int)', (SELECT email FROM customers WHERE id = 1)); END $$`,
      `SELECT relname FROM pg_class WHERE relname LIKE '%@%'`,
    ],
    [
      `DO $$ BEGIN EXECUTE format('PREPARE p AS SELECT %L::text', (SELECT email FROM customers WHERE id = 1)); END $$`,
      'EXECUTE p',
    ],
    [
      `DO $$ BEGIN EXECUTE format('DECLARE c CURSOR WITH HOLD FOR SELECT %L::text', (SELECT email FROM customers WHERE id = 1)); END $$`,
      'FETCH ALL FROM c',
    ],
  ],
}
