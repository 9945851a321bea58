/** Random scripts of Postgres: a random query, in one of the places where a query can stand. */
import { StatementGenerator } from '../support/statement-generator.ts'
import type { Script } from './trial.ts'

type Maker = (generator: StatementGenerator) => Script

export function postgresScript(seed: number, guesses: boolean): Script {
  const generator = new StatementGenerator(seed, guesses)
  if (generator.chance(0.55)) return [generator.statement()]
  return generator.pick(makers)(generator)
}

/** What follows reads a relation of that name, whose columns are those of a query. */
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
    `SELECT upper(${column}::text)${count} FROM ${name}`,
    `SELECT max(${column}::text) FROM ${name}`,
    `SELECT r FROM ${name} r`,
    `TABLE ${name}`,
    `SELECT c.id, (SELECT min(${column}::text) FROM ${name}) FROM customers c`,
    `COPY (SELECT * FROM ${name}) TO STDOUT`,
  ])
}

const makers: readonly Maker[] = [
  g => {
    const { sql } = g.query()
    const [a, b] = [g.size(9), g.pick(["'a'", "'x'", 'NULL'])]
    const extra = `SELECT p.*, $1::int, upper($2) FROM (${sql}) p`
    return [`PREPARE s (int, text) AS ${extra}`, `EXECUTE s (${a}, ${b})`]
  },
  g => {
    const fetch = g.pick(['FETCH 2 FROM c', 'FETCH ALL FROM c', 'FETCH LAST FROM c', 'FETCH c'])
    const kind = g.pick(['CURSOR', 'SCROLL CURSOR', 'BINARY CURSOR', 'NO SCROLL CURSOR'])
    return [`DECLARE c ${kind} FOR ${g.statement()}`, fetch, 'FETCH ALL FROM c', 'CLOSE c']
  },
  g => {
    const { sql, columns } = g.query()
    const make = g.pick([
      `CREATE TEMP TABLE kept AS ${sql}`,
      `CREATE TEMP VIEW kept AS ${sql}`,
      `CREATE TEMP TABLE kept AS SELECT * FROM (${sql}) q WITH DATA`,
    ])
    return [make, readBack(g, sql, 'kept', columns), readBack(g, sql, 'pg_temp.kept', columns)]
  },
  g => {
    const { sql, columns } = g.query()
    return [`SELECT q.* INTO TEMP kept FROM (${sql}) q`, readBack(g, sql, 'kept', columns)]
  },
  g => {
    const { sql, columns } = g.query()
    const list = columns.map(({ name }) => `q.${name}::text`)
    const kept = columns.map((_, i) => ({ name: `k${i}` }))
    const made = kept.map(({ name }) => `${name} text`).join(', ')
    return [
      `CREATE TEMP TABLE kept (${made})`,
      `INSERT INTO kept SELECT ${list.join(', ')} FROM (${sql}) q${g.pick(['', ' RETURNING *'])}`,
      readBack(g, sql, 'kept', kept),
    ]
  },
  g => {
    const options = g.pick(['', ' (FORMAT csv, HEADER)', ' (FORMAT binary)', " (DELIMITER '|')"])
    return [`COPY (${g.statement()}) TO STDOUT${options}`]
  },
  g => [
    `EXPLAIN (COSTS off, ${g.pick(['VERBOSE', 'GENERIC_PLAN', 'FORMAT json'])}) ${g.statement()}`,
  ],
  g => [
    `EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off${g.pick(['', ', VERBOSE'])}) ${g.statement()}`,
  ],
  g => [
    `UPDATE customers c SET name = c.name || '!', city = ${g.pick(["'x'", 'c.city', 'upper(c.city)'])}
      WHERE c.id < ${g.size(9)} RETURNING ${g.over('customers', 'c')} AS a, c.*`,
  ],
  g => [
    `UPDATE orders o SET total = 1 FROM customers c WHERE c.id = o.customer_id AND o.id < ${g.size(9)}
      RETURNING o.id, ${g.over('customers', 'c')} AS a, ${g.over('orders', 'o')} AS b`,
  ],
  g => [
    `DELETE FROM orders o USING customers c WHERE c.id = o.customer_id AND c.id = ${g.size(9)}
      RETURNING ${g.over('customers', 'c')} AS a, o, old.note`,
  ],
  g => [
    `INSERT INTO customers (id, name, email) SELECT id + 100, name, email FROM customers WHERE id < ${g.size(9)}
      RETURNING ${g.over('customers', 'customers')} AS a, id`,
  ],
  g => [
    `INSERT INTO customers AS c (id, name, email) VALUES (${g.size(9)}, 'n', 'mine')
      ON CONFLICT (id) DO UPDATE SET ${g.pick(['email = excluded.email || c.email', 'name = excluded.name', 'name = c.email'])}
      RETURNING ${g.over('customers', 'c')} AS a, c.name, c.id`,
    'SELECT id, name FROM customers ORDER BY id',
  ],
  g => [
    `MERGE INTO customers c USING (SELECT id, note FROM orders WHERE id < ${g.size(9)}) o ON o.id = c.id
      WHEN MATCHED THEN UPDATE SET name = ${g.pick(['o.note', "'m'", 'c.city', 'c.email'])}
      WHEN NOT MATCHED THEN INSERT (id, name) VALUES (o.id, ${g.pick(['o.note', "'i'"])})
      RETURNING merge_action(), ${g.over('customers', 'c')} AS a, c.name, o.id`,
    'SELECT id, name FROM customers ORDER BY id',
  ],
  g => [
    `WITH d AS (UPDATE customers c SET city = 'y' WHERE id < ${g.size(9)} RETURNING c.*)
      SELECT ${g.over('customers', 'd')} AS a, d.id FROM d`,
  ],
  g => [
    `WITH d AS (DELETE FROM customers WHERE id > ${g.size(9)} RETURNING *),
      i AS (INSERT INTO places SELECT id, ${g.over('customers', 'd')} FROM d RETURNING *)
      SELECT i.id, i.place, d.name FROM i JOIN d USING (id)`,
    'SELECT * FROM places ORDER BY id',
  ],
  g => [
    `UPDATE places SET place = (SELECT ${g.over('customers', 'c')} FROM customers c WHERE c.id = places.id)`,
    g.pick([
      'SELECT * FROM places',
      'SELECT p FROM places p',
      'SELECT max(place) FROM ONLY places',
    ]),
  ],
  g => {
    const { sql } = g.query(1)
    return [
      `CREATE FUNCTION pg_temp.f() RETURNS SETOF text LANGUAGE ${g.pick(['sql', 'plpgsql'])} AS $x$ ${''}SELECT q::text FROM (${sql}) q $x$`,
      'SELECT pg_temp.f()',
      'SELECT * FROM pg_temp.f() f',
    ]
  },
  g => {
    const { sql } = g.query(1)
    const body = `BEGIN RETURN QUERY SELECT q::text FROM (${sql}) q; END`
    return [
      `CREATE FUNCTION pg_temp.f() RETURNS SETOF text LANGUAGE plpgsql AS $x$ ${body} $x$`,
      'SELECT f FROM pg_temp.f() f',
    ]
  },
  g => [
    `SELECT set_config('a.b', ${g.over('customers', 'c')}, true) FROM customers c WHERE id = 2`,
    g.pick([
      'SHOW a.b',
      "SELECT current_setting('a.b')",
      "SELECT id, current_setting('a.b', true) FROM places",
    ]),
  ],
  g => [
    'SAVEPOINT s',
    g.statement(),
    'ROLLBACK TO s',
    `SELECT ${g.over('customers', 'c')} AS a, id FROM customers c`,
  ],
  g => [
    `CREATE TEMP TABLE kept (id int, a text, b text GENERATED ALWAYS AS (upper(a)) STORED)`,
    `INSERT INTO kept SELECT id, ${g.over('customers', 'c')} FROM customers c`,
    g.pick([
      'SELECT id, b FROM kept',
      'SELECT * FROM kept',
      'COPY kept TO STDOUT',
      'SELECT max(b) FROM kept',
    ]),
  ],
  g => [
    `CREATE TEMP TABLE kept (id int, a text) PARTITION BY RANGE (id)`,
    'CREATE TEMP TABLE low PARTITION OF kept FOR VALUES FROM (0) TO (5)',
    'CREATE TEMP TABLE high PARTITION OF kept DEFAULT',
    `INSERT INTO ${g.pick(['kept', 'kept (a, id)'])} SELECT ${g.pick(['id, ', ''])}${g.over('customers', 'c')}, id FROM customers c WHERE id < 5`,
    g.pick(['SELECT a FROM low', 'SELECT * FROM kept', 'SELECT count(*) FROM high']),
  ],
  g => [
    'CREATE TEMP TABLE kept (id int, a text)',
    'CREATE TEMP TABLE heir () INHERITS (kept)',
    `INSERT INTO heir SELECT id, ${g.over('customers', 'c')} FROM customers c`,
    g.pick(['SELECT a FROM kept', 'SELECT k FROM kept k', 'SELECT a FROM ONLY heir']),
  ],
]
