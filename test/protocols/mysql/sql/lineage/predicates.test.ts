/** What statements ask of columns without being shown them. */
import t from 'tap'
import { columnInShort, traced } from '../../../../support/mysql-shop.ts'

function asked(sql: string): string {
  return traced(sql)
    .predicates.map(({ column, kind, constants }) => {
      const among = constants > 0 ? `:${constants}` : ''
      return `${columnInShort(column)} ${kind}${among}`
    })
    .sort()
    .join(', ')
}

const cases: readonly (readonly [sql: string, asked: string])[] = [
  // Look-ups, joins and counts.
  ["SELECT id FROM customers WHERE email = 'a'", 'customers.email equality:1'],
  ['SELECT id FROM customers WHERE email = ?', 'customers.email equality:1'],
  ["SELECT id FROM customers WHERE email IN ('a', 'b')", 'customers.email equality:2'],
  ["SELECT id FROM customers WHERE email = 'a' OR email <=> 'b'", 'customers.email equality:2'],
  [
    "SELECT id FROM customers WHERE (email, id) = ('a', 1)",
    'customers.email equality:2, customers.id equality:2',
  ],
  ['SELECT id FROM customers WHERE email IS NULL', ''],
  ['SELECT count(email) FROM customers', ''],
  [
    'SELECT 1 FROM customers c JOIN orders o ON o.customer_id = c.id',
    'customers.id equality, orders.customer_id equality',
  ],
  ['SELECT 1 FROM customers a JOIN customers b USING (email)', 'customers.email equality'],
  [
    "SELECT 1 FROM customers NATURAL JOIN (SELECT 'a' AS email UNION SELECT 'b') guesses",
    'customers.email comparison:1',
  ],
  [
    'SELECT 1 FROM customers WHERE id IN (SELECT customer_id FROM orders)',
    'customers.id equality, orders.customer_id equality',
  ],
  // What finds a value out.
  ["SELECT id FROM customers WHERE email LIKE 'a%'", 'customers.email pattern:1'],
  ["SELECT id FROM customers WHERE email REGEXP '^a'", 'customers.email pattern:1'],
  ["SELECT id FROM customers WHERE NOT email > 'm'", 'customers.email range:1'],
  ["SELECT id FROM customers WHERE email BETWEEN 'a' AND 'b'", 'customers.email range:2'],
  ["SELECT id FROM customers WHERE substr(email, 1, 1) = 'a'", 'customers.email computed:1'],
  ['SELECT id FROM customers WHERE ascii(email) & 1', 'customers.email computed:1'],
  [
    "SELECT 1 FROM orders WHERE 'a' IN (SELECT left(email, 1) FROM customers)",
    'customers.email computed:1',
  ],
  [
    "SELECT 1 FROM orders WHERE EXISTS (SELECT 1 FROM customers WHERE email LIKE 'a%')",
    'customers.email pattern:1',
  ],
  [
    "SELECT 1 FROM customers, (SELECT 'a' g UNION SELECT 'b') v WHERE email = g",
    'customers.email comparison:1',
  ],
  [
    "SELECT 1 FROM customers, (SELECT 'a' g UNION SELECT 'b') v WHERE email = CONCAT(g, '')",
    'customers.email comparison:1',
  ],
  [
    "SELECT 1 FROM customers WHERE email IN (SELECT 'a' UNION SELECT 'b')",
    'customers.email comparison:1',
  ],
  ['SELECT id FROM customers ORDER BY email', 'customers.email order'],
  ['SELECT count(*) FROM customers GROUP BY email', 'customers.email group'],
  // What the rows that are there have to hold, or the statement fails.
  ...[
    ["ALTER TABLE customers ADD CHECK (email LIKE 'a%')", 'customers.email pattern:1'],
    ["ALTER TABLE customers ADD CONSTRAINT c CHECK (email > 'm')", 'customers.email range:1'],
    [
      'ALTER TABLE customers ADD COLUMN x int CHECK (length(email) > 3)',
      'customers.email computed:1',
    ],
    ['ALTER TABLE customers ADD UNIQUE (email)', 'customers.email group'],
    [
      'ALTER TABLE customers ADD UNIQUE KEY k (email(3) DESC, id)',
      'customers.email group, customers.id group',
    ],
    ['ALTER TABLE customers ADD CONSTRAINT c UNIQUE (email)', 'customers.email group'],
    ['ALTER TABLE customers DROP PRIMARY KEY, ADD PRIMARY KEY (email)', 'customers.email group'],
    ['ALTER TABLE customers MODIFY email varchar(9)', 'customers.email effect'],
    ['ALTER TABLE customers CHANGE email mail int', 'customers.email effect'],
    [
      'ALTER TABLE customers PARTITION BY RANGE (salary) (PARTITION p VALUES LESS THAN (10))',
      'customers.salary range',
    ],
    [
      'ALTER TABLE customers PARTITION BY LIST COLUMNS (email) (PARTITION p VALUES IN (10))',
      'customers.email range',
    ],
    [
      'ALTER TABLE notes ADD FOREIGN KEY (body) REFERENCES customers (email)',
      'customers.email equality, notes.body equality',
    ],
    [
      'ALTER TABLE notes ADD CONSTRAINT c FOREIGN KEY i (body, id) REFERENCES customers (email, id)',
      'customers.email equality, customers.id equality, notes.body equality, notes.id equality',
    ],
    [
      "ALTER TABLE orders ADD COLUMN guess varchar(9) DEFAULT 'a' REFERENCES customers (email)",
      'customers.email equality',
    ],
    ['ALTER TABLE customers ADD x int AS (length(email)) STORED', 'customers.email computed'],
    ['ALTER TABLE customers ADD x varchar(9) AS (email) VIRTUAL', ''],
    ['ALTER TABLE notes CONVERT TO CHARACTER SET latin1', 'notes.body effect, notes.id effect'],
    ['ALTER TABLE notes ALTER CHECK c ENFORCED', 'notes.body computed, notes.id computed'],
    [
      'ALTER TABLE notes REORGANIZE PARTITION p INTO (PARTITION q VALUES LESS THAN (9))',
      'notes.body range, notes.id range',
    ],
    ['ALTER TABLE customers ORDER BY email DESC, id', 'customers.email order, customers.id order'],
    ['CREATE UNIQUE INDEX i ON customers (email)', 'customers.email group'],
    [
      'CREATE UNIQUE INDEX i USING BTREE ON customers ((left(email, 2)))',
      'customers.email computed',
    ],
    ['CREATE INDEX i ON customers (email)', ''],
    ['ALTER TABLE customers ADD INDEX (email), ADD COLUMN z int DEFAULT 3', ''],
  ].map(([sql = '', expected = '']) => [sql, expected] as const),
  // Rows come as the last window sorted them, although what it gives is hidden.
  ['SELECT id, rank() OVER (ORDER BY email) r FROM customers', 'customers.email order'],
  ['SELECT id, count(*) OVER (PARTITION BY email) n FROM customers', 'customers.email group'],
  [
    'SELECT id, sum(id) OVER w s FROM customers WINDOW w AS (ORDER BY email)',
    'customers.email order',
  ],
  ['SELECT count(*) FROM customers GROUP BY left(email, 1)', 'customers.email computed'],
  // What waits or fails by it, although it is redacted.
  ["SELECT if(email = 'a', sleep(5), 0) FROM customers", 'customers.email effect'],
  ["SELECT email = 'a' AND sleep(5) FROM customers", 'customers.email effect'],
  ["SELECT if(email = 'a', 1, 0) FROM customers", ''],
  ["SELECT cast(if(email LIKE 'a%', 'x', '1') AS signed) FROM customers", 'customers.email effect'],
  ['SELECT 1 + cast(left(email, 1) AS decimal(3, 1)) FROM customers', 'customers.email effect'],
  ['SELECT cast(email AS char(3)), cast(salary AS unsigned) FROM customers', ''],
  ...['1 / (length(email) - 7)', 'id DIV (length(email) - 7)', 'mod(id, length(email))'].map(
    each => [`SELECT ${each} FROM customers`, 'customers.email effect'] as const,
  ),
  ['SELECT length(email) / 7, 1 / nullif(length(email), 0) FROM customers', ''],
  // Out of range, or unsigned and negative.
  ...[
    ...['+ 9223372036854775000', '- ?', '* 10000000', '- (2 & 6)', '+ ~0', '- 0x10', '+ @a'],
    ...['* 1000 * 1000 * 10', '* 1e308', "+ '9223372036854775000'", '- CAST(3 AS UNSIGNED)'],
    ...['- CRC32(3)', '* (SELECT count(*) FROM orders)'],
  ].map(each => [`SELECT length(email) ${each} FROM customers`, 'customers.email effect'] as const),
  ['SELECT salary - q.b FROM customers, (SELECT 5 AS b) q', 'customers.salary effect'],
  ...['salary * 12', 'salary + 100000 - id', 'round(salary * 1.1)', '99999999 + 1'].map(
    each => [`SELECT ${each} FROM customers`, ''] as const,
  ),
  ['SELECT born + INTERVAL 1 DAY, sum(salary) - max(salary) FROM customers', ''],
  [
    "SELECT NULLIF(email, 'a') + (SELECT total FROM orders) FROM customers",
    'customers.email effect, orders.total effect',
  ],
  // What may fail or warn, where a condition decides whether it is evaluated.
  ...[
    "IF(email LIKE 'a%', (SELECT total FROM orders), 0)",
    "IF(email LIKE 'a%', (SELECT 1 UNION SELECT 2), 0)",
    "CASE WHEN email = 'a' THEN (SELECT total FROM orders) END",
    "email = 'a' AND (SELECT total FROM orders)",
    "COALESCE(NULLIF(email, 'a'), (SELECT total FROM orders))",
    "CONCAT('x', IFNULL(NULLIF(email, 'a'), (TABLE one_column)))",
    "ELT(email = 'a', (SELECT total FROM orders))",
    "IF(email LIKE 'a%', 1 / (2 - 2), 0)",
    "IF(email LIKE 'a%', (SELECT 1 / (2 - 2) FROM orders LIMIT 1), 0)",
    "CASE WHEN email = 'a' THEN CAST(CONCAT('x', '') AS SIGNED) END",
  ].map(each => [`SELECT ${each} FROM customers`, 'customers.email effect'] as const),
  ...[
    "IF(email = 'a', (SELECT max(total) FROM orders), 0)",
    "IF(email = 'a', (SELECT total FROM orders LIMIT 1), 0)",
    "IF(email = 'a', (SELECT id), 0)",
    'CONCAT(email, (SELECT total FROM orders))',
    'CONCAT(upper(email), id / total)',
    '(SELECT total FROM orders), upper(email)',
  ].map(each => [`SELECT ${each} FROM customers`, ''] as const),
  ['SELECT IF(id = 1, (SELECT email FROM customers), 0) FROM orders', 'orders.id effect'],
  [
    "VALUES ROW(IF((SELECT max(email) FROM customers) LIKE 'a%', sleep(5), 0))",
    'customers.email effect',
  ],
  ["DO IF((SELECT max(email) FROM customers) LIKE 'a%', sleep(5), 0)", 'customers.email effect'],
  [
    "CALL elsewhere.report(IF((SELECT max(email) FROM customers) LIKE 'a%', sleep(5), 0))",
    'customers.email effect',
  ],
  ["UPDATE customers SET id = 1 WHERE email LIKE 'a%'", 'customers.email pattern:1'],
  ["DELETE FROM customers WHERE email LIKE 'a%'", 'customers.email pattern:1'],
]

t.test('what is asked of a column is told by its kind', async t => {
  for (const [sql, expected] of cases) t.equal(asked(sql), expected, sql)
})

t.test('subqueries in conditions are walked once', async t => {
  let sql = 'SELECT id FROM customers'
  for (let depth = 0; depth < 40; depth++) sql = `SELECT id FROM customers WHERE id IN (${sql})`
  t.equal(traced(sql).unreadable, undefined)
})
