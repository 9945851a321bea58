/** Which column an output is, through every way to name one. See lineage-notation.ts for the notation. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test('a column is found under its own name, an alias, and every qualification', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT email FROM customers', 'email=customers.email'],
    [
      'SELECT email AS e, c.email, c.id FROM customers c',
      'e=customers.email email=customers.email id=customers.id',
    ],
    ['SELECT customers.email FROM customers', 'email=customers.email'],
    ['SELECT public.customers.email FROM public.customers', 'email=customers.email'],
    ['SELECT c.email FROM customers AS c(a, b, email, d)', 'email=customers.email'],
    ['SELECT b, c.a FROM customers c(a, b)', 'b=customers.name a=customers.id'],
    [
      'TABLE customers',
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    ['SELECT FROM customers', ''],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a name that the server would refuse is never taken for another', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT customers.email FROM customers c', 'untraced'],
    ['SELECT email FROM customers c(a, b, c, d)', 'untraced'],
    ['SELECT other.customers.email FROM public.customers', 'untraced'],
    ['SELECT nothing FROM customers', 'untraced'],
    ['SELECT * FROM nowhere', 'untraced'],
    ['SELECT id, (SELECT c.nothing FROM orders c) FROM customers c', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a star is its columns in order', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT * FROM customers',
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    [
      'SELECT c.*, upper(email) FROM customers c',
      'id=customers.id name=customers.name email=customers.email born=customers.born upper~customers.email',
    ],
    [
      'SELECT public.customers.* FROM public.customers',
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    [
      'SELECT o.*, c.email FROM customers c, orders o',
      'id=orders.id customer_id=orders.customer_id total=orders.total email=customers.email',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('system columns have no source', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT ctid, xmin, c.tableoid::regclass FROM customers c', 'ctid xmin tableoid'],
    ['SELECT ctid FROM people', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('subqueries and common table expressions pass columns on', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT e FROM (SELECT email AS e FROM customers) s', 'e=customers.email'],
    [
      'SELECT s.* FROM (SELECT email, upper(email) FROM customers) s',
      'email=customers.email upper~customers.email',
    ],
    ['SELECT upper FROM (SELECT upper(email) FROM customers) s', 'upper~customers.email'],
    ['SELECT e FROM (SELECT email FROM customers) s(e)', 'e=customers.email'],
    ['SELECT email FROM (SELECT email FROM customers) s(e)', 'untraced'],
    [
      'WITH x AS (SELECT email AS e, 1 AS one FROM customers) SELECT e, one, x FROM x',
      'e=customers.email one x~customers.email',
    ],
    [
      'WITH x(e) AS (SELECT email FROM customers), y AS (SELECT * FROM x) SELECT * FROM y',
      'e=customers.email',
    ],
    ['SELECT (WITH x AS (SELECT email FROM customers) SELECT * FROM x)', 'email=customers.email'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test(
  'a common table expression hides a table from where it is in view, and only there',
  async t => {
    const table: [sql: string, expected: string][] = [
      ['WITH customers AS (SELECT 1 AS email) SELECT email FROM customers', 'email'],
      [
        'WITH customers AS (SELECT * FROM customers) SELECT email FROM customers',
        'email=customers.email',
      ],
      [
        'WITH customers AS (SELECT 1 AS email) SELECT email FROM public.customers',
        'email=customers.email',
      ],
      [
        'WITH a AS (SELECT email FROM customers), customers AS (SELECT 1 AS email) SELECT * FROM a',
        'email=customers.email',
      ],
      [
        'WITH RECURSIVE x AS (SELECT * FROM y), y AS (SELECT email FROM customers) SELECT * FROM x',
        'email=customers.email',
      ],
      [
        'SELECT (WITH customers AS (SELECT 1 AS email) SELECT email FROM customers), email FROM customers',
        'email email=customers.email',
      ],
    ]
    for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
  },
)

t.test('a recursive query is followed until nothing is added', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t',
      'n',
    ],
    [
      'WITH RECURSIVE t(n, e) AS (SELECT 1, email FROM customers UNION ALL SELECT n + 1, t.e FROM t) SELECT * FROM t',
      'n e=customers.email',
    ],
    [
      "WITH RECURSIVE t(a, b, c) AS (SELECT 'x', 'y', email FROM customers UNION ALL SELECT b, c, c FROM t) SELECT * FROM t",
      'a~customers.email b~customers.email c=customers.email',
    ],
    [
      'WITH RECURSIVE t(a) AS (SELECT name FROM customers UNION SELECT c.email FROM t, customers c) SELECT * FROM t',
      'a~customers.email,customers.name',
    ],
    [
      'WITH RECURSIVE t(id, x) AS (SELECT id, name FROM customers UNION SELECT id, x FROM t) SEARCH DEPTH FIRST BY id SET o CYCLE id SET looped USING path SELECT * FROM t',
      'id=customers.id x=customers.name o~customers.id,customers.name looped~customers.id,customers.name path~customers.id,customers.name',
    ],
    ['WITH RECURSIVE t AS (SELECT * FROM t) SELECT * FROM t', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('set operations join columns by position', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT email FROM customers UNION ALL SELECT body FROM notes',
      'email~customers.email,notes.body',
    ],
    ['SELECT email FROM customers UNION SELECT email FROM customers', 'email=customers.email'],
    [
      'SELECT email, name FROM customers EXCEPT SELECT name, email FROM customers',
      'email~customers.email,customers.name name~customers.email,customers.name',
    ],
    ["SELECT 'x' UNION ALL SELECT email FROM customers", '?column?~customers.email'],
    [
      "SELECT body FROM notes UNION ALL (SELECT email FROM customers ORDER BY 1 LIMIT 1) UNION ALL SELECT 'x'",
      'body~customers.email,notes.body',
    ],
    [
      'SELECT id, email FROM customers INTERSECT SELECT id, body FROM notes',
      'id~customers.id,notes.id email~customers.email,notes.body',
    ],
    [
      "VALUES (1, 'a'), (2, (SELECT email FROM customers LIMIT 1))",
      'column1 column2~customers.email',
    ],
    ["SELECT v.x FROM (VALUES (1, 'a'), (2, 'b')) v(n, x)", 'x'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('inner names come before outer ones, and LATERAL alone sees its neighbours', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT (SELECT c.email) FROM customers c', 'email=customers.email'],
    ['SELECT (SELECT id FROM orders LIMIT 1) FROM customers', 'id=orders.id'],
    ['SELECT (SELECT email FROM orders LIMIT 1) FROM customers', 'email=customers.email'],
    ['SELECT s.e FROM customers c, LATERAL (SELECT c.email AS e) s', 'e=customers.email'],
    [
      'SELECT s.x FROM customers c JOIN LATERAL (SELECT c.email || o.total AS x FROM orders o) s ON true',
      'x~customers.email,orders.total',
    ],
    ['SELECT s.e FROM customers c, (SELECT c.email AS e) s', 'untraced'],
    [
      'SELECT (SELECT s.e FROM orders c, (SELECT c.email AS e) s LIMIT 1) FROM customers c',
      'e=customers.email',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('columns are named as the server names them', async t => {
  const table: [sql: string, expected: string][] = [
    [
      `SELECT email::text, 1::int8, 'x'::varchar, (email)::text COLLATE "C" FROM customers`,
      'email~customers.email int8 varchar email~customers.email',
    ],
    [
      "SELECT CASE WHEN true THEN 1 END, CASE WHEN true THEN 'a' ELSE name END, coalesce(1), nullif(1, 2), greatest(1), least(1) FROM customers",
      'case name~customers.name coalesce nullif greatest least',
    ],
    [
      'SELECT ARRAY[1], ROW(1), EXISTS (SELECT 1), ARRAY(SELECT 1), (SELECT 1 AS one), (SELECT * FROM notes LIMIT 1), 1 IN (SELECT 1)',
      'array row exists array one id~notes.body,notes.id ?column?',
    ],
    [
      "SELECT current_user, user, current_date, localtime, session_user, current_catalog, 1 + 1, -1, NOT true, 'a' IS NULL",
      'current_user user current_date localtime session_user current_catalog ?column? ?column? ?column? ?column?',
    ],
    [
      "SELECT extract(year FROM now()), position('a' IN 'b'), now() AT TIME ZONE 'utc', pg_catalog.upper('x'), ('{a}'::text[])[1], grouping(1)",
      'extract position timezone upper text grouping',
    ],
    [
      "SELECT json_object('a': 1), json_array(1), json_scalar(1), json('1'), json_value('1', '$'), json_exists('1', '$'), json_query('1', '$'), json_serialize('1'), xmlelement(NAME a), xmlconcat('<a/>')",
      'json_object json_array json_scalar json json_value json_exists json_query json_serialize xmlelement xmlconcat',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})
