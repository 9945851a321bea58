--- The server's machine, its network, its other sessions, and how it is set up.
COPY customers TO '{dir}/customers'
--> hold server-file-write | files | read customers, export
COPY (SELECT email FROM customers) TO '{dir}/mail' CSV
--> hold server-file-write | files | read customers, export
COPY customers TO PROGRAM 'cat > {dir}/piped'
--> hold server-program | files | read customers, export
COPY scratch FROM PROGRAM 'echo "7	x"'
--> hold server-program | rows | insert scratch, import scratch, import
COPY scratch (label) FROM '/etc/hostname'
--> deny server-file-read | rows | insert scratch, import scratch, import
SELECT pg_read_file('/etc/hostname')
--> deny server-file-read | nothing | read function pg_read_file
SELECT pg_read_binary_file('PG_VERSION')
--> deny server-file-read | nothing | read function pg_read_binary_file
SELECT pg_stat_file('PG_VERSION')
--> deny server-file-read | nothing | read function pg_stat_file
SELECT pg_ls_dir('.')
--> deny server-file-read | nothing | read function pg_ls_dir
SELECT * FROM pg_ls_logdir()
--> deny server-file-read | fails | read function pg_ls_logdir
SELECT pg_current_logfile()
--> deny server-file-read | nothing | read function pg_current_logfile
SELECT lo_import('/etc/hostname')
--> deny server-file-read | rows | import function lo_import
SELECT lo_export(4242, '{dir}/large')
--> hold server-file-write large-objects | files | export function lo_export
SELECT lo_get(4242)
--> hold large-objects | nothing | read function lo_get
SELECT lo_put(4242, 0, 'x')
--> hold large-objects | rows | update function lo_put
SELECT lo_create(4243)
--> hold large-objects | rows | create function lo_create
SELECT lo_from_bytea(0, 'abc')
--> hold large-objects | rows | create function lo_from_bytea
SELECT lo_unlink(4242)
--> hold large-objects drop | rows | drop function lo_unlink
SELECT lowrite(lo_open(4242, 131072), 'x')
--> hold large-objects | rows | update function lowrite, read function lo_open, unknown
SELECT * FROM pg_largeobject
--> hold revealing-catalogs | nothing | read pg_catalog.pg_largeobject
LOAD 'auto_explain'
--> hold server-file-write | settings | execute library auto_explain
CREATE TABLESPACE elsewhere LOCATION '{dir}'
--> hold server-file-write | fails | create tablespace elsewhere
SELECT pg_terminate_backend(0)
--> hold server-control | nothing | execute function pg_terminate_backend
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE false
--> hold server-control revealing-catalogs | nothing | execute function pg_terminate_backend, read view pg_catalog.pg_stat_activity
SELECT pg_cancel_backend(0)
--> hold server-control | nothing | execute function pg_cancel_backend
SELECT pg_reload_conf()
--> hold server-control | nothing | execute function pg_reload_conf
SELECT pg_rotate_logfile()
--> hold server-control | nothing | execute function pg_rotate_logfile
SELECT pg_switch_wal()
--> hold server-control | nothing | execute function pg_switch_wal
SELECT pg_create_restore_point('a')
--> hold server-control | nothing | execute function pg_create_restore_point
SELECT pg_promote()
--> hold server-control | fails | execute function pg_promote
SELECT pg_backup_start('a', true)
--> hold server-control | nothing | execute function pg_backup_start
SELECT pg_log_backend_memory_contexts(pg_backend_pid())
--> hold server-control | nothing | execute function pg_log_backend_memory_contexts
CHECKPOINT
--> hold server-control | nothing | maintain database *
SELECT pg_stat_reset()
--> hold server-statistics | nothing | update function pg_stat_reset
SELECT pg_stat_reset_shared('io')
--> hold server-statistics | nothing | update function pg_stat_reset_shared
SELECT pg_create_physical_replication_slot('s')
--> deny replication | nothing | execute function pg_create_physical_replication_slot
SELECT pg_create_logical_replication_slot('s', 'pgoutput')
--> deny replication | fails | execute function pg_create_logical_replication_slot
SELECT * FROM pg_logical_slot_peek_changes('s', NULL, NULL)
--> deny replication | fails | execute function pg_logical_slot_peek_changes
SELECT pg_logical_emit_message(false, 'a', 'b')
--> deny replication | nothing | execute function pg_logical_emit_message
SELECT pg_drop_replication_slot('no_such')
--> deny replication | fails | execute function pg_drop_replication_slot
SELECT pg_replication_origin_create('o')
--> deny replication | nothing | execute function pg_replication_origin_create
CREATE PUBLICATION p FOR ALL TABLES
--> hold outside-world | schema | create publication p, export database *
CREATE PUBLICATION p FOR TABLE customers
--> hold outside-world | schema | create publication p, export customers
CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)
--> hold outside-world | schema | create subscription s, import subscription s
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '10.0.0.1')
--> hold outside-world | fails | create server far
CREATE FOREIGN DATA WRAPPER w
--> hold new-code | schema | create foreign data wrapper w
CREATE USER MAPPING FOR leaver SERVER far OPTIONS (password 'x')
--> hold outside-world privileges | fails | create user mapping leaver, grant server far
CREATE FOREIGN TABLE ft (a int) SERVER far
--> hold outside-world | fails | create foreign table ft, execute server far
IMPORT FOREIGN SCHEMA public FROM SERVER far INTO audit
--> hold outside-world | fails | create schema audit, import server far
SELECT * FROM dblink('host=10.0.0.1', 'SELECT 1') AS t (a int)
--> hold unknown-function | fails | execute function dblink
SELECT dblink_exec('dbname=postgres', 'DROP TABLE customers')
--> hold unknown-function | fails | execute function dblink_exec
SELECT dblink_connect('host=10.0.0.1')
--> hold unknown-function | fails | execute function dblink_connect
ALTER SYSTEM SET log_statement = 'none'
--> hold lasting-setting weakening-setting | settings | setting setting log_statement
ALTER SYSTEM SET archive_command = 'rm -rf /'
--> hold lasting-setting weakening-setting | settings | setting setting archive_command
ALTER SYSTEM RESET ALL
--> hold lasting-setting | nothing | setting setting *
ALTER DATABASE postgres SET search_path = audit
--> hold lasting-setting | settings | alter database postgres, setting setting search_path
ALTER DATABASE postgres CONNECTION LIMIT 3
--> hold alter | schema | alter database postgres
SET log_statement = 'none'
--> hold weakening-setting | nothing | setting setting log_statement
SET log_min_duration_statement = 0
--> hold weakening-setting | settings | setting setting log_min_duration_statement
SET session_replication_role = replica
--> hold weakening-setting | settings | setting setting session_replication_role
SET LOCAL session_replication_role TO 'replica'
--> hold weakening-setting | settings | setting setting session_replication_role
SET zero_damaged_pages = on
--> hold weakening-setting | settings | setting setting zero_damaged_pages
SET ignore_checksum_failure = on
--> hold weakening-setting | settings | setting setting ignore_checksum_failure
SET session_preload_libraries = 'x'
--> hold weakening-setting | settings | setting setting session_preload_libraries
SET local_preload_libraries TO 'x'
--> hold weakening-setting | settings | setting setting local_preload_libraries
SET check_function_bodies = off
--> allow | settings | setting setting check_function_bodies
SET app.tenant = '7'
--> hold weakening-setting | settings | setting setting app.tenant
SELECT set_config('app.tenant', '7', false)
--> hold weakening-setting | settings | setting setting app.tenant
SET client_encoding TO 'LATIN1'
--> deny client-encoding | settings | setting setting client_encoding
SET standard_conforming_strings = off
--> deny string-literals | settings | setting setting standard_conforming_strings
SELECT rolname, rolpassword FROM pg_authid
--> hold revealing-catalogs | nothing | read pg_catalog.pg_authid
SELECT * FROM pg_shadow
--> hold revealing-catalogs | nothing | read view pg_catalog.pg_shadow
SELECT pid, query FROM pg_stat_activity
--> hold revealing-catalogs | nothing | read view pg_catalog.pg_stat_activity
SELECT most_common_vals FROM pg_stats WHERE tablename = 'customers'
--> hold revealing-catalogs | nothing | read view pg_catalog.pg_stats
SELECT * FROM pg_statistic
--> hold revealing-catalogs | nothing | read pg_catalog.pg_statistic
SELECT * FROM pg_hba_file_rules
--> hold revealing-catalogs | nothing | read view pg_catalog.pg_hba_file_rules
SELECT * FROM pg_hba_file_rules()
--> deny server-file-read | nothing | read function pg_hba_file_rules
SELECT umoptions FROM pg_user_mappings
--> hold revealing-catalogs | nothing | read view pg_catalog.pg_user_mappings
SELECT pg_stat_get_activity(NULL)
--> hold revealing-catalogs | nothing | read view pg_catalog.pg_stat_activity
SELECT pg_export_snapshot()
--> allow | nothing | execute function pg_export_snapshot
SELECT pg_import_system_collations('audit')
--> allow | schema | create function pg_import_system_collations
SELECT brin_summarize_new_values('stock')
--> allow | fails | maintain function brin_summarize_new_values
CREATE DATABASE another
--> allow | schema | create database another
CREATE COLLATION c FROM "C"
--> allow | schema | create collation c
