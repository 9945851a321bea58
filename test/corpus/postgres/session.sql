--- What drivers and people send about their own session.
BEGIN
--> allow | nothing | transaction
START TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY
--> allow | nothing | transaction
COMMIT
--> allow | nothing | transaction
ROLLBACK
--> allow | nothing | transaction
BEGIN; UPDATE stock SET n = 1 WHERE id = 1; COMMIT
--> allow | rows | transaction, update stock
BEGIN; SAVEPOINT a; RELEASE SAVEPOINT a; COMMIT
--> allow | nothing | transaction
SET TRANSACTION READ ONLY
--> allow | nothing | transaction
SET LOCAL statement_timeout = '5s'
--> allow | settings | setting setting statement_timeout
SET statement_timeout TO 30000
--> allow | settings | setting setting statement_timeout
SET search_path TO public, audit
--> allow | settings | setting setting search_path
SET application_name = 'billing'
--> allow | settings | setting setting application_name
SET client_encoding TO 'UTF8'
--> allow | nothing | setting setting client_encoding
SET NAMES 'UTF8'
--> allow | nothing | setting setting client_encoding
SET TIME ZONE 'Europe/Rome'
--> allow | settings | setting setting timezone
SET DateStyle = 'ISO, MDY'
--> allow | nothing | setting setting datestyle
SET extra_float_digits = 3
--> allow | settings | setting setting extra_float_digits
SET work_mem = '8MB'
--> allow | settings | setting setting work_mem
SET lock_timeout = '1s'
--> allow | settings | setting setting lock_timeout
SET standard_conforming_strings = on
--> allow | nothing | setting setting standard_conforming_strings
RESET statement_timeout
--> allow | nothing | setting setting statement_timeout
RESET ALL
--> allow | nothing | setting setting *
RESET ROLE
--> allow | nothing | role
SHOW search_path
--> allow | nothing | read setting search_path
SHOW ALL
--> allow | nothing | read setting all
SELECT set_config('statement_timeout', '1000', true)
--> allow | settings | setting setting statement_timeout
SELECT current_setting('search_path')
--> allow | nothing |
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ
--> allow | settings | transaction, setting setting session characteristics
SET CONSTRAINTS ALL DEFERRED
--> allow | nothing | transaction
PREPARE p AS SELECT * FROM stock WHERE id = $1
--> allow | nothing | transaction
PREPARE p (int) AS SELECT * FROM stock WHERE id = $1; EXECUTE p (1)
--> allow | nothing | transaction, read stock
DEALLOCATE ALL
--> allow | nothing | transaction
DECLARE c CURSOR FOR SELECT id FROM orders
--> allow | nothing | read orders
DECLARE c CURSOR FOR SELECT id FROM orders; FETCH 2 FROM c; CLOSE c
--> allow | nothing | read orders, transaction
LISTEN jobs
--> allow | nothing | read channel jobs
UNLISTEN *
--> allow | nothing | transaction
NOTIFY jobs, 'one'
--> allow | nothing | execute channel jobs
SELECT pg_notify('jobs', 'two')
--> allow | nothing | execute function pg_notify
DISCARD ALL
--> allow | nothing | setting setting *, role, drop session session
DISCARD PLANS
--> allow | nothing | drop session session
LOCK TABLE stock IN SHARE MODE
--> allow | nothing | lock stock
SELECT pg_backend_pid(), inet_client_addr(), pg_is_in_recovery()
--> allow | nothing |

--- What tools read of the catalogs.
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
--> allow | nothing | read view information_schema.tables
SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position
--> allow | nothing | read view information_schema.columns
SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v')
--> allow | nothing | read pg_catalog.pg_class, read pg_catalog.pg_namespace
SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = 'orders'::regclass AND a.attnum > 0
--> allow | nothing | read pg_catalog.pg_attribute
SELECT oid, typname FROM pg_type WHERE typtype IN ('b', 'e')
--> allow | nothing | read pg_catalog.pg_type
SELECT pg_get_viewdef('contacts'::regclass, true), pg_get_indexdef(indexrelid) FROM pg_index LIMIT 1
--> allow | nothing | read pg_catalog.pg_index
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'orders'::regclass
--> allow | nothing | read pg_catalog.pg_constraint
SELECT rolname, rolsuper FROM pg_roles
--> allow | nothing | read view pg_catalog.pg_roles
SELECT datname FROM pg_database WHERE NOT datistemplate
--> allow | nothing | read pg_catalog.pg_database
SELECT name, setting FROM pg_settings WHERE name = 'server_version'
--> allow | nothing | read view pg_catalog.pg_settings
SELECT relname, n_live_tup FROM pg_stat_user_tables
--> allow | nothing | read view pg_catalog.pg_stat_user_tables
SELECT pg_size_pretty(pg_total_relation_size('orders'))
--> allow | nothing |
SELECT extname, extversion FROM pg_extension
--> allow | nothing | read pg_catalog.pg_extension
SELECT has_table_privilege('orders', 'SELECT'), obj_description('orders'::regclass)
--> allow | nothing |
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
--> allow | nothing | read view pg_catalog.pg_indexes
SELECT * FROM pg_locks
--> allow | nothing | read view pg_catalog.pg_locks
SELECT enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = 'mood'
--> allow | nothing | read pg_catalog.pg_enum, read pg_catalog.pg_type
