/** Whole rows, and the fields of rows. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test('a whole row is all of its columns', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT c FROM customers c', 'c~customers.born,customers.email,customers.id,customers.name'],
    [
      'SELECT customers FROM customers',
      'customers~customers.born,customers.email,customers.id,customers.name',
    ],
    [
      'SELECT c::text, row_to_json(c), to_jsonb(c.*), json_agg(c), (c, 1), ARRAY[c], max(c::text) FROM customers c',
      'c~customers.born,customers.email,customers.id,customers.name row_to_json~customers.born,customers.email,customers.id,customers.name to_jsonb~customers.born,customers.email,customers.id,customers.name json_agg~customers.born,customers.email,customers.id,customers.name row~customers.born,customers.email,customers.id,customers.name array~customers.born,customers.email,customers.id,customers.name max~customers.born,customers.email,customers.id,customers.name',
    ],
    ['SELECT s FROM (SELECT id, email FROM customers) s', 's~customers.email,customers.id'],
    [
      'SELECT x FROM (customers NATURAL JOIN notes) x',
      'x~customers.born,customers.email,customers.id,customers.name,notes.body,notes.id',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a field of a known row is its column, in either notation', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT (c).email, (c).*, email(c) FROM customers c',
      'email=customers.email id=customers.id name=customers.name email=customers.email born=customers.born email=customers.email',
    ],
    [
      'SELECT (s.c).email, (s.c).id FROM (SELECT c FROM customers c) s',
      'email=customers.email id=customers.id',
    ],
    [
      'SELECT (x.a).id, (x.b).body FROM (SELECT a, b FROM orders a, notes b) x',
      'id=orders.id body=notes.body',
    ],
    [
      'SELECT r.f1, f2 FROM (SELECT (ROW(email, id)).* FROM customers) r',
      'f1=customers.email f2=customers.id',
    ],
    [
      'SELECT (ROW(id, email)).f1, (ROW(c.*, 1)).f3 FROM customers c',
      'f1=customers.id f3=customers.email',
    ],
    [
      'WITH x AS (SELECT c AS row FROM customers c) SELECT (row).email, (row).id FROM x',
      'email=customers.email id=customers.id',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('of a row whose fields are not known every field is all of it', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT (c::customers).id FROM customers c',
      'id~customers.born,customers.email,customers.id,customers.name',
    ],
    [
      'SELECT (max(c)).id, (array_agg(c))[1] FROM customers c',
      'id~customers.born,customers.email,customers.id,customers.name array_agg~customers.born,customers.email,customers.id,customers.name',
    ],
    [
      "SELECT (json_populate_record(c, '{}')).id FROM customers c",
      'id~customers.born,customers.email,customers.id,customers.name',
    ],
    [
      'SELECT (CASE WHEN true THEN c END).id FROM customers c',
      'id~customers.born,customers.email,customers.id,customers.name',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a function of the row may be written as its field', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT c.fullname, (c).fullname, fullname(c) FROM customers c',
      'fullname~customers.born,customers.email,customers.id,customers.name fullname~customers.born,customers.email,customers.id,customers.name fullname~customers.born,customers.email,customers.id,customers.name',
    ],
    ['SELECT c.opaque FROM customers c', 'untraced'],
    ['SELECT c.nothing FROM customers c', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})
