--- Every row, or the table itself.
DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
DELETE FROM orders
--> hold unfiltered-write | rows | delete! orders, delete items
DELETE FROM customers
--> hold unfiltered-write | rows | delete! customers, delete orders, delete items, update invoices
DELETE FROM stock WHERE 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE true
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE 1 = 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE '1'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = 1 OR 1 = 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE NOT 0
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE !FALSE
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id IS NULL OR id IS NOT NULL
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE product LIKE '%'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE product REGEXP '.*'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE EXISTS (SELECT 1)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM orders)
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE FROM stock WHERE (SELECT COUNT(*) FROM orders) > 0
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE FROM stock WHERE NOW() > '2020-01-01'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE RAND() < 2
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id > 0 OR id <= 0
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id <> -1 OR id = -1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE CASE WHEN id = 1 THEN 1 ELSE 1 END
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE IF(id = 1, 1, 1)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id + 0 = id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE CHAR_LENGTH(product) >= 0
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id <=> id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id XOR NOT id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock ORDER BY id LIMIT 1000000
--> hold unfiltered-write | rows | delete! stock
DELETE stock FROM stock JOIN orders
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE s FROM stock s LEFT JOIN orders o ON o.id = s.id
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE stock, scratch FROM stock JOIN scratch
--> hold unfiltered-write | rows | delete! stock, delete! scratch
DELETE QUICK FROM scratch
--> hold unfiltered-write | rows | delete! scratch
DELETE FROM events PARTITION (p2025)
--> hold unfiltered-write | rows | delete! events
DELETE FROM contacts
--> hold unfiltered-write | rows | delete! view contacts, delete! customers, read customers, delete orders, delete items, update invoices
UPDATE stock SET n = 0
--> hold unfiltered-write | rows | update! stock
UPDATE stock SET n = 0 WHERE 2 > 1
--> hold unfiltered-write | rows | update! stock
UPDATE stock SET n = 0 LIMIT 1000
--> hold unfiltered-write | rows | update! stock
UPDATE stock, orders SET stock.n = 0
--> hold unfiltered-write | rows | update! stock, read orders
UPDATE IGNORE customers SET email = NULL
--> hold unfiltered-write | rows | update! customers
UPDATE contacts SET name = 'x'
--> hold unfiltered-write | rows | update! view contacts, update! customers, read customers
UPDATE watched SET amount = 0
--> hold unfiltered-write | rows | update! watched, execute trigger stamp
TRUNCATE scratch
--> hold truncate | rows | truncate scratch
TRUNCATE TABLE shop.counters
--> hold truncate | rows | truncate counters
TRUNCATE TABLE customers
--> hold truncate | fails | truncate customers
ALTER TABLE events TRUNCATE PARTITION p2025
--> hold alter-loses-data | rows | alter events
ALTER TABLE events DROP PARTITION p2025
--> hold alter-loses-data | schema+rows | alter events
DROP TABLE scratch
--> hold drop | schema+rows | drop scratch
DROP TABLE IF EXISTS scratch, counters
--> hold drop | schema+rows | drop scratch, drop counters
DROP TABLE orders
--> hold drop | fails | drop orders
DROP VIEW contacts
--> hold drop | schema | drop view contacts
DROP DATABASE audit
--> hold drop | schema+rows | drop database audit
DROP SCHEMA IF EXISTS no_such
--> hold drop | nothing | drop database no_such
DROP INDEX product ON stock
--> hold drop | schema | drop index product, alter stock
DROP FUNCTION twice
--> hold drop | schema | drop function twice
DROP PROCEDURE tidy
--> hold drop | schema | drop procedure tidy
DROP TRIGGER stamp
--> hold drop | schema | drop trigger stamp
DROP EVENT IF EXISTS no_such
--> hold drop | nothing | drop event no_such
ALTER TABLE stock DROP COLUMN n
--> hold alter-loses-data | schema+rows | alter stock
ALTER TABLE stock DROP n, ADD m int
--> hold alter-loses-data | schema+rows | alter stock
ALTER TABLE stock DROP INDEX product
--> hold alter-loses-data | schema | alter stock
ALTER TABLE items DROP PRIMARY KEY
--> hold alter-loses-data | schema | alter items
ALTER TABLE stock MODIFY product varchar(3)
--> hold alter-loses-data | schema | alter stock
ALTER TABLE stock CHANGE n amount bigint
--> hold alter-loses-data | schema | alter stock
ALTER TABLE stock RENAME TO store
--> hold rename | schema+rows | alter stock
ALTER TABLE customers RENAME COLUMN email TO mail
--> hold rename | schema | alter customers
RENAME TABLE stock TO audit.stock
--> hold rename | schema+rows | alter stock
ALTER TABLE scratch ENGINE = MyISAM
--> hold alter-loses-data | schema | alter scratch
ALTER DATABASE audit CHARACTER SET latin1
--> hold alter | schema | alter database audit
CREATE OR REPLACE VIEW contacts AS SELECT 1 AS id
--> hold replaced-view | schema | create view contacts
ALTER VIEW contacts AS SELECT 1 AS id
--> hold replaced-view | schema | create view contacts
CREATE TABLE leaked AS SELECT email FROM customers
--> hold masked-data-moved | schema+rows | create leaked, read customers
INSERT INTO scratch (label) SELECT email FROM customers
--> hold masked-data-moved | rows | insert scratch, read customers
UPDATE customers SET name = email WHERE id = 1
--> hold masked-data-moved | rows | update customers
CREATE VIEW leaking AS SELECT id, LOWER(email) AS e FROM customers
--> hold view-of-masked-data | schema | create view leaking, read customers

--- The same in other clothes.
dElEtE fRoM stock
--> hold unfiltered-write | rows | delete! stock
DELETE/**/FROM/**/stock
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock -- WHERE id = 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock # WHERE id = 1
--> hold unfiltered-write | rows | delete! stock
/*! DELETE FROM stock */
--> hold unfiltered-write | rows | delete! stock
/*!50000 DELETE */ FROM stock
--> hold unfiltered-write | rows | delete! stock
SELECT 1 /*!50000 FROM stock; DELETE FROM stock */
--> hold unreadable | fails | unknown
DELETE FROM stock WHERE id = 1 /*! OR 1 */
--> hold unfiltered-write | rows | delete! stock
DELETE FROM `stock`
--> hold unfiltered-write | rows | delete! stock
DELETE FROM `shop` . `stock`
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = 1 OR 'a' = 'a'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = 1 || 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE 0x31
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE 1e0
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE 2-1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id IN (SELECT id FROM (SELECT id FROM stock) x)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE (id, n) = (id, n)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE COALESCE(1, id)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id BETWEEN -2147483648 AND 2147483647
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id DIV 1 = id OR 1
--> hold unfiltered-write | rows | delete! stock
DELETE a FROM stock a, stock b WHERE a.id = b.id
--> hold unfiltered-write | rows | delete! stock, read stock
TRUNCATE/*x*/scratch
--> hold truncate | rows | truncate scratch
drop/**/table/*x*/`scratch`
--> hold drop | schema+rows | drop scratch
SELECT 1; DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
SELECT wipe_stock()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
SELECT `wipe_stock`()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
SELECT * FROM customers WHERE shop.wipe_stock() = 1
--> hold unfiltered-write | rows | read customers, execute function wipe_stock, delete! stock
SET @x = wipe_stock()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
DO wipe_stock()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
INSERT INTO scratch (id) VALUES (wipe_stock())
--> hold unfiltered-write | rows | insert scratch, execute function wipe_stock, delete! stock
CALL tidy()
--> hold truncate | rows | execute procedure tidy, delete scratch, truncate scratch
CALL clear_if(1)
--> hold unfiltered-write | rows | execute procedure clear_if, delete! counters
CALL run_it('DELETE FROM stock')
--> hold dynamic-code | rows | execute procedure run_it, execute prepared statement s
PREPARE p FROM 'DELETE FROM stock'; EXECUTE p
--> hold unfiltered-write | rows | transaction, delete! stock
SET @q = 'DELETE FROM stock'; PREPARE p FROM @q; EXECUTE p
--> hold dynamic-code | rows | execute prepared statement p, transaction, unknown
SET @q = CONCAT('DROP', ' TABLE scratch'); PREPARE p FROM @q; EXECUTE p
--> hold dynamic-code | schema+rows | execute prepared statement p, transaction, unknown
EXECUTE never_prepared
--> hold unreadable | fails | unknown prepared statement never_prepared
CALL no_such_procedure()
--> hold unknown-function | fails | execute procedure no_such_procedure
SELECT no_such_function(1)
--> hold unknown-function | fails | execute function no_such_function
DELETE FROM stock; SELECT 'unterminated
--> hold unreadable | rows+fails | unknown
SELEKT 1
--> hold unreadable | fails | unknown
DELETE FROM stock WHERE
--> hold unreadable | fails | unknown

--- Who may do what.
CREATE USER intruder IDENTIFIED BY 'x'
--> hold role-change | privileges | role role intruder
CREATE USER 'a'@'%', 'b'@'localhost'
--> hold role-change | privileges | role role a, role role b@localhost
ALTER USER teller IDENTIFIED BY 'y'
--> hold role-change | privileges | role role teller
ALTER USER teller ACCOUNT LOCK
--> hold role-change | privileges | role role teller
DROP USER teller
--> hold role-change | privileges | role role teller
DROP USER IF EXISTS nobody_at_all
--> hold role-change | nothing | role role nobody_at_all
RENAME USER teller TO cashier
--> hold role-change | privileges | role role teller
CREATE ROLE auditors
--> hold role-change | privileges | role role auditors
DROP ROLE staff
--> hold role-change | privileges | role role staff
GRANT staff TO teller
--> hold privileges | privileges | grant role staff, role role staff
SET ROLE NONE
--> allow | nothing | role
GRANT SELECT ON shop.* TO teller
--> hold privileges | privileges | grant *
GRANT ALL ON *.* TO teller WITH GRANT OPTION
--> hold privileges | privileges | grant database *
GRANT SELECT (email) ON customers TO teller
--> hold privileges | privileges | grant customers
GRANT EXECUTE ON PROCEDURE run_it TO teller
--> hold privileges | privileges | grant procedure run_it
GRANT FILE, SUPER ON *.* TO teller
--> hold privileges | privileges | grant database *
REVOKE SELECT ON shop.orders FROM teller
--> hold privileges | privileges | grant orders
REVOKE ALL PRIVILEGES, GRANT OPTION FROM teller
--> hold privileges | privileges | grant database *
INSERT INTO mysql.db (Host, Db, User, Select_priv) VALUES ('%', 'shop', 'teller2', 'Y')
--> hold privileges | privileges | insert mysql.db, grant mysql.db
UPDATE mysql.tables_priv SET Table_priv = 'Select,Delete' WHERE User = 'teller'
--> hold privileges | privileges | update mysql.tables_priv, grant mysql.tables_priv
TRUNCATE mysql.procs_priv
--> hold truncate privileges | nothing | truncate mysql.procs_priv, grant mysql.procs_priv
FLUSH PRIVILEGES
--> hold server-control | nothing | maintain database *

--- Code that cannot be read, or that would run later.
CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1
--> hold new-code | schema | create function f
CREATE PROCEDURE p() DELETE FROM stock
--> hold new-code | schema | create procedure p
CREATE DEFINER = root@localhost PROCEDURE p() SQL SECURITY DEFINER SELECT 1
--> hold new-code | schema | create procedure p
CREATE TRIGGER t AFTER INSERT ON stock FOR EACH ROW DELETE FROM counters
--> hold new-code | schema | create trigger t, alter stock
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM stock
--> hold new-code | schema | create event e
CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 YEAR DO TRUNCATE stock
--> hold new-code | schema | create event e
CREATE FUNCTION metaphon RETURNS STRING SONAME 'udf.so'
--> hold new-code | fails | create function metaphon
ALTER PROCEDURE tidy SQL SECURITY INVOKER
--> hold alter | schema | alter procedure tidy
ALTER FUNCTION twice COMMENT 'x'
--> hold alter | schema | alter function twice
CREATE DEFINER = root@localhost SQL SECURITY DEFINER VIEW v AS SELECT run.id FROM stock run
--> allow | schema | create view v, read stock
CREATE VIEW v AS SELECT wipe_stock()
--> hold unfiltered-write | schema | create view v, execute function wipe_stock, delete! stock

--- The server's machine, its network, its other sessions, and how it is set up.
SELECT * FROM customers INTO OUTFILE '{dir}/customers'
--> hold server-file-write | files | read customers, export
SELECT * INTO OUTFILE '{dir}/customers2' FROM customers
--> hold server-file-write | files | read customers, export
SELECT email INTO DUMPFILE '{dir}/dump' FROM customers LIMIT 1
--> hold server-file-write | files | read customers, export
SELECT 1 /*!50000 INTO OUTFILE '{dir}/hidden' */
--> hold server-file-write | files | export
SELECT LOAD_FILE('/etc/hostname')
--> deny server-file-read | nothing | read function load_file
SELECT load_file(CONCAT('/etc/', 'passwd')) FROM orders
--> deny server-file-read | nothing | read function load_file, read orders
INSERT INTO scratch (label) VALUES (LOAD_FILE('/etc/hostname'))
--> deny server-file-read | rows | insert scratch, read function load_file, unknown
LOAD DATA INFILE '/etc/hostname' INTO TABLE scratch (label)
--> deny server-file-read | rows | insert scratch, import scratch, import
LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE scratch (label)
--> deny client-file | fails | insert scratch, import scratch, import
LOAD XML INFILE '/etc/x.xml' INTO TABLE scratch
--> deny server-file-read | fails | insert scratch, import scratch, import
KILL 999999
--> hold server-control | sessions | execute connection 999999
KILL QUERY 999999
--> hold server-control | nothing | execute connection 999999
FLUSH TABLES WITH READ LOCK
--> hold server-control | nothing | maintain database *, lock database *
FLUSH LOGS
--> hold server-control | nothing | maintain database *
RESET MASTER
--> deny replication | fails | execute server reset master, drop binary log *
PURGE BINARY LOGS BEFORE '2020-01-01'
--> hold drop | nothing | drop binary log *
SHUTDOWN
--> hold server-control | sessions | execute server shutdown
SET GLOBAL general_log = 0
--> hold weakening-setting | settings | setting setting general_log
SET @@global.max_connections = 500
--> hold weakening-setting | settings | setting setting max_connections
SET GLOBAL slow_query_log_file = '/tmp/x.php'
--> hold weakening-setting | settings | setting setting slow_query_log_file
SET sql_log_bin = 0
--> hold weakening-setting | settings | setting setting sql_log_bin
SET foreign_key_checks = 0
--> hold weakening-setting | settings | setting setting foreign_key_checks
SET unique_checks = 0
--> hold weakening-setting | settings | setting setting unique_checks
SET GLOBAL event_scheduler = ON
--> hold weakening-setting | settings | setting setting event_scheduler
SET GLOBAL init_connect = 'DELETE FROM shop.stock'
--> hold weakening-setting | settings | setting setting init_connect
SET NAMES latin1
--> deny client-character-set | settings | setting setting character_set_client, setting setting character_set_results
SET character_set_client = gbk
--> deny client-character-set | settings | setting setting character_set_client
SET CHARACTER SET sjis
--> deny client-character-set | settings | setting setting character_set_client, setting setting character_set_results
CREATE SERVER far FOREIGN DATA WRAPPER mysql OPTIONS (HOST '10.0.0.1', USER 'x', DATABASE 'y')
--> hold outside-world | schema | create server far
DROP SERVER IF EXISTS no_such_server
--> hold drop | nothing | drop server no_such_server
INSTALL PLUGIN p SONAME 'p.so'
--> hold new-code | fails | create plugin p
UNINSTALL PLUGIN no_such_plugin
--> hold drop | fails | drop plugin no_such_plugin
SHOW PROCESSLIST
--> hold revealing-catalogs | nothing | read view information_schema.processlist
SHOW FULL PROCESSLIST
--> hold revealing-catalogs | nothing | read view information_schema.processlist
SELECT info FROM information_schema.processlist
--> hold revealing-catalogs | nothing | read view information_schema.processlist
SELECT * FROM mysql.general_log
--> hold revealing-catalogs | nothing | read mysql.general_log
SHOW BINLOG EVENTS
--> deny replication | nothing | execute view information_schema.binlog_events
SELECT SLEEP(0), BENCHMARK(1, SHA2('x', 256))
--> allow | nothing | execute function sleep, execute function benchmark
XA START 'x'; XA END 'x'; XA ROLLBACK 'x'
--> allow | nothing | transaction

--- The rest of the servers' manuals, where it does harm.
HANDLER no_such READ FIRST
--> hold unreadable | fails | unknown handler no_such
LOAD DATA CONCURRENT INFILE '/etc/hostname' IGNORE INTO TABLE shop.scratch FIELDS TERMINATED BY ',' (@x) SET label = UPPER(@x)
--> deny server-file-read | rows | import, import scratch, insert scratch
LOAD XML LOCAL INFILE '/tmp/x.xml' INTO TABLE scratch ROWS IDENTIFIED BY '<row>'
--> deny client-file | fails: no file is sent | import, import scratch, insert scratch
RENAME TABLE stock TO stock_old, counters TO stock
--> hold alter rename | rows+schema | alter counters, alter stock
RENAME TABLE shop.contacts TO shop.people
--> hold alter rename | schema | alter view contacts
PURGE BINARY LOGS TO 'binlog.000001'
--> hold drop | nothing | drop binary log *
FLUSH STATUS
--> hold server-control | nothing | maintain database *
FLUSH BINARY LOGS
--> hold server-control | nothing | maintain database *
FLUSH ERROR LOGS
--> hold server-control | nothing | maintain database *
FLUSH USER_RESOURCES
--> hold server-control | nothing | maintain database *
ALTER SERVER far OPTIONS (HOST '10.0.0.2')
--> hold alter outside-world | fails: no such server | alter server far
XA START 'y'; DELETE FROM stock; XA END 'y'; XA COMMIT 'y' ONE PHASE
--> hold unfiltered-write | rows | delete! stock, transaction
CREATE EVENT IF NOT EXISTS e ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'x' DO CALL tidy()
--> hold new-code | schema | create event e
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1; ALTER EVENT e ENABLE
--> hold alter new-code | schema | alter event e, create event e
ALTER EVENT no_such RENAME TO other
--> hold alter new-code | fails | alter event no_such
BINLOG 'AAAA'
--> deny replication | fails: no such event | execute server binlog
(SELECT * FROM customers) INTO OUTFILE '{dir}/bracketed'
--> hold masked-data-moved server-file-write | files | export, read customers
SELECT 1 UNION SELECT id FROM customers INTO OUTFILE '{dir}/united'
--> hold server-file-write | files | export, read customers
SELECT id FROM customers INTO OUTFILE '{dir}/marked' FIELDS TERMINATED BY ',' LINES TERMINATED BY 'x'
--> hold server-file-write | files | export, read customers
SELECT id FROM (SELECT id FROM customers) x INTO OUTFILE '{dir}/inner'
--> hold server-file-write | files | export, read customers
SELECT id INTO OUTFILE '{dir}/locked' FROM customers FOR UPDATE
--> hold server-file-write | files | export, lock customers, read customers
CREATE TABLE remote (id int) ENGINE = FEDERATED CONNECTION = 'mysql://u:p@10.0.0.1/db/t'
--> hold outside-world | fails: no such engine | create remote, execute engine federated
ALTER TABLE stock ENGINE = InnoDB
--> hold alter-loses-data | nothing | alter stock
ALTER TABLE stock CONVERT TO CHARACTER SET latin1
--> hold alter-loses-data | schema | alter stock
ALTER TABLE stock RENAME INDEX product TO p
--> hold rename | schema | alter stock
ALTER TABLE orders DROP FOREIGN KEY orders_ibfk_1
--> hold alter-loses-data | schema | alter orders
ALTER TABLE events REORGANIZE PARTITION p2025 INTO (PARTITION p0 VALUES LESS THAN (2020), PARTITION p2025 VALUES LESS THAN (2026))
--> hold alter-loses-data | schema | alter events
ALTER TABLE events REMOVE PARTITIONING
--> hold alter-loses-data | schema | alter events
ALTER TABLE events EXCHANGE PARTITION p2025 WITH TABLE scratch
--> hold alter-loses-data | fails | alter events, alter scratch
DO 1, wipe_stock()
--> hold unfiltered-write | rows | delete! stock, execute function wipe_stock
SHOW ENGINE INNODB STATUS
--> hold revealing-catalogs | nothing | read view information_schema.innodb_trx
SHOW FUNCTION STATUS WHERE wipe_stock() = 1
--> hold unfiltered-write | rows | delete! stock, execute function wipe_stock, read view information_schema.routines
SHOW TABLES WHERE wipe_stock()
--> hold unfiltered-write | rows | delete! stock, execute function wipe_stock, read view information_schema.tables
INSERT INTO scratch (label) VALUES ((SELECT email FROM customers WHERE id = 1))
--> hold masked-data-moved | rows | insert scratch, read customers
REPLACE INTO scratch SELECT id, email FROM customers
--> hold masked-data-moved | rows | delete scratch, insert scratch, read customers
UPDATE scratch SET label = (SELECT email FROM customers WHERE id = 1) WHERE id = 1
--> hold masked-data-moved | rows | read customers, update scratch
SELECT email INTO @mail FROM customers WHERE id = 1
--> hold masked-data-moved | nothing | read customers
SET @mail = (SELECT email FROM customers WHERE id = 1)
--> hold masked-data-moved | nothing | read customers
SET @q = 'SELECT 1'; PREPARE p FROM @q; PREPARE p FROM 'TRUNCATE scratch'; EXECUTE p
--> hold dynamic-code truncate unreadable | rows | execute prepared statement p, transaction, truncate scratch, unknown
SET sql_mode = 'ANSI_QUOTES'; DELETE FROM "stock"
--> hold unreadable | rows+settings | unknown
SET GLOBAL sql_mode = ''
--> hold lasting-setting | settings | setting setting sql_mode
SET @@global.time_zone = '+00:00', @@session.time_zone = '+00:00'
--> hold lasting-setting | settings | setting setting time_zone
SET GLOBAL TRANSACTION ISOLATION LEVEL SERIALIZABLE
--> hold lasting-setting | settings | setting setting transaction_isolation, transaction
SET long_query_time = 0, GLOBAL long_query_time = 0
--> hold lasting-setting | settings | setting setting long_query_time
SET timestamp = 1
--> hold weakening-setting | nothing | setting setting timestamp
UPDATE stock JOIN items SET stock.n = 0
--> hold unfiltered-write | rows | read items, update! stock
UPDATE stock SET n = n WHERE id = id
--> hold unfiltered-write | nothing | update! stock
UPDATE orders SET id = id + 100
--> hold unfiltered-write | rows | update items, update! orders
SELECT * FROM mysql.servers
--> hold revealing-catalogs | nothing | read mysql.servers
INSERT INTO mysql.servers (Server_name, Host, Db, Username, Password, Port, Socket, Wrapper, Owner) VALUES ('x', 'y', '', '', '', 0, '', '', '')
--> hold privileges | schema | grant mysql.servers, insert mysql.servers
DROP TABLE IF EXISTS mysql.no_such
--> hold drop privileges | nothing | drop mysql.no_such, grant mysql.no_such
CREATE TABLE guesses (mail varchar(50) UNIQUE) SELECT email AS mail FROM customers
--> hold masked-data-moved | rows+schema | create guesses, read customers
CREATE TEMPORARY TABLE mails AS SELECT email FROM customers
--> hold masked-data-moved | nothing | create temporary table mails, read customers
CREATE TEMPORARY TABLE stock (id int); DELETE FROM stock
--> hold unfiltered-write | nothing | create temporary table stock, delete! stock, delete! temporary table stock
CREATE TEMPORARY TABLE stock (id int); DROP TABLE stock; DELETE FROM stock
--> hold drop unfiltered-write | rows | create temporary table stock, delete! stock, delete! temporary table stock, drop stock, drop temporary table stock
DROP TABLES IF EXISTS scratch RESTRICT
--> hold drop | rows+schema | drop scratch
DROP VIEW IF EXISTS contacts, busy CASCADE
--> hold drop | schema | drop view busy, drop view contacts
DROP TRIGGER IF EXISTS shop.stamp
--> hold drop | schema | drop trigger stamp
DROP EVENT no_such
--> hold drop | fails | drop event no_such
GRANT PROXY ON teller TO staff
--> hold privileges | fails | grant role teller
GRANT SELECT ON shop.* TO teller, staff
--> hold privileges | privileges | grant *
GRANT SELECT, UPDATE (n) ON shop.stock TO teller
--> hold privileges | privileges | grant stock
REVOKE SELECT ON shop.no_such FROM teller
--> hold privileges | fails | grant no_such
ALTER USER teller PASSWORD EXPIRE
--> hold role-change | privileges | role role teller
ALTER USER teller WITH MAX_QUERIES_PER_HOUR 1
--> hold role-change | privileges | role role teller
CREATE USER IF NOT EXISTS teller
--> hold role-change | nothing | role role teller
CREATE USER u1 ACCOUNT LOCK PASSWORD EXPIRE NEVER
--> hold role-change | privileges | role role u1
SELECT BENCHMARK(1, wipe_stock())
--> hold unfiltered-write | rows | delete! stock, execute function benchmark, execute function wipe_stock
SELECT IF(0, wipe_stock(), 1)
--> hold unfiltered-write | nothing | delete! stock, execute function wipe_stock
SELECT (SELECT wipe_stock())
--> hold unfiltered-write | rows | delete! stock, execute function wipe_stock
SELECT * FROM (SELECT wipe_stock() AS x) t
--> hold unfiltered-write | rows | delete! stock, execute function wipe_stock
WITH x AS (SELECT wipe_stock() AS a) SELECT * FROM x
--> hold unfiltered-write | rows | delete! stock, execute function wipe_stock
SELECT id FROM stock HAVING wipe_stock() = 1
--> hold unfiltered-write | fails | delete! stock, execute function wipe_stock, read stock
CALL run_it('SELECT 1')
--> hold dynamic-code | nothing | execute prepared statement s, execute procedure run_it
START TRANSACTION; DELETE FROM stock; ROLLBACK
--> hold unfiltered-write | nothing | delete! stock, transaction
KILL CONNECTION 999999
--> hold server-control | sessions | execute connection 999999
KILL 999999 + 0
--> hold server-control | sessions | execute connection *
INSTALL PLUGIN audit SONAME '../../evil.so'
--> hold new-code | fails: no such library | create plugin audit
CREATE FUNCTION sys_exec RETURNS INT SONAME 'lib_mysqludf_sys.so'
--> hold new-code server-file-write | fails: no such library | create function sys_exec
CREATE AGGREGATE FUNCTION f RETURNS REAL SONAME 'x.so'
--> hold new-code server-file-write | fails: no such library | create function f
DROP FUNCTION IF EXISTS no_such
--> hold drop | nothing | drop function no_such
ALTER DATABASE audit COLLATE utf8mb4_bin
--> hold alter | schema | alter database audit
ALTER VIEW contacts AS SELECT id, name, email AS city FROM customers
--> hold masked-data-moved replaced-view view-of-masked-data | schema | create view contacts, read customers
CREATE OR REPLACE DEFINER = CURRENT_USER SQL SECURITY INVOKER VIEW contacts AS SELECT id FROM stock
--> hold replaced-view | schema | create view contacts, read stock
CREATE VIEW v (a, b) AS SELECT email, 1 FROM customers
--> hold masked-data-moved view-of-masked-data | schema | create view v, read customers
CREATE TRIGGER t BEFORE UPDATE ON stock FOR EACH ROW SET NEW.n = OLD.n
--> hold new-code | schema | alter stock, create trigger t
DROP PROCEDURE IF EXISTS run_it
--> hold drop | schema | drop procedure run_it
SELECT IF(email LIKE 'a%', SLEEP(0), 0) FROM customers
--> hold masked-side-effect | nothing | execute function sleep, read customers
--- Every row, found again in a copy of the table.
DELETE a FROM stock a JOIN (SELECT id FROM stock) b ON a.id = b.id
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE a FROM stock a JOIN (SELECT id AS it FROM stock WHERE 1 = 1) b ON a.id = b.it
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE a FROM stock a JOIN (SELECT * FROM stock LIMIT 18446744073709551615) b USING (product)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE a FROM stock a JOIN (SELECT id FROM stock GROUP BY id) b WHERE a.id = b.id
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE a FROM stock a NATURAL JOIN (SELECT 0 AS id UNION SELECT id FROM stock) b
--> hold unfiltered-write | rows | delete! stock, read stock
UPDATE stock a JOIN (SELECT id FROM stock) b USING (id) SET a.n = 0
--> hold unfiltered-write | rows | update! stock, read stock
UPDATE stock a JOIN (SELECT x.id FROM stock x JOIN stock y USING (id)) b ON b.id = a.id SET a.n = 0
--> hold unfiltered-write | rows | update! stock, read stock
UPDATE stock a JOIN (WITH o AS (SELECT id FROM stock) SELECT id FROM o) b ON b.id = a.id SET a.n = 0
--> hold unfiltered-write | rows | update! stock, read stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM (SELECT id FROM stock) b WHERE b.id = stock.id)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE id IN (SELECT id FROM (SELECT id FROM stock WHERE TRUE) b)
--> hold unfiltered-write | rows | delete! stock, read stock
REPLACE INTO stock SELECT id, product, 0 FROM stock
--> hold unfiltered-write | rows | insert stock, delete! stock, read stock
INSERT INTO stock SELECT id, id, 1 FROM stock ON DUPLICATE KEY UPDATE n = 0
--> hold unfiltered-write | rows | insert stock, update! stock, read stock
INSERT INTO stock (product, id) SELECT product, id FROM (SELECT * FROM stock) s ON DUPLICATE KEY UPDATE n = 0
--> hold unfiltered-write | rows | insert stock, update! stock, read stock
