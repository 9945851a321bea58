/** Views, generated columns, partitions, the catalogs, and names that may mean several things. */
import t from 'tap'
import { loadParser } from '../../../../../protocols/postgres/sql/parse.ts'
import { lost, result } from '../../../../support/lineage-shop.ts'

await loadParser()

t.test("a view's column is what is behind it, and itself", async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT * FROM people',
      'id=customers.id,people.id mail=customers.email,people.mail loud~customers.email,people.loud',
    ],
    ['SELECT mail FROM mails', 'mail=customers.email,mails.mail,people.mail'],
    ['SELECT upper(mail) FROM mails', 'upper~customers.email,mails.mail,people.mail'],
    ['SELECT * FROM cached', 'mail=cached.mail,customers.email n~cached.n'],
    [
      'SELECT people FROM people',
      'people~customers.email,customers.id,people.id,people.loud,people.mail',
    ],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a view that cannot be read hides everything', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT * FROM broken', 'untraced'],
    ['SELECT * FROM circle', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test("a partition's column is its parents', and a parent's is its partitions'", async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT payload FROM events', 'payload=events.payload,events_1.payload,events_1_a.payload'],
    ['SELECT payload FROM events_1', 'payload=events.payload,events_1.payload,events_1_a.payload'],
    [
      'SELECT payload FROM events_1_a',
      'payload=events.payload,events_1.payload,events_1_a.payload',
    ],
    ['SELECT payload FROM ONLY events', 'payload=events.payload'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('a generated column is what it is made of', async t => {
  const table: [sql: string, expected: string][] = [
    [
      'SELECT * FROM handles',
      'id=handles.id handle=handles.handle domain~handles.domain,handles.handle',
    ],
    ['SELECT secret FROM unread', 'untraced'],
    ['SELECT id FROM unread', 'id=unread.id'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('without a search path a name may be in any schema', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT id FROM twice', 'id~other.twice.id,twice.id'],
    ['SELECT a FROM twice', 'untraced'],
    ['SELECT * FROM twice', 'untraced'],
    ['SELECT * FROM same', 'id~other.same.id,same.id a~other.same.a,same.a'],
    ['SELECT id FROM hidden', 'id=other.hidden.id'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql, lost), expected, sql)
})

t.test('with one, it is found in its schemas only', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT * FROM twice', 'id=twice.id a=twice.a'],
    ['SELECT * FROM other.twice', 'id=other.twice.id b=other.twice.b'],
    ['SELECT id FROM hidden', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})

t.test('out-of-line values, statistics and texts of statements cannot be traced', async t => {
  const table: [sql: string, expected: string][] = [
    ['SELECT chunk_data FROM pg_toast.pg_toast_16384', 'untraced'],
    ['SELECT most_common_vals FROM pg_stats', 'untraced'],
    [
      'SELECT tablename, attname FROM pg_stats',
      'tablename=pg_catalog.pg_stats.tablename attname=pg_catalog.pg_stats.attname',
    ],
    ['SELECT s.histogram_bounds FROM pg_catalog.pg_stats s', 'untraced'],
    ['SELECT stavalues1 FROM pg_statistic', 'untraced'],
    [
      'SELECT pid, state FROM pg_stat_activity',
      'pid=pg_catalog.pg_stat_activity.pid state=pg_catalog.pg_stat_activity.state',
    ],
    ['SELECT query FROM pg_stat_activity', 'untraced'],
    ['SELECT statement FROM pg_prepared_statements', 'untraced'],
    ['SELECT statement FROM pg_cursors', 'untraced'],
    ['SELECT data FROM pg_largeobject', 'untraced'],
    ['SELECT s FROM pg_stats s', 'untraced'],
  ]
  for (const [sql, expected] of table) t.equal(result(sql), expected, sql)
})
