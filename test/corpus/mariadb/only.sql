--- What only MariaDB has.
INSERT INTO stock (id, product) VALUES (30, 'x') RETURNING id
--> allow | rows | insert stock, read stock
DELETE FROM scratch WHERE id = 1 RETURNING id
--> allow | rows | delete scratch, read scratch
DELETE FROM scratch RETURNING *
--> hold unfiltered-write | rows | delete! scratch, read scratch
REPLACE INTO stock (id, product) VALUES (1, 'p1') RETURNING product
--> allow | rows | insert stock, delete stock, read stock
EXECUTE IMMEDIATE 'SELECT id FROM stock'
--> allow | nothing | read stock
EXECUTE IMMEDIATE 'DELETE FROM stock'
--> hold unfiltered-write | rows | delete! stock
EXECUTE IMMEDIATE CONCAT('DELETE ', 'FROM stock')
--> hold dynamic-code | rows | execute
BEGIN NOT ATOMIC DELETE FROM stock; END
--> hold unfiltered-write | rows | delete! stock, execute language sql, unknown
BEGIN NOT ATOMIC SELECT id FROM stock; END
--> hold dynamic-code | nothing | read stock, execute language sql, unknown
SET STATEMENT max_statement_time = 1 FOR SELECT * FROM orders
--> allow | nothing | setting setting max_statement_time, read orders
SET STATEMENT sql_log_bin = 0 FOR DELETE FROM stock WHERE id = 1
--> hold weakening-setting | rows | setting setting sql_log_bin, delete stock
SET STATEMENT max_statement_time = 1 FOR DELETE FROM stock
--> hold unfiltered-write | rows | setting setting max_statement_time, delete! stock
ANALYZE SELECT COUNT(*) FROM orders
--> allow | nothing | read orders
ANALYZE DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
ANALYZE FORMAT=JSON UPDATE stock SET n = 0
--> hold unfiltered-write | rows | update! stock
CREATE SEQUENCE tickets START WITH 100
--> allow | schema+rows | create sequence tickets
CREATE OR REPLACE TABLE scratch (a int)
--> hold drop | schema+rows | create scratch, drop scratch
CREATE TABLE versions (a int) WITH SYSTEM VERSIONING
--> allow | schema | create versions
DELETE HISTORY FROM scratch
--> hold unfiltered-write | fails | delete! scratch
SHOW GRANTS
--> hold revealing-catalogs | nothing | read mysql.user
SHOW CREATE USER teller
--> hold revealing-catalogs | nothing | read mysql.user
/*M!100100 DELETE FROM stock */
--> hold unfiltered-write | rows | delete! stock
SELECT 1 /*M!100100 INTO OUTFILE '{dir}/hidden2' */
--> hold server-file-write | files | export
SELECT * FROM mysql.global_priv
--> hold revealing-catalogs | nothing | read mysql.global_priv
UPDATE mysql.global_priv SET Priv = '{"access":18446744073709551615}' WHERE User = 'teller'
--> hold privileges | privileges | update mysql.global_priv, grant mysql.global_priv
SET GLOBAL read_only = 1
--> hold weakening-setting | settings | setting setting read_only
SET sql_mode = 'ORACLE'
--> deny sql-dialect | settings | setting setting sql_mode
KILL SOFT USER no_such_user
--> hold server-control | nothing | execute role no_such_user
INSTALL SONAME 'no_such'
--> hold new-code | fails | create plugin no_such
FLUSH TABLES stock FOR EXPORT
--> allow | nothing | maintain stock, lock stock
BACKUP STAGE START
--> hold server-control | nothing | execute server backup stage
BACKUP LOCK stock
--> hold server-control | nothing | execute server backup lock
CREATE OR REPLACE USER teller IDENTIFIED BY 'x'
--> hold role-change | privileges | role role teller
SET DEFAULT ROLE NONE
--> hold role-change | privileges | role
CREATE PACKAGE p AS FUNCTION f RETURN int; END
--> hold new-code | fails | create package p
START SLAVE
--> deny replication | fails | execute server start slave
SELECT id FROM stock FOR SYSTEM_TIME ALL
--> allow | fails | read stock
ALTER TABLE IF EXISTS stock ADD COLUMN IF NOT EXISTS extra int
--> allow | schema+rows | alter stock
DROP TABLE IF EXISTS stock WAIT 1
--> hold drop | schema+rows | drop stock
SELECT NEXT VALUE FOR no_such_sequence
--> allow | fails | update sequence no_such_sequence
WITH c AS (SELECT id FROM customers) SELECT id FROM c
--> allow | nothing | read customers
SELECT * FROM mysql.user
--> hold revealing-catalogs | nothing | read view mysql.user
GRANT USAGE ON *.* TO teller REQUIRE SSL
--> hold privileges | privileges | grant database *
CHANGE MASTER TO MASTER_HOST = '10.0.0.1'
--> deny replication | settings | execute server change master
SET GLOBAL local_infile = 0
--> hold weakening-setting | settings | setting setting local_infile
SET PASSWORD FOR teller = 'zzzz'
--> hold role-change | fails | role role teller
REVOKE staff FROM teller
--> hold privileges | fails | grant role staff, role role staff
SET DEFAULT ROLE NONE TO teller
--> hold role-change | fails | role
DELETE FROM mysql.db
--> hold unfiltered-write privileges | nothing | delete! mysql.db, grant mysql.db
SHOW MASTER STATUS
--> allow | nothing | read view information_schema.master_status

--- The rest of its manual.
SET ROLE staff
--> hold role-change | settings | role
SET ROLE DEFAULT
--> allow | fails | role
CREATE TABLE elsewhere (id int) DATA DIRECTORY = '{dir}'
--> hold server-file-write | schema+files | create elsewhere
ALTER IGNORE TABLE scratch ADD UNIQUE (id)
--> hold alter-loses-data | schema | alter scratch
EXPLAIN FOR CONNECTION 999999
--> hold revealing-catalogs | fails: no such engine | read view information_schema.processlist
SET max_statement_time = 0
--> allow | nothing | setting setting max_statement_time
SET GLOBAL secure_auth = 0
--> hold lasting-setting weakening-setting | settings | setting setting secure_auth
DELETE FROM stock AS s
--> hold unfiltered-write | fails | delete! stock
DELETE FROM stock s WHERE s.id = 1
--> allow | fails | delete stock
SELECT * FROM stock PROCEDURE ANALYSE()
--> allow | nothing | read stock
DROP TABLE stock, no_such
--> hold drop | rows+schema+fails | drop no_such, drop stock
REVOKE ALL ON *.* FROM teller
--> hold privileges | nothing | grant database *
UPDATE mysql.user SET Host = '%' WHERE User = 'nobody'
--> hold privileges | fails | grant view mysql.user, update view mysql.user
SELECT 1 /*!50701 INTO OUTFILE '{dir}/fifty' */
--> allow | nothing |
/*!80000 DELETE FROM stock */ SELECT 1
--> allow | nothing |
/*M! DELETE FROM stock */
--> hold unfiltered-write | rows | delete! stock
/*M!999998 DELETE FROM stock */ SELECT 1
--> allow | nothing |
/*!100100 DELETE FROM stock */
--> hold unfiltered-write | rows | delete! stock
SET DEFAULT ROLE staff FOR teller
--> hold role-change | fails | role
SET PASSWORD FOR teller = PASSWORD('x')
--> hold role-change | privileges | role role teller
GRANT SELECT ON shop.* TO teller IDENTIFIED BY 'new'
--> hold privileges role-change | privileges | grant *, role
GRANT SELECT ON shop.stock TO PUBLIC
--> hold privileges | privileges | grant stock
GRANT staff TO teller WITH ADMIN OPTION
--> hold privileges role-change | privileges | grant role staff, role role staff
CREATE SEQUENCE s; SELECT NEXTVAL(s), NEXT VALUE FOR s
--> allow | rows+schema | create sequence s, update sequence s
CREATE SEQUENCE s; SELECT SETVAL(s, 5); DROP SEQUENCE s
--> hold drop | nothing | create sequence s, drop sequence s, update sequence s
CREATE TEMPORARY SEQUENCE s
--> allow | nothing | create sequence s
ALTER SEQUENCE no_such RESTART 1
--> hold alter alter-loses-data | fails | alter sequence no_such
DROP SEQUENCE IF EXISTS no_such
--> hold drop | nothing | drop sequence no_such
CREATE OR REPLACE SEQUENCE s MAXVALUE 9 CYCLE
--> hold drop | rows+schema | create sequence s, drop sequence s
IF 1 THEN DELETE FROM stock; END IF
--> hold dynamic-code unfiltered-write unreadable | rows | delete! stock, execute language sql, unknown
IF (SELECT COUNT(*) FROM stock) > 1 THEN SELECT 1; END IF
--> hold dynamic-code unreadable | nothing | execute language sql, read stock, unknown
FOR i IN 1..2 DO INSERT INTO scratch VALUES (i, 'x'); END FOR
--> hold dynamic-code unreadable | rows | execute language sql, insert scratch, unknown
WHILE 0 DO DELETE FROM stock; END WHILE
--> hold dynamic-code unfiltered-write unreadable | nothing | delete! stock, execute language sql, unknown
REPEAT SELECT 1; UNTIL 1 END REPEAT
--> hold dynamic-code unreadable | nothing | execute language sql, unknown
CASE 1 WHEN 1 THEN TRUNCATE scratch; END CASE
--> hold dynamic-code truncate unreadable | rows | execute language sql, truncate scratch, unknown
BEGIN NOT ATOMIC DECLARE x int DEFAULT wipe_stock(); END
--> hold dynamic-code unfiltered-write unreadable | rows | delete! stock, execute function wipe_stock, execute language sql, unknown
BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN DELETE FROM stock; END; SIGNAL SQLSTATE '45000'; END
--> hold dynamic-code unfiltered-write unreadable | rows | delete! stock, execute language sql, transaction, unknown
BEGIN NOT ATOMIC EXECUTE IMMEDIATE 'DROP TABLE scratch'; END
--> hold drop dynamic-code unreadable | rows+schema | drop scratch, execute language sql, unknown
EXECUTE IMMEDIATE 'UPDATE stock SET n = ? WHERE id = ?' USING 5, 1
--> allow | fails | update stock
SET @q = 'DELETE FROM stock'; EXECUTE IMMEDIATE @q
--> hold dynamic-code | rows | execute
EXECUTE IMMEDIATE 'EXECUTE IMMEDIATE ''DELETE FROM stock'''
--> hold unfiltered-write | fails | delete! stock
PREPARE p FROM CONCAT('DELETE ', 'FROM stock')
--> allow | nothing | transaction
KILL HARD QUERY ID 1
--> hold server-control | fails | execute connection 1
KILL USER teller
--> hold server-control | nothing | execute role teller
KILL QUERY USER teller
--> hold server-control | nothing | execute role teller
SHOW EXPLAIN FOR 999999
--> hold revealing-catalogs | fails: nothing runs there | read view information_schema.processlist
SHOW ANALYZE FOR 999999
--> hold revealing-catalogs | fails: nothing runs there | read view information_schema.processlist
SHOW USER_STATISTICS
--> allow | nothing | read view information_schema.user_statistics
SHOW INDEX_STATISTICS
--> allow | nothing | read view information_schema.index_statistics
SHOW SLAVE STATUS
--> allow | nothing | read view information_schema.slave_status
SHOW ALL SLAVES STATUS
--> allow | nothing | read view information_schema.slaves_status
RESET QUERY CACHE
--> allow | nothing | maintain database *
FLUSH QUERY CACHE
--> hold server-control | nothing | maintain database *
UNINSTALL SONAME 'no_such'
--> hold drop | fails: no such library | drop plugin no_such
INSTALL PLUGIN IF NOT EXISTS p SONAME 'p'
--> hold new-code | fails: no such library | create plugin p
CHECK VIEW contacts
--> allow | nothing | maintain view contacts
REPAIR VIEW contacts
--> allow | nothing | maintain view contacts
ALTER TABLE scratch ADD SYSTEM VERSIONING
--> allow | schema | alter scratch
ALTER TABLE scratch ADD SYSTEM VERSIONING; DELETE HISTORY FROM scratch
--> hold unfiltered-write | schema | alter scratch, delete! scratch
CREATE TABLE periods (a date, b date, PERIOD FOR p (a, b))
--> allow | schema | create periods
BACKUP UNLOCK
--> hold server-control | nothing | execute server backup unlock
BACKUP STAGE START; BACKUP STAGE END
--> hold server-control | nothing | execute server backup stage
STOP ALL SLAVES
--> deny replication | nothing | execute server stop all
ANALYZE TABLE stock PERSISTENT FOR ALL
--> allow | nothing | maintain stock
SELECT * FROM mysql.column_stats
--> hold revealing-catalogs | nothing | read mysql.column_stats
CREATE TABLE IF NOT EXISTS t1 ENGINE = Aria AS SELECT 1 AS a
--> allow | rows+schema | create t1
CREATE OR REPLACE TEMPORARY TABLE picked (id int)
--> allow | nothing | create temporary table picked, drop temporary table picked
CREATE OR REPLACE FUNCTION twice(a int) RETURNS int RETURN a
--> hold new-code | schema | create function twice
CREATE OR REPLACE TRIGGER stamp BEFORE UPDATE ON watched FOR EACH ROW SET NEW.changed = NULL
--> hold new-code | schema | alter watched, create trigger stamp
CREATE OR REPLACE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM stock
--> hold new-code | schema | create event e
CREATE OR REPLACE DATABASE audit
--> hold drop | rows+schema | create database audit, drop database audit
CREATE OR REPLACE ROLE staff
--> hold role-change | nothing | role role staff
SELECT * FROM stock FETCH FIRST 2 ROWS ONLY
--> allow | nothing | read stock
SELECT id FROM stock EXCEPT SELECT id FROM scratch
--> allow | nothing | read scratch, read stock
INSERT INTO scratch (id, label) VALUES (4, 'q') ON DUPLICATE KEY UPDATE label = VALUE(label)
--> allow | rows | insert scratch, update scratch
VALUES (1, 2), (3, 4)
--> allow | nothing |
INSERT INTO scratch SELECT id, product FROM stock RETURNING label
--> allow | rows | insert scratch, read scratch, read stock
DELETE FROM stock ORDER BY id LIMIT 1 RETURNING product
--> hold unfiltered-write | rows | delete! stock, read stock
UPDATE stock SET n = 1 WHERE id = 1 LIMIT 1
--> allow | rows | update stock
SET STATEMENT foreign_key_checks = 0 FOR DELETE FROM orders WHERE id = 1
--> hold weakening-setting | rows | delete items, delete orders, setting setting foreign_key_checks
SET STATEMENT sql_mode = 'ANSI_QUOTES' FOR SELECT "id" FROM stock
--> allow | nothing | read stock, setting setting sql_mode
SET STATEMENT max_statement_time = 1 FOR SET GLOBAL read_only = 1
--> hold lasting-setting weakening-setting | settings | setting setting max_statement_time, setting setting read_only
SET GLOBAL hot.key_buffer_size = 1000000
--> hold lasting-setting weakening-setting | nothing | setting setting key_buffer_size
SET check_constraint_checks = 0
--> hold weakening-setting | settings | setting setting check_constraint_checks
SET system_versioning_alter_history = 'KEEP'
--> hold weakening-setting | settings | setting setting system_versioning_alter_history
SET SESSION binlog_format = 'ROW'
--> hold weakening-setting | settings | setting setting binlog_format
SELECT id FROM stock WHERE id = 1 LIMIT ROWS EXAMINED 100
--> allow | nothing | read stock
SELECT SQL_NO_CACHE * FROM stock LIMIT 1 ROWS EXAMINED 5
--> allow | nothing | read stock
SELECT COLUMN_GET(COLUMN_CREATE('a', 1), 'a' AS int)
--> allow | nothing |
SELECT JSON_DETAILED('{}'), JSON_EXISTS('{}', '$')
--> allow | nothing |
SELECT DES_ENCRYPT('a'), ENCODE('a', 'b'), PASSWORD('x')
--> allow | nothing |
SELECT MASTER_GTID_WAIT('', 0)
--> allow | nothing | execute function master_gtid_wait
SELECT LOAD_FILE('/etc/hostname') FROM DUAL
--> deny server-file-read | nothing | read function load_file
SELECT * FROM information_schema.user_statistics
--> allow | nothing | read view information_schema.user_statistics
SELECT * FROM information_schema.user_privileges
--> allow | nothing | read view information_schema.user_privileges
SELECT * FROM information_schema.system_variables
--> allow | nothing | read view information_schema.system_variables
SELECT * FROM mysql.proc
--> allow | nothing | read mysql.proc
SELECT * FROM seq_1_to_3
--> allow | nothing | read seq_1_to_3
CREATE TABLE xs ENGINE = CONNECT TABLE_TYPE = CSV FILE_NAME = '{dir}/c.csv'
--> hold outside-world server-file-write | fails: no such engine | create xs, execute engine connect
CREATE TABLE sp (id int) ENGINE = SPIDER COMMENT = 'wrapper "mysql", host "10.0.0.1"'
--> hold outside-world | fails: no such engine | create sp, execute engine spider
RENAME TABLE IF EXISTS stock WAIT 1 TO stock_old
--> hold alter rename | rows+schema | alter stock
ALTER TABLE stock NOWAIT ADD COLUMN z int
--> allow | rows+schema | alter stock
DROP TABLE IF EXISTS /*! stock */
--> hold drop | rows+schema | drop stock
ALTER USER IF EXISTS teller REQUIRE NONE
--> hold role-change | privileges | role role teller
CREATE USER viasocket IDENTIFIED VIA unix_socket
--> hold role-change | privileges | role role viasocket
REVOKE ALL PRIVILEGES, GRANT OPTION FROM staff
--> hold privileges | nothing | grant database *
XA START 'z'; XA END 'z'; XA PREPARE 'z'; XA ROLLBACK 'z'
--> allow | nothing | transaction
HANDLER stock OPEN; HANDLER stock READ NEXT WHERE n > 1 LIMIT 2
--> allow | nothing | read stock
LOAD DATA INFILE '/etc/hostname' INTO TABLE scratch CHARACTER SET binary (label)
--> deny server-file-read | rows | import, import scratch, insert scratch
START SLAVE UNTIL MASTER_LOG_FILE = 'x', MASTER_LOG_POS = 4
--> deny replication | fails | execute server start slave
DO NEXTVAL(no_such)
--> allow | fails | update sequence no_such
