import t from 'tap'
import { Analyzer } from '../../../../protocols/mysql/sql/analyzer.ts'
import { SessionNames } from '../../../../protocols/mysql/sql/session-names.ts'
import type { Analysis } from '../../../../protocols/protocol.ts'
import { catalog, inShort, mariadb, shop } from '../../../support/mysql-shop.ts'

const analyzer = new Analyzer()

function session(): SessionNames {
  return new SessionNames({ catalog, database: 'shop', lexer: shop.lexer, user: 'app' })
}

/** Runs a text as the relay would. */
function run(names: SessionNames, sql: string, ok = true): Analysis {
  const analysis = analyzer.analyze(sql, names)
  names.begin(analysis)
  names.completed(analysis, ok)
  return analysis
}

function shows(names: SessionNames, sql: string): string {
  return inShort(analyzer.analyze(sql, names).results[0] ?? 'none')
}

t.test('EXECUTE gives what was prepared', async t => {
  const names = session()
  t.equal(shows(names, 'EXECUTE p'), 'untraced')
  run(names, "PREPARE p FROM 'SELECT email FROM customers WHERE id = ?'")
  t.equal(shows(names, 'EXECUTE p USING @a'), 'email=customers.email')
  run(names, "PREPARE p FROM 'SELECT id FROM orders'")
  t.equal(shows(names, 'EXECUTE p'), 'id=orders.id')
  names.begin(analyzer.analyze("PREPARE p FROM 'SELECT email FROM customers'", names))
  t.equal(shows(names, 'EXECUTE p'), 'email~customers.email,orders.id', 'either, until it has run')
})

t.test('long texts fill a session before short ones do', async t => {
  const names = session()
  const long = `SELECT 1${' + 1'.repeat(10_000)}`
  run(names, "PREPARE p FROM 'SELECT id FROM orders'")
  for (let i = 0; i < 100; i++) run(names, `PREPARE same FROM '${long}'`)
  t.equal(shows(names, 'EXECUTE p'), 'id=orders.id', 'one name, one text')
  for (let i = 0; i < 60; i++) run(names, `PREPARE p${i} FROM '${long}'`)
  t.equal(shows(names, 'EXECUTE p'), 'untraced')
})

t.test('of two texts under one name in one command the last counts', async t => {
  const names = session()
  run(
    names,
    "PREPARE p FROM 'SELECT 1'; DEALLOCATE PREPARE p; PREPARE p FROM 'SELECT email x FROM customers'",
  )
  t.equal(shows(names, 'EXECUTE p'), 'x=customers.email')
})

t.test('a parameter holds what the variable holds', async t => {
  const names = session()
  run(names, "PREPARE p FROM 'SELECT upper(?) x'")
  t.equal(shows(names, 'EXECUTE p USING @v'), 'x')
  run(names, 'SET @v = (SELECT max(email) FROM customers)')
  t.equal(shows(names, 'EXECUTE p USING @v'), 'x~customers.email')
})

t.test('a variable keeps what was put into it from one statement to the next', async t => {
  const names = session()
  const before = names.version
  t.equal(shows(names, 'SELECT @v x'), 'x')
  run(names, 'SET @v = 3')
  t.equal(names.version, before, 'a value of the client itself needs no notice')
  run(names, 'SELECT email INTO @V FROM customers LIMIT 1')
  t.equal(shows(names, 'SELECT @v x'), 'x~customers.email')
  run(names, 'SET @v = 3')
  t.equal(shows(names, 'SELECT @v x'), 'x~customers.email', 'nothing is taken away')
  run(names, 'SET @other = @v')
  t.equal(shows(names, 'SELECT @other x'), 'x~customers.email')
  names.reset()
  t.equal(shows(names, 'SELECT @v x'), 'x')
})

t.test('last_insert_id is such a variable', async t => {
  const names = session()
  t.equal(shows(names, 'SELECT last_insert_id() x'), 'x')
  run(names, 'SELECT last_insert_id(salary) FROM customers')
  t.equal(
    shows(names, 'SELECT last_insert_id() x, @@last_insert_id y'),
    'x~customers.salary y~customers.salary',
  )
})

t.test('a temporary table holds what was put into it', async t => {
  const names = session()
  t.equal(shows(names, 'SELECT * FROM tmp'), 'untraced')
  run(names, 'CREATE TEMPORARY TABLE tmp AS SELECT id, upper(email) e FROM customers')
  t.match(shows(names, 'SELECT e FROM tmp'), /^e~customers\.email,tmp\.e$/)
  run(names, 'CREATE TEMPORARY TABLE t2 (a int, b text)')
  t.equal(shows(names, 'SELECT b FROM t2'), 'b=t2.b')
  run(names, 'INSERT INTO t2 SELECT id, email FROM customers')
  t.equal(shows(names, 'SELECT b FROM t2'), 'b~customers.email,customers.id,t2.b')
  names.reset()
  t.equal(shows(names, 'SELECT * FROM tmp'), 'untraced')
})

t.test('a guess in a temporary table tells what it was compared with', async t => {
  const names = session()
  run(names, 'CREATE TEMPORARY TABLE guesses (n int)')
  t.equal(
    shows(names, 'SELECT n FROM guesses JOIN customers ON salary > n'),
    'n~customers.salary,guesses.n',
  )
})

t.test('so do the guesses that a DELETE leaves, or an UPDATE marks', async t => {
  for (const decided of [
    'DELETE FROM guesses WHERE n NOT IN (SELECT salary FROM customers)',
    'UPDATE guesses SET hit = 1 WHERE n IN (SELECT salary FROM customers)',
    'UPDATE guesses g JOIN customers c ON c.salary = g.n SET g.hit = 1',
    'DELETE g FROM guesses g JOIN customers c ON c.salary > g.n',
  ]) {
    const names = session()
    run(names, 'CREATE TEMPORARY TABLE guesses (n int, hit int)')
    run(names, 'DELETE FROM guesses WHERE n = 3')
    t.equal(shows(names, 'SELECT n FROM guesses'), 'n=guesses.n', 'its own say nothing new')
    run(names, decided)
    t.match(shows(names, 'SELECT n FROM guesses WHERE hit = 1'), 'customers.salary', decided)
  }
})

t.test('a temporary table hides no table of the catalog', async t => {
  const names = session()
  run(names, 'CREATE TEMPORARY TABLE notes (id int, body text)')
  run(names, 'INSERT INTO notes SELECT id, email FROM customers')
  t.match(shows(names, 'SELECT body FROM notes'), 'customers.email')
  run(names, 'DROP TEMPORARY TABLE notes')
  t.match(shows(names, 'SELECT body FROM notes'), 'notes.body')
})

t.test('what nobody can trace makes a temporary table untraced', async t => {
  const names = session()
  run(names, 'CREATE TEMPORARY TABLE t2 (a int, b text)')
  // What is of unknown origin is held; should it run all the same, it is in there.
  run(names, "INSERT INTO t2 SELECT 1, load_file('/x')")
  t.equal(shows(names, 'SELECT a FROM t2'), 'untraced')
})

t.test('a message that a client makes of a variable reads what the variable holds', async t => {
  const names = session()
  run(names, 'SET @m = (SELECT max(email) FROM customers)')
  const { reads } = analyzer.analyze("SIGNAL SQLSTATE '45000' SET message_text = @m", names)
  t.match(reads, [{ table: 'customers', column: 'email' }])
})

t.test(
  'after messages were put into a variable all are in doubt, and settings are not',
  async t => {
    const names = session()
    run(names, 'GET DIAGNOSTICS CONDITION 1 @m = message_text')
    t.equal(shows(names, 'SELECT @m x'), 'untraced')
    t.equal(shows(names, 'SELECT @@version x'), 'x')
  },
)

t.test('a limit that a variable gives is a count that tells it', async t => {
  const names = session()
  run(names, 'SET @m = (SELECT max(salary) FROM customers)')
  run(names, "PREPARE l FROM 'SELECT id FROM orders LIMIT ?'")
  t.match(analyzer.analyze('EXECUTE l USING @m', names).moves, [
    { from: { column: 'salary' }, to: { type: 'row count' } },
  ])
})

t.test('HANDLER reads the table that it was opened for', async t => {
  const names = session()
  t.equal(shows(names, 'HANDLER h READ FIRST'), 'untraced')
  run(names, 'HANDLER notes OPEN AS h')
  t.equal(shows(names, 'HANDLER h READ FIRST'), 'id=notes.id body=notes.body')
  run(names, 'HANDLER people OPEN AS h')
  t.equal(shows(names, 'HANDLER h READ FIRST'), 'untraced', 'of different widths')
})

t.test('USE changes what names mean once it has run, and within its own text', async t => {
  const names = session()
  t.equal(shows(names, 'SELECT * FROM hidden'), 'untraced')
  t.equal(
    inShort(analyzer.analyze('USE other; SELECT * FROM hidden', names).results[1] ?? 'none'),
    'id=other.hidden.id',
  )
  run(names, 'USE other')
  t.equal(names.database, 'other')
  t.equal(shows(names, 'SELECT * FROM hidden'), 'id=other.hidden.id')
  run(names, 'USE shop; SELECT nothing', false)
  t.equal(names.database, undefined, 'a text that failed may have come as far')
  names.setDatabase('shop')
  t.equal(shows(names, 'SELECT * FROM hidden'), 'untraced')
})

t.test('after what nobody can read names may mean anything', async t => {
  const names = session()
  run(names, 'SET @a = 1')
  run(names, 'EXECUTE nothing')
  t.equal(shows(names, 'SELECT id FROM orders'), 'untraced')
  t.equal(shows(names, 'SELECT @a'), 'untraced')
  names.reset()
  names.setDatabase('shop')
  t.equal(shows(names, 'SELECT id FROM orders'), 'id=orders.id')
})

t.test('after a block of MariaDB any variable may hold anything', async t => {
  const names = new SessionNames({
    ...{ catalog: mariadb.catalog, database: 'shop', lexer: mariadb.lexer, user: 'app' },
  })
  const { effects } = run(
    names,
    'BEGIN NOT ATOMIC SET @x = (SELECT max(email) FROM customers); END',
  )
  t.ok(effects.some(({ kind }) => kind === 'unknown'))
  t.equal(shows(names, 'SELECT @x'), 'untraced')
})

t.test('a call asks for a new catalog unless it was read what it does', async t => {
  const asksAfter = (sql: string): boolean => {
    const names = session()
    const analysis = analyzer.analyze(sql, names)
    names.begin(analysis)
    names.completed(analysis, true)
    return names.needsCatalog
  }
  t.notOk(asksAfter('CALL report(1)'))
  t.ok(asksAfter('CALL nobody_knows()'))
  t.ok(asksAfter('BEGIN NOT ATOMIC CREATE TABLE t (a int); END'))
})

t.test('a change of the schema asks for a new catalog when it has run', async t => {
  const names = session()
  const analysis = analyzer.analyze('ALTER TABLE orders ADD COLUMN x int', names)
  names.begin(analysis)
  t.notOk(names.needsCatalog)
  t.equal(shows(names, 'SELECT id FROM orders'), 'untraced')
  names.completed(analysis, true)
  t.ok(names.needsCatalog)
  names.setCatalog(catalog)
  t.notOk(names.needsCatalog)
  t.equal(shows(names, 'SELECT id FROM orders'), 'id=orders.id')
})

t.test('a table for all sessions is what the catalog says, once that was read', async t => {
  const names = session()
  run(names, 'CREATE TABLE IF NOT EXISTS orders (id int)')
  run(names, 'ALTER TABLE orders ADD COLUMN x int')
  t.equal(shows(names, 'SELECT id FROM orders'), 'untraced', 'until then nobody knows what it has')
  names.begin(analyzer.analyze('CREATE TABLE another (id int)', names))
  names.setCatalog(catalog)
  t.equal(shows(names, 'SELECT id FROM orders'), 'untraced', 'something is under way')
  names.completed(analyzer.analyze('CREATE TABLE another (id int)', names), true)
  names.setCatalog(catalog)
  t.equal(shows(names, 'SELECT id FROM orders'), 'id=orders.id')

  for (const table of [
    'CREATE TEMPORARY TABLE kept (id int, email text)',
    'CREATE TABLE kept (email text); INSERT INTO kept SELECT email FROM customers',
    'CREATE TABLE kept AS SELECT id, email FROM customers',
  ]) {
    const own = session()
    run(own, table)
    run(own, 'INSERT INTO kept (email) SELECT email FROM customers')
    own.setCatalog(catalog)
    t.match(shows(own, 'SELECT email FROM kept'), 'customers.email', table)
    run(own, 'ALTER TABLE kept ADD COLUMN x int')
    own.setCatalog(catalog)
    t.equal(shows(own, 'SELECT email FROM kept'), 'untraced', table)
  }
})

t.test('sessions that made nothing share their analyses, by database and modes', async t => {
  const [a, b] = [session(), session()]
  t.equal(a.version, b.version)
  b.setDatabase('other')
  t.not(a.version, b.version)
  b.setDatabase('shop')
  t.equal(a.version, b.version)
  b.setLexer({ ...shop.lexer, ansiQuotes: true })
  t.not(a.version, b.version)
})
