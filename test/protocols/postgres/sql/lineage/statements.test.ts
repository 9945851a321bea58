/** Statements around a query: COPY, cursors, EXPLAIN, CREATE … AS, SHOW, CALL. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { moves, reads, result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test('COPY to the client is a result like any other', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'COPY customers TO STDOUT',
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    ['COPY customers (email, id) TO STDOUT', 'email=customers.email id=customers.id'],
    ['COPY handles TO STDOUT', 'id=handles.id handle=handles.handle'],
    ['COPY handles (domain) TO STDOUT', 'domain~handles.domain,handles.handle'],
    [
      'COPY (SELECT lower(email), id FROM customers) TO STDOUT',
      'lower~customers.email id=customers.id',
    ],
    ['COPY (DELETE FROM customers RETURNING email) TO STDOUT', 'email=customers.email'],
    ['COPY nowhere TO STDOUT', 'untraced'],
    ['COPY nowhere (a) TO STDOUT', 'untraced'],
    ['COPY notes FROM STDIN', 'none'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('to a file, a program, a table, a view, it is a move', async t => {
  const table: [sql: string, expected: string][] = [
    ["COPY (SELECT lower(email) FROM customers) TO '/tmp/x'", 'customers.email > file:/tmp/x'],
    ["COPY cities TO PROGRAM 'cat'", 'cities.city > program:cat cities.letter > program:cat'],
    ['CREATE TABLE x AS SELECT email FROM customers', 'customers.email > table:x'],
    [
      'CREATE MATERIALIZED VIEW x AS SELECT email FROM customers',
      'customers.email > materialized view:x',
    ],
    ['CREATE VIEW x AS SELECT email FROM customers', 'customers.email > view:x'],
    ['SELECT email INTO TEMP x FROM customers', 'customers.email > table:x'],
    [
      'SELECT email INTO x FROM customers UNION SELECT body FROM notes',
      'customers.email > table:x notes.body > table:x',
    ],
    ['CREATE TABLE x AS EXECUTE nothing', '?'],
    [
      'EXPLAIN ANALYZE INSERT INTO notes SELECT id, email FROM customers',
      'customers.email > table:notes customers.id > table:notes',
    ],
    ['EXPLAIN INSERT INTO notes SELECT id, email FROM customers', ''],
    ['EXPLAIN (ANALYZE off) CREATE TABLE x AS SELECT email FROM customers', ''],
    [
      'EXPLAIN (ANALYZE 1) CREATE TABLE x AS SELECT email FROM customers',
      'customers.email > table:x',
    ],
    ['PREPARE p AS INSERT INTO notes SELECT id, email FROM customers', ''],
  ]
  for (const [sql, expected] of table) t.equal(moves(sql), expected, sql)
})

t.test("a plan and the server's settings have no values of a column", async t => {
  const table: [sql: string, expected: string][] = [
    ['EXPLAIN SELECT email FROM customers', 'QUERY PLAN'],
    [
      "EXPLAIN (ANALYZE, FORMAT json) SELECT id FROM customers WHERE email = 'x'",
      'QUERY PLAN~customers.email,customers.id',
    ],
    [
      "EXPLAIN ANALYZE SELECT (SELECT count(*) FROM regexp_matches(email, 'a', 'g')) FROM customers",
      'QUERY PLAN~customers.email',
    ],
    ['EXPLAIN ANALYZE SELECT id FROM orders', 'QUERY PLAN~orders.id'],
    ['EXPLAIN ANALYZE SELECT count(*) FROM customers', 'QUERY PLAN'],
    ['EXPLAIN (ANALYZE off) SELECT email FROM customers', 'QUERY PLAN'],
    ['EXPLAIN SELECT opaque(1)', 'untraced'],
    [
      'EXPLAIN SELECT id FROM customers WHERE name = loudly(mail_of(1))',
      'QUERY PLAN~customers.email,customers.id',
    ],
    ['EXPLAIN EXECUTE p', 'untraced'],
    ['SHOW search_path', 'search_path'],
    ['SHOW ALL', 'name setting description'],
    ['SHOW app.setting', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('statements that answer with their tag alone give nothing', async t => {
  const table: [sql: string, expected: string][] = [
    ['CREATE TABLE x (a int)', 'none'],
    ['DECLARE c CURSOR FOR SELECT email FROM customers', 'none'],
    ['PREPARE p AS SELECT email FROM customers', 'none'],
    ['SELECT email INTO x FROM customers', 'none'],
    ['SET search_path = x', 'none'],
    ['MOVE 1 FROM c', 'none'],
    ['CREATE VIEW x AS SELECT email FROM customers', 'none'],
    ['BEGIN', 'none'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('what a name stands for that nobody saw made is not traced', async t => {
  const table: [sql: string, expected: string][] = [
    ['EXECUTE p', 'untraced'],
    ['FETCH ALL FROM c', 'untraced'],
    ['CALL opaque()', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a cursor and a prepared statement read what their query reads', async t => {
  const table: [sql: string, expected: string][] = [
    ['DECLARE c CURSOR FOR SELECT email FROM customers', 'customers.email'],
    ['PREPARE p AS SELECT name FROM customers WHERE email = $1', 'customers.email,customers.name'],
    ['EXPLAIN SELECT email FROM customers', 'customers.email'],
  ]
  for (const [sql, expected] of table) t.equal(reads(sql), expected, sql)
})
