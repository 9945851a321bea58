/** Where values go that do not go to the client, and what statements that are no query show. */
import t from 'tap'
import { mariadb, moves, reads, result, traced } from '../../../../support/mysql-shop.ts'

t.test('a value that is written goes to the table that it is written to', async t => {
  for (const [sql, expected] of [
    [
      'INSERT INTO notes SELECT id, email FROM customers',
      'customers.email > table:notes customers.id > table:notes',
    ],
    [
      'INSERT INTO notes (body) VALUES ((SELECT email FROM customers WHERE id = 1))',
      'customers.email > table:notes',
    ],
    [
      'REPLACE INTO notes SET body = (SELECT max(email) FROM customers)',
      'customers.email > table:notes',
    ],
    [
      'INSERT INTO notes VALUES (1, 2) ON DUPLICATE KEY UPDATE body = (SELECT max(email) FROM customers)',
      'customers.email > table:notes',
    ],
    [
      'INSERT INTO notes SELECT 1, 2 FROM customers c ON DUPLICATE KEY UPDATE body = c.email',
      'customers.email > table:notes',
    ],
    ['INSERT INTO notes VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE body = new.body', ''],
    [
      'INSERT INTO notes VALUES (1, (SELECT max(email) FROM customers)) ON DUPLICATE KEY UPDATE id = values(body)',
      'customers.email > table:notes',
    ],
    [
      'UPDATE notes n JOIN customers c ON c.id = n.id SET n.body = c.email',
      'customers.email > table:notes',
    ],
    ['UPDATE notes, customers SET body = email', 'customers.email > table:notes'],
    ['UPDATE customers SET email = email', ''],
    ['UPDATE customers SET email = upper(email)', 'customers.email > itself'],
    ['UPDATE customers SET name = email', 'customers.email > table:customers'],
    ['INSERT INTO nowhere SELECT email FROM customers', 'customers.email > table:nowhere'],
    ['INSERT INTO notes SELECT * FROM nowhere', '?'],
    ['CREATE TABLE x AS SELECT email FROM customers', 'customers.email > table:x'],
    ['CREATE VIEW x AS SELECT email FROM customers', 'customers.email > view:x'],
    ['ALTER TABLE customers ADD x text DEFAULT (email)', 'customers.email > table:customers'],
    [
      "ALTER TABLE customers ADD y int, ADD COLUMN (z int DEFAULT 1, x text DEFAULT (concat(email, '')))",
      'customers.email > table:customers',
    ],
    [
      'ALTER TABLE customers ALTER COLUMN name SET DEFAULT (email)',
      'customers.email > table:customers',
    ],
    ['ALTER TABLE customers ADD x int NOT NULL DEFAULT 1 AFTER id, ALTER name DROP DEFAULT', ''],
    ['UPDATE notes SET body = DEFAULT(body)', 'notes.body > itself notes.id > table:notes'],
    ['UPDATE customers SET name = DEFAULT', ''],
    ["SELECT email FROM customers INTO OUTFILE '/x'", 'customers.email > file:/x'],
    [
      'SELECT id, email INTO @a, @b FROM customers',
      'customers.email > variable:b customers.id > variable:a',
    ],
    [
      'SET @a = (SELECT email FROM customers LIMIT 1), @b = @a',
      'customers.email > variable:a customers.email > variable:b',
    ],
    [
      'SET SESSION timestamp = (SELECT salary FROM customers LIMIT 1)',
      '? customers.salary > setting:timestamp',
    ],
    ['SELECT @a := email FROM customers', 'customers.email > variable:a'],
    ['DO @a := (SELECT max(email) FROM customers)', 'customers.email > variable:a'],
    ['SELECT get_lock(email, 1) FROM customers', 'customers.email > lock:get_lock'],
    [
      'UPDATE notes SET id = last_insert_id((SELECT max(salary) FROM customers))',
      'customers.salary > setting:last_insert_id customers.salary > table:notes',
    ],
    [
      "LOAD DATA INFILE 'x' INTO TABLE notes (id) SET body = (SELECT max(email) FROM customers)",
      'customers.email > table:notes',
    ],
    ["PREPARE p FROM 'INSERT INTO notes SELECT id, email FROM customers'", ''],
    ["DELETE FROM customers WHERE email LIKE 'a%'", ''],
  ] as const)
    t.equal(moves(sql), expected, sql)
})

t.test('what decides which rows are written is read', async t => {
  t.equal(reads("DELETE FROM customers WHERE email LIKE 'a%'"), 'customers.email')
  t.equal(reads('UPDATE notes SET body = 1 ORDER BY id LIMIT 1'), 'notes.id')
  t.equal(reads('DELETE n FROM notes n JOIN customers c ON c.id = n.id'), 'customers.id,notes.id')
})

t.test('what decides whether a constant is kept is moved with it', async t => {
  const kept = 'customers.email > variable:y'
  for (const [sql, expected] of [
    ["SELECT CASE left(email, 1) WHEN 'a' THEN (@y := 'a') END FROM customers", kept],
    ["SELECT IF(email LIKE 'a%', @y := 1, 0) FROM customers", kept],
    ["SELECT email LIKE 'a%' AND (@y := 1) FROM customers", kept],
    ["SELECT 1 FROM customers WHERE email LIKE 'a%' AND (@y := 1)", kept],
    ["SELECT IF(email LIKE 'a%', (SELECT @y := 1), 0) FROM customers", kept],
    ["SELECT IF(email LIKE 'a%', GET_LOCK('a', 0), 0) FROM customers", /email > \w+:get_lock/],
    ["SELECT IF(email LIKE 'a%', LAST_INSERT_ID(7), 0) FROM customers", /email > .*insert_id/],
    ['SELECT email, @y := @y + 1 FROM customers', ''],
    ['SELECT @y := IF(id = 1, @y + 1, 0), email FROM customers', /^(?!.*email)/],
  ] as const)
    if (typeof expected === 'string') t.equal(moves(sql), expected, sql)
    else t.match(moves(sql), expected, sql)
})

t.test('a variable may hold in one row what another row put there', async t => {
  t.equal(
    result('SELECT @a x, @a := email y FROM customers'),
    'x~customers.email y~customers.email',
  )
  t.equal(
    result('SELECT @a x, @b := @a, @a := @c, @c := email FROM customers'),
    'x~customers.email @b := @a~customers.email @a := @c~customers.email @c := email~customers.email',
  )
  t.equal(result('SELECT @never x'), 'x')
})

t.test('RETURNING gives the row as it is afterwards', async t => {
  for (const [sql, expected] of [
    ['INSERT INTO notes VALUES (1, 2) RETURNING body', 'body=notes.body'],
    [
      'INSERT INTO notes SELECT id, email FROM customers RETURNING body',
      'body~customers.email,notes.body',
    ],
    ['DELETE FROM customers RETURNING email, 1', 'email=customers.email 1'],
    ['REPLACE INTO notes VALUES (1, 2) RETURNING *', 'id=notes.id body=notes.body'],
  ] as const)
    t.equal(result(sql, mariadb), expected, sql)
})

t.test('what the server tells of itself has the columns that it has, and no values', async t => {
  for (const [sql, expected] of [
    ['SHOW TABLES', 'Tables_in_shop'],
    ['SHOW COLUMNS FROM customers', 'Field Type Null Key Default Extra'],
    ['DESCRIBE customers', 'Field Type Null Key Default Extra'],
    ['SHOW CREATE TABLE customers', 'Table Create Table'],
    ['SHOW CREATE TABLE people', 'View Create View character_set_client collation_connection'],
    ['SHOW GLOBAL VARIABLES', 'Variable_name Value'],
    [
      "SHOW TABLES WHERE (SELECT max(email) FROM customers) LIKE 'a%'",
      'Tables_in_shop~customers.email',
    ],
    ['CHECK TABLE customers', 'Table Op Msg_type Msg_text'],
    ['SHOW WARNINGS', 'untraced'],
    ['SHOW PROCESSLIST', 'untraced'],
    ['SHOW ENGINE INNODB STATUS', 'untraced'],
    ['SHOW BINLOG EVENTS', 'untraced'],
  ] as const)
    t.equal(result(sql), expected, sql)
})

t.test(
  'a plan tells what its conditions ask, and quotes what it reads in any other form',
  async t => {
    const asked =
      'id~customers.email select_type~customers.email table~customers.email Extra~customers.email'
    for (const [sql, expected] of [
      ['EXPLAIN SELECT email FROM customers WHERE id = 1', 'id select_type table Extra'],
      ["EXPLAIN SELECT id FROM customers WHERE email LIKE 'a%'", asked],
      [
        'EXPLAIN FORMAT=JSON SELECT email FROM customers WHERE id = 1',
        'EXPLAIN~customers.email,customers.id',
      ],
      [
        "EXPLAIN SELECT id, (SELECT 1 FROM customers c WHERE c.id = 1 AND email LIKE 'a%') FROM orders",
        asked,
      ],
      // Also of columns that nobody takes.
      [
        'EXPLAIN FORMAT=JSON SELECT a FROM (SELECT 1 AS a, (SELECT email FROM customers WHERE id = 1) AS b) d',
        'EXPLAIN~customers.email,customers.id',
      ],
      ['EXPLAIN SELECT a FROM (SELECT 1 AS a, no_such_function(1) AS b) d', 'untraced'],
      ['EXPLAIN FOR CONNECTION 3', 'untraced'],
      ['EXPLAIN SELECT no_such_function(1)', 'untraced'],
    ] as const)
      t.equal(result(sql), expected, sql)
  },
)

t.test('what ran tells how many rows there were of everything that it read', async t => {
  t.equal(
    result(
      'ANALYZE SELECT id, EXISTS (SELECT 1 FROM orders WHERE total = 1) FROM customers',
      mariadb,
    ),
    'id select_type table r_rows~customers.id,orders.total Extra',
  )
})

t.test('a statement within a statement is followed when its text is known', async t => {
  t.equal(
    result("EXECUTE IMMEDIATE 'SELECT email FROM customers'", mariadb),
    'email=customers.email',
  )
  t.equal(result('EXECUTE IMMEDIATE @a', mariadb), 'untraced')
  t.equal(
    result('SET STATEMENT max_statement_time = 1 FOR SELECT email FROM customers', mariadb),
    'email=customers.email',
  )
  t.equal(result('EXECUTE nothing'), 'untraced')
  t.equal(result('HANDLER customers READ FIRST'), 'untraced')
})

t.test('columns are assigned one after another, and are by then what was assigned', async t => {
  for (const [sql, into] of [
    ['UPDATE customers SET name = email, born = name', 'born name'],
    [
      'UPDATE customers c SET c.name = c.email, born = upper(c.name), salary = born',
      'born name salary',
    ],
    ['UPDATE customers, notes n SET name = email, n.body = name', 'body name'],
    [
      'INSERT INTO customers (id) VALUES (1) ON DUPLICATE KEY UPDATE name = email, born = name',
      'born name',
    ],
    [
      'INSERT INTO customers (name, born, salary) VALUES ((SELECT email FROM customers c), name, born)',
      'born name salary',
    ],
    ['INSERT INTO customers SET name = (SELECT max(mail) FROM people), born = name', 'born name'],
    ['UPDATE customers SET born = name, name = email', 'name'],
  ] as const) {
    const given = traced(sql).moves.filter(({ from }) => from.column === 'email')
    const columns = given.flatMap(move => move.into ?? []).map(({ column }) => column)
    t.equal([...new Set(columns)].sort().join(' '), into, sql)
  }
})
