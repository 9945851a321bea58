/** What outputs came through. See origins-notation.ts for the notation. */
import t from 'tap'
import { Analyzer } from '../../../../../protocols/postgres/sql/analyzer.ts'
import { shop } from '../../../../support/lineage-shop.ts'
import { originsInShort, withoutOrigins } from '../../../../support/origins-notation.ts'
import { secretStatements } from '../../../../support/secret-statements.ts'

await Analyzer.load()

const analyzer = new Analyzer()
const origins = (sql: string): string => originsInShort(analyzer.explain(sql, shop))

t.test('views, one over another, back to the column', async t => {
  t.equal(
    origins('SELECT mail, m.mail AS two FROM mails m'),
    `mail: view public.mails.mail(view public.people.mail(public.customers.email))
two: view public.mails.mail(view public.people.mail(public.customers.email))`,
  )
  t.equal(
    origins('SELECT p.loud || c.name AS x FROM people p, customers c'),
    'x: view public.people.loud(public.customers.email), public.customers.name',
  )
  t.equal(
    origins('SELECT mail FROM cached'),
    'mail: view public.cached.mail(public.customers.email)',
    'materialised',
  )
})

t.test('common table expressions and subqueries by their own names', async t => {
  t.equal(
    origins('WITH w(e) AS (SELECT email FROM customers) SELECT e, 1 AS one FROM w'),
    'e: cte w.e(public.customers.email)\none:',
  )
  t.equal(
    origins('SELECT * FROM (SELECT upper(loud) FROM people) q(e, f)'),
    'e: subquery q.e(view public.people.loud(public.customers.email))',
  )
  t.equal(
    origins(
      'WITH a AS (SELECT email FROM customers), b AS (SELECT email AS e FROM a) SELECT b.e FROM b',
    ),
    'e: cte b.e(cte a.email(public.customers.email))',
  )
})

t.test('a recursive one is no step of itself', async t => {
  t.equal(
    origins(`WITH RECURSIVE r(n, e) AS (SELECT 1, name FROM customers
      UNION ALL SELECT n + 1, r.e || c.email FROM r JOIN customers c ON c.id = n) SELECT e FROM r`),
    'e: cte r.e(public.customers.name, public.customers.email)',
  )
})

t.test('functions that somebody made, whatever they read', async t => {
  t.equal(
    origins('SELECT city_of(name) AS c, upper(name) AS u FROM customers'),
    `c: function public.city_of()(public.cities.city, public.cities.letter, public.customers.name)
u: public.customers.name`,
  )
  t.equal(
    origins('SELECT email FROM everybody() e'),
    'email: function public.everybody()(public.customers.email)',
  )
})

t.test('parents and children, generated columns, parts of documents', async t => {
  t.equal(
    origins('SELECT payload FROM events_1'),
    'payload: public.events_1.payload(public.events.payload(public.events_1_a.payload))',
  )
  t.equal(
    origins('SELECT domain FROM handles'),
    'domain: public.handles.domain(public.handles.handle)',
  )
})

t.test('what an earlier statement of the text made', async t => {
  t.equal(
    origins('CREATE TEMP TABLE kept AS SELECT mail AS m FROM people; SELECT m FROM kept'),
    'none\nm: pg_temp.kept.m(view public.people.mail(public.customers.email))',
  )
})

t.test('what stands twice is followed once', async t => {
  t.equal(
    origins(`WITH a AS (SELECT email AS e FROM customers), b AS (SELECT e FROM a), c AS (SELECT e FROM a)
      SELECT b.e || c.e AS x FROM b, c`),
    'x: cte b.e(cte a.e(public.customers.email)), cte c.e(cte a.e…)',
  )
})

t.test('nothing else is read otherwise for it', async t => {
  for (const sql of secretStatements)
    t.strictSame(
      withoutOrigins(analyzer.explain(sql, shop)),
      new Analyzer().analyze(sql, shop),
      sql,
    )
  t.equal(origins('SELECT * FROM nowhere'), 'untraced')
  t.equal(origins('SELEC'), 'untraced')
})
