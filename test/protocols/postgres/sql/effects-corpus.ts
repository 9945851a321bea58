/**
 * Statements and what they do: the SQL, its tag with the number of columns of each result, then its
 * effects as show() writes them. `!` marks a write that nothing narrows.
 */
export const corpus = `
select 1
  [SELECT] 1
select * from customers
  [SELECT] 4
    read table public.customers
select * from audit.log, orders o
  [SELECT] 7
    read table audit.log
    read table public.orders
select * from nowhere
  [SELECT] untraced
    read table nowhere
select (select max(total) from orders) from customers where id in (select who::int from audit.log)
  [SELECT] 1
    read table public.orders
    read table public.customers
    read table audit.log
with c as (select * from customers) select * from c
  [SELECT] 4
    read table public.customers
with customers as (select * from customers) select * from customers
  [SELECT] 4
    read table public.customers
with recursive t as (select 1 union all select * from t) select * from t
  [SELECT] 1
with d as (delete from orders returning *) select * from d
  [SELECT] 4
    delete! table public.orders
    read table public.orders
with u as (update customers set name = 'x' returning id) insert into audit.log(who) select id::text from u
  [INSERT] none
    update! table public.customers
    read table public.customers
    insert table audit.log
table customers
  [SELECT] 4
    read table public.customers
values (1)
  [SELECT] 1
select * from contacts
  [SELECT] 2
    read view public.contacts
    read table public.customers
select * from busy
  [SELECT] 2
    read view public.busy
    read view public.contacts
    read table public.customers
    read table public.orders
select * from calling
  [SELECT] untraced
    read view public.calling
    execute function public.hidden (plpgsql volatile opaque)
select * from totals
  [SELECT] 2
    read materialized view public.totals
    read table public.orders
select * from logs_2024
  [SELECT] 2
    read table public.logs_2024
    read table public.logs
select * from customers for update
  [SELECT] 4
    read table public.customers
    lock table public.customers (row)
select * from customers c join orders o on o.customer = c.id for share of o
  [SELECT] 8
    read table public.customers
    read table public.orders
    lock table public.orders (row)
select * into copy from customers
  [SELECT] none
    read table public.customers
    create table copy (as)
select * into temp copy from customers
  [SELECT] none
    read table public.customers
    create table pg_temp.copy (temporary as)
create table copy as select * from customers
  [CREATE TABLE AS] none
    create table copy (as)
    read table public.customers
create temp table copy as select * from customers
  [CREATE TABLE AS] none
    create table pg_temp.copy (temporary as)
    read table public.customers
create materialized view m as select * from orders
  [CREATE MATERIALIZED VIEW AS] none
    create materialized view m (as)
    read table public.orders
create table copy as execute p
  [CREATE TABLE AS] none
    create table copy (as)
    unknown prepared statement p
    unknown (moves)
insert into orders values (1)
  [INSERT] none
    insert table public.orders
insert into orders select * from orders
  [INSERT] none
    insert table public.orders
    read table public.orders
insert into customers(id) values (1) returning id
  [INSERT] 1
    insert table public.customers
    read table public.customers
insert into customers(id) values (1) on conflict (id) do update set name = 'x'
  [INSERT] none
    insert table public.customers
    update table public.customers (conflict)
insert into customers(id) values (1) on conflict do nothing
  [INSERT] none
    insert table public.customers
insert into contacts values (1, 'a')
  [INSERT] none
    insert view public.contacts
    read table public.customers
    insert table public.customers
update customers set name = 'x'
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where id = 1
  [UPDATE] none
    update table public.customers
update customers set name = 'x' where true
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where 1 = 1
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where 1 = 2
  [UPDATE] none
    update table public.customers
update customers set name = 'x' where id = id
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where id = 5 or true
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where not false
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where not (1 = 0)
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where 'a' = 'a'
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where 2 > 1 and 1 < 3
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where 1 in (1, 2)
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where 't'::bool
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where id is null or id is not null
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where name like '%'
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where name like 'a%'
  [UPDATE] none
    update table public.customers
update customers set name = 'x' where exists (select 1)
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where exists (select 1 from orders)
  [UPDATE] none
    update! table public.customers
    read table public.orders
update customers set name = 'x' where exists (select 1 from orders o where o.id = customers.id)
  [UPDATE] none
    update table public.customers
    read table public.orders
update customers set name = 'x' where (1 = 1) is true
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where $1 = $1
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where id = $1
  [UPDATE] none
    update table public.customers
update customers set name = 'x' where 1 is not null
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where coalesce(true, false)
  [UPDATE] none
    update! table public.customers
update customers set name = 'x' where current of c
  [UPDATE] none
    update table public.customers
update customers set name = 'x' from orders where orders.customer = customers.id
  [UPDATE] none
    update table public.customers
    read table public.orders
update customers set name = 'x' from orders
  [UPDATE] none
    update! table public.customers
    read table public.orders
update contacts set email = 'x'
  [UPDATE] none
    update! view public.contacts
    read table public.customers
    update! table public.customers
delete from orders
  [DELETE] none
    delete! table public.orders
delete from orders using customers
  [DELETE] none
    delete! table public.orders
    read table public.customers
delete from orders where id = 1 returning *
  [DELETE] 4
    delete table public.orders
    read table public.orders
delete from only orders where true
  [DELETE] none
    delete! table public.orders
delete from logs_2024
  [DELETE] none
    delete! table public.logs_2024
    delete table public.logs (partition)
delete from contacts where id = 1
  [DELETE] none
    delete view public.contacts
    read table public.customers
    delete table public.customers
merge into orders o using customers c on o.customer = c.id when matched then delete
  [MERGE] none
    delete table public.orders
    read table public.customers
merge into orders o using customers c on true when matched then update set total = 0
  [MERGE] none
    update! table public.orders
    read table public.customers
merge into orders o using customers c on o.customer = c.id when not matched by source then delete when not matched then insert (id) values (1)
  [MERGE] none
    delete! table public.orders
    insert table public.orders
    read table public.customers
truncate orders, customers cascade
  [TRUNCATE] none
    truncate table public.orders (cascade)
    truncate table public.customers (cascade)
copy customers to stdout
  [COPY TO] 4
    read table public.customers
copy customers (id) from stdin
  [COPY FROM] none
    insert table public.customers (copy)
copy customers to '/tmp/x'
  [COPY TO] none
    read table public.customers
    export (file)
copy customers to program 'cat > /tmp/x'
  [COPY TO] none
    read table public.customers
    export (program)
copy customers from '/etc/passwd'
  [COPY FROM] none
    insert table public.customers (copy)
    import table public.customers (file)
    import (file)
copy customers from program 'curl x'
  [COPY FROM] none
    insert table public.customers (copy)
    import table public.customers (program)
    import (program)
copy (select * from customers) to stdout
  [COPY TO] 4
    read table public.customers
copy (delete from orders returning *) to stdout
  [COPY TO] 4
    delete! table public.orders
    read table public.orders
copy contacts to stdout
  [COPY TO] 2
    read view public.contacts
    read table public.customers
do $$ begin delete from customers; end $$
  [DO] none
    execute language plpgsql (do opaque)
do language sql 'select 1'
  [DO] none
    execute language sql (do opaque)
call clean()
  [CALL] untraced
    delete! table public.orders
    execute procedure public.clean (call plpgsql volatile definer opaque)
select plain(1)
  [SELECT] 1
    execute function public.plain (sql immutable)
select wipe()
  [SELECT] 1
    delete! table public.orders
    execute function public.wipe (sql volatile)
select atomic()
  [SELECT] 1
    read table public.customers
    execute function public.atomic (sql volatile)
select hidden()
  [SELECT] untraced
    execute function public.hidden (plpgsql volatile opaque)
select again(3)
  [SELECT] untraced
    execute function public.again (sql volatile)
select nobody(1)
  [SELECT] untraced
    execute function nobody (unknown)
select lower(name), count(*), now(), random(), gen_random_uuid() from customers
  [SELECT] 5
    read table public.customers
select pg_terminate_backend(1)
  [SELECT] 1
    execute function pg_catalog.pg_terminate_backend (terminate)
select pg_cancel_backend(pid) from pg_stat_activity
  [SELECT] 1
    execute function pg_catalog.pg_cancel_backend (cancel)
    read view pg_catalog.pg_stat_activity
select lo_import('/etc/passwd')
  [SELECT] untraced
    import function pg_catalog.lo_import (file large object)
select lo_export(1, '/tmp/x')
  [SELECT] untraced
    export function pg_catalog.lo_export (file large object)
select lo_get(1)
  [SELECT] untraced
    read function pg_catalog.lo_get (large object)
select pg_read_file('/etc/passwd')
  [SELECT] untraced
    read function pg_catalog.pg_read_file (file)
select pg_ls_dir('.')
  [SELECT] untraced
    read function pg_catalog.pg_ls_dir (file)
select query_to_xml('select * from customers', true, true, '')
  [SELECT] untraced
    execute function pg_catalog.query_to_xml (dynamic)
select table_to_xml('customers', true, true, '')
  [SELECT] untraced
    execute function pg_catalog.table_to_xml (dynamic)
select set_config('search_path', 'audit', false)
  [SELECT] 1
    setting setting search_path
select set_config('role', 'postgres', false)
  [SELECT] 1
    role (set)
select set_config($1, $2, false)
  [SELECT] 1
    role (computed)
    setting setting *
select pg_reload_conf()
  [SELECT] untraced
    execute function pg_catalog.pg_reload_conf (server)
select pg_advisory_lock(1)
  [SELECT] 1
    lock function pg_catalog.pg_advisory_lock (advisory)
select pg_notify('a', 'b')
  [SELECT] 1
    execute function pg_catalog.pg_notify (notify)
select nextval('numbers')
  [SELECT] 1
    update sequence public.numbers (nextval)
select setval('public.numbers', 1)
  [SELECT] 1
    update sequence public.numbers (setval)
select nextval($1)
  [SELECT] 1
    update sequence * (nextval)
select currval('numbers')
  [SELECT] 1
select pg_sleep(10)
  [SELECT] 1
    execute function pg_catalog.pg_sleep (sleep)
select pg_create_physical_replication_slot('x')
  [SELECT] untraced
    execute function pg_catalog.pg_create_physical_replication_slot (replication)
select pg_logical_emit_message(true, 'a', 'b')
  [SELECT] untraced
    execute function pg_catalog.pg_logical_emit_message (replication)
select pg_stat_reset()
  [SELECT] untraced
    update function pg_catalog.pg_stat_reset (statistics)
select current_setting('x'), version(), pg_get_viewdef('contacts')
  [SELECT] 3
set search_path = a, b
  [SET] none
    setting setting search_path
set local statement_timeout = 0
  [SET] none
    setting setting statement_timeout (local)
set session authorization postgres
  [SET] none
    role (session authorization)
set role postgres
  [SET] none
    role (set)
reset role
  [RESET] none
    role (reset)
reset all
  [RESET] none
    setting setting * (reset)
reset search_path
  [RESET] none
    setting setting search_path (reset)
set time zone 'UTC'
  [SET] none
    setting setting timezone
set session characteristics as transaction isolation level serializable
  [SET] none
    transaction (session characteristics)
    setting setting session characteristics
set transaction read only
  [SET] none
    transaction (transaction)
show search_path
  [SHOW] 1
    read setting search_path
alter system set work_mem = '1GB'
  [ALTER SYSTEM] none
    setting setting work_mem (system)
alter system reset all
  [ALTER SYSTEM] none
    setting setting * (system reset)
grant select on customers to public
  [GRANT] none
    grant table public.customers (grant public)
grant all on all tables in schema public to bob
  [GRANT] none
    grant table public.* (grant)
revoke select on customers from bob
  [REVOKE] none
    grant table public.customers (revoke)
grant admin to bob
  [GRANT] none
    grant role admin (grant member)
    role role admin (grant member)
revoke admin from bob
  [REVOKE] none
    grant role admin (revoke member)
    role role admin (revoke member)
grant execute on function plain(int) to bob
  [GRANT] none
    grant function public.plain (grant)
grant usage on schema audit to bob
  [GRANT] none
    grant schema audit (grant)
alter default privileges grant select on tables to bob
  [ALTER DEFAULT PRIVILEGES] none
    grant (grant default privileges)
reassign owned by bob to alice
  [REASSIGN OWNED] none
    grant role bob (owner reassign)
drop owned by bob
  [DROP OWNED] none
    drop role bob (owned)
    grant role bob (revoke owned)
create role bob superuser login password 'x'
  [CREATE ROLE] none
    role role bob (create superuser login password)
create user bob in role admin
  [CREATE ROLE] none
    role role bob (create member)
alter role bob nosuperuser
  [ALTER ROLE] none
    role role bob (alter)
alter role bob createrole
  [ALTER ROLE] none
    role role bob (alter createrole)
alter role bob password 'x'
  [ALTER ROLE] none
    role role bob (alter password)
alter role bob set search_path = audit
  [ALTER ROLE] none
    role role bob (alter setting)
    setting setting search_path (kept)
alter role bob rename to rob
  [ALTER ROLE] none
    alter role bob (rename)
    role role bob (rename)
alter database shop set work_mem = '1MB'
  [ALTER DATABASE] none
    alter database shop (setting)
    setting setting work_mem (kept)
drop role bob
  [DROP ROLE] none
    role role bob (drop)
create table t (a int)
  [CREATE TABLE] none
    create table t
create temp table t (a int default nextval('numbers'))
  [CREATE TABLE] none
    create table pg_temp.t (temporary)
    update sequence public.numbers (nextval)
create table t (like customers)
  [CREATE TABLE] none
    create table t
    read table public.customers (definition)
create table t () inherits (customers)
  [CREATE TABLE] none
    create table t
    alter table public.customers (child)
create table t partition of logs default
  [CREATE TABLE] none
    create table t
    alter table public.logs (partition)
create unlogged table t (a int)
  [CREATE TABLE] none
    create table t
create view v as select * from customers
  [CREATE VIEW] none
    create view v
    read table public.customers
create or replace view contacts as select id, email from customers
  [CREATE VIEW] none
    create view contacts (replace)
    read table public.customers
create index on customers (lower(email))
  [CREATE INDEX] none
    create index *
    alter table public.customers (index)
create unique index concurrently i on customers (id) where hidden() > 0
  [CREATE INDEX] none
    create index i
    alter table public.customers (index)
    execute function public.hidden (plpgsql volatile opaque)
create sequence s
  [CREATE SEQUENCE] none
    create sequence s
create schema s create table t (a int)
  [CREATE SCHEMA] none
    create schema s
    create table t
create function f() returns int language sql as 'select 1'
  [CREATE FUNCTION] none
    create function f (sql code)
create or replace function f() returns int language plpgsql security definer as 'begin end'
  [CREATE FUNCTION] none
    create function f (replace plpgsql definer code)
create procedure p() language sql as ''
  [CREATE PROCEDURE] none
    create procedure p (sql code)
create trigger t before insert on customers for each row execute function guard()
  [CREATE TRIGGER] none
    create trigger t (code)
    alter table public.customers (trigger)
    execute function public.guard (plpgsql volatile)
create event trigger t on ddl_command_start execute function guard()
  [CREATE EVENT TRIGGER] none
    create event trigger t (code)
    execute function public.guard (plpgsql volatile)
create rule r as on insert to customers do instead delete from orders
  [CREATE RULE] none
    create rule r (code)
    alter table public.customers (rule)
    delete! table public.orders
create policy p on customers using (true)
  [CREATE POLICY] none
    create policy p
    alter table public.customers (policy)
create extension dblink
  [CREATE EXTENSION] none
    create extension dblink (code)
create server s foreign data wrapper w
  [CREATE SERVER] none
    create server s (foreign)
create user mapping for bob server s options (password 'x')
  [CREATE USER MAPPING] none
    create user mapping bob (foreign)
    grant server s (user mapping)
create foreign table ft (a int) server s
  [CREATE FOREIGN TABLE] none
    create foreign table ft
    execute server s (foreign)
import foreign schema x from server s into public
  [IMPORT FOREIGN SCHEMA] none
    create schema public (foreign import)
    import server s (foreign)
create subscription s connection 'host=x' publication p
  [CREATE SUBSCRIPTION] none
    create subscription s (replication)
    import subscription s (replication)
create publication p for all tables
  [CREATE PUBLICATION] none
    create publication p (replication)
    export database * (replication)
create publication p for table customers
  [CREATE PUBLICATION] none
    create publication p (replication)
    export table public.customers (replication)
create domain d as int check (value > 0)
  [CREATE DOMAIN] none
    create domain d
create type e as enum ('a')
  [CREATE TYPE] none
    create type e
create type c as (a int)
  [CREATE TYPE] none
    create type c
create aggregate agg (int) (sfunc = plain, stype = int)
  [CREATE AGGREGATE] none
    create aggregate agg (code)
    execute function public.plain (sql immutable)
create operator === (leftarg = int, rightarg = int, function = plain)
  [CREATE OPERATOR] none
    create operator === (code)
    execute function public.plain (sql immutable)
create cast (int as text) with function plain(int)
  [CREATE CAST] none
    create cast text (code)
    execute function public.plain (sql immutable)
create tablespace t location '/x'
  [CREATE TABLESPACE] none
    create tablespace t (file)
create database d
  [CREATE DATABASE] none
    create database d
create language plperl
  [CREATE EXTENSION] none
    create extension plperl (code)
create collation c from "C"
  [CREATE COLLATION] none
    create collation c
create statistics s on id, name from customers
  [CREATE STATISTICS] none
    create statistics s
    alter table public.customers (statistics)
create access method m type table handler h
  [CREATE ACCESS METHOD] none
    create access method m (code)
alter table customers drop column ssn
  [ALTER TABLE] none
    alter table public.customers (drop column lossy)
alter table customers drop column ssn cascade, add column x int
  [ALTER TABLE] none
    alter table public.customers (drop column lossy cascade)
    alter table public.customers (add column)
alter table customers alter column name type varchar(10) using left(name, 10)
  [ALTER TABLE] none
    alter table public.customers (type lossy)
alter table customers rename to clients
  [ALTER TABLE] none
    alter table public.customers (rename)
alter table customers rename column ssn to note
  [ALTER TABLE] none
    alter table public.customers (rename column)
alter table customers owner to bob
  [ALTER TABLE] none
    alter table public.customers (owner)
    grant table public.customers (owner)
alter table customers disable trigger all
  [ALTER TABLE] none
    alter table public.customers (disable trigger lossy)
alter table customers disable row level security
  [ALTER TABLE] none
    alter table public.customers (disable row security lossy)
alter table customers enable row level security
  [ALTER TABLE] none
    alter table public.customers (enable row security)
alter table customers add constraint c check (id > 0)
  [ALTER TABLE] none
    alter table public.customers (add constraint)
alter table customers drop constraint c
  [ALTER TABLE] none
    alter table public.customers (drop constraint lossy)
alter table customers set schema audit
  [ALTER TABLE] none
    alter table public.customers (schema move)
alter table logs detach partition logs_2024
  [ALTER TABLE] none
    alter table public.logs (detach partition lossy)
    alter table public.logs_2024 (detach partition lossy)
alter table logs attach partition orders default
  [ALTER TABLE] none
    alter table public.logs (attach partition)
    alter table public.orders (attach partition)
alter table customers set unlogged
  [ALTER TABLE] none
    alter table public.customers (unlogged lossy)
alter table customers inherit orders
  [ALTER TABLE] none
    alter table public.customers (add inherit)
    alter table public.orders (add inherit)
alter view contacts rename to c
  [ALTER VIEW] none
    alter view public.contacts (rename)
alter sequence numbers restart
  [ALTER SEQUENCE] none
    alter sequence public.numbers (restart)
alter function plain(int) security definer
  [ALTER FUNCTION] none
    alter function public.plain (definer)
alter function plain(int) rename to p
  [ALTER FUNCTION] none
    alter function public.plain (rename)
alter function plain(int) owner to bob
  [ALTER FUNCTION] none
    alter function public.plain (owner)
    grant function public.plain (owner)
alter type mood add value 'x'
  [ALTER TYPE] none
    alter type mood (value)
alter type c drop attribute a
  [ALTER TYPE] none
    alter type c (drop column lossy)
alter domain d drop constraint c
  [ALTER DOMAIN] none
    alter domain d (drop constraint lossy)
alter index i rename to j
  [ALTER INDEX] none
    alter index i (rename index)
alter schema audit rename to a
  [ALTER SCHEMA] none
    alter schema audit (rename)
alter database shop rename to s
  [ALTER DATABASE] none
    alter database shop (rename)
alter policy p on customers using (false)
  [ALTER POLICY] none
    alter policy p
    alter table public.customers (policy lossy)
alter publication p add table customers
  [ALTER PUBLICATION] none
    alter publication p (replication)
    export table public.customers (replication)
alter subscription s disable
  [ALTER SUBSCRIPTION] none
    alter subscription s (replication)
alter extension x update
  [ALTER EXTENSION] none
    alter extension x (code)
alter event trigger t disable
  [ALTER EVENT TRIGGER] none
    alter event trigger t (lossy)
alter server s options (host 'x')
  [ALTER SERVER] none
    alter server s (foreign)
alter trigger t on customers rename to u
  [ALTER TRIGGER] none
    alter table public.customers (rename trigger)
drop table customers
  [DROP TABLE] none
    drop table public.customers
drop table customers, audit.log cascade
  [DROP TABLE] none
    drop table public.customers (cascade)
    drop table audit.log (cascade)
drop view contacts
  [DROP VIEW] none
    drop view public.contacts
drop materialized view totals
  [DROP MATERIALIZED VIEW] none
    drop materialized view public.totals
drop index i
  [DROP INDEX] none
    drop index i
drop schema audit cascade
  [DROP SCHEMA] none
    drop schema audit (cascade)
drop function plain(int)
  [DROP FUNCTION] none
    drop function public.plain
drop trigger t on customers
  [DROP TRIGGER] none
    drop trigger t
    alter table public.customers (drop trigger lossy)
drop policy p on customers
  [DROP POLICY] none
    drop policy p
    alter table public.customers (drop policy lossy)
drop type mood
  [DROP TYPE] none
    drop type mood
drop extension x
  [DROP EXTENSION] none
    drop extension x
drop database shop
  [DROP DATABASE] none
    drop database shop
drop tablespace t
  [DROP TABLESPACE] none
    drop tablespace t
drop subscription s
  [DROP SUBSCRIPTION] none
    drop subscription s (replication)
drop user mapping for bob server s
  [DROP USER MAPPING] none
    drop user mapping bob
drop cast (int as text)
  [DROP CAST] none
    drop cast text
drop sequence numbers
  [DROP SEQUENCE] none
    drop sequence public.numbers
drop role a, b
  [DROP ROLE] none
    role role a (drop)
    role role b (drop)
comment on table customers is 'x'
  [COMMENT] none
    alter table public.customers (comment)
comment on column customers.ssn is 'x'
  [COMMENT] none
    alter column customers.ssn (comment)
security label on table customers is 'x'
  [SECURITY LABEL] none
    alter table public.customers (security label)
    grant (security label)
vacuum
  [VACUUM] none
    maintain database * (vacuum)
vacuum full customers
  [VACUUM] none
    maintain table public.customers (vacuum full)
analyze customers
  [ANALYZE] none
    maintain table public.customers (analyze)
reindex table customers
  [REINDEX] none
    maintain table public.customers (reindex)
reindex database shop
  [REINDEX] none
    maintain database shop (reindex)
cluster customers
  [CLUSTER] none
    maintain table public.customers (cluster)
refresh materialized view totals
  [REFRESH MATERIALIZED VIEW] none
    maintain materialized view public.totals (refresh)
    read materialized view public.totals
    read table public.orders
checkpoint
  [CHECKPOINT] none
    maintain database * (checkpoint)
load 'x'
  [LOAD] none
    execute library x (file load)
lock table customers
  [LOCK] none
    lock table public.customers (table)
begin
  [BEGIN] none
    transaction (begin)
begin read only
  [BEGIN] none
    transaction (begin)
start transaction
  [START TRANSACTION] none
    transaction (start)
commit
  [COMMIT] none
    transaction (commit)
rollback
  [ROLLBACK] none
    transaction (rollback)
savepoint s
  [SAVEPOINT] none
    transaction (savepoint)
rollback to s
  [ROLLBACK TO] none
    transaction (rollback to)
release s
  [RELEASE] none
    transaction (release)
prepare transaction 'x'
  [PREPARE] none
    transaction (prepare)
commit prepared 'x'
  [COMMIT PREPARED] none
    transaction (commit prepared)
set constraints all deferred
  [SET CONSTRAINTS] none
    transaction (constraints)
listen a
  [LISTEN] none
    read channel a (listen)
notify a, 'b'
  [NOTIFY] none
    execute channel a (notify)
unlisten *
  [UNLISTEN] none
    transaction (unlisten)
prepare p as delete from orders
  [PREPARE] none
    transaction (statement)
execute p
  [EXECUTE] untraced
    unknown prepared statement p
execute p(hidden())
  [EXECUTE] untraced
    execute function public.hidden (plpgsql volatile opaque)
    unknown prepared statement p
deallocate p
  [DEALLOCATE] none
    transaction (deallocate)
deallocate all
  [DEALLOCATE] none
    transaction (deallocate)
declare c cursor for select * from customers
  [DECLARE CURSOR] none
    read table public.customers
declare c cursor with hold for select * from customers for update
  [DECLARE CURSOR] none
    read table public.customers
    lock table public.customers (row)
fetch all from c
  [FETCH] untraced
    unknown cursor c
move 5 from c
  [MOVE] none
    unknown cursor c
close c
  [CLOSE] none
    transaction (close)
explain select * from customers
  [EXPLAIN] 1
    read table public.customers (plan)
explain analyze delete from orders
  [EXPLAIN] 1
    delete! table public.orders
explain (analyze, costs off) update orders set total = 0
  [EXPLAIN] 1
    update! table public.orders
explain (analyze false) delete from orders
  [EXPLAIN] 1
    read table public.orders (plan)
explain (analyze off) delete from orders
  [EXPLAIN] 1
    read table public.orders (plan)
explain delete from orders where id = hidden()
  [EXPLAIN] untraced
    read table public.orders (plan)
discard all
  [DISCARD] none
    setting setting * (reset)
    role (reset)
    drop session session (discard)
discard temp
  [DISCARD] none
    drop session session (discard)
select 1; delete from orders
  [SELECT; DELETE] 1,none
    delete! table public.orders
prepare p as delete from orders; execute p
  [PREPARE; EXECUTE] none,none
    transaction (statement)
    delete! table public.orders
declare c cursor for select * from customers; fetch c
  [DECLARE CURSOR; FETCH] none,4
    read table public.customers
create temp table orders as select ssn as total from customers; select total from orders
  [CREATE TABLE AS; SELECT] none,1
    create table pg_temp.orders (temporary as)
    read table public.customers
    read table pg_temp.orders
    read table public.orders
selec 1
  [] untraced
    unknown
-- nothing
  [] 
;;
  [] 
set client_encoding = 'UTF8'
  [SET] none
    setting setting client_encoding (utf8)
set client_encoding to sjis
  [SET] none
    setting setting client_encoding (sjis)
set standard_conforming_strings = on
  [SET] none
    setting setting standard_conforming_strings (on)
select set_config('client_encoding', 'UTF8', false)
  [SELECT] 1
    setting setting client_encoding (utf8)
explain select wipe()
  [EXPLAIN] 1
    read table public.orders (plan)
drop function hidden
  [DROP FUNCTION] none
    drop function public.hidden
select dblink('x')
  [SELECT] untraced
    execute function dblink (unknown)
select * from customers where id = (select 1 / 0)
  [SELECT] 4
    read table public.customers
insert into orders (id) select hidden()
  [INSERT] none
    insert table public.orders
    execute function public.hidden (plpgsql volatile opaque)
insert into orders (id) select id from nowhere
  [INSERT] none
    insert table public.orders
    read table nowhere
    unknown (moves)
select * from public.customers, information_schema.tables, pg_class
  [SELECT] 50
    read table public.customers
    read view information_schema.tables
    read table pg_catalog.pg_class
select 'x'::regclass
  [SELECT] 1
select c from customers c
  [SELECT] 1
    read table public.customers
select (select name from customers where id = o.customer) from orders o
  [SELECT] 1
    read table public.customers
    read table public.orders
select pg_stat_get_backend_activity(1), pg_stat_get_xact_numscans(1)
  [SELECT] untraced
    read view pg_catalog.pg_stat_activity
`
