import t from 'tap'
import { Analyzer } from '../../../../protocols/postgres/sql/analyzer.ts'
import { syntaxError } from '../../../../protocols/postgres/sql/syntax-error.ts'
import { openShop, show } from './shop.ts'

const shop = await openShop()
t.teardown(() => shop.close())
const { analyzer } = shop
const names = shop.names()

t.test('texts that differ in literals only share their analysis', async t => {
  for (const [a, b] of [
    ['select * from customers where id = 1', 'select * from customers where id = 2'],
    [
      "update customers set name = 'a' where id = 1",
      "update customers set name = 'b' where id = 9",
    ],
    ["insert into customers values (1, 'a')", "insert into customers values (2, 'b')"],
    ['delete from orders where id = 1', 'delete from orders where id = 3'],
    ['select * from orders limit 10 offset 5', 'select * from orders limit 20 offset 9'],
    ["select lower(name), count(*) from customers where name = 'x' group by 1.5", ''],
    ['values (1)', 'values (2)'],
  ] as const)
    if (b !== '') t.equal(analyzer.analyze(a, names), analyzer.analyze(b, names), a)
})

t.test('texts whose literals decide do not', async t => {
  for (const [a, b] of [
    ['delete from orders where 1 = 1', 'delete from orders where 1 = 2'],
    ["delete from orders where 't'", "delete from orders where 'f'"],
    ['delete from orders where id + 1 = id + 1', 'delete from orders where id + 1 = id + 2'],
    [
      "update customers set name = '' where name like '%'",
      "update customers set name = '' where name like 'a'",
    ],
    [
      'select name, email from customers order by 1',
      'select name, email from customers order by 2',
    ],
    [
      'select name, email from customers group by 1, 2',
      'select name, email from customers group by 2, 1',
    ],
    ["select set_config('a.b', 'x', true)", "select set_config('role', 'x', true)"],
    ["select nextval('numbers')", "select nextval('other')"],
    ["select 'customers'::regclass", "select 'orders'::regclass"],
    ['select name::varchar(5) from customers', 'select name::varchar(6) from customers'],
    ["copy customers to '/tmp/a'", "copy customers to '/tmp/b'"],
    ["set search_path = 'a'", "set search_path = 'b'"],
    ['select 1; delete from orders where id = 1', 'select 1; delete from orders where id = 2'],
  ] as const)
    t.not(analyzer.analyze(a, names), analyzer.analyze(b, names), a)
})

t.test('the same text is the same object, tricky or not', async t => {
  for (const text of ['select 1 -- x', "select E'a'", 'begin', 'select é from customers', 'selec'])
    t.equal(analyzer.analyze(text, names), analyzer.analyze(text, names), text)
})

t.test('sessions whose names mean the same share, others do not', async t => {
  const text = 'select * from log'
  const here = shop.names()
  const there = shop.names('audit')
  t.equal(analyzer.analyze(text, names), analyzer.analyze(text, here))
  t.not(analyzer.analyze(text, names), analyzer.analyze(text, there))
  t.strictSame(analyzer.analyze(text, there).effects.map(show), ['read table audit.log'])
})

t.test('a new catalog is read with new eyes', async t => {
  const session = shop.names()
  const before = analyzer.analyze('select * from newcomer', session)
  t.strictSame(before.results, ['untraced'])
  await shop.admin.query('create table newcomer (a int, b int)')
  await shop.catalog.refresh()
  session.setCatalog(shop.catalog.snapshot)
  const after = analyzer.analyze('select * from newcomer', session)
  t.match(after.results, [[{ name: 'a' }, { name: 'b' }]])
})

t.test('several statements are united, with a result for each', async t => {
  const analysis = analyzer.analyze('begin; select id from customers; delete from orders', names)
  t.equal(analysis.tag, 'BEGIN; SELECT; DELETE')
  t.strictSame(
    analysis.results.map(each => (typeof each === 'string' ? each : each.length)),
    ['none', 1, 'none'],
  )
  t.strictSame(analysis.effects.map(show), [
    'transaction (begin)',
    'read table public.customers',
    'delete! table public.orders',
  ])
})

t.test('a statement sees what those before it in the text may have changed', async t => {
  const moved = analyzer.analyze('set search_path = audit; select * from customers', names)
  t.ok(moved.effects.map(show).includes('read table public.customers'))
  const shadowed = analyzer.analyze(
    'create temp table orders as select ssn as total from customers; select total from orders',
    names,
  )
  const [, result] = shadowed.results
  t.ok(
    Array.isArray(result) &&
      result[0].sources.some((each: { column: string }) => each.column === 'ssn'),
    'a temporary table does not hide where its values come from',
  )
})

t.test('nothing is nothing', async t => {
  for (const text of ['', ';', ' ;; ', '-- only words', '/* x */', '\0select * from customers']) {
    const analysis = analyzer.analyze(text, names)
    t.match(
      analysis,
      { tag: '', effects: [], results: [], unreadable: undefined },
      JSON.stringify(text),
    )
  }
})

t.test('what follows a NUL is not part of the statement, as on the server', async t => {
  const { effects } = analyzer.analyze('select 1\0; drop table customers', names)
  t.strictSame(effects, [])
})

t.test('what cannot be read is unknown and untraced', async t => {
  const small = new Analyzer({ statementBytesMax: 100 })
  for (const [text, why] of [
    ['selec', /syntax error/],
    [`select ${'('.repeat(30_000)}`, /memory exhausted/],
    [`select 1${'+1'.repeat(100_000)}`, /deep|nest/],
    [`select ${'('.repeat(3000)}1${')'.repeat(3000)} + a from customers`, undefined],
    ['select \ud800', /invalid/],
  ] as const) {
    const { unreadable, effects, results } = analyzer.analyze(text, names)
    if (why === undefined) continue
    t.match(unreadable, why)
    t.strictSame(effects, [{ kind: 'unknown', object: undefined }])
    t.strictSame(results, ['untraced'])
  }
  t.match(small.analyze(`select '${'é'.repeat(60)}'`, names).unreadable, /100 bytes/)
  t.equal(small.analyze(`select '${'e'.repeat(60)}'`, names).unreadable, undefined)
  t.equal(analyzer.analyze('select 1', names).unreadable, undefined, 'the parser still works')
})

t.test('the cache stays within its bounds, and keeps what is used', async t => {
  const bounded = new Analyzer({ cacheEntriesMax: 50 })
  const kept = bounded.analyze('select 1 -- kept', names)
  for (let index = 0; index < 500; index++) {
    bounded.analyze(`select ${index} -- other`, names)
    if (bounded.analyze('select 1 -- kept', names) !== kept) t.fail('lost what is in use')
  }
  const again = bounded.analyze('select 0 -- other', names)
  t.ok(again)
})

t.test('a statement of pgbench costs little when its shape is known', async t => {
  await shop.admin.query(`
    create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp)`)
  await shop.catalog.refresh()
  const session = shop.names()
  const texts = Array.from({ length: 3000 }, (_, index) => [
    `SELECT abalance FROM pgbench_accounts WHERE aid = ${index * 33};`,
    `UPDATE pgbench_accounts SET abalance = abalance + ${index} WHERE aid = ${index * 7};`,
    `INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (${index}, 1, ${index * 3}, -${index}, CURRENT_TIMESTAMP);`,
  ]).flat()
  for (const text of texts) analyzer.analyze(text, session)
  // As they come from the wire: each text a string of its own.
  const fresh = texts.map(text => Buffer.from(text).toString())
  const started = performance.now()
  for (const text of fresh) analyzer.analyze(text, session)
  const us = ((performance.now() - started) * 1000) / texts.length
  t.comment(`${us.toFixed(2)} µs a statement`)
  t.ok(us < 50)
  t.equal(new Set(texts.map(text => analyzer.analyze(text, session))).size, 3)
})

t.test(
  'what does not parse is recorded without what stands there, and its sender sees it',
  async t => {
    for (const text of [
      "begin transaction isolation level 'SECRET'",
      'select $$SECRET',
      "select e'SECRET\\' from x",
      'select 1 frm SECRET',
      "select 'Anna's SECRET'",
    ]) {
      const analysis = analyzer.analyze(text, names)
      t.match(analysis.unreadable, /syntax error|unterminated/, text)
      t.notMatch(analysis.unreadable, /SECRET|at or near/, text)
      t.match(syntaxError(analysis), { message: /at or near "/, position: Number }, text)
    }
  },
)
