/** Joined tables: which side a column is of, and what a join's own name covers. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { reads, result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test('every column keeps its table', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT * FROM customers c JOIN orders o ON c.id = o.customer_id',
      'id=customers.id name=customers.name email=customers.email born=customers.born id=orders.id customer_id=orders.customer_id total=orders.total',
    ],
    ['SELECT o.id, c.id FROM customers c, orders o', 'id=orders.id id=customers.id'],
    [
      'SELECT * FROM customers c CROSS JOIN notes',
      'id=customers.id name=customers.name email=customers.email born=customers.born id=notes.id body=notes.body',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('merged columns are of both sides', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT * FROM customers JOIN orders USING (id)',
      'id~customers.id,orders.id name=customers.name email=customers.email born=customers.born customer_id=orders.customer_id total=orders.total',
    ],
    [
      'SELECT * FROM customers NATURAL JOIN orders',
      'id~customers.id,orders.id name=customers.name email=customers.email born=customers.born customer_id=orders.customer_id total=orders.total',
    ],
    [
      'SELECT id, c.id, o.id FROM customers c FULL JOIN orders o USING (id)',
      'id~customers.id,orders.id id=customers.id id=orders.id',
    ],
    [
      'SELECT * FROM orders LEFT JOIN customers USING (id) LEFT JOIN notes USING (id)',
      'id~customers.id,notes.id,orders.id customer_id=orders.customer_id total=orders.total name=customers.name email=customers.email born=customers.born body=notes.body',
    ],
    ['SELECT id FROM customers a JOIN customers b USING (id)', 'id=customers.id'],
    [
      'SELECT c.* FROM customers c NATURAL LEFT JOIN notes',
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('the name of a join hides the names inside', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT j.* FROM (customers a JOIN orders b USING (id)) AS j',
      'id~customers.id,orders.id name=customers.name email=customers.email born=customers.born customer_id=orders.customer_id total=orders.total',
    ],
    [
      'SELECT j.x, j.y FROM (customers a JOIN notes b USING (id)) AS j(x, y)',
      'x~customers.id,notes.id y=customers.name',
    ],
    ['SELECT a.email FROM (customers a JOIN orders b USING (id)) AS j', 'untraced'],
    [
      'SELECT j.*, a.email FROM customers a JOIN orders b USING (id) AS j',
      'id~customers.id,orders.id email=customers.email',
    ],
    ['SELECT j FROM customers a JOIN orders b USING (id) AS j', 'j~customers.id,orders.id'],
    ['SELECT j.email FROM customers a JOIN orders b USING (id) AS j', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('what is not known of one side makes the rest unknown', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT * FROM customers NATURAL JOIN nowhere', 'untraced'],
    ['SELECT email FROM customers, nowhere', 'email=customers.email'],
    ['SELECT total FROM customers, nowhere', 'untraced'],
    ['SELECT name FROM customers NATURAL JOIN nowhere', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('what a join compares is read', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT o.total FROM customers c JOIN orders o ON c.id = o.customer_id',
      'customers.id,orders.customer_id,orders.total',
    ],
    ['SELECT total FROM customers JOIN orders USING (id)', 'customers.id,orders.id,orders.total'],
    ['SELECT body FROM customers NATURAL JOIN notes', 'customers.id,notes.body,notes.id'],
  ]
  for (const [sql, expected] of table) t.equal(reads(sql), expected, sql)
})
