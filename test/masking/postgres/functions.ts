/** Code that runs inside of the server: somebody's functions, operators, casts, blocks. */
import { type Family, lines } from './family.ts'

export const functions: Family = {
  name: 'functions, operators and casts',
  attacks: lines(`
SELECT sql_mail(1)
SELECT sql_mail(id) FROM plain WHERE id < 6
SELECT upper(public.sql_mail(1))
SELECT sql_atomic(1)
SELECT sql_all()
SELECT (sql_all()).email
SELECT (sql_all()).*
SELECT * FROM sql_all()
SELECT * FROM sql_table()
SELECT b FROM sql_table() AS x (a, b)
SELECT sql_table()
SELECT (sql_table()).b
SELECT sql_out(1)
SELECT (sql_out(1)).a
SELECT * FROM sql_out(1)
SELECT * FROM sql_record() AS x (a int, b text)
SELECT sql_record()
SELECT sql_default(1)
SELECT sql_default(a => 1)
SELECT sql_dynamic('SELECT * FROM customers')
SELECT fixed()
SELECT fixed_pl()
SELECT pl_mail(1)
SELECT pl_run('SELECT email FROM customers')
SELECT pl_run('SEL' || 'ECT ema' || 'il FROM customers')
SELECT 1 @@@@ 0
SELECT id OPERATOR(public.@@@@) 0 FROM plain WHERE id < 6
SELECT 'canary1@secret.example' ==== ''
SELECT 'canary1@secret.example' ==== ANY (SELECT '')
SELECT 'canary1@secret.example' ==== ALL (ARRAY[''])
SELECT max(x) FILTER (WHERE x ==== ANY (SELECT '')) FROM (VALUES ('canary1@secret.example'), ('x')) v (x)
SELECT CASE WHEN 'canary1@secret.example' ==== ANY (SELECT '') THEN 1 ELSE 2 END
SELECT ROW(1, '')::person::text
SELECT CAST(ROW(1, '')::person AS int8)
SELECT ROW(1, '')::person + 0::int8
SELECT to_char(ROW(1, '')::person::int8, '999999999999')
SELECT int8inc(ROW(1, '')::person)
SELECT abs(ROW(1, '')::person)
SELECT gather(sql_mail(id)) FROM plain
SELECT x.f FROM plain p, LATERAL (SELECT sql_mail(p.id) AS f) x WHERE p.id < 6
SELECT * FROM plain, sql_mail(id) WHERE id < 6
SELECT * FROM ROWS FROM (sql_mail(1), sql_table()) AS x
SELECT array_agg(sql_mail(id)) FROM plain
SELECT CASE WHEN sql_mail(1) LIKE 'c%' THEN 1 ELSE 2 END
SELECT label FROM plain ORDER BY sql_mail(id) LIMIT 0 OFFSET 0; SELECT sql_mail(2)
SELECT VARIADIC_x FROM (SELECT concat(VARIADIC ARRAY[sql_mail(1)]) AS VARIADIC_x) x
CALL pl_out('')
CALL pl_out(NULL)
SELECT * FROM dblink('dbname=' || current_database() || ' port=' || current_setting('port') || ' host=127.0.0.1 user=peeker password=peeker', 'SELECT email FROM customers') AS x (a text)
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, plainto_tsquery(''simple'', email) FROM customers')
SELECT * FROM ts_stat('SELECT to_tsvector(''simple'', email) FROM customers')
SELECT word FROM ts_stat('SELECT words_ts_s FROM vault')
SELECT * FROM xpath_table('id', 'note_s', 'vault', '/a', 'true') AS x (i int, t text)
`),
}

/** Nothing that is not a reviewer's business runs code of which nobody can tell what it reads. */
export const blocks: Family = {
  name: 'blocks and code of the session',
  attacks: [
    ...lines(`
DO $$ BEGIN RAISE NOTICE '%', (SELECT email FROM customers WHERE id = 1); END $$
DO $$ BEGIN RAISE EXCEPTION '%', (SELECT email FROM customers WHERE id = 1); END $$
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM customers LOOP RAISE INFO '%', r; END LOOP; END $$
DO $$ BEGIN ASSERT false, (SELECT email FROM customers WHERE id = 1); END $$
DO LANGUAGE plpgsql 'BEGIN RAISE WARNING ''%'', (SELECT email FROM public.customers WHERE id = 1); END'
`),
    [
      'LISTEN tell',
      `DO $$ BEGIN PERFORM pg_notify('tell', (SELECT email FROM customers WHERE id = 1)); END $$`,
    ],
    [
      `DO $$ BEGIN PERFORM set_config('application_name', (SELECT email FROM customers WHERE id = 1), false); END $$`,
    ],
    [
      'CREATE FUNCTION pg_temp.mine() RETURNS text LANGUAGE sql AS $$ SELECT email FROM customers $$',
      'SELECT pg_temp.mine()',
    ],
    [
      `CREATE FUNCTION pg_temp.mine() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT email FROM customers; END $$`,
      'SELECT * FROM pg_temp.mine()',
    ],
    [
      `CREATE FUNCTION pg_temp.mine(OUT r text) LANGUAGE sql AS 'SELECT email FROM customers LIMIT 1'`,
      `BEGIN; CREATE OR REPLACE FUNCTION pg_temp.mine(OUT r text) LANGUAGE sql AS 'SELECT ''x''::text'; ROLLBACK; SELECT pg_temp.mine()`,
    ],
    [
      'CREATE PROCEDURE pg_temp.mine(INOUT x text) LANGUAGE sql AS $$ SELECT email FROM customers $$',
      `CALL pg_temp.mine('')`,
    ],
    [
      'CREATE OPERATOR public.@#@ (rightarg = int, function = sql_mail)',
      'SELECT @#@ 1',
      'DROP OPERATOR public.@#@ (NONE, int)',
    ],
    [
      `CREATE DOMAIN pg_temp.mine AS int CHECK (1 / (SELECT VALUE) > 0)`,
      `CREATE DOMAIN pg_temp.yours AS text CHECK (pl_leaky(VALUE))`,
      'SELECT email::pg_temp.yours FROM customers',
    ],
    [
      'CREATE TEMP TABLE mine (x text)',
      `CREATE TRIGGER told BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION told()`,
      `INSERT INTO mine VALUES ('x')`,
    ],
    [
      'CREATE TEMP VIEW mine AS SELECT 1 AS x',
      `CREATE RULE "_RETURN" AS ON SELECT TO mine DO INSTEAD SELECT id AS x FROM customers WHERE pl_leaky(email)`,
      'SELECT pl_leaky(email) FROM customers',
    ],
    [
      'CREATE TEMP TABLE mine (x text)',
      'CREATE RULE also AS ON INSERT TO mine DO ALSO SELECT email FROM customers',
      `INSERT INTO mine VALUES ('x')`,
    ],
    [
      'CREATE TEMP TABLE mine (x text)',
      'CREATE RULE also AS ON UPDATE TO mine DO INSTEAD SELECT email FROM customers',
      `UPDATE mine SET x = 'x' WHERE true`,
    ],
    [
      'CREATE TEMP TABLE mine (x text)',
      'CREATE RULE also AS ON DELETE TO mine DO INSTEAD SELECT email FROM customers',
      'DELETE FROM mine WHERE true',
    ],
    [
      `CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1')`,
      'SELECT pl_mail(1)',
      'DROP SERVER mine CASCADE',
    ],
  ],
}
