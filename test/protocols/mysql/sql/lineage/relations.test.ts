/** What stands behind views, generated columns, routines and the server's own tables. */
import t from 'tap'
import { origins } from '../../../../../protocols/mysql/sql/lineage/trace.ts'
import {
  catalog,
  catalogOf,
  columnsInShort,
  moves,
  namesOver,
  result,
  traced,
} from '../../../../support/mysql-shop.ts'

t.test('a view is what its definition says, and goes by its own name too', async t => {
  for (const [sql, expected] of [
    ['SELECT mail FROM people', 'mail=customers.email,people.mail'],
    ['SELECT loud FROM people', 'loud~customers.email,people.loud'],
    ['SELECT mail FROM mails', 'mail=customers.email,mails.mail,people.mail'],
    ['SELECT id FROM grown', 'id=customers.id,grown.id'],
    ['SELECT id FROM closed', 'untraced'],
    ['SELECT id FROM circle', 'untraced'],
    ['SELECT count(*) n FROM closed', 'n'],
  ] as const)
    t.equal(result(sql), expected, sql)
})

t.test('a generated column depends on what it is made of', async t => {
  for (const [sql, expected] of [
    ['SELECT domain FROM handles', 'domain~handles.domain,handles.handle'],
    ['SELECT paired FROM handles', 'paired~handles.domain,handles.handle,handles.paired'],
    ['SELECT id FROM unread', 'id=unread.id'],
    ['SELECT secret FROM unread', 'untraced'],
  ] as const)
    t.equal(result(sql), expected, sql)
})

t.test('the base columns behind a column of the wire are found', async t => {
  const of = (table: string, column: string): string =>
    columnsInShort(origins(catalog, 'shop', table, column))
  t.equal(of('customers', 'email'), 'customers.email')
  t.equal(of('MAILS', 'Mail'), 'customers.email,mails.mail,people.mail')
  t.equal(of('closed', 'mail'), 'closed.mail')
  t.equal(of('nowhere', 'mail'), '')
  t.equal(of('', ''), '')
  t.equal(columnsInShort(origins(catalog, '', 'twice', 'id')), 'other.twice.id,twice.id')
})

t.test('tables of the server that hold values of others are not traced', async t => {
  for (const [sql, expected] of [
    ['SELECT info FROM information_schema.processlist', 'untraced'],
    ['SELECT * FROM information_schema.processlist', 'untraced'],
    ['SELECT lock_data FROM performance_schema.data_locks', 'untraced'],
    [
      'SELECT table_name FROM information_schema.tables',
      'table_name=information_schema.TABLES.TABLE_NAME',
    ],
  ] as const)
    t.equal(result(sql), expected, sql)
})

t.test('a function of the server is trusted only when it is known', async t => {
  t.equal(result('SELECT concat(email, uuid()) x FROM customers'), 'x~customers.email')
  t.equal(result("SELECT load_file('/etc/passwd') x"), 'untraced')
  t.equal(result('SELECT master_pos_wait(1, 2) x'), 'untraced')
  t.equal(result('SELECT no_such_function(email) x FROM customers'), 'untraced')
  t.equal(
    moves('SELECT no_such_function(email) FROM customers'),
    'customers.email > function:no_such_function',
  )
  t.ok(traced('SELECT no_such_function(1)').callsUntraced)
  t.notOk(traced('SELECT concat(1)').callsUntraced)
})

const stored = namesOver(
  catalogOf({
    tables: {
      'shop.customers': ['id', 'email', 'salary', 'city'],
      'shop.notes': ['id', 'body'],
    },
    functions: {
      'shop.mail_of(x)': 'RETURN (SELECT email FROM customers WHERE id = x)',
      'shop.join_both(a,b)': 'BEGIN RETURN concat(a, b); END',
      'shop.step(a)':
        "BEGIN DECLARE r varchar(9) DEFAULT ''; IF a > 2 THEN SELECT email INTO r FROM customers WHERE id = a; ELSE SET r = concat('n', a); END IF; RETURN r; END",
      'shop.asks(a)': "BEGIN IF a LIKE 'x%' THEN RETURN 1; END IF; RETURN 0; END",
      'shop.keeps(a)': 'BEGIN INSERT INTO notes VALUES (1, a); SET @last = a; RETURN 1; END',
      'shop.again(a)': 'RETURN again(a)',
      'shop.upper(a)': 'RETURN (SELECT max(email) FROM customers)',
      'shop.unseen(a)': '',
    },
    procedures: {
      'shop.list(x)': 'SELECT id, email FROM customers WHERE id = x',
      'shop.either(x)': 'BEGIN SELECT id FROM customers; SELECT email FROM customers; END',
      'shop.widths()': 'BEGIN SELECT id FROM customers; SELECT id, email FROM customers; END',
      'shop.outs(x,y)': 'SELECT max(email) INTO y FROM customers',
      'shop.branch()':
        'IF (SELECT max(salary) FROM customers) > 5 THEN SELECT 1; ELSE SELECT 2; END IF',
      'shop.dynamic(x)': 'BEGIN PREPARE s FROM x; EXECUTE s; END',
    },
  }),
)

t.test('a stored function gives what its body reads', async t => {
  for (const [sql, expected] of [
    ['SELECT mail_of(1) x', 'x~customers.email'],
    ['SELECT join_both(email, city) x FROM customers', 'x~customers.city,customers.email'],
    ['SELECT step(1) x', 'x~customers.email,customers.id'],
    ['SELECT asks(salary) x FROM customers', 'x~customers.salary'],
    ['SELECT keeps(1) x', 'x'],
    ['SELECT again(1) x', 'untraced'],
    ['SELECT unseen(1) x', 'untraced'],
    // One that is called like one of the server's may be meant, too.
    ['SELECT upper(city) x FROM customers', 'x~customers.city,customers.email'],
    ['SELECT shop.mail_of(1) x', 'x~customers.email'],
    ['SELECT other.mail_of(1) x', 'untraced'],
  ] as const)
    t.equal(result(sql, stored), expected, sql)
  t.equal(
    moves('SELECT keeps(email) FROM customers', stored),
    'customers.email > table:notes customers.email > variable:last',
  )
})

t.test('a procedure shows what its body selects', async t => {
  for (const [sql, expected] of [
    ['CALL list(1)', 'id=customers.id email=customers.email'],
    ['CALL either(1)', 'id~customers.email,customers.id'],
    ['CALL widths()', 'untraced'],
    ['CALL branch()', 'literal~customers.salary'],
    ['CALL dynamic(1)', 'untraced'],
    ['CALL nothing()', 'untraced'],
    ['CALL outs(1, @o)', 'none'],
  ] as const)
    t.equal(result(sql, stored), expected, sql)
  t.equal(moves('CALL outs(1, @o)', stored), 'customers.email > variable:o')
})
