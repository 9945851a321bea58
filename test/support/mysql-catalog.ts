/** What the catalog of a real server has to be, of either flavour. */
import { createConnection } from 'mysql2/promise'
import type { Test } from 'tap'
import { Catalog } from '../../protocols/mysql/catalog.ts'
import { trace } from '../../protocols/mysql/sql/lineage/trace.ts'
import { parse } from '../../protocols/mysql/sql/parse.ts'
import type { ResultLineage, Upstream } from '../../protocols/protocol.ts'
import type { TestMysql } from './mysql.ts'
import { inShort, namesOver } from './mysql-shop.ts'

const schema = `
  CREATE TABLE customers (id int PRIMARY KEY, Email varchar(80) NOT NULL, low varchar(80) GENERATED ALWAYS AS (lower(Email)) STORED, kept int INVISIBLE DEFAULT 1);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int, FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE);
  CREATE VIEW people AS SELECT c.id, c.Email AS mail, 'it''s' AS said FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
  CREATE FUNCTION mail_of(x int) RETURNS varchar(80) READS SQL DATA RETURN (SELECT Email FROM customers WHERE id = x);
  CREATE PROCEDURE list(IN a int, OUT b int) SELECT Email FROM customers WHERE id = a;
  CREATE TRIGGER counted BEFORE INSERT ON orders FOR EACH ROW SET NEW.customer_id = 1;
  CREATE USER reader@'%' IDENTIFIED BY 'reader';
  GRANT SELECT, EXECUTE ON shop.* TO reader@'%'`

export function upstreamOf(
  { host, port, user, password }: TestMysql,
  more: Partial<Upstream> = {},
): Upstream {
  return { host, port, user, password, database: 'shop', tls: { mode: 'prefer' }, ...more }
}

function lineageOf(catalog: Catalog, sql: string): ResultLineage {
  const names = namesOver(catalog.snapshot)
  const parsed = parse(sql, names.lexer)
  const node = parsed.ok ? parsed.statements[0]?.node : undefined
  return node === undefined ? 'untraced' : trace(node, names, sql).result
}

function shows(catalog: Catalog, sql: string): string {
  return inShort(lineageOf(catalog, sql))
}

export async function catalogIsRight(t: Test, server: TestMysql): Promise<void> {
  const admin = await createConnection({ uri: server.url, multipleStatements: true })
  await admin.query('SET GLOBAL log_bin_trust_function_creators = 1')
  await admin.query(schema)
  const catalog = await Catalog.open(upstreamOf(server))
  t.teardown(async () => {
    await catalog.close()
    await admin.end()
  })

  t.test('it has what information_schema has', async t => {
    const { snapshot } = catalog
    t.equal(snapshot.server.flavour, server.flavour)
    const [customers] = snapshot.relations('shop', 'customers')
    t.match(customers?.columns, [
      { name: 'id', generated: undefined, invisible: false },
      { name: 'Email', column: { schema: 'shop', table: 'customers', column: 'Email' } },
      { name: 'low', generated: /^l(?:ower|case)\(/ },
      { name: 'kept', invisible: true },
    ])
    t.equal(
      snapshot.column('SHOP', 'Customers', 'EMAIL'),
      customers?.columns[1]?.column,
      'interned',
    )
    t.match(snapshot.routines('shop', 'Mail_Of'), [
      {
        kind: 'function',
        language: 'sql',
        parameters: [{ name: 'x', mode: 'in' }],
        source: /RETURN/i,
      },
    ])
    t.match(snapshot.routines(undefined, 'list'), [
      { kind: 'procedure', parameters: [{ mode: 'in' }, { mode: 'out' }] },
    ])
    t.match(snapshot.triggers('shop', 'orders'), [{ name: 'counted', event: 'insert' }])
    t.match(snapshot.foreignKeys('shop', 'orders'), [
      {
        columns: [{ table: 'orders', column: 'customer_id' }],
        references: [{ table: 'customers', column: 'id' }],
        onDelete: 'cascade',
      },
    ])
    t.ok(snapshot.hasDatabase('Shop') && snapshot.hasDatabase('information_schema'))
  })

  t.test('views and functions are followed as the server writes them', async t => {
    t.equal(
      shows(catalog, 'SELECT mail, said FROM people'),
      'mail=customers.Email,people.mail said~people.said',
    )
    t.equal(shows(catalog, 'SELECT mail_of(1) x'), 'x~customers.Email')
    t.equal(shows(catalog, 'CALL list(1, @b)'), 'Email=customers.Email')
    t.match(shows(catalog, 'SELECT low FROM customers'), 'customers.Email')
  })

  t.test('every SHOW has the columns that the server gives', async t => {
    for (const sql of [
      ...[
        'SHOW TABLES',
        'SHOW FULL TABLES',
        'SHOW COLUMNS FROM customers',
        'SHOW INDEX FROM customers',
      ],
      ...['SHOW FULL COLUMNS FROM customers', 'SHOW TABLE STATUS', 'SHOW CREATE TABLE customers'],
      ...['SHOW CREATE VIEW people', 'SHOW CREATE FUNCTION mail_of', 'SHOW CREATE PROCEDURE list'],
      ...[
        'SHOW CREATE TRIGGER counted',
        'SHOW CREATE DATABASE shop',
        'SHOW TRIGGERS',
        'SHOW GRANTS',
      ],
      ...['SHOW SESSION STATUS', 'SHOW GLOBAL VARIABLES', 'SHOW ENGINES', 'SHOW PROCEDURE STATUS'],
      ...['EXPLAIN SELECT * FROM customers', 'DESCRIBE customers', 'CHECK TABLE customers'],
    ]) {
      const [, fields] = await admin.query(sql)
      const lineage = lineageOf(catalog, sql)
      t.equal(typeof lineage === 'string' ? lineage : lineage.length, fields.length, sql)
    }
  })

  t.test('a change is seen after a refresh, and nothing is new without one', async t => {
    const before = catalog.snapshot
    await catalog.refresh()
    t.equal(catalog.snapshot, before)
    await admin.query('CREATE TABLE later (id int)')
    const [first, second] = [catalog.refresh(), catalog.refresh()]
    t.ok(catalog.refreshing)
    await Promise.all([first, second])
    t.equal(catalog.refreshing, undefined)
    t.equal(catalog.snapshot.relations('shop', 'later').length, 1)
    t.ok(catalog.snapshot.version > before.version)
  })

  t.test('it comes back after its connection broke', async t => {
    const [rows] = await admin.query(
      "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND user = 'root'",
    )
    for (const { id } of rows as { id: number }[]) await admin.query(`KILL ${id}`)
    await admin.query('CREATE TABLE evenlater (id int)')
    await catalog.refresh().catch(() => catalog.refresh())
    t.equal(catalog.snapshot.relations('shop', 'evenlater').length, 1)
  })

  t.test('what an account may not see is known by name, and not traced', async t => {
    const own = await Catalog.open(upstreamOf(server, { user: 'reader', password: 'reader' }))
    t.equal(own.snapshot.relations('shop', 'people').length, 1)
    t.equal(shows(own, 'SELECT Email FROM customers'), 'Email=customers.Email')
    t.equal(shows(own, 'SELECT mail FROM people'), 'untraced')
    t.equal(shows(own, 'SELECT mail_of(1)'), 'untraced')
    await own.close()
  })

  t.test('who cannot come in is told where, and not with what', async t => {
    await t.rejects(Catalog.open(upstreamOf(server, { password: 'secretly wrong' })), {
      code: 'COUNTERSIGN_UPSTREAM',
      message: /^(?!.*secretly).*127\.0\.0\.1/,
    })
  })
}
