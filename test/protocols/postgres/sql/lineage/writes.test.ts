/** Where values are written to, and what RETURNING shows of them. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { moves, reads, result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test("RETURNING shows the table's columns, and what was written into them", async t => {
  const table: [sql: string, expected: string][] = [
    [
      "INSERT INTO customers (email) VALUES ('x') RETURNING *",
      'id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    [
      'INSERT INTO notes (body) SELECT email FROM customers RETURNING body, id',
      'body~customers.email,notes.body id=notes.id',
    ],
    [
      'INSERT INTO notes SELECT id, email FROM customers RETURNING *',
      'id~customers.id,notes.id body~customers.email,notes.body',
    ],
    [
      'UPDATE customers SET name = email RETURNING name, old.name, new.name, email',
      'name~customers.email,customers.name name=customers.name name~customers.email,customers.name email=customers.email',
    ],
    [
      'UPDATE notes n SET (id, body) = (SELECT id, email FROM customers LIMIT 1) RETURNING n.*',
      'id~customers.id,notes.id body~customers.email,notes.body',
    ],
    [
      'UPDATE notes SET (id, body) = ROW (1, (SELECT email FROM customers LIMIT 1)) RETURNING *',
      'id=notes.id body~customers.email,notes.body',
    ],
    [
      'UPDATE notes SET body = c.email FROM customers c WHERE c.id = notes.id RETURNING body, name',
      'body~customers.email,notes.body name=customers.name',
    ],
    [
      'DELETE FROM customers RETURNING email, customers, upper(email)',
      'email=customers.email customers~customers.born,customers.email,customers.id,customers.name upper~customers.email',
    ],
    [
      'DELETE FROM notes USING customers c WHERE c.id = notes.id RETURNING *',
      'id=notes.id body=notes.body id=customers.id name=customers.name email=customers.email born=customers.born',
    ],
    [
      "INSERT INTO notes VALUES (1, 'a') RETURNING WITH (OLD AS was, NEW AS now) was.body, now.body, body",
      'body=notes.body body=notes.body body=notes.body',
    ],
    [
      "INSERT INTO notes VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET body = (SELECT email FROM customers LIMIT 1) RETURNING *",
      'id=notes.id body~customers.email,notes.body',
    ],
    ['INSERT INTO notes DEFAULT VALUES RETURNING id', 'id=notes.id'],
    ["INSERT INTO people (mail) VALUES ('x') RETURNING mail", 'mail=customers.email,people.mail'],
    ["UPDATE customers SET email = 'x'", 'none'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('MERGE shows the source before the target', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'MERGE INTO notes n USING customers c ON n.id = c.id WHEN MATCHED THEN UPDATE SET body = c.email WHEN NOT MATCHED THEN INSERT (id, body) VALUES (c.id, c.name) RETURNING merge_action(), *',
      'merge_action id=customers.id name=customers.name email=customers.email born=customers.born id~customers.id,notes.id body~customers.email,customers.name,notes.body',
    ],
    [
      'MERGE INTO notes n USING (SELECT 1 AS id) s ON n.id = s.id WHEN MATCHED THEN DELETE RETURNING n.body, old.body',
      'body=notes.body body=notes.body',
    ],
    [
      'MERGE INTO notes USING customers c ON notes.id = c.id WHEN NOT MATCHED BY SOURCE THEN DELETE',
      'none',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a common table expression that writes gives its RETURNING', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'WITH i AS (INSERT INTO notes (body) SELECT email FROM customers RETURNING body) SELECT * FROM i',
      'body~customers.email,notes.body',
    ],
    [
      "WITH u AS (UPDATE customers SET email = 'x' RETURNING old.email AS was, new.email) SELECT was, email FROM u",
      'was=customers.email email=customers.email',
    ],
    [
      'WITH d AS (DELETE FROM customers RETURNING *) INSERT INTO notes SELECT id, email FROM d RETURNING body',
      'body~customers.email,notes.body',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('what is written somewhere else than where it was is moved', async t => {
  const table: [sql: string, expected: string][] = [
    ['INSERT INTO notes (body) SELECT email FROM customers', 'customers.email > table:notes'],
    [
      'INSERT INTO notes VALUES (1, (SELECT email FROM customers LIMIT 1))',
      'customers.email > table:notes',
    ],
    [
      'INSERT INTO customers (name) SELECT email FROM customers',
      'customers.email > table:customers',
    ],
    ['INSERT INTO nowhere SELECT email FROM customers', 'customers.email > table:nowhere'],
    ['UPDATE customers SET name = email', 'customers.email > table:customers'],
    ['UPDATE notes SET body = c.email FROM customers c', 'customers.email > table:notes'],
    [
      'UPDATE notes SET body = body || (SELECT max(email) FROM customers)',
      'customers.email > table:notes notes.body > itself',
    ],
    [
      "INSERT INTO notes VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET body = (SELECT email FROM customers LIMIT 1)",
      'customers.email > table:notes',
    ],
    [
      'MERGE INTO notes n USING customers c ON n.id = c.id WHEN MATCHED THEN UPDATE SET body = c.email WHEN NOT MATCHED THEN INSERT VALUES (1, c.name)',
      'customers.email > table:notes customers.name > table:notes',
    ],
    [
      'WITH i AS (INSERT INTO notes SELECT id, email FROM customers) SELECT 1',
      'customers.email > table:notes customers.id > table:notes',
    ],
    ['INSERT INTO notes (body) VALUES (opaque(1))', '?'],
  ]
  for (const [sql, expected] of table) t.equal(moves(sql), expected, sql)
})

t.test(
  'a column computed from itself is told apart, one copied or from the client is not moved',
  async t => {
    const table: [sql: string, expected: string][] = [
      ['UPDATE customers SET email = email', ''],
      ['UPDATE customers SET email = lower(email)', 'customers.email > itself'],
      [
        "UPDATE customers SET email = 'a@' || replace(email, '@', '.'), name = email",
        'customers.email > itself customers.email > table:customers',
      ],
      [
        "INSERT INTO customers (email) VALUES ('x') ON CONFLICT (id) DO UPDATE SET email = excluded.email",
        '',
      ],
      [
        'INSERT INTO notes VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET body = notes.body || excluded.body WHERE notes.id = 1',
        'notes.body > itself',
      ],
      ['INSERT INTO customers SELECT * FROM customers', ''],
      ['DELETE FROM notes USING customers c WHERE c.email = notes.body', ''],
    ]
    for (const [sql, expected] of table) t.equal(moves(sql), expected, sql)
  },
)

t.test('what decides about a write is read', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'DELETE FROM notes USING customers c WHERE c.email = notes.body',
      'customers.email,notes.body',
    ],
    [
      "UPDATE notes SET body = 'x' WHERE id IN (SELECT id FROM customers WHERE email = 'x')",
      'customers.email,customers.id,notes.id',
    ],
    [
      'MERGE INTO notes n USING customers c ON n.body = c.email WHEN MATCHED AND c.born IS NULL THEN DO NOTHING',
      'customers.born,customers.email,notes.body',
    ],
    [
      "INSERT INTO notes VALUES (1, 'a') ON CONFLICT (id) WHERE body = 'x' DO UPDATE SET body = 'a' WHERE excluded.id = notes.id",
      'notes.body,notes.id',
    ],
  ]
  for (const [sql, expected] of table) t.equal(reads(sql), expected, sql)
})
