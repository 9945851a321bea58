import t from 'tap'
import { MadeObjects } from '../../../../protocols/postgres/sql/made-objects.ts'
import { parseSearchPath } from '../../../../protocols/postgres/sql/names.ts'
import { SessionNames } from '../../../../protocols/postgres/sql/session-names.ts'
import type { Analysis } from '../../../../protocols/protocol.ts'
import { openShop, show } from './shop.ts'

const shop = await openShop()
t.teardown(() => shop.close())

/** Runs a text as the relay would: everything succeeds, then ReadyForQuery. */
function run(
  names: SessionNames,
  sql: string,
  tag = '',
  ready: 'idle' | 'open' = 'idle',
): Analysis {
  const analysis = shop.analyzer.analyze(sql, names)
  names.begin(analysis)
  for (const result of analysis.results.keys()) names.completed(analysis, result, tag)
  names.settled(ready)
  return analysis
}

function sources(analysis: Analysis): string[] | string {
  const [result = 'none'] = analysis.results
  if (typeof result === 'string') return result
  return [
    ...new Set(result.flatMap(each => each.sources.map(s => `${s.table}.${s.column}`))),
  ].sort()
}

t.test('search paths are read as the server writes them', async t => {
  for (const [text, expected] of [
    ['"$user", public', ['me', 'public']],
    ['', []],
    ['""', []],
    ['A, "B""c", d', ['a', 'B"c', 'd']],
    ['a,', undefined],
    ['a b', undefined],
    ['"a', undefined],
  ] as const)
    t.strictSame(parseSearchPath(text, 'me'), expected, text)
})

t.test('EXECUTE does what was prepared', async t => {
  const names = shop.names()
  t.match(shop.analyzer.analyze('execute p', names).effects, [{ kind: 'unknown' }])
  run(names, 'prepare p as delete from orders', 'PREPARE')
  t.strictSame(shop.analyzer.analyze('execute p', names).effects.map(show), [
    'delete! table public.orders',
  ])
  run(names, 'prepare q as select ssn from customers', 'PREPARE')
  t.strictSame(sources(shop.analyzer.analyze('execute q', names)), ['customers.ssn'])
})

t.test('a PREPARE that was not answered yet is one candidate of several', async t => {
  const names = shop.names()
  run(names, 'prepare p as select id from orders', 'PREPARE')
  names.begin(shop.analyzer.analyze('prepare p as select ssn from customers', names))
  t.strictSame(sources(shop.analyzer.analyze('execute p', names)), ['customers.ssn', 'orders.id'])
  run(names, 'prepare p as select email from customers', 'PREPARE')
  t.strictSame(sources(shop.analyzer.analyze('execute p', names)), ['customers.email'])
})

t.test('a name that is made anew in the same text means what was made last', async t => {
  const names = shop.names()
  run(
    names,
    'prepare p as select id from orders; deallocate p; prepare p as select ssn from customers',
    'PREPARE',
  )
  t.strictSame(sources(shop.analyzer.analyze('execute p', names)), ['customers.ssn'])
})

t.test('what is made later and not answered yet stays a candidate', async t => {
  const names = shop.names()
  const first = shop.analyzer.analyze('prepare p as select id from orders', names)
  names.begin(first)
  const second = shop.analyzer.analyze('prepare p as select ssn from customers', names)
  names.begin(second)
  names.completed(first, 0, 'PREPARE')
  t.strictSame(
    sources(shop.analyzer.analyze('execute p', names)),
    ['customers.ssn', 'orders.id'],
    'the second is on its way',
  )
  names.completed(second, 0, 'PREPARE')
  t.strictSame(sources(shop.analyzer.analyze('execute p', names)), ['customers.ssn'])
})

t.test('one that comes again is not forgotten with what came between', async t => {
  const names = shop.names()
  const made = (sql: string): Analysis => {
    const analysis = shop.analyzer.analyze(sql, names)
    names.begin(analysis)
    return analysis
  }
  const secret = 'prepare p as select ssn from customers'
  const first = made(secret)
  names.completed(first, 0, 'PREPARE')
  const between = made('prepare p as select id from orders')
  names.begin(first)
  names.completed(between, 0, 'PREPARE')
  t.ok(sources(shop.analyzer.analyze('execute p', names)).includes('customers.ssn'))
  names.completed(first, 0, 'PREPARE')
  t.ok(sources(shop.analyzer.analyze('execute p', names)).includes('customers.ssn'))
})

t.test('FETCH shows what the cursor reads', async t => {
  const names = shop.names()
  run(names, 'declare c cursor for select email from customers', 'DECLARE CURSOR', 'open')
  const fetch = shop.analyzer.analyze('fetch all from c', names)
  t.strictSame(sources(fetch), ['customers.email'])
  t.strictSame(fetch.effects.map(show), ['read table public.customers'])
})

t.test('temporary tables hold what they were made of', async t => {
  const names = shop.names()
  run(names, 'create temp table copy as select id, ssn as note from customers')
  t.ok(sources(shop.analyzer.analyze('select note from copy', names)).includes('customers.ssn'))
  run(names, 'create temp table empty (a int, b text)')
  t.notOk(sources(shop.analyzer.analyze('select b from empty', names)).includes('customers.ssn'))
  const filling = run(names, 'insert into empty select id, ssn from customers')
  t.ok(filling.moves.some(({ from }) => from.column === 'ssn'))
  t.ok(sources(shop.analyzer.analyze('select b from empty', names)).includes('customers.ssn'))
  run(names, 'create temp view seen as select email as x from customers')
  const view = shop.analyzer.analyze('select x from seen', names)
  t.ok(sources(view).includes('customers.email'))
  t.ok(view.effects.map(show).includes('read table public.customers'))
})

t.test('a parent in doubt is still asked, sent and planned as what it was', async t => {
  const names = shop.names()
  run(names, 'create temp table mine () inherits (customers)')
  const asked = shop.analyzer.analyze("select id from customers where ssn like '1%'", names)
  t.ok(asked.predicates?.some(({ column }) => column.column === 'ssn'))
  const sent = shop.analyzer.analyze("select pg_notify('tell', ssn) from customers", names)
  t.ok(sent.moves.some(({ from, to }) => from.column === 'ssn' && to.type === 'channel'))
  const ran = 'explain (analyze) select count(*) from customers, string_to_table(ssn, null)'
  const plan = sources(shop.analyzer.analyze(ran, names))
  t.ok(plan === 'untraced' || plan.includes('customers.ssn'))
})

t.test('a table of the session never hides one of the catalog', async t => {
  const names = shop.names()
  run(names, 'create temp table customers (id int, ssn text)')
  const analysis = shop.analyzer.analyze('select ssn from customers', names)
  t.ok(analysis.reads.some(({ schema, column }) => schema === 'public' && column === 'ssn'))
  run(names, 'rollback', 'ROLLBACK')
  t.ok(analysis.effects.map(show).includes('read table public.customers'))
})

t.test('a name that was renamed is not trusted until the catalog is read again', async t => {
  const names = shop.names()
  run(names, 'alter table customers rename column ssn to label', '', 'open')
  t.equal(names.needsCatalog, false, 'another connection cannot see it yet')
  t.equal(sources(shop.analyzer.analyze('select name from customers', names)), 'untraced')
  names.settled('idle')
  t.equal(names.needsCatalog, true)
  names.setCatalog(shop.catalog.snapshot)
  t.equal(names.needsCatalog, false)
  t.strictSame(sources(shop.analyzer.analyze('select name from customers', names)), [
    'customers.name',
  ])
})

t.test('a table for all sessions is what the catalog says, once that was read', async t => {
  const names = shop.names()
  const result = (sql: string): string[] | string => sources(shop.analyzer.analyze(sql, names))
  const refresh = async (): Promise<void> => {
    await shop.catalog.refresh()
    names.setCatalog(shop.catalog.snapshot)
  }
  const made = async (sql: string, ready: 'idle' | 'open' = 'idle'): Promise<void> => {
    await shop.admin.query(sql)
    run(names, sql, '', ready)
  }
  await made('create table lasting (id int, email text)')
  await made('alter table lasting add check (id > 0)')
  t.equal(result('select id from lasting'), 'untraced', 'until then nobody knows what it has')
  await refresh()
  t.strictSame(result('select id from lasting'), ['lasting.id'])
  run(names, 'create table if not exists lasting (id int)')
  run(names, 'alter table lasting add check (id > 1)')
  await refresh()
  t.strictSame(result('select id from lasting'), ['lasting.id'], 'which was there before')

  await made('begin', 'open')
  await made('create table in_transaction (id int)', 'open')
  await made('alter table in_transaction add email text', 'open')
  await refresh()
  t.equal(result('select email from in_transaction'), 'untraced', 'not before it is there')
  await made('commit')
  await refresh()
  t.strictSame(result('select email from in_transaction'), ['in_transaction.email'])

  for (const [path, table] of [
    ['public', 'create temp table kept (id int, ssn text)'],
    ['public', 'create table pg_temp.kept (id int, ssn text)'],
    ['pg_temp', 'create table kept (id int, ssn text)'],
    ['pg_temp_3, public', 'create table kept (id int, ssn text)'],
    [undefined, 'create table kept (id int, ssn text)'],
    ['public', 'create table kept as select id, ssn from customers'],
    ['public', 'select id, ssn into kept from customers'],
    ['public', 'create table kept (ssn text); insert into kept select ssn from customers'],
  ] as const) {
    const own = shop.names(path)
    own.setSearchPath(path)
    run(own, table)
    run(own, 'insert into kept (ssn) select ssn from public.customers')
    own.setCatalog(shop.catalog.snapshot)
    const [found] = shop.analyzer.analyze('select ssn from kept', own).results
    t.match(JSON.stringify(found), /^"untraced"$|"table":"customers","column":"ssn"/, table)
    run(own, 'alter table kept add n int')
    own.setCatalog(shop.catalog.snapshot)
    t.equal(shop.analyzer.analyze('select ssn from kept', own).results[0], 'untraced', table)
  }
  await shop.admin.query('drop table lasting, in_transaction')
  await shop.catalog.refresh()
})

t.test('a parent with a temporary child stays in doubt: no catalog shows the child', async t => {
  const child = 'create temp table child () inherits (parent)'
  for (const texts of [
    ['create table parent (ssn text)', child],
    [`create table parent (ssn text); ${child}`],
    [
      'create table parent (ssn text)',
      'create temp table child (ssn text)',
      'alter table child inherit parent',
    ],
    ['create table parent (ssn text)', child, 'alter table parent add n int'],
  ]) {
    const names = shop.names()
    for (const text of texts) run(names, text)
    names.setCatalog(shop.catalog.snapshot)
    t.equal(
      sources(shop.analyzer.analyze('select ssn from parent', names)),
      'untraced',
      texts.join('; '),
    )
  }
})

t.test('functions of temporary schemas are unknown, whatever the catalog shows', async t => {
  await shop.admin.query(`create function pg_temp.h() returns text language sql as 'select ssn from customers';
    create function pg_temp.plain(a int) returns int language sql as 'select 1'`)
  const { rows } = await shop.admin.query<{ schema: string }>(
    'select nspname as schema from pg_namespace where oid = pg_my_temp_schema()',
  )
  await shop.catalog.refresh()
  const schema = String(rows[0]?.schema)
  t.equal(shop.catalog.snapshot.functions(schema, 'h').length, 1)
  for (const [path, call] of [
    ['public', 'pg_temp.h()'],
    ['public', `${schema}.h()`],
    ['public', `${schema}.plain(1)`],
    [`${schema}, public`, 'h()'],
    [`${schema}, public`, 'plain(1)'],
  ] as const) {
    const names = shop.names()
    names.setSearchPath(path)
    const { effects, results } = shop.analyzer.analyze(`select ${call} as x`, names)
    t.match(effects.map(show).join(), /^execute function .*\(unknown\)$/, `${path}: ${call}`)
    t.strictSame(results, ['untraced'], `${path}: ${call}`)
  }
  const names = shop.names('pg_temp, public')
  names.setSearchPath('pg_temp, public')
  t.match(shop.analyzer.analyze('select plain(1)', names).effects.map(show), [
    'execute function public.plain (sql immutable)',
  ])
  await shop.admin.query('drop function pg_temp.h(), pg_temp.plain(int)')
  await shop.catalog.refresh()
})

t.test('a temporary table under another name holds the same', async t => {
  const names = shop.names()
  run(names, 'create temp table x as select ssn as total from customers')
  run(names, 'alter table x rename to orders')
  t.equal(sources(shop.analyzer.analyze('select total from orders', names)), 'untraced')
})

t.test('whoever reads a parent reads what goes into children that the session made', async t => {
  const families: readonly (readonly string[])[] = [
    ['create temp table parent (id int, a text)', 'create temp table c () inherits (parent)'],
    [
      'create temp table parent (id int, a text) partition by range (id)',
      'create temp table c partition of parent default',
    ],
    [
      'create temp table parent (id int, a text)',
      'create temp table c (id int, a text)',
      'alter table c inherit parent',
    ],
    [
      'create temp table parent (id int, a text) partition by range (id)',
      'create temp table c (id int, a text)',
      'alter table parent attach partition c default',
    ],
  ]
  for (const family of families) {
    const names = shop.names()
    for (const sql of family) run(names, sql)
    run(names, 'insert into c select id, ssn from customers')
    const read = sources(shop.analyzer.analyze('select a from parent', names))
    t.ok(read === 'untraced' || read.includes('customers.ssn'), family.at(-1) ?? '')
    const whole = shop.names()
    for (const sql of family) run(whole, sql)
    run(whole, 'insert into parent select id, ssn from customers')
    const child = sources(shop.analyzer.analyze('select a from c', whole))
    t.ok(child === 'untraced' || child.includes('customers.ssn'), `the other way: ${family.at(-1)}`)
  }
  const names = shop.names()
  run(names, 'create temp table c () inherits (orders)')
  run(names, 'insert into c (total) select ssn from customers')
  t.equal(sources(shop.analyzer.analyze('select total from orders', names)), 'untraced')
})

t.test('a search path is unknown from its change until the server says it', async t => {
  const names = shop.names()
  const { version } = names
  names.begin(shop.analyzer.analyze('set search_path = audit', names))
  t.equal(names.searchPath, undefined)
  t.not(names.version, version)
  names.setSearchPath('audit')
  names.settled('idle')
  t.strictSame(names.searchPath, ['audit'])
  names.begin(shop.analyzer.analyze('set search_path = audit', names))
  names.settled('idle')
  t.strictSame(names.searchPath, ['audit'], 'nothing reported is nothing changed')
})

t.test('where the server does not say it, DISCARD ALL puts the search path back', async t => {
  const old = (): SessionNames =>
    new SessionNames({
      catalog: shop.names().catalog,
      user: 'me',
      searchPath: 'audit',
      searchPathAtReset: 'public',
    })
  const names = old()
  run(names, 'set search_path = other', 'SET')
  t.equal(names.searchPath, undefined)
  run(names, 'reset search_path', 'RESET')
  t.equal(names.searchPath, undefined, 'a rollback may undo that')
  run(names, 'discard all', 'DISCARD ALL')
  t.strictSame(names.searchPath, ['public'])

  const pipelined = old()
  const [discard, set] = ['discard all', 'set search_path = other'].map(text =>
    shop.analyzer.analyze(text, pipelined),
  )
  if (discard === undefined || set === undefined) throw new Error('expected two analyses')
  pipelined.begin(discard)
  pipelined.begin(set)
  pipelined.begin(discard)
  pipelined.completed(discard, 0, 'DISCARD ALL')
  pipelined.settled('idle')
  t.equal(pipelined.searchPath, undefined, 'the next one is under way')
  pipelined.completed(set, 0, 'SET')
  pipelined.settled('idle')
  t.equal(pipelined.searchPath, undefined, 'a last one may fail')
  pipelined.completed(discard, 0, 'DISCARD ALL')
  t.strictSame(pipelined.searchPath, ['public'])
})

t.test('a change of role makes $user unknown', async t => {
  const names = shop.names()
  run(names, 'set role bob')
  t.equal(names.searchPath, undefined)
  const fixed = shop.names('public')
  run(fixed, 'set role bob')
  t.strictSame(fixed.searchPath, ['public'])
})

t.test('a session that makes too much is not known any more, and not forgotten', async t => {
  const names = shop.names()
  run(names, 'prepare p as select id from orders', 'PREPARE')
  const made = new MadeObjects()
  const [statement] = names.session.prepared('p')
  if (statement === undefined) throw new Error('expected a prepared statement, got none')
  const add = (name: string): void => made.add({ kind: 'prepared', result: 0, name, statement })
  for (let index = 0; index < 50_000; index++) add('p')
  t.equal(made.prepared('p').length, 1, 'the same again is nothing more')
  for (let index = 0; index < 20_001; index++) add(`p${index}`)
  t.strictSame(made.prepared('p'), [])
  t.match(made.relations(undefined, 'orders'), [{ name: 'orders', untraced: true }])
})

t.test('versions are equal only when names mean the same', async t => {
  const [a, b, c] = [shop.names(), shop.names(), shop.names('audit')]
  t.equal(a.version, b.version)
  t.not(a.version, c.version)
  run(a, 'create temp table y (a int)')
  run(b, 'create temp table y (b int)')
  t.not(a.version, b.version)
})
