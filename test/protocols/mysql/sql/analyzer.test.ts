import t from 'tap'
import { Analyzer } from '../../../../protocols/mysql/sql/analyzer.ts'
import { namesOf, show } from './effects-shop.ts'

const analyzer = new Analyzer()
const names = namesOf()

t.test('texts that differ in literals only share their analysis', async t => {
  for (const [a, b] of [
    ['select * from customers where id = 1', 'select * from customers where id = 2'],
    ["update orders set note = 'a' where id = 1", "update orders set note = 'b\\'' where id = 9"],
    ["insert into staging values (1, 'a')", "insert into staging values (2, 'é')"],
    ['delete from orders where id = 1', 'delete from orders where id = 3'],
    ['select * from orders limit 10, 5', 'select * from orders limit 20, 9'],
    ['select id from orders where total > 1.5', 'select id from orders where total > 2.25'],
    ['select id from orders where id = ?', 'select id from orders where id = ?'],
  ] as const)
    t.equal(analyzer.analyze(a, names), analyzer.analyze(b, names), a)
})

t.test('texts whose literals decide do not', async t => {
  for (const [a, b] of [
    ['delete from orders where 1 = 1', 'delete from orders where 1 = 2'],
    ["delete from orders where '1'", "delete from orders where '0'"],
    ['delete from orders where id + 1 = id + 1', 'delete from orders where id + 1 = id + 2'],
    [
      "update orders set note = '' where note like '%'",
      "update orders set note = '' where note like 'a'",
    ],
    ['select id, note from orders order by 1', 'select id, note from orders order by 2'],
    ['select id, note from orders group by 1, 2', 'select id, note from orders group by 2, 1'],
    ["select 'a', id from orders", "select 'b', id from orders"],
    [
      "select x from (select id 'x', email 'y' from customers) t",
      "select x from (select id 'y', email 'x' from customers) t",
    ],
    [
      "select x from (select id as 'x', email as 'y' from customers) t",
      "select x from (select id as 'y', email as 'x' from customers) t",
    ],
    ['select cast(note as char(5)) from orders', 'select cast(note as char(6)) from orders'],
    ["set sql_mode = ''", "set sql_mode = 'ANSI_QUOTES'"],
    ['set autocommit = 0', 'set autocommit = 1'],
    ['kill 5', 'kill 6'],
    ['call wipe(1)', 'call wipe(2)'],
    ["select * from orders into outfile '/a'", "select * from orders into outfile '/b'"],
    ['select 1; delete from orders where id = 1', 'select 1; delete from orders where id = 2'],
  ] as const)
    t.not(analyzer.analyze(a, names), analyzer.analyze(b, names), a)
})

t.test('the same text is the same object, tricky or not', async t => {
  for (const text of ['select 1 -- x', "select N'a'", 'begin', 'select é from customers', 'selec'])
    t.equal(analyzer.analyze(text, names), analyzer.analyze(text, names), text)
})

t.test('a text is another one under another sql_mode, database or version', async t => {
  const text = 'select "a" from log'
  const plain = analyzer.analyze(text, names)
  t.equal(analyzer.analyze(text, { ...names, lexer: { ...names.lexer } }), plain)
  t.not(analyzer.analyze(text, namesOf('mysql', 'ANSI_QUOTES')), plain)
  t.not(analyzer.analyze(text, { ...names, version: 2 }), plain)
  const there = { ...names, database: 'audit' }
  t.not(analyzer.analyze(text, there), plain)
  t.strictSame(analyzer.analyze(text, there).effects.map(show), ['read table audit.log'])
  t.equal(analyzer.analyze(text, names), plain, 'and both are kept')
})

t.test('several statements are united, with a result for each', async t => {
  const analysis = analyzer.analyze('begin; select id from customers; delete from orders', names)
  t.equal(analysis.tag, 'START TRANSACTION; SELECT; DELETE')
  t.strictSame(
    analysis.results.map(each => (typeof each === 'string' ? each : each.length)),
    ['none', 1, 'none'],
  )
  t.match(analysis.effects.map(show), [
    'transaction (begin)',
    'read table shop.customers',
    'delete! table shop.orders',
  ])
})

t.test('a statement sees what those before it in the text have changed', async t => {
  const { effects } = analyzer.analyze('use audit; select * from log', names)
  t.ok(effects.map(show).includes('read table audit.log'))
})

t.test('nothing is nothing', async t => {
  for (const text of ['', ';', ' ;; ', '-- only words', '/* x */', '#'])
    t.match(
      analyzer.analyze(text, names),
      { tag: '', effects: [], results: [], unreadable: undefined },
      JSON.stringify(text),
    )
})

t.test('what cannot be read is unknown and untraced', async t => {
  const small = new Analyzer({ statementBytesMax: 100 })
  for (const text of [
    'selec',
    `select ${'('.repeat(30_000)}`,
    `select ${'('.repeat(3000)}1${')'.repeat(3000)} + a from customers`,
    `select ${'not '.repeat(30_000)}1`,
    `select ${'case when '.repeat(20_000)}`,
    'select \ud800',
    "select 'a",
    'select `a',
    'select /*! 1',
  ]) {
    const { unreadable, effects, results } = analyzer.analyze(text, names)
    t.type(unreadable, 'string', text.slice(0, 40))
    t.strictSame(effects, [{ kind: 'unknown', object: undefined }])
    t.strictSame(results, ['untraced'])
  }
  t.match(small.analyze(`select '${'é'.repeat(60)}'`, names).unreadable, /100 bytes/)
  t.equal(small.analyze(`select '${'e'.repeat(60)}'`, names).unreadable, undefined)
})

t.test('what is long is read in a short time', async t => {
  const started = performance.now()
  for (const text of [
    `select 1${'+1'.repeat(30_000)}`,
    `select * from orders where id in (${'1,'.repeat(30_000)}1)`,
    `insert into staging values ${"(1, 'x'),".repeat(15_000)}(1, 'x')`,
    `select * from orders where ${'id = 1 or '.repeat(6000)} id = 2`,
    'select 1;'.repeat(3000),
    `delete from orders where ${'id is null or '.repeat(6000)} id = 2`,
    `delete from orders where ${'not id or '.repeat(6000)} id = 2`,
    `select * from ${'orders,'.repeat(20_000)} orders for update`,
  ])
    analyzer.analyze(text, names)
  const ms = performance.now() - started
  t.comment(`${ms.toFixed(0)} ms`)
  t.ok(ms < 15_000)
})

t.test('search and statistics see no literal', async t => {
  const text = "select /* s3cret */ id, 's3cret' from t where a = 4711 and b = x'4711' -- s3cret"
  t.equal(analyzer.analyze(text, names).normalized, 'select id, ? from t where a = ? and b = ?')
  for (const broken of [
    'selec \'s3cret\' "s3cret" 4711 /* s3cret */ # s3cret',
    "select 's3cret",
    "select 'a\\'s3cret' from",
    "select 1 from t where (a = 's3cret'",
    'selec 1e4711, .4711, 0x4711, $$s3cret$$',
  ])
    t.notMatch(analyzer.analyze(broken, names).normalized, /s3cret|4711/, broken)
})

t.test('the cache stays within its bounds, and keeps what is used', async t => {
  const bounded = new Analyzer({ cacheEntriesMax: 50 })
  const kept = bounded.analyze('select 1 -- kept', names)
  for (let index = 0; index < 500; index++) {
    bounded.analyze(`select ${index} -- other`, names)
    if (bounded.analyze('select 1 -- kept', names) !== kept) t.fail('lost what is in use')
  }
  t.ok(bounded.analyze('select 0 -- other', names))
})

t.test('a statement of sysbench costs little when its shape is known', async t => {
  const texts = Array.from({ length: 3000 }, (_, index) => [
    `SELECT note FROM orders WHERE id=${index * 33}`,
    `SELECT DISTINCT note FROM orders WHERE id BETWEEN ${index} AND ${index + 99} ORDER BY note`,
    `UPDATE orders SET note='${'0123456789-'.repeat(11)}${index}' WHERE id=${index * 7}`,
    `INSERT INTO orders (id, customer_id, note) VALUES (${index}, ${index * 3}, 'x${index}')`,
  ]).flat()
  for (const text of texts) analyzer.analyze(text, names)
  // As they come from the wire: each text a string of its own.
  const fresh = texts.map(text => Buffer.from(text).toString())
  const started = performance.now()
  for (const text of fresh) analyzer.analyze(text, names)
  const us = ((performance.now() - started) * 1000) / texts.length
  t.comment(`${us.toFixed(2)} µs a statement`)
  t.ok(us < 50)
  t.equal(new Set(texts.map(text => analyzer.analyze(text, names))).size, 4)
})
