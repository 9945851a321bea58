/** Which column an output is, through every way to name one. See mysql-shop.ts for the notation. */
import t, { type Test } from 'tap'
import type { Names } from '../../../../../protocols/mysql/sql/names.ts'
import { lost, mariadb, reads, result } from '../../../../support/mysql-shop.ts'

type Table = readonly (readonly [sql: string, expected: string])[]

function check(t: Test, table: Table, names?: Names): void {
  for (const [sql, expected] of table) t.equal(result(sql, names), expected, sql)
}

t.test('a column is found under its own name, an alias, and every qualification', async t => {
  check(t, [
    ['SELECT email FROM customers', 'email=customers.email'],
    [
      'SELECT EMAIL e, c.Email, C.id FROM customers c',
      'e=customers.email Email=customers.email id=customers.id',
    ],
    ['SELECT shop.customers.email FROM shop.customers', 'email=customers.email'],
    ['SELECT shop.c.email FROM customers c', 'email=customers.email'],
    ['SELECT d.b FROM (SELECT id, email FROM customers) d(a, b)', 'b=customers.email'],
    [
      'SELECT `upper(email)` FROM (SELECT upper(email) FROM customers) d',
      'upper(email)~customers.email',
    ],
    ['TABLE notes', 'id=notes.id body=notes.body'],
    ['SELECT kept, wide.* FROM wide', 'kept=wide.kept id=wide.id shown=wide.shown'],
  ])
})

t.test('a name that the server would refuse is never taken for another', async t => {
  check(t, [
    ['SELECT customers.email FROM customers c', 'untraced'],
    ['SELECT other.customers.email FROM shop.customers', 'untraced'],
    ['SELECT nothing FROM customers', 'untraced'],
    ['SELECT * FROM nowhere', 'untraced'],
    ['SELECT _rowid FROM customers', 'untraced'],
    ['SELECT (SELECT _rowid FROM customers LIMIT 1) FROM (SELECT 1 AS _rowid) d', 'untraced'],
  ])
  check(t, [['SELECT row_start FROM customers', 'untraced']], mariadb)
})

t.test('a name without a database may be in any when none is known', async t => {
  check(
    t,
    [
      ['SELECT email FROM customers', 'email=customers.email'],
      ['SELECT id FROM twice', 'id~other.twice.id,twice.id'],
      ['SELECT a FROM twice', 'untraced'],
      ['SELECT id FROM other.hidden', 'id=other.hidden.id'],
    ],
    lost,
  )
  check(t, [['SELECT id FROM hidden', 'untraced']])
})

t.test('everything that can influence a value is among its sources', async t => {
  check(t, [
    ["SELECT CASE WHEN email = 'x' THEN 1 ELSE 2 END x FROM customers", 'x~customers.email'],
    [
      'SELECT if(salary > 3, name, city) x FROM customers, cities',
      'x~cities.city,customers.name,customers.salary',
    ],
    ['SELECT (SELECT email FROM customers WHERE id = 1) x', 'x=customers.email'],
    ["SELECT (SELECT id FROM customers WHERE email LIKE 'a%') x", 'x~customers.email,customers.id'],
    ["SELECT EXISTS (SELECT 1 FROM customers WHERE email LIKE 'a%') x", 'x~customers.email'],
    ['SELECT 1 IN (SELECT salary FROM customers) x', 'x~customers.salary'],
    ['SELECT 1 > ALL (SELECT salary FROM customers) x', 'x~customers.salary'],
    ['SELECT group_concat(id ORDER BY email) x FROM customers', 'x~customers.email,customers.id'],
    ['SELECT rank() OVER (ORDER BY email) x FROM customers', 'x~customers.email'],
    [
      'SELECT sum(id) OVER w x FROM customers WINDOW w AS (v), v AS (PARTITION BY email)',
      'x~customers.email,customers.id',
    ],
    ["SELECT body->'$.a' x FROM notes", 'x=notes.body$.a'],
    [
      'SELECT CAST(email AS char(3)) a, CONVERT(name USING utf8mb4) b FROM customers',
      'a~customers.email b~customers.name',
    ],
    ['SELECT MATCH (email) AGAINST (1) x FROM customers', 'x~customers.email'],
    [
      "SELECT j.* FROM customers, JSON_TABLE(email, '$[*]' COLUMNS (a int PATH '$', NESTED PATH '$.b' COLUMNS (b int PATH '$'))) j",
      'a~customers.email b~customers.email',
    ],
    ['SELECT (name, email) = (1, 2) x FROM customers', 'x~customers.email,customers.name'],
  ])
})

t.test('a default may be computed from any column of the row', async t => {
  check(t, [
    ['SELECT DEFAULT(body) x FROM notes', 'x~notes.body,notes.id'],
    ['SELECT DEFAULT(c.city) x FROM notes n, cities c', 'x~cities.city,cities.letter'],
    ['SELECT DEFAULT(kept) x FROM wide', 'x~wide.id,wide.kept,wide.shown'],
    ['SELECT (SELECT DEFAULT(body)) x FROM notes', 'x~notes.body,notes.id'],
    ['SELECT DEFAULT(nothing) x FROM notes', 'untraced'],
  ])
})

t.test('counting a column and asking where it is NULL tell nothing of its values', async t => {
  check(t, [
    [
      'SELECT count(*) a, count(email) b, count(DISTINCT email) c, email IS NULL d, isnull(email) e FROM customers',
      'a b c d e',
    ],
    [
      'SELECT count(nullif(email, 1)) a, upper(email) IS NULL b FROM customers',
      'a~customers.email b~customers.email',
    ],
  ])
})

t.test('joins give one column for those that they merge', async t => {
  check(t, [
    ['SELECT id FROM customers JOIN orders USING (id)', 'id~customers.id,orders.id'],
    [
      'SELECT * FROM notes NATURAL JOIN orders',
      'id~notes.id,orders.id body=notes.body customer_id=orders.customer_id total=orders.total',
    ],
    [
      'SELECT * FROM notes NATURAL RIGHT JOIN wide',
      'id~notes.id,wide.id shown=wide.shown body=notes.body',
    ],
    [
      'SELECT * FROM (cities, notes) JOIN wide ON wide.id = notes.id',
      'letter=cities.letter city=cities.city id=notes.id body=notes.body id=wide.id shown=wide.shown',
    ],
  ])
})

t.test('set operations unite their arms by position', async t => {
  check(t, [
    ['SELECT id FROM orders UNION SELECT email FROM customers', 'id~customers.email,orders.id'],
    ['SELECT id FROM orders UNION ALL SELECT id FROM orders', 'id=orders.id'],
    [
      '(SELECT id FROM orders) EXCEPT (SELECT salary FROM customers)',
      'id~customers.salary,orders.id',
    ],
    ['SELECT id FROM orders INTERSECT SELECT id, 1 FROM notes', 'untraced'],
    [
      'VALUES ROW(1, (SELECT max(email) FROM customers)), ROW(2, 3)',
      'column_0 column_1~customers.email',
    ],
  ])
})

t.test('a common table expression hides a table, and not from itself', async t => {
  check(t, [
    [
      'WITH customers AS (SELECT id, 1 AS email FROM customers) SELECT * FROM customers',
      'id=customers.id email',
    ],
    [
      'WITH a AS (SELECT email FROM customers), b AS (SELECT * FROM a) SELECT email FROM b',
      'email=customers.email',
    ],
    [
      'WITH RECURSIVE r(a, b) AS (SELECT id, email FROM customers UNION ALL SELECT b, a FROM r) SELECT a FROM r',
      'a~customers.email,customers.id',
    ],
    [
      'WITH RECURSIVE n AS (SELECT 1 x UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT x FROM n',
      'x',
    ],
    [
      'SELECT (WITH t AS (SELECT c.email) SELECT email FROM t) x FROM customers c',
      'x=customers.email',
    ],
  ])
})

t.test('MySQL tells names of WITH apart by their case, as it does tables', async t => {
  const exact = 'WITH Customers AS (SELECT 1 AS email) SELECT email FROM customers'
  t.equal(result(exact), 'email=customers.email')
  t.equal(result(exact, mariadb), 'email')
  const two = 'WITH T AS (SELECT email x FROM customers), t AS (SELECT id x FROM customers)'
  t.equal(result(`${two} SELECT x FROM T`), 'x=customers.email')
})

t.test('an alias is seen where the server sees it', async t => {
  check(t, [
    [
      'SELECT upper(email) u, (SELECT concat(u, 1)) v FROM customers',
      'u~customers.email v~customers.email',
    ],
    [
      'SELECT (SELECT d.x FROM (SELECT u AS x) d) v, email u FROM customers',
      'v=customers.email u=customers.email',
    ],
    [
      'SELECT email AS id, rank() OVER (ORDER BY id) r FROM customers',
      'id=customers.email r~customers.email,customers.id',
    ],
    ['SELECT x FROM (SELECT 5 x) d, customers c HAVING x > 1', 'x'],
  ])
  t.equal(
    reads('SELECT id, upper(email) u FROM customers HAVING u > 1'),
    'customers.email,customers.id',
  )
  t.equal(reads('SELECT id x FROM customers ORDER BY salary'), 'customers.id,customers.salary')
})

t.test('a guess that a condition leaves tells what it was compared with', async t => {
  check(t, [
    ['SELECT x FROM (SELECT 5 x) d, customers c WHERE c.salary > x', 'x~customers.salary'],
    [
      'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 999) SELECT n.x FROM n JOIN customers c ON c.salary = n.x',
      'x~customers.salary',
    ],
    ["SELECT 1 x FROM customers WHERE email LIKE 'a%'", 'x'],
  ])
  check(
    t,
    [
      [
        'SELECT seq FROM seq_1_to_100 s JOIN customers c ON c.salary = s.seq',
        'seq~customers.salary',
      ],
    ],
    mariadb,
  )
})

t.test('LATERAL sees what is to its left', async t => {
  check(t, [
    ['SELECT l.e FROM customers c, LATERAL (SELECT c.email e) l', 'e=customers.email'],
    ['SELECT (SELECT max(d.x) FROM (SELECT c.email x) d) y FROM customers c', 'y~customers.email'],
  ])
})
