/** What outputs came through. See origins-notation.ts for the notation. */
import t from 'tap'
import { Analyzer } from '../../../../../protocols/mysql/sql/analyzer.ts'
import { shop } from '../../../../support/mysql-shop.ts'
import { secretStatements } from '../../../../support/mysql-statement-generator.ts'
import { originsInShort, withoutOrigins } from '../../../../support/origins-notation.ts'

const analyzer = new Analyzer()
const origins = (sql: string): string => originsInShort(analyzer.explain(sql, shop))

t.test('views, common table expressions and derived tables, back to the column', async t => {
  t.equal(
    origins('SELECT mail FROM mails'),
    'mail: view shop.mails.mail(view shop.people.mail(shop.customers.email))',
  )
  t.equal(
    origins('WITH w(e) AS (SELECT loud FROM people) SELECT d.x, 1 one FROM (SELECT e FROM w) d(x)'),
    'x: subquery d.x(cte w.e(view shop.people.loud(shop.customers.email)))\none:',
  )
  t.equal(
    origins('SELECT concat(p.mail, c.name) x FROM people p, customers c'),
    'x: view shop.people.mail(shop.customers.email), shop.customers.name',
  )
})

t.test('a recursive one is no step of itself', async t => {
  t.equal(
    origins(`WITH RECURSIVE r(n, e) AS (SELECT 1, name FROM customers
      UNION ALL SELECT n + 1, concat(r.e, c.email) FROM r JOIN customers c ON c.id = n) SELECT e FROM r`),
    'e: cte r.e(shop.customers.name, shop.customers.email)',
  )
})

t.test('stored functions, generated columns, variables', async t => {
  t.equal(
    origins('SELECT fullname(name, 1) f, upper(name) u FROM customers'),
    'f: function shop.fullname()(shop.customers.name)\nu: shop.customers.name',
  )
  t.equal(
    origins('SELECT paired FROM handles'),
    'paired: shop.handles.paired(shop.handles.domain(shop.handles.handle))',
  )
  t.equal(
    origins('SELECT @a := mail x FROM people'),
    'x: view shop.people.mail(shop.customers.email)',
  )
})

t.test('nothing else is read otherwise for it', async t => {
  for (const sql of secretStatements)
    t.strictSame(
      withoutOrigins(analyzer.explain(sql, shop)),
      new Analyzer().analyze(sql, shop),
      sql,
    )
})
