/** A small schema on a real server, read by a real catalog, for the tests of reading statements. */
import pg from 'pg'
import { Catalog } from '../../../../protocols/postgres/catalog.ts'
import { Analyzer } from '../../../../protocols/postgres/sql/analyzer.ts'
import { SessionNames } from '../../../../protocols/postgres/sql/session-names.ts'
import type { Analysis, Effect } from '../../../../protocols/protocol.ts'
import { startPostgres } from '../../../support/postgres.ts'

const schema = `
  create schema audit;
  create table customers (id int primary key, name text, email text, ssn text);
  create table orders (id int primary key, customer int, total numeric, at date);
  create table audit.log (at timestamptz, who text, what text);
  create table logs (id int, at date) partition by range (at);
  create table logs_2024 partition of logs for values from ('2024-01-01') to ('2025-01-01');
  create view contacts as select id, email from customers;
  create view busy as select c.email, count(*) from contacts c join orders o on o.customer = c.id group by 1;
  create materialized view totals as select customer, sum(total) from orders group by 1;
  create sequence numbers;
  create function plain(a int) returns int language sql immutable as 'select a + 1';
  create function wipe() returns void language sql as 'delete from orders';
  create function atomic() returns bigint language sql begin atomic select count(*) from customers; end;
  create function hidden() returns int language plpgsql as 'begin execute $1; return 1; end';
  create function guard() returns trigger language plpgsql as 'begin return new; end';
  create function again(n int) returns int language sql as 'select 1';
  create or replace function again(n int) returns int language sql as 'select again(n - 1)';
  create procedure clean() language plpgsql security definer as 'begin delete from orders; end';
  create view calling as select hidden() as secret;
`

export interface Shop {
  readonly catalog: Catalog
  readonly analyzer: Analyzer
  readonly admin: pg.Client
  names(searchPath?: string): SessionNames
  analyze(sql: string): Analysis
  close(): Promise<void>
}

export async function openShop(): Promise<Shop> {
  const server = await startPostgres()
  const { host, port, user, password, database } = server
  const admin = new pg.Client(server.url)
  await admin.connect()
  await admin.query(schema)
  await Analyzer.load()
  const tls = { mode: 'disable' } as const
  const catalog = await Catalog.open({ host, port, user, password, database, tls })
  const analyzer = new Analyzer()
  const names = (searchPath = '"$user", public'): SessionNames =>
    new SessionNames({ catalog: catalog.snapshot, user, searchPath, reportsSearchPath: true })
  return {
    catalog,
    analyzer,
    admin,
    names,
    analyze: sql => analyzer.analyze(sql, names()),
    close: async () => {
      await catalog.close()
      await admin.end()
      await server.stop()
    },
  }
}

/** `delete! table public.orders (detail)`: the mark says that nothing narrows it. */
export function show({ kind, object, unfiltered, detail }: Effect): string {
  const name = object?.schema === undefined ? object?.name : `${object.schema}.${object.name}`
  return [
    `${kind}${unfiltered === true ? '!' : ''}`,
    object === undefined ? [] : [object.type, name],
    detail === undefined ? [] : [`(${detail})`],
  ]
    .flat()
    .join(' ')
}
