--- What only MySQL has.
TABLE stock
--> allow | nothing | read stock
VALUES ROW(1, 'a'), ROW(2, 'b')
--> allow | nothing |
SELECT /*+ SET_VAR(sort_buffer_size = 16M) */ id FROM stock
--> allow | nothing | read stock, setting setting sort_buffer_size
SELECT * FROM orders WHERE id = 1 FOR SHARE OF orders NOWAIT
--> allow | nothing | read orders, lock orders
EXPLAIN ANALYZE SELECT COUNT(*) FROM orders
--> allow | nothing | read orders
INSERT INTO stock (id, product, n) VALUES (1, 'x', 1) AS new ON DUPLICATE KEY UPDATE n = new.n
--> allow | rows | insert stock, update stock
SELECT * FROM customers, LATERAL (SELECT * FROM orders o WHERE o.customer_id = customers.id) x
--> allow | nothing | read customers, read orders
SELECT * FROM customers, JSON_TABLE(prefs, '$' COLUMNS (a int PATH '$.a')) j
--> allow | nothing | read customers
SELECT * FROM stock UNION TABLE stock
--> allow | nothing | read stock
WITH c AS (SELECT id FROM customers WHERE city = 'Oslo') DELETE FROM invoices WHERE customer_id IN (SELECT id FROM c)
--> allow | rows | delete invoices, read customers
WITH c AS (SELECT 1) DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
WITH c AS (SELECT 1 AS a) UPDATE stock, c SET n = 0
--> hold unfiltered-write | rows | update! stock
ALTER TABLE stock ALTER INDEX product INVISIBLE
--> allow | schema | alter stock
ALTER TABLE stock RENAME INDEX product TO product_key
--> hold rename | schema | alter stock
SHOW GRANTS
--> allow | nothing | read role current_user
SHOW CREATE USER teller
--> hold revealing-catalogs | nothing | read mysql.user
SET PERSIST max_connections = 200
--> hold lasting-setting weakening-setting | settings | setting setting max_connections
SET PERSIST_ONLY innodb_log_buffer_size = 16777216
--> hold lasting-setting weakening-setting | settings | setting setting innodb_log_buffer_size
RESET PERSIST IF EXISTS max_connections
--> hold lasting-setting | nothing | setting setting *
GRANT SYSTEM_VARIABLES_ADMIN, BACKUP_ADMIN ON *.* TO teller
--> hold privileges | privileges | grant database *
ALTER USER teller DEFAULT ROLE staff
--> hold role-change | fails | role role teller
CREATE USER stranger IDENTIFIED WITH caching_sha2_password BY 'x' REQUIRE SSL
--> hold role-change | privileges | role role stranger
INSTALL COMPONENT 'file://component_x'
--> hold new-code | fails | create component file://component_x
CLONE LOCAL DATA DIRECTORY = '{dir}/clone'
--> hold server-file-write | fails | export, execute server clone data
CLONE INSTANCE FROM 'root'@'10.0.0.1':3306 IDENTIFIED BY 'x'
--> hold outside-world | fails | import, execute server clone instance
LOCK INSTANCE FOR BACKUP
--> hold server-control | nothing | lock database *
RESTART
--> hold server-control | fails | execute server restart
ALTER INSTANCE ROTATE INNODB MASTER KEY
--> hold server-control | fails | execute server alter instance rotate
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.0.1'
--> deny replication | settings | execute server change replication
START REPLICA
--> deny replication | fails | execute server start replica
RESET BINARY LOGS AND GTIDS
--> deny replication | nothing | execute server reset binary, drop binary log *
SET GLOBAL super_read_only = 0
--> hold weakening-setting | nothing | setting setting super_read_only
SET resultset_metadata = NONE
--> deny result-metadata | fails | setting setting resultset_metadata
SELECT * FROM performance_schema.events_statements_history
--> hold revealing-catalogs | nothing | read performance_schema.events_statements_history
UPDATE performance_schema.setup_consumers SET ENABLED = 'NO' WHERE NAME = 'x'
--> hold lasting-setting weakening-setting | nothing | update performance_schema.setup_consumers, setting setting performance_schema.setup_consumers
SELECT * FROM sys.session
--> hold revealing-catalogs | nothing | read view sys.session, unknown
CREATE TABLESPACE ts ADD DATAFILE 'ts.ibd'
--> hold server-file-write | schema | create tablespace ts
DROP TABLESPACE no_such
--> hold drop | fails | drop tablespace no_such
CREATE SPATIAL REFERENCE SYSTEM 1000000 NAME 'x' DEFINITION 'x'
--> allow | fails | create spatial reference system *
IMPORT TABLE FROM '/tmp/x.sdi'
--> deny server-file-read | fails | import, create *
EXPLAIN ANALYZE DELETE FROM stock
--> hold unfiltered-write | nothing | delete! stock
CREATE TABLE computed (a int, b int AS (a * 2) STORED) DEFAULT CHARSET = utf8mb4
--> allow | schema | create computed
DO RELEASE_ALL_LOCKS()
--> allow | nothing | lock function release_all_locks
SHOW REPLICAS
--> allow | nothing | read view information_schema.replicas
SELECT * FROM mysql.user
--> hold revealing-catalogs | nothing | read mysql.user
GRANT USAGE ON *.* TO teller REQUIRE SSL
--> hold privileges | fails | grant database *
CHANGE MASTER TO MASTER_HOST = '10.0.0.1'
--> deny replication | fails | execute server change master
SET GLOBAL local_infile = 1
--> hold weakening-setting | settings | setting setting local_infile
SET PASSWORD FOR teller = 'zzzz'
--> hold role-change | privileges | role role teller
REVOKE staff FROM teller
--> hold privileges | nothing | grant role staff, role role staff
SET DEFAULT ROLE NONE TO teller
--> hold role-change | nothing | role
DELETE FROM mysql.db
--> hold unfiltered-write privileges | privileges | delete! mysql.db, grant mysql.db
SHOW MASTER STATUS
--> allow | fails | read view information_schema.master_status

--- The rest of its manual.
SET ROLE staff
--> hold role-change | fails | role
SET ROLE DEFAULT
--> allow | nothing | role
CREATE TABLE elsewhere (id int) DATA DIRECTORY = '{dir}'
--> hold server-file-write | fails | create elsewhere
ALTER IGNORE TABLE scratch ADD UNIQUE (id)
--> hold alter-loses-data | fails | alter scratch
EXPLAIN FOR CONNECTION 999999
--> hold revealing-catalogs | nothing | read view information_schema.processlist
SET max_statement_time = 0
--> allow | fails | setting setting max_statement_time
SET GLOBAL secure_auth = 0
--> hold lasting-setting weakening-setting | fails | setting setting secure_auth
DELETE FROM stock AS s
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock s WHERE s.id = 1
--> allow | rows | delete stock
SELECT * FROM stock PROCEDURE ANALYSE()
--> hold unreadable | fails | unknown
DROP TABLE stock, no_such
--> hold drop | fails | drop no_such, drop stock
REVOKE ALL ON *.* FROM teller
--> hold privileges | privileges | grant database *
UPDATE mysql.user SET Host = '%' WHERE User = 'nobody'
--> hold privileges | nothing | grant mysql.user, update mysql.user
TABLE stock INTO OUTFILE '{dir}/table'
--> hold server-file-write | files | export, read stock
VALUES ROW(1), ROW(2) INTO OUTFILE '{dir}/values'
--> hold server-file-write | files | export
TABLE stock ORDER BY id LIMIT 1
--> allow | nothing | read stock
SELECT 1 /*!80000 INTO OUTFILE '{dir}/eighty' */
--> hold server-file-write | files | export
/*!90700 DELETE FROM stock */
--> hold unfiltered-write | rows | delete! stock
/*!100100 DELETE FROM stock */ SELECT 1
--> allow | nothing |
SET DEFAULT ROLE ALL TO teller
--> hold role-change | nothing | role
SET PASSWORD FOR teller TO RANDOM
--> hold role-change | privileges | role role teller
ALTER USER teller IDENTIFIED BY 'y' RETAIN CURRENT PASSWORD
--> hold role-change | fails | role role teller
ALTER USER teller DISCARD OLD PASSWORD
--> hold role-change | nothing | role role teller
GRANT SELECT ON *.* TO teller AS root WITH ROLE NONE
--> hold privileges | fails | grant database *
REVOKE IF EXISTS SELECT ON shop.stock FROM nobody IGNORE UNKNOWN USER
--> hold privileges | nothing | grant stock
CREATE ROLE IF NOT EXISTS staff, extra
--> hold role-change | privileges | role role extra, role role staff
UNINSTALL COMPONENT 'file://no_such'
--> hold drop | fails | drop component file://no_such
STOP REPLICA
--> deny replication | nothing | execute server stop replica
RESET REPLICA ALL
--> deny replication | nothing | execute server reset replica
SHOW BINARY LOG STATUS
--> allow | nothing | read view information_schema.binary_log_status
SHOW REPLICA STATUS
--> allow | nothing | read view information_schema.replica_status
SHOW RELAYLOG EVENTS
--> deny replication | nothing | execute view information_schema.relaylog_events
DROP RESOURCE GROUP no_such
--> hold drop | fails | drop resource group no_such
SELECT /*+ RESOURCE_GROUP(x) */ 1
--> hold weakening-setting | nothing | setting setting resource_group
SELECT /*+ SET_VAR(foreign_key_checks = OFF) */ 1
--> hold weakening-setting | nothing | setting setting foreign_key_checks
SELECT /*+ SET_VAR(sql_mode = 'ANSI_QUOTES') */ 1
--> allow | nothing | setting setting sql_mode
DELETE /*+ MAX_EXECUTION_TIME(1000) */ FROM stock
--> hold unfiltered-write | rows | delete! stock
ALTER TABLESPACE no_such RENAME TO x
--> hold alter | fails | alter tablespace no_such
CREATE FUNCTION js() RETURNS int LANGUAGE JAVASCRIPT AS $$ return 1 $$
--> hold new-code | schema | create function js
CREATE JSON RELATIONAL DUALITY VIEW d AS SELECT JSON_DUALITY_OBJECT('_id': id, 'n': n) FROM stock
--> hold unreadable | schema | create view *, unknown
ANALYZE TABLE stock UPDATE HISTOGRAM ON n WITH 4 BUCKETS
--> allow | nothing | maintain stock
ANALYZE TABLE stock DROP HISTOGRAM ON n
--> allow | nothing | maintain stock
SELECT * FROM information_schema.column_statistics
--> hold revealing-catalogs | nothing | read view information_schema.column_statistics
EXPLAIN ANALYZE UPDATE stock SET n = 0
--> hold unfiltered-write | nothing | update! stock
EXPLAIN FORMAT = TREE DELETE FROM stock
--> allow | nothing | read stock
EXPLAIN FOR SCHEMA shop SELECT 1
--> allow | nothing |
SELECT id FROM stock INTERSECT SELECT id FROM orders
--> allow | nothing | read orders, read stock
INSERT INTO scratch TABLE scratch
--> allow | rows | insert scratch, read scratch
INSERT INTO scratch VALUES ROW(5, 'x'), ROW(6, 'y')
--> allow | rows | insert scratch
REPLACE INTO scratch TABLE scratch
--> hold unfiltered-write | rows | delete! scratch, insert scratch, read scratch
CREATE TABLE copy TABLE stock
--> allow | rows+schema | create copy, read stock
ALTER TABLE stock ALTER CHECK no_such NOT ENFORCED
--> hold alter-loses-data | fails | alter stock
ALTER TABLE stock ADD CONSTRAINT big CHECK (n > 100) NOT ENFORCED
--> allow | schema | alter stock
ALTER TABLE stock ALTER COLUMN n SET INVISIBLE
--> allow | rows+schema | alter stock
ALTER TABLE stock SECONDARY_LOAD
--> hold alter | fails | alter stock
SET PERSIST sql_mode = ''
--> hold lasting-setting | settings | setting setting sql_mode
RESET PERSIST
--> hold lasting-setting | nothing | setting setting *
SET GLOBAL mandatory_roles = 'staff'
--> hold lasting-setting weakening-setting | settings | setting setting mandatory_roles
SET GLOBAL log_error_suppression_list = 'MY-1'
--> hold lasting-setting weakening-setting | settings | setting setting log_error_suppression_list
CALL sys.execute_prepared_stmt('DELETE FROM shop.stock')
--> hold dynamic-code | rows | execute function sys.sys_get_config, execute prepared statement sys_execute_prepared_stmt, execute procedure sys.execute_prepared_stmt, read sys.sys_config
SELECT sys.ps_thread_account(1)
--> hold revealing-catalogs | nothing | execute function sys.ps_thread_account, read performance_schema.threads
SELECT sys.sys_get_config('x', 1)
--> allow | nothing | execute function sys.sys_get_config, read sys.sys_config
SELECT STATEMENT_DIGEST_TEXT('SELECT 1')
--> allow | nothing |
SELECT GTID_SUBSET('', ''), UUID_TO_BIN(UUID()), BIN_TO_UUID(UUID_TO_BIN(UUID()))
--> allow | nothing |
SELECT WAIT_FOR_EXECUTED_GTID_SET('', 0)
--> allow | nothing | execute function wait_for_executed_gtid_set
UNLOCK INSTANCE
--> allow | nothing | transaction
GRANT ROLE_ADMIN ON *.* TO staff
--> hold privileges | privileges | grant database *
ALTER USER teller ATTRIBUTE '{"a": 1}'
--> hold role-change | privileges | role role teller
SELECT * FROM sys.schema_table_statistics
--> hold unreadable | nothing | read view sys.schema_table_statistics, unknown
SELECT * FROM performance_schema.threads
--> hold revealing-catalogs | nothing | read performance_schema.threads
SELECT * FROM performance_schema.data_locks
--> hold revealing-catalogs | nothing | read performance_schema.data_locks
SELECT * FROM performance_schema.user_variables_by_thread
--> hold revealing-catalogs | nothing | read performance_schema.user_variables_by_thread
SELECT * FROM information_schema.innodb_trx
--> hold revealing-catalogs | nothing | read view information_schema.innodb_trx
SELECT * FROM information_schema.user_attributes
--> hold revealing-catalogs | nothing | read view information_schema.user_attributes
DROP SPATIAL REFERENCE SYSTEM IF EXISTS 999998
--> hold drop | nothing | drop spatial reference system *
CREATE TABLE hidden (a int, b int INVISIBLE)
--> allow | schema | create hidden
INSERT INTO scratch (id) WITH n AS (SELECT 7 AS i) SELECT i FROM n
--> allow | rows | insert scratch
XA START 'z'; XA END 'z'; XA PREPARE 'z'; XA ROLLBACK 'z'
--> allow | nothing | transaction
ALTER USER IF EXISTS nobody IDENTIFIED BY 'x'
--> hold role-change | nothing | role role nobody
SHOW GRANTS FOR teller
--> allow | nothing | read role current_user
WITH o AS (SELECT id FROM stock) DELETE stock FROM stock JOIN o ON o.id = stock.id
--> hold unfiltered-write | rows | delete! stock, read stock
WITH o AS (SELECT id FROM stock) DELETE FROM stock WHERE id IN (SELECT id FROM o)
--> hold unfiltered-write | rows | delete! stock, read stock
WITH o AS (SELECT id FROM stock LIMIT 1) UPDATE stock JOIN o USING (id) SET stock.n = 0
--> allow | rows | update stock, read stock
