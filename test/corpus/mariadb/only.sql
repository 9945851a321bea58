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
