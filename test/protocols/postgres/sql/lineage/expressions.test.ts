/** What a computed value depends on. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { reads, result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test('everything that goes into a value is a source of it', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT upper(email), email || name, -id, id + 1, (email), email LIKE 'a%', email = 'x', email IN ('a', 'b') FROM customers",
      'upper~customers.email ?column?~customers.email,customers.name ?column?~customers.id ?column?~customers.id email=customers.email ?column?~customers.email ?column?~customers.email ?column?~customers.email',
    ],
    [
      'SELECT email::varchar(3), CAST(email AS text), email COLLATE "C", email::text::text FROM customers',
      'email~customers.email email~customers.email email~customers.email email~customers.email',
    ],
    [
      "SELECT CASE WHEN email LIKE 'a%' THEN 1 ELSE 2 END, CASE id WHEN 1 THEN name ELSE email END FROM customers",
      'case~customers.email email~customers.email,customers.id,customers.name',
    ],
    [
      "SELECT coalesce(email, 'x'), nullif(name, email), greatest(email, 'x'), least(name, email) FROM customers",
      'coalesce~customers.email nullif~customers.email,customers.name greatest~customers.email least~customers.email,customers.name',
    ],
    [
      'SELECT ARRAY[email], ROW(email, id), (ARRAY[name, email])[id], (ARRAY[name])[1:id] FROM customers',
      'array~customers.email row~customers.email,customers.id array~customers.email,customers.id,customers.name array~customers.id,customers.name',
    ],
    [
      "SELECT email BETWEEN 'a' AND name, email IS DISTINCT FROM 'x', (email = 'x') IS TRUE, email SIMILAR TO 'x', NOT email > 'x' FROM customers",
      '?column?~customers.email,customers.name ?column?~customers.email ?column?~customers.email ?column?~customers.email ?column?~customers.email',
    ],
    [
      "SELECT (email, id) = ('x', 1), ROW(id, 1) < ROW(2, 2), id = ANY (ARRAY[1, 2]), email LIKE ANY (ARRAY['x']) FROM customers",
      '?column?~customers.email,customers.id ?column?~customers.id ?column?~customers.id ?column?~customers.email',
    ],
    [
      "SELECT email OPERATOR(pg_catalog.||) 'x', extract(year FROM born), substring(email FROM 1 FOR 2), overlay(name PLACING email FROM 1), email AT TIME ZONE 'utc' FROM customers",
      '?column?~customers.email extract~customers.born substring~customers.email overlay~customers.email,customers.name timezone~customers.email',
    ],
    [
      "SELECT format('%s', VARIADIC ARRAY[email]), concat(a => email) FROM customers",
      'format~customers.email concat~customers.email',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('counting and NULL tests of a column tell nothing, of a computed value they do', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT count(*), count(email), count(DISTINCT email), email IS NULL, email IS NOT NULL, count(c), c IS NULL FROM customers c GROUP BY c.*, email',
      'count count count ?column? ?column? count ?column?',
    ],
    [
      "SELECT count(nullif(email, 'x')), nullif(email, 'x') IS NULL, (CASE WHEN email LIKE 'a%' THEN 1 END) IS NULL FROM customers",
      'count~customers.email ?column?~customers.email ?column?~customers.email',
    ],
    [
      "SELECT row(email LIKE 'x') IS NULL, count(s) FROM (SELECT email LIKE 'x' AS e FROM customers) s, customers",
      '?column?~customers.email count~customers.email',
    ],
    [
      'SELECT count(e) FROM (SELECT email e FROM customers UNION ALL SELECT body FROM notes) s',
      'count',
    ],
    [
      "SELECT count(e) FROM (SELECT email e FROM customers UNION ALL SELECT 'guess') s",
      'count~customers.email',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('filters, orders and windows influence an aggregate', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT max(id) FILTER (WHERE email LIKE 'a%'), count(*) FILTER (WHERE email LIKE 'a%'), array_agg(id ORDER BY email) FROM customers",
      'max~customers.email,customers.id count~customers.email array_agg~customers.email,customers.id',
    ],
    [
      'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id), mode() WITHIN GROUP (ORDER BY email) FROM customers',
      'percentile_cont~customers.id mode~customers.email',
    ],
    [
      'SELECT sum(id) OVER (PARTITION BY email), rank() OVER (ORDER BY born), row_number() OVER () FROM customers',
      'sum~customers.email,customers.id rank~customers.born row_number',
    ],
    [
      'SELECT rank() OVER w, rank() OVER (w ORDER BY id), rank() OVER v FROM customers WINDOW w AS (PARTITION BY email), v AS (w ORDER BY name)',
      'rank~customers.email rank~customers.email,customers.id rank~customers.email,customers.name',
    ],
    [
      'SELECT sum(id) OVER (ROWS BETWEEN length(email) PRECEDING AND CURRENT ROW) FROM customers',
      'sum~customers.email,customers.id',
    ],
    [
      'SELECT count(*) OVER (PARTITION BY email), lag(id) OVER (ORDER BY born) FROM customers',
      'count~customers.email lag~customers.born,customers.id',
    ],
    ['SELECT grouping(email) FROM customers GROUP BY ROLLUP (email)', 'grouping'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a scalar subquery is its column, and what is asked to find the row', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT (SELECT email FROM customers LIMIT 1), (SELECT max(email) FROM customers)',
      'email=customers.email max~customers.email',
    ],
    [
      'SELECT (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o',
      'name=customers.name',
    ],
    [
      'SELECT (SELECT x.city FROM cities x WHERE x.letter = c.email) FROM customers c',
      'city=cities.city',
    ],
    [
      'SELECT (SELECT x.city FROM cities x WHERE x.letter = left(c.email, 1)) FROM customers c',
      'city~cities.city,cities.letter,customers.email',
    ],
    [
      "SELECT (SELECT name FROM customers WHERE email LIKE 'a%' AND id = 1), (SELECT name FROM customers ORDER BY born LIMIT 1)",
      'name~customers.email,customers.name name~customers.born,customers.name',
    ],
    [
      "SELECT (SELECT 'yes' FROM customers WHERE email = 'x'), (SELECT count(*) FROM customers WHERE email = 'x')",
      '?column?~customers.email count~customers.email',
    ],
    [
      "SELECT ARRAY(SELECT email FROM customers), ARRAY(SELECT 1 FROM customers WHERE email = 'x')",
      'array~customers.email array~customers.email',
    ],
    ['SELECT (SELECT g.id FROM grown g LIMIT 1)', 'id~customers.born,customers.id,grown.id'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('EXISTS, IN, ANY and ALL tell what they ask', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT EXISTS (SELECT FROM customers WHERE email = 'x'), EXISTS (SELECT email FROM customers)",
      'exists~customers.email exists',
    ],
    [
      'SELECT EXISTS (SELECT FROM orders o JOIN customers c ON c.email = o.total::text), EXISTS (SELECT FROM grown)',
      'exists~customers.email,orders.total exists~customers.born',
    ],
    [
      "SELECT name IN (SELECT body FROM notes), id = ANY (SELECT id FROM customers WHERE email LIKE 'a%'), 1 > ALL (SELECT length(email) FROM customers) FROM customers",
      '?column?~customers.name,notes.body ?column?~customers.email,customers.id ?column?~customers.email',
    ],
    [
      "SELECT EXISTS (SELECT FROM (SELECT id FROM customers WHERE email = 'x') s), EXISTS (SELECT 1 UNION SELECT length(email) FROM customers)",
      'exists~customers.email exists~customers.email',
    ],
    [
      'SELECT EXISTS (SELECT FROM customers c WHERE c.name = o.body) FROM notes o',
      'exists~customers.name,notes.body',
    ],
    [
      "SELECT EXISTS (SELECT FROM customers GROUP BY born HAVING max(email) > 'x'), EXISTS (SELECT FROM notes LIMIT (SELECT length(email) FROM customers LIMIT 1))",
      'exists~customers.born,customers.email exists~customers.email',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('which rows there are does not make what is shown in them secret', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT name FROM customers WHERE email LIKE 'a%' ORDER BY born LIMIT 1",
      'name=customers.name',
    ],
    ['SELECT DISTINCT ON (email) id FROM customers ORDER BY email, id', 'id=customers.id'],
    [
      "SELECT name FROM customers WHERE id IN (SELECT id FROM customers WHERE email LIKE 'x')",
      'name=customers.name',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('but everything that decides about them is read', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT name FROM customers WHERE email LIKE 'a%' ORDER BY born LIMIT 1",
      'customers.born,customers.email,customers.name',
    ],
    ['SELECT DISTINCT ON (email) id FROM customers', 'customers.email,customers.id'],
    [
      "SELECT 1 FROM customers GROUP BY GROUPING SETS ((email), (born)) HAVING max(name) > 'x'",
      'customers.born,customers.email,customers.name',
    ],
    [
      'SELECT count(email), born IS NULL FROM customers GROUP BY 2',
      'customers.born,customers.email',
    ],
    ['SELECT 1 FROM (SELECT email AS e FROM customers) s ORDER BY s.e', 'customers.email'],
    ['SELECT email AS e FROM customers ORDER BY e', 'customers.email'],
    ['SELECT 1 LIMIT (SELECT length(email) FROM customers LIMIT 1)', 'customers.email'],
    ["SELECT 1 WHERE EXISTS (SELECT FROM customers WHERE email = 'x')", 'customers.email'],
    ['SELECT id FROM grown', 'customers.born,customers.id,grown.id'],
    ['SELECT 1 FROM (SELECT email FROM customers) s', ''],
  ]
  for (const [sql, expected] of table) t.equal(reads(sql), expected, sql)
})

t.test('JSON and XML are made of what is put into them', async t => {
  const table: [sql: string, expected: string][] = [
    [
      "SELECT json_object('a': email), json_array(email, 1), json_array(SELECT email FROM customers), json_objectagg(name: email), json_arrayagg(id ORDER BY email) FROM customers",
      'json_object~customers.email json_array~customers.email json_array~customers.email json_objectagg~customers.email,customers.name json_arrayagg~customers.email,customers.id',
    ],
    [
      "SELECT json_value(name::json, '$' DEFAULT email ON EMPTY), json_query('1', '$' PASSING email AS x), email IS JSON, json(email), json_scalar(email), json_serialize(email), json_exists(email::jsonb, '$') FROM customers",
      'json_value~customers.email,customers.name json_query~customers.email ?column?~customers.email json~customers.email json_scalar~customers.email json_serialize~customers.email json_exists~customers.email',
    ],
    [
      'SELECT xmlelement(NAME a, email), xmlelement(NAME a, xmlattributes(email AS b)), xmlforest(email), xmlserialize(CONTENT email::xml AS text), xmlparse(CONTENT email), xmlagg(email::xml) FROM customers',
      'xmlelement~customers.email xmlelement~customers.email xmlforest~customers.email xmlserialize~customers.email xmlparse~customers.email xmlagg~customers.email',
    ],
    [
      "SELECT json_arrayagg(id) FILTER (WHERE email LIKE 'a%'), json_arrayagg(id) OVER (PARTITION BY email) FROM customers GROUP BY id, email",
      'json_arrayagg~customers.email,customers.id json_arrayagg~customers.email,customers.id',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})
