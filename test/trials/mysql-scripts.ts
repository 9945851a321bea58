/** Random scripts of MySQL and MariaDB: a random query, where queries and expressions can stand. */
import { StatementGenerator } from '../support/mysql-statement-generator.ts'
import type { Script } from './trial.ts'

type Maker = (generator: StatementGenerator) => Script

export function mysqlScript(seed: number, lateral: boolean, guesses: boolean): Script {
  const generator = new StatementGenerator(seed, lateral, guesses)
  if (generator.chance(0.6)) return [generator.statement()]
  const script = generator.pick(makers)(generator)
  // How many warnings there are depends on what is computed, which is a question.
  return guesses ? script : script.filter(text => !/WARNINGS|CONDITION/.test(text))
}

function readBack(
  generator: StatementGenerator,
  sql: string,
  name: string,
  columns: readonly { name: string }[],
): string {
  const { name: column } = generator.pick(columns)
  // How many rows it has is told by how many were distinct.
  const count = /DISTINCT|GROUP BY|UNION (?!ALL)/.test(sql) ? '' : ', count(*) OVER ()'
  return generator.pick([
    `SELECT * FROM ${name}`,
    `SELECT ${column} FROM ${name}`,
    `SELECT upper(concat(${column}))${count} FROM ${name}`,
    `SELECT max(concat(${column}, '')) FROM ${name}`,
    `TABLE ${name}`,
    `SELECT c.id, (SELECT min(${column}) FROM ${name}) FROM customers c`,
  ])
}

const makers: readonly Maker[] = [
  g => {
    const text = g.statement().replaceAll("'", "''")
    return [`PREPARE s FROM '${text}'`, 'EXECUTE s', 'DEALLOCATE PREPARE s']
  },
  g => [
    "PREPARE s FROM 'SELECT ?, id, upper(?) FROM customers WHERE id < ?'",
    `SET @a = ${g.size(9)}, @b = (SELECT ${g.over('customers', 'c')} FROM customers c WHERE id = 2)`,
    'EXECUTE s USING @a, @b, @a',
  ],
  g => {
    const { sql, columns } = g.query()
    return [`CREATE TEMPORARY TABLE kept AS ${sql}`, readBack(g, sql, 'kept', columns)]
  },
  g => {
    const { sql, columns } = g.query()
    const made = columns.map((_, i) => ({ name: `k${i}` }))
    const list = columns.map(({ name }) => `concat(q.${name})`)
    const returning = g.pick(['', '', ' RETURNING *'])
    return [
      `CREATE TEMPORARY TABLE kept (${made.map(({ name }) => `${name} varchar(400)`).join(', ')})`,
      `INSERT INTO kept SELECT ${list.join(', ')} FROM (${sql}) q${returning}`,
      readBack(g, sql, 'kept', made),
    ]
  },
  g => [
    'CREATE TEMPORARY TABLE kept (id int, a varchar(400), b varchar(400) AS (upper(a)) STORED)',
    `INSERT INTO kept (id, a) SELECT id, ${g.over('customers', 'c')} FROM customers c`,
    g.pick(['SELECT id, b FROM kept', 'SELECT * FROM kept', 'SELECT max(b) FROM kept']),
  ],
  g => [
    `SET @v = (SELECT ${g.over('customers', 'c')} FROM customers c WHERE c.id = ${g.size(9)})`,
    g.pick(['SELECT @v', 'SELECT upper(@v), id FROM places', 'SELECT @w := @v, @w', 'DO @v']),
    'SELECT @v, @w',
  ],
  g => [
    `SELECT ${g.over('customers', 'c')}, id INTO @v, @w FROM customers c WHERE id = ${g.size(9)}`,
    'SELECT @v, @w',
  ],
  g => [
    `SELECT @v := ${g.over('customers', 'c')}, @v, id FROM customers c ORDER BY id`,
    'SELECT @v',
  ],
  g => [
    `SELECT last_insert_id((SELECT max(salary) FROM customers WHERE id < ${g.size(9)}))`,
    'SELECT last_insert_id()',
  ],
  g => [
    `INSERT INTO customers (id, name, email) VALUES (${g.size(9)}, 'n', 'mine') ON DUPLICATE KEY UPDATE
      ${g.pick(['email = concat(values(email), email)', 'name = values(name)', 'name = email'])}`,
    'SELECT id, name, email, length(email) FROM customers',
  ],
  g => [
    `INSERT INTO places SELECT id + 10, ${g.over('customers', 'c')} FROM customers c
      ${g.pick(['', 'ON DUPLICATE KEY UPDATE place = c.email', "ON DUPLICATE KEY UPDATE place = 'x'"])}`,
    'SELECT * FROM places ORDER BY id',
  ],
  g => [
    `REPLACE INTO places SELECT id, ${g.over('customers', 'c')} FROM customers c WHERE id < 3`,
    'SELECT * FROM places ORDER BY id',
  ],
  g => [
    `REPLACE INTO places (id, place) VALUES (1, (SELECT ${g.over('customers', 'x')} FROM customers x WHERE x.id = 2)) RETURNING id, place`,
  ],
  g => [
    `UPDATE places p JOIN customers c ON c.id = p.id SET p.place = ${g.over('customers', 'c')}`,
    'SELECT * FROM places ORDER BY id',
  ],
  g => [
    `UPDATE customers c SET name = ${g.pick(["'x'", 'city', 'email', "concat(name, '!')"])}, city = name WHERE id < ${g.size(9)}`,
    'SELECT id, name, city FROM customers ORDER BY id',
  ],
  g => [
    `DELETE FROM customers WHERE id < ${g.size(9)} RETURNING ${g.over('customers', 'customers')} AS a, id`,
  ],
  g => [
    `DELETE o FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.id < ${g.size(9)}`,
    'SELECT id FROM orders',
  ],
  g => [
    `SELECT SQL_CALC_FOUND_ROWS ${g.over('customers', 'c')} a, id FROM customers c LIMIT 2`,
    'SELECT found_rows()',
  ],
  g => [`EXPLAIN ${g.pick(['', 'EXTENDED ', 'FORMAT=JSON '])}${g.statement()}`, 'SHOW WARNINGS'],
  g => [`${g.pick(['ANALYZE ', 'ANALYZE FORMAT=JSON ', 'EXPLAIN ANALYZE '])}${g.statement()}`],
  g => [
    g.statement(),
    'SHOW WARNINGS',
    'SHOW COUNT(*) WARNINGS',
    'GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT',
    'SELECT @m',
  ],
  g => [
    `SELECT cast(${g.over('customers', 'c')} AS signed) + 1, id FROM customers c`,
    'SHOW WARNINGS',
  ],
  g => [
    'HANDLER customers OPEN AS h',
    `HANDLER h READ ${g.pick(['FIRST', 'NEXT', '`PRIMARY` = (3)'])}`,
    'HANDLER h CLOSE',
  ],
  g => [`DO (SELECT ${g.over('customers', 'x')} FROM customers x WHERE x.id = 2)`, 'SHOW WARNINGS'],
  g => [`CALL shown(${g.size(9)})`],
  g => ['CALL branched()', `CALL shown((SELECT ${g.size(9)}))`],
  g => [
    `CREATE TEMPORARY TABLE customers AS SELECT id, ${g.over('orders', 'o')} AS email, 'n' AS name FROM orders o`,
    'SELECT * FROM customers',
    'SELECT upper(email) FROM customers',
  ],
  g => [
    'CREATE TEMPORARY TABLE kept (id int, a varchar(400))',
    `INSERT INTO kept SELECT id, ${g.over('customers', 'c')} FROM customers c`,
    'CREATE TEMPORARY TABLE other LIKE kept',
    g.pick([
      'INSERT INTO other SELECT DISTINCT * FROM kept',
      'INSERT INTO other SELECT * FROM kept',
      'REPLACE INTO other (a) SELECT a FROM kept',
    ]),
    g.pick(['SELECT a FROM other', 'TABLE other', 'SELECT count(*), max(a) FROM other']),
  ],
  g => [
    'CREATE TEMPORARY TABLE kept (id int, a varchar(400))',
    `INSERT INTO kept SELECT id, ${g.over('customers', 'c')} FROM customers c`,
    g.pick([
      'ALTER TABLE kept RENAME TO other',
      'ALTER TABLE kept RENAME COLUMN a TO b',
      'ALTER TABLE kept ADD COLUMN z int',
      'ALTER TABLE kept CHANGE a b varchar(99)',
    ]),
    g.pick(['SELECT * FROM kept', 'SELECT * FROM other', 'SELECT b FROM kept']),
  ],
]
