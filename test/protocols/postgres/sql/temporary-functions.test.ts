/** Functions that a text makes in pg_temp for itself are read, and are nothing more than their body. */
import t from 'tap'
import { openShop, show } from './shop.ts'

const shop = await openShop()
t.teardown(() => shop.close())

const made = (body: string, parameters = 'OUT r customers, OUT caught text'): string =>
  `CREATE OR REPLACE FUNCTION pg_temp.f(${parameters}) RETURNS record AS $f$ BEGIN ${body} END $f$ LANGUAGE plpgsql`
const inserts = `INSERT INTO customers (id, name) VALUES (DEFAULT, 'a'), (7, NULL) RETURNING * INTO r;
  EXCEPTION WHEN unique_violation THEN GET STACKED DIAGNOSTICS caught = PG_EXCEPTION_DETAIL;`
const effects = (sql: string): string[] => shop.analyze(sql).effects.map(show)

t.test('made, called and dropped in one text, it does what its body does', async t => {
  const text = `${made(inserts)}; SELECT (f.r).id, f.caught FROM pg_temp.f(); DROP FUNCTION IF EXISTS pg_temp.f();`
  t.strictSame(effects(text), [
    'insert table public.customers',
    'read table public.customers',
    'create function pg_temp.f (temporary plpgsql)',
    'execute function pg_temp.f (plpgsql volatile)',
    'drop function pg_temp.f',
  ])
  const { results } = shop.analyze(text)
  const [, columns] = results
  t.ok(Array.isArray(columns) && columns.length === 2, 'both columns are known')
})

t.test('what it gives may be all that its body names', async t => {
  const text = `CREATE FUNCTION pg_temp.f(OUT x text) AS 'SELECT email FROM customers' LANGUAGE sql; SELECT pg_temp.f()`
  const { results } = shop.analyze(text)
  t.match(JSON.stringify(results[1]), /email/)
  t.notMatch(JSON.stringify(results[1]), /ssn/)
  t.match(JSON.stringify(shop.analyze(`${made(inserts)}; SELECT f.r FROM pg_temp.f()`)), /ssn/)
})

t.test('a body that cannot be followed stays code, and what it does is not known', async t => {
  for (const body of [
    `EXECUTE 'DROP TABLE customers';`,
    'INSERT INTO orders SELECT id FROM customers;',
    'DELETE FROM customers;',
    `INSERT INTO customers (id, name) VALUES (1, current_setting('a.b'));`,
    `INSERT INTO customers (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = customers.email;`,
    'nothing that is PL/pgSQL;',
  ])
    t.match(
      effects(made(body)).at(-1),
      /^create function pg_temp\.f \(replace plpgsql code\)/,
      body,
    )
})

t.test('one that others may mean by its name, or that is more than a body, stays code', async t => {
  for (const text of [
    made(inserts, 'a int, OUT r customers, OUT caught text'),
    made(inserts, 'OUT r customers, OUT caught text, a int DEFAULT 1'),
    made(inserts).replace('pg_temp.f', 'public.f'),
    made(inserts).replace('pg_temp.f', 'f'),
    `${made(inserts)} SECURITY DEFINER`,
    `${made(inserts)} SET search_path = audit`,
    `${made(inserts)} IMMUTABLE`,
    made(inserts).replace('FUNCTION', 'PROCEDURE').replace('RETURNS record', ''),
  ])
    t.match(effects(text).join('\n'), /^create (?:function|procedure) .*\bcode\b/m, text)
})

t.test('only a query of the same text knows it, and only without arguments', async t => {
  const unknown = /^execute function pg_temp\.f \(unknown\)/m
  for (const text of [
    'SELECT pg_temp.f()',
    `SELECT pg_temp.f(); ${made(inserts)}`,
    `${made(inserts)}; SELECT pg_temp.f(1)`,
    `${made(inserts)}; SELECT pg_temp.f(2), pg_temp.f()`,
    `${made(inserts)}; SELECT pg_temp.f() INTO x`,
    `${made(inserts)}; CREATE VIEW v AS SELECT pg_temp.f()`,
    `${made(inserts)}; PREPARE p AS SELECT pg_temp.f(); EXECUTE p`,
    `${made(inserts)}; ALTER TABLE orders ALTER at SET DEFAULT pg_temp.f()`,
    `${made(inserts)}; CREATE TRIGGER t AFTER INSERT ON orders EXECUTE FUNCTION pg_temp.f()`,
    `${made(inserts)}; INSERT INTO orders (id) SELECT id FROM pg_temp.f()`,
  ])
    t.match(effects(text).join('\n'), unknown, text)
})
