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
