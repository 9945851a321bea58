import pg from 'pg'
import t from 'tap'
import { Catalog } from '../../../protocols/postgres/catalog.ts'
import { openReader } from '../../../protocols/postgres/reader.ts'
import type { Upstream } from '../../../protocols/protocol.ts'
import { startPostgres } from '../../support/postgres.ts'

const server = await startPostgres()
const { host, port, user, password, database } = server
const upstream: Upstream = { host, port, user, password, database, tls: { mode: 'prefer' } }
const admin = new pg.Client(server.url)
await admin.connect()
t.teardown(async () => {
  await admin.end()
  await server.stop()
})

await admin.query(`
  create schema sales;
  create domain sales.phone as varchar(20);
  create type sales.mood as enum ('glad', 'sad');
  create table customers (
    id int primary key, email varchar(80), phone sales.phone, mood sales.mood, tags text[],
    gone int, domain_name text generated always as (split_part(email, '@', 2)) stored);
  alter table customers drop column gone;
  create table sales.orders (id int, customer int, at date) partition by range (at);
  create table sales.orders_2024 partition of sales.orders
    for values from ('2024-01-01') to ('2025-01-01');
  create view sales.contacts as select c.id, lower(c.email) as mail from customers c;
  create materialized view totals as select customer, count(*) from sales.orders group by 1;
  create function sales.mail(c customers) returns text stable language sql
    as 'select c.email';
  create function sales.everybody() returns setof customers language sql
    begin atomic select * from customers; end;
  create procedure wipe() language plpgsql security definer as 'begin delete from customers; end';
`)

const catalog = await Catalog.open(upstream)
t.teardown(() => catalog.close())

t.test('relations are found by name, in one schema and in any', async t => {
  const { snapshot } = catalog
  const [customers] = snapshot.relations('public', 'customers')
  t.match(customers, { schema: 'public', name: 'customers', kind: 'table', parents: [] })
  t.strictSame(
    customers?.columns.map(({ name, number }) => [name, number]),
    [
      ['id', 1],
      ['email', 2],
      ['phone', 3],
      ['mood', 4],
      ['tags', 5],
      ['domain_name', 7],
    ],
    'a dropped column leaves its number behind',
  )
  t.match(customers?.columns.at(-1)?.generated, /split_part/)
  t.strictSame(snapshot.relations('sales', 'customers'), [])
  t.equal(snapshot.relations(undefined, 'orders')[0]?.schema, 'sales')
  t.equal(snapshot.relationByOid(customers?.oid ?? 0), customers)
  t.strictSame(snapshot.relations(undefined, '__proto__'), [])
})

t.test('partitions know their parent, and the parent its partitions', async t => {
  const { snapshot } = catalog
  const [parent] = snapshot.relations('sales', 'orders')
  const [child] = snapshot.relations('sales', 'orders_2024')
  t.equal(parent?.kind, 'partitioned')
  t.strictSame(child?.parents, [parent?.oid])
  t.strictSame(snapshot.children(parent?.oid ?? 0), [child])
})

t.test('definitions name everything with its schema', async t => {
  const [view] = catalog.snapshot.relations('sales', 'contacts')
  t.match(view?.definition, /FROM public\.customers c/)
  const [totals] = catalog.snapshot.relations('public', 'totals')
  t.match([totals?.kind, totals?.definition], ['materialized', /sales\.orders/])
  const [tables] = catalog.snapshot.relations('information_schema', 'tables')
  t.match([tables?.kind, tables?.definition], ['view', /pg_class/])
})

t.test('functions say what they may do', async t => {
  const { snapshot } = catalog
  const [customers] = snapshot.relations('public', 'customers')
  t.match(snapshot.functions('sales', 'mail'), [
    { language: 'sql', volatility: 'stable', builtIn: false, source: 'select c.email' },
  ])
  t.match(snapshot.functions(undefined, 'everybody'), [
    { source: /^BEGIN ATOMIC/, returnsRelation: customers?.oid },
  ])
  t.match(snapshot.functions('public', 'wipe'), [
    { kind: 'procedure', securityDefiner: true, language: 'plpgsql', source: /delete/ },
  ])
  t.match(snapshot.functions('pg_catalog', 'lower'), [{ builtIn: true }, {}, {}])
  t.equal(snapshot.functions(undefined, 'pg_terminate_backend')[0]?.volatility, 'volatile')
})

t.test('types are what their values are', async t => {
  const { snapshot } = catalog
  const [customers] = snapshot.relations('public', 'customers')
  const types = customers?.columns.map(({ typeOid, typeModifier }) => {
    const { class: of, name, lengthMax } = snapshot.valueType(typeOid, typeModifier)
    return [of, name, lengthMax]
  })
  t.strictSame(types, [
    ['integer', 'int4', undefined],
    ['text', 'varchar', 80],
    ['text', 'varchar', 20],
    ['other', 'mood', undefined],
    ['array', '_text', undefined],
    ['text', 'text', undefined],
  ])
  t.equal(snapshot.valueType(999_999, -1).class, 'other')
})

t.test('a change of the schema is a new snapshot, and no change is none', async t => {
  const before = catalog.snapshot
  await catalog.refresh()
  t.equal(catalog.snapshot, before)
  await admin.query('create table later (a int)')
  await Promise.all([catalog.refresh(), catalog.refresh(), catalog.refresh()])
  t.not(catalog.snapshot, before)
  t.ok(catalog.snapshot.version > before.version)
  t.equal(catalog.snapshot.relations('public', 'later').length, 1)
  t.equal(before.relations('public', 'later').length, 0, 'the old one stays as it was')
})

t.test('a call during a reading waits for one that began after it', async t => {
  const first = catalog.refresh()
  await admin.query('create table during (a int)')
  await Promise.all([first, catalog.refresh()])
  t.equal(catalog.snapshot.relations('public', 'during').length, 1)
})

t.test('a broken connection is made again', async t => {
  const { rows } = await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign catalog'",
  )
  t.ok(rows.length > 0)
  await catalog.refresh().catch(() => undefined)
  await admin.query('create table again (a int)')
  await catalog.refresh()
  t.equal(catalog.snapshot.relations('public', 'again').length, 1)
})

t.test('a view whose table is locked is known without its definition', async t => {
  await admin.query('begin; lock table customers in access exclusive mode')
  await admin.query('create table locked_meanwhile (a int)')
  await catalog.refresh()
  const [view] = catalog.snapshot.relations('sales', 'contacts')
  t.equal(view?.definition, undefined)
  await admin.query('rollback')
  await catalog.refresh()
  t.match(catalog.snapshot.relations('sales', 'contacts')[0]?.definition, /customers/)
})

t.test('a reader reads statements in the way of a new session', async t => {
  const reader = await openReader(upstream)
  t.teardown(() => reader.close())
  const { analysis } = reader.read('select mail from sales.contacts')
  t.equal(analysis.tag, 'SELECT')
  t.match(analysis.effects, [
    { kind: 'read', object: { type: 'view', schema: 'sales', name: 'contacts' } },
    { kind: 'read', object: { type: 'table', schema: 'public', name: 'customers' } },
  ])
  const [columns] = analysis.results
  t.match(columns, [{ name: 'mail', plain: false }])
  t.ok(analysis.reads.some(({ table, column }) => table === 'customers' && column === 'email'))
})

t.test('an upstream that is not there is an UpstreamError without its password', async t => {
  const wrong = { ...upstream, password: 'not the password' }
  await t.rejects(Catalog.open(wrong), { code: 'COUNTERSIGN_UPSTREAM' })
  await t.rejects(Catalog.open({ ...upstream, port: 1 }), { code: 'COUNTERSIGN_UPSTREAM' })
})

t.test('the catalog is read quickly', async t => {
  const started = performance.now()
  await catalog.refresh()
  const refreshMs = performance.now() - started
  const reader = await Catalog.open(upstream)
  const openMs = performance.now() - started - refreshMs
  await reader.close()
  t.comment(`refresh ${refreshMs.toFixed(0)} ms, open ${openMs.toFixed(0)} ms`)
  t.ok(refreshMs < 2000)
})
