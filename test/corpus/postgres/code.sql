--- Code that cannot be read, or that would run later.
DO $$ BEGIN DELETE FROM stock; END $$
--> hold dynamic-code | rows | execute language plpgsql
DO LANGUAGE plpgsql 'BEGIN EXECUTE ''DROP TABLE scratch''; END'
--> hold dynamic-code | schema+rows | execute language plpgsql
DO $x$ BEGIN PERFORM 1; END $x$
--> hold dynamic-code | nothing | execute language plpgsql
DO $$ DECLARE q text := 'TRUNC' || 'ATE scratch'; BEGIN EXECUTE q; END $$
--> hold dynamic-code | rows | execute language plpgsql
SELECT run_it('SELECT 1')
--> hold dynamic-code | nothing | execute function run_it
SELECT as_owner('SELECT 1') FROM stock
--> hold dynamic-code | nothing | execute function as_owner, read stock
SELECT no_such_function(1)
--> hold unknown-function | fails | execute function no_such_function
CALL no_such_procedure()
--> hold unknown-function | fails | execute function no_such_procedure
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM stock'
--> hold new-code | schema | create function f
CREATE OR REPLACE FUNCTION twice(a int) RETURNS int LANGUAGE sql AS 'SELECT 0'
--> hold new-code | schema | create function twice
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'
--> hold new-code | schema | create function f
CREATE FUNCTION f(text) RETURNS int LANGUAGE c AS '/tmp/x.so', 'f'
--> hold new-code | fails | create function f
CREATE PROCEDURE p() LANGUAGE sql AS ''
--> hold new-code | schema | create procedure p
CREATE OR REPLACE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM stock'
--> hold new-code | schema | create procedure tidy
CREATE TRIGGER t AFTER INSERT ON stock FOR EACH ROW EXECUTE FUNCTION keep_log()
--> hold new-code | schema | create trigger t, alter stock, execute function keep_log, insert audit.log
CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON stock DEFERRABLE FOR EACH ROW EXECUTE FUNCTION keep_log()
--> hold new-code | schema | create trigger t, alter stock, execute function keep_log, insert audit.log
CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION no_such_function()
--> hold new-code unknown-function | fails | create event trigger et, execute function no_such_function
CREATE RULE r AS ON INSERT TO stock DO INSTEAD NOTHING
--> hold new-code | schema | create rule r, alter stock
CREATE RULE r AS ON UPDATE TO stock DO ALSO DELETE FROM counters
--> hold new-code unfiltered-write | schema | create rule r, alter stock, delete! counters
CREATE OR REPLACE RULE nothing AS ON DELETE TO kept DO ALSO NOTHING
--> hold new-code | nothing | create rule nothing, alter kept
CREATE AGGREGATE agg (int) (sfunc = int4pl, stype = int)
--> hold new-code | schema | create aggregate agg
CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)
--> hold new-code | schema | create operator ===
CREATE CAST (mood AS int) WITH INOUT
--> hold new-code | schema | create cast pg_catalog.int4
CREATE EXTENSION dblink
--> hold new-code | schema+privileges | create extension dblink
CREATE EXTENSION IF NOT EXISTS file_fdw
--> hold new-code | schema | create extension file_fdw
CREATE LANGUAGE plperl
--> hold new-code | fails | create extension plperl
ALTER EXTENSION plpgsql UPDATE
--> hold new-code alter | nothing | alter extension plpgsql
ALTER FUNCTION add_log(text) SET search_path = audit
--> hold alter | schema | alter function add_log
ALTER TRIGGER stamp ON watched RENAME TO stamped
--> hold rename | schema | alter watched
ALTER TABLE stock ALTER COLUMN n SET DEFAULT length(run_it('TRUNCATE scratch')::text)
--> hold dynamic-code | schema | alter stock, execute function run_it
CREATE INDEX i ON stock (twice(n))
--> allow | schema | create index i, alter stock, execute function twice
CREATE VIEW v AS SELECT run_it('TRUNCATE scratch')::text AS a
--> hold dynamic-code | schema | create view v, execute function run_it
CREATE MATERIALIZED VIEW v AS SELECT wipe_stock() IS NULL AS a
--> hold unfiltered-write | fails | create materialized view v, execute function wipe_stock, delete! stock
CREATE DOMAIN d AS int CHECK (twice(VALUE) > 0)
--> allow | schema | create domain d, execute function twice
ALTER EVENT TRIGGER no_such DISABLE
--> hold alter-loses-data | fails | alter event trigger no_such
CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION twice(int))
--> hold new-code | fails | create transform pg_catalog.int4, execute function twice
--- A function that the text makes for itself, calls and drops is code like any other: nobody can say which is called.
CREATE OR REPLACE FUNCTION pg_temp.testfunc(OUT response stock, OUT caught text) RETURNS record AS $f$ BEGIN INSERT INTO stock (id, product, n) VALUES (77, 'lamp', 1) RETURNING * INTO response; EXCEPTION WHEN unique_violation THEN GET STACKED DIAGNOSTICS caught = PG_EXCEPTION_DETAIL; END $f$ LANGUAGE plpgsql; SELECT (testfunc.response).id, testfunc.caught FROM pg_temp.testfunc(); DROP FUNCTION IF EXISTS pg_temp.testfunc()
--> hold new-code unknown-function drop | rows | create function pg_temp.testfunc, execute function pg_temp.testfunc, drop function pg_temp.testfunc
CREATE FUNCTION pg_temp.f(OUT n bigint) LANGUAGE sql AS 'SELECT count(*) FROM stock'; SELECT pg_temp.f()
--> hold new-code unknown-function | schema | create function pg_temp.f, execute function pg_temp.f
CREATE FUNCTION pg_temp.f(OUT n int) LANGUAGE plpgsql AS 'BEGIN DELETE FROM stock; END'; SELECT pg_temp.f()
--> hold new-code unknown-function | rows+schema | create function pg_temp.f, execute function pg_temp.f
CREATE FUNCTION pg_temp.f(OUT n int) LANGUAGE plpgsql AS 'BEGIN EXECUTE ''DROP TABLE scratch''; END'; SELECT pg_temp.f()
--> hold new-code unknown-function | rows+schema | create function pg_temp.f, execute function pg_temp.f
SELECT pg_temp.f()
--> hold unknown-function | fails | execute function pg_temp.f
SELECT pg_temp_20.h()
--> hold unknown-function | fails | execute function pg_temp_20.h
ALTER FUNCTION pg_temp.f() RENAME TO g
--> hold rename | fails | alter function pg_temp.f
DROP FUNCTION IF EXISTS pg_temp.f()
--> hold drop | nothing | drop function pg_temp.f
