--- Who may do what.
GRANT SELECT ON customers TO leaver
--> hold privileges | privileges | grant customers
GRANT SELECT (email) ON customers TO leaver
--> hold privileges | privileges | grant customers
GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC
--> hold privileges | privileges | grant *
GRANT SELECT ON customers TO teller WITH GRANT OPTION
--> hold privileges | privileges | grant customers
GRANT EXECUTE ON FUNCTION as_owner TO PUBLIC
--> hold privileges | privileges | grant function as_owner
GRANT USAGE ON SCHEMA audit TO leaver
--> hold privileges | privileges | grant schema audit
GRANT CONNECT ON DATABASE postgres TO leaver
--> hold privileges | privileges | grant database postgres
GRANT USAGE ON SEQUENCE numbers TO leaver
--> hold privileges | privileges | grant sequence numbers
GRANT SET ON PARAMETER log_statement TO leaver
--> hold privileges | privileges | grant setting log_statement
GRANT SELECT ON LARGE OBJECT 4242 TO leaver
--> hold privileges | privileges | grant large object 4242
GRANT staff TO leaver
--> hold privileges role-change | privileges | grant role staff, role role staff
GRANT pg_read_server_files TO leaver
--> hold privileges role-change | privileges | grant role pg_read_server_files, role role pg_read_server_files
GRANT pg_execute_server_program TO staff WITH ADMIN OPTION
--> hold privileges role-change | privileges | grant role pg_execute_server_program, role role pg_execute_server_program
REVOKE staff FROM leaver
--> hold privileges role-change | nothing | grant role staff, role role staff
REVOKE ALL ON customers FROM PUBLIC
--> hold privileges | privileges | grant customers
REVOKE CREATE ON SCHEMA public FROM PUBLIC
--> hold privileges | nothing | grant schema public
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO leaver
--> hold privileges | privileges | grant
ALTER DEFAULT PRIVILEGES FOR ROLE staff IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC
--> hold privileges | privileges | grant
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
--> hold privileges | privileges | grant
CREATE ROLE intruder
--> hold role-change | privileges | role role intruder
CREATE USER intruder PASSWORD 'x' SUPERUSER
--> hold role-change | privileges | role role intruder
CREATE ROLE intruder LOGIN IN ROLE pg_write_server_files
--> hold role-change | privileges | role role intruder
CREATE GROUP intruders WITH USER leaver
--> hold role-change | privileges | role role intruders
ALTER ROLE leaver SUPERUSER
--> hold role-change | privileges | role role leaver
ALTER USER leaver WITH PASSWORD 'x'
--> hold role-change | privileges | role role leaver
ALTER ROLE leaver BYPASSRLS CREATEROLE
--> hold role-change | privileges | role role leaver
ALTER ROLE leaver VALID UNTIL 'infinity'
--> hold role-change | privileges | role role leaver
ALTER GROUP staff ADD USER leaver
--> hold role-change | privileges | role role staff
ALTER ROLE leaver RENAME TO left_over
--> hold role-change | privileges | role role leaver, alter role leaver
ALTER ROLE leaver SET search_path = audit
--> hold role-change lasting-setting | settings | role role leaver, setting setting search_path
ALTER ROLE ALL SET log_statement = 'none'
--> hold role-change lasting-setting weakening-setting | settings | role role *, setting setting log_statement
DROP ROLE leaver
--> hold role-change | privileges | role role leaver
DROP USER IF EXISTS nobody_at_all
--> hold role-change | nothing | role role nobody_at_all
REASSIGN OWNED BY leaver TO staff
--> hold privileges | nothing | grant role leaver
SET ROLE leaver
--> hold role-change | settings | role
SET LOCAL ROLE leaver
--> hold role-change | settings | role
SET SESSION AUTHORIZATION leaver
--> hold role-change | settings | role
SELECT set_config('role', 'leaver', false)
--> hold role-change | settings | role
SELECT set_config('session_authorization', 'leaver', true)
--> hold role-change | settings | role
ALTER TABLE customers OWNER TO leaver
--> hold privileges alter | privileges | alter customers, grant customers
ALTER FUNCTION as_owner OWNER TO leaver
--> hold privileges alter | privileges | alter function as_owner, grant function as_owner
ALTER SCHEMA audit OWNER TO leaver
--> hold privileges alter | privileges | alter schema audit, grant schema audit
ALTER DATABASE postgres OWNER TO leaver
--> hold privileges alter | privileges | alter database postgres, grant database postgres
ALTER LARGE OBJECT 4242 OWNER TO leaver
--> hold privileges alter | privileges | alter large object 4242, grant large object 4242
ALTER FUNCTION twice(int) SECURITY DEFINER
--> hold alter | schema | alter function twice
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'
--> hold new-code | schema | create function f
ALTER TABLE customers ENABLE ROW LEVEL SECURITY
--> allow | schema | alter customers
ALTER TABLE customers DISABLE ROW LEVEL SECURITY
--> hold alter-loses-data | nothing | alter customers
ALTER TABLE customers NO FORCE ROW LEVEL SECURITY
--> hold alter-loses-data | nothing | alter customers
CREATE POLICY everybody ON customers USING (true)
--> hold row-security | schema | create policy everybody, alter customers
ALTER VIEW contacts SET (security_invoker = false)
--> hold alter-loses-data | schema | alter view contacts
SECURITY LABEL ON TABLE customers IS 'public'
--> hold alter privileges | fails | alter customers, grant
UPDATE pg_authid SET rolsuper = true WHERE rolname = 'leaver'
--> hold privileges | privileges | update pg_catalog.pg_authid, grant pg_catalog.pg_authid
UPDATE pg_catalog.pg_class SET relacl = NULL WHERE relname = 'customers'
--> hold privileges | nothing | update pg_catalog.pg_class, grant pg_catalog.pg_class
INSERT INTO pg_auth_members (oid, roleid, member, grantor, admin_option, inherit_option, set_option) SELECT 99999, 10, r.oid, 10, true, true, true FROM pg_roles r WHERE rolname = 'leaver'
--> hold privileges | privileges | insert pg_catalog.pg_auth_members, grant pg_catalog.pg_auth_members, read view pg_catalog.pg_roles
DELETE FROM pg_proc WHERE proname = 'twice'
--> hold privileges | schema | delete pg_catalog.pg_proc, grant pg_catalog.pg_proc
DELETE FROM pg_catalog.pg_trigger
--> hold unfiltered-write privileges | schema | delete! pg_catalog.pg_trigger, grant pg_catalog.pg_trigger
UPDATE pg_proc SET prosrc = 'DELETE FROM customers' WHERE proname = 'twice'
--> hold privileges | schema | update pg_catalog.pg_proc, grant pg_catalog.pg_proc
UPDATE pg_database SET datallowconn = true WHERE datname = 'template0'
--> hold privileges | schema | update pg_catalog.pg_database, grant pg_catalog.pg_database
UPDATE pg_settings SET setting = 'all' WHERE name = 'log_statement'
--> deny client-encoding | settings | update view pg_catalog.pg_settings, setting setting *, role
