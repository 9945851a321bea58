/** Expressions that a definition stores: what they read goes into the table. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { moves } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test("a default, a generated column, USING and a partition's bound are stored", async t => {
  const table: [sql: string, expected: string][] = [
    [
      "ALTER TABLE customers ALTER COLUMN name TYPE text USING email || 'x'",
      'customers.email > table:customers',
    ],
    [
      'ALTER TABLE customers ADD COLUMN z text GENERATED ALWAYS AS (email) STORED',
      'customers.email > table:customers',
    ],
    [
      'ALTER TABLE customers ADD COLUMN d text DEFAULT mail_of(1)',
      'customers.email > table:customers customers.id > table:customers',
    ],
    ['ALTER TABLE customers ALTER COLUMN name SET DEFAULT opaque(1)', '?'],
    [
      'ALTER TABLE customers ALTER COLUMN name SET EXPRESSION AS (lower(email))',
      'customers.email > table:customers',
    ],
    [
      'CREATE TABLE x (a text DEFAULT mail_of(1))',
      'customers.email > table:x customers.id > table:x',
    ],
    [
      'CREATE TABLE p PARTITION OF notes FOR VALUES IN (mail_of(1))',
      'customers.email > table:p customers.id > table:p',
    ],
    [
      'ALTER TABLE notes ATTACH PARTITION p FOR VALUES FROM (mail_of(1)) TO (MAXVALUE)',
      'customers.email > table:notes customers.id > table:notes',
    ],
    ["CREATE DOMAIN d AS text DEFAULT query_to_xml('SELECT 1', true, true, '')::text", '?'],
  ]
  for (const [sql, expected] of table) t.equal(moves(sql), expected, sql)
})

t.test(
  'a column made of itself is told apart, one of constants or the clock is not moved',
  async t => {
    const table: [sql: string, expected: string][] = [
      [
        'ALTER TABLE customers ALTER COLUMN email TYPE varchar USING left(email, 3)',
        'customers.email > itself',
      ],
      ['ALTER TABLE customers ADD COLUMN d timestamptz DEFAULT now()', ''],
      ["ALTER TABLE customers ADD CHECK (email <> 'x'), DROP COLUMN name", ''],
      [
        "CREATE TABLE x (id serial, a text GENERATED ALWAYS AS (b) STORED, b text DEFAULT 'x', CHECK (a > b))",
        '',
      ],
      ['CREATE TABLE p PARTITION OF notes FOR VALUES FROM (MINVALUE) TO (10)', ''],
    ]
    for (const [sql, expected] of table) t.equal(moves(sql), expected, sql)
  },
)
