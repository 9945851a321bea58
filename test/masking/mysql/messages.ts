/** Errors, warnings, diagnostics, plans and labels: what is not a row. */
import { each, type Family, lines, sequences } from './family.ts'

export const errors: Family = {
  name: 'errors',
  attacks: [
    ...each(c => `SELECT extractvalue(1, concat(0x5c, (SELECT ${c} FROM customers LIMIT 1)))`),
    ...each(c => `SELECT updatexml(1, concat(0x7e, (SELECT ${c} FROM customers LIMIT 1)), 1)`),
    ...lines(`
SELECT exp(~(SELECT * FROM (SELECT email FROM customers LIMIT 1) x)), gtid_subset((SELECT email FROM customers LIMIT 1), 1)
SELECT gtid_subset((SELECT email FROM customers LIMIT 1), 1)
SELECT gtid_subtract(concat(0x7e, (SELECT ssn FROM customers LIMIT 1)), 1)
SELECT json_extract((SELECT max(email) FROM customers), '$') , email FROM customers
SELECT json_extract('{}', (SELECT max(email) FROM customers)), email FROM customers
SELECT json_keys((SELECT convert((SELECT max(email) FROM customers) USING utf8mb4))), email FROM customers
SELECT st_geomfromtext((SELECT max(email) FROM customers)), email FROM customers
SELECT st_latfromgeohash((SELECT max(email) FROM customers))
SELECT st_pointfromgeohash((SELECT max(email) FROM customers), 0)
SELECT st_longfromgeohash((SELECT max(ssn) FROM customers))
SELECT linestring((SELECT * FROM (SELECT email FROM customers LIMIT 1) x)), email FROM customers
SELECT geometrycollection((SELECT * FROM (SELECT * FROM (SELECT max(email) FROM customers) a) b)), email FROM customers
SELECT polygon((SELECT max(email) FROM customers)), multipoint((SELECT max(email) FROM customers)), email FROM customers
SELECT uuid_to_bin((SELECT max(email) FROM customers))
SELECT bin_to_uuid((SELECT max(email) FROM customers))
SELECT (SELECT email FROM customers), email FROM customers
SELECT * FROM (SELECT name_const((SELECT max(email) FROM customers), 1), name_const((SELECT max(email) FROM customers), 1)) x, customers
SELECT convert_tz('2000-01-01', (SELECT max(email) FROM customers), 'UTC'), email FROM customers
SELECT pow(score, 999), email FROM customers
SELECT score * score * score FROM customers
SELECT ~0 + score FROM customers
SELECT -9223372036854775807 - score FROM customers
SELECT cast(concat('x', score) AS decimal(5)), score FROM customers
SELECT regexp_like('x', concat('[', email)), email FROM customers
SELECT count(*), concat((SELECT max(email) FROM customers), floor(rand(0) * 2)) x FROM information_schema.tables GROUP BY x
SELECT date_add('x', INTERVAL (SELECT max(email) FROM customers) DAY), email FROM customers
SELECT str_to_date((SELECT max(email) FROM customers), '%Y'), email FROM customers
SELECT from_base64((SELECT max(email) FROM customers)), unhex((SELECT max(email) FROM customers)), email FROM customers
SELECT json_value(prefs, concat('$[', email)) FROM customers
SELECT statement_digest_text(concat('SELECT ', email)) FROM customers
SELECT statement_digest_text(email) FROM customers
SELECT icu_version(), regexp_replace(email, '(', 'x') FROM customers
SELECT json_schema_valid(email, '1'), email FROM customers`),
    ...sequences(`
INSERT INTO copies (e) SELECT email FROM customers ;; INSERT INTO copies (e) SELECT email FROM customers
INSERT INTO customers (id, name, email) SELECT 900, 'x', email FROM customers ORDER BY id LIMIT 1
INSERT INTO customers (id, name, email) VALUES (900, 'x', (SELECT c.email FROM customers c ORDER BY id LIMIT 1))
UPDATE customers SET email = (SELECT * FROM (SELECT email FROM customers WHERE id = 2) x) WHERE id = 1
UPDATE customers SET id = email WHERE id = 1
UPDATE customers SET id = score WHERE id = 1
UPDATE customers SET email = concat(left(email, 0), 'same') WHERE id < 3 OR email LIKE 'canary%'
INSERT INTO narrow (id) SELECT email FROM customers
INSERT INTO narrow (tiny) SELECT email FROM customers
INSERT IGNORE INTO narrow (n, tiny) SELECT email, email FROM customers
INSERT INTO narrow (n) VALUES ((SELECT max(email) FROM customers))
INSERT INTO narrow (n) SELECT score FROM customers
UPDATE narrow SET n = (SELECT max(email) FROM customers)
UPDATE IGNORE narrow SET n = (SELECT max(email) FROM customers) ;; SELECT * FROM narrow
UPDATE narrow SET checked = if((SELECT max(email) FROM customers) LIKE 'canary%', 'x', 'y')
INSERT INTO referring SELECT concat(email, 'x'), 'x' FROM customers
INSERT INTO orders (id, customer_id) SELECT 900, length(email) + 100 FROM customers
INSERT INTO events_of SELECT email, 1, 'x' FROM customers
INSERT INTO tripped SELECT email, 'x' FROM customers
DELETE FROM customers WHERE id = 1 AND email + 0 = 0
CREATE TEMPORARY TABLE u (a varchar(99) PRIMARY KEY) ;; INSERT INTO u SELECT email FROM customers ;; INSERT INTO u SELECT email FROM customers
CREATE TEMPORARY TABLE u (a varchar(99)) ;; INSERT INTO u SELECT email FROM customers ;; INSERT INTO u SELECT email FROM customers ;; ALTER TABLE u ADD UNIQUE (a)
CREATE TEMPORARY TABLE u (a varchar(99)) ;; INSERT INTO u SELECT email FROM customers ;; ALTER TABLE u MODIFY a int
CREATE UNIQUE INDEX ux ON events_of (secret) ;; INSERT INTO events_of SELECT 1, 1, secret FROM events_of
ALTER TABLE customers MODIFY email int
ALTER TABLE customers MODIFY ssn char(3)
ALTER TABLE customers ADD UNIQUE ((left(email, 3)))
ALTER TABLE vault ADD UNIQUE (text_s(3))
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x' ;; SELECT email FROM customers
SET @m = (SELECT max(email) FROM customers) ;; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @m
SET @m = (SELECT max(email) FROM customers) ;; SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = @m, TABLE_NAME = @m ;; SHOW WARNINGS
SET @m = (SELECT max(email) FROM customers) ;; SELECT cast(@m AS signed) ;; SHOW WARNINGS
SET @m = (SELECT max(email) FROM customers) ;; SET @@sql_mode = @m
SET @m = (SELECT max(email) FROM customers) ;; SELECT extractvalue(1, concat('~', @m))
SET @m = (SELECT max(email) FROM customers) ;; PREPARE p FROM @m`),
  ],
}

export const warnings: Family = {
  name: 'warnings',
  attacks: sequences(`
SELECT email + 0 FROM customers ;; SHOW WARNINGS
SELECT email + 0 FROM customers ;; SHOW ERRORS ;; SHOW COUNT(*) WARNINGS
SELECT email + 0 FROM customers ;; SELECT @@warning_count
SELECT cast(email AS signed), cast(email AS date) FROM customers ;; SHOW WARNINGS LIMIT 5
SELECT cast(email AS signed) FROM customers ;; GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT ;; SELECT @m
SELECT cast(email AS signed) FROM customers ;; GET CURRENT DIAGNOSTICS @n = NUMBER ;; GET DIAGNOSTICS CONDITION 2 @m = MESSAGE_TEXT, @e = MYSQL_ERRNO ;; SELECT @m, @e
SELECT * FROM orders WHERE id = (SELECT email FROM customers LIMIT 1) ;; SHOW WARNINGS
SELECT count(*) FROM customers WHERE email = 5 ;; SHOW WARNINGS
SELECT id FROM customers WHERE ssn > 5 ;; SHOW WARNINGS
DO cast((SELECT max(email) FROM customers) AS signed) ;; SHOW WARNINGS
SET @x = cast((SELECT max(email) FROM customers) AS signed) ;; SHOW WARNINGS
UPDATE plain SET n = n WHERE id = (SELECT max(email) FROM customers) ;; SHOW WARNINGS
INSERT IGNORE INTO narrow (n) SELECT email FROM customers ;; SHOW WARNINGS
SET sql_mode = '' ;; INSERT INTO narrow (n, tiny) SELECT email, email FROM customers ;; SHOW WARNINGS
CALL warns() ;; SHOW WARNINGS
SELECT mail_of(1) + 0 ;; SHOW WARNINGS
SELECT inet_aton(email) + cast(email AS decimal) FROM customers ;; SHOW WARNINGS
SELECT 1 FROM customers ORDER BY email + 0 ;; SHOW WARNINGS
SELECT count(*) FROM customers GROUP BY cast(email AS signed) ;; SHOW WARNINGS
SELECT str_to_date(email, '%Y') FROM customers ;; SHOW WARNINGS
SELECT json_valid(email), convert(email USING ascii), char(length(email) + 200 USING ascii) FROM customers ;; SHOW WARNINGS
SELECT group_concat(email) FROM customers ;; SHOW WARNINGS
SET group_concat_max_len = 30 ;; SELECT length(group_concat(name, email)) FROM customers ;; SHOW WARNINGS
SELECT repeat('x', score) IS NULL FROM customers ;; SHOW WARNINGS`),
}

export const plans: Family = {
  name: 'plans and labels',
  attacks: [
    ...lines(`
EXPLAIN SELECT * FROM plain WHERE label = (SELECT max(email) FROM customers)
EXPLAIN SELECT id FROM plain WHERE id = (SELECT length(email) - 20 FROM customers WHERE id = 1)
EXPLAIN FORMAT=JSON SELECT * FROM customers WHERE id = 1 AND email LIKE 'canary%'
EXPLAIN FORMAT=JSON SELECT *, (SELECT email FROM customers WHERE id = 1) FROM customers
EXPLAIN FORMAT=TREE SELECT * FROM customers WHERE id = 1 AND email > 'd'
EXPLAIN FORMAT=JSON SELECT d.one FROM (SELECT 1 AS one, (SELECT email FROM customers WHERE id = 1) AS two) d
EXPLAIN FORMAT=JSON SELECT p.id FROM plain p JOIN LATERAL (SELECT p.id AS a, concat('x', (SELECT email FROM customers WHERE id = 1)) AS b) d ON true
EXPLAIN FORMAT=JSON WITH c AS (SELECT id, (SELECT email FROM customers WHERE id = 1) AS b FROM plain) SELECT id FROM c
EXPLAIN FORMAT=JSON SELECT 1 FROM plain WHERE EXISTS (SELECT id, (SELECT email FROM customers WHERE id = 1) FROM plain)
EXPLAIN FORMAT=TREE SELECT d.one FROM (SELECT 1 AS one, concat('a', (SELECT email FROM customers WHERE id = 1)) AS two FROM plain) d
ANALYZE FORMAT=JSON SELECT id FROM customers WHERE email LIKE 'canary%'
ANALYZE SELECT id FROM customers WHERE email LIKE 'canary%'
EXPLAIN ANALYZE SELECT id FROM customers WHERE email LIKE 'canary%'
EXPLAIN SELECT id FROM customers WHERE email LIKE 'canary1%'
DESCRIBE SELECT * FROM customers WHERE email > 'd'`),
    ...sequences(`
EXPLAIN SELECT id FROM customers WHERE id = 1 ;; SHOW WARNINGS
EXPLAIN SELECT id, email FROM customers WHERE id = 1 ;; SHOW WARNINGS
EXPLAIN EXTENDED SELECT * FROM customers WHERE id = 1 ;; SHOW WARNINGS
EXPLAIN SELECT * FROM (SELECT email FROM customers WHERE id = 1) x ;; SHOW WARNINGS
EXPLAIN FORMAT=JSON INTO @p SELECT * FROM customers WHERE id = 1 ;; SELECT @p
EXPLAIN UPDATE plain SET label = (SELECT email FROM customers WHERE id = 1) ;; SHOW WARNINGS
SET optimizer_trace = 'enabled=on' ;; SELECT id FROM customers WHERE id = 1 AND email > 'd' ;; SELECT * FROM information_schema.optimizer_trace
SET profiling = 1 ;; SELECT email FROM customers WHERE email = 'canary1@secret.example' ;; SHOW PROFILES
FLUSH STATUS ;; SELECT id FROM customers WHERE crc32(email) % 2 ;; SHOW STATUS LIKE 'Handler_read%'
SELECT id FROM plain WHERE id < (SELECT length(email) - 20 FROM customers WHERE id = 1) ;; SHOW SESSION STATUS LIKE 'Last_query_cost'`),
  ],
  guesses: true,
}

export const catalogs: Family = {
  name: 'catalogs',
  guesses: true,
  attacks: [
    ...lines(`
SELECT * FROM information_schema.processlist
SHOW FULL PROCESSLIST
SHOW PROCESSLIST
SHOW ENGINE INNODB STATUS
SHOW BINLOG EVENTS
SHOW MASTER STATUS
SHOW BINARY LOGS
SHOW CREATE TABLE customers
SHOW CREATE VIEW contacts
SHOW CREATE FUNCTION mail_of
SHOW COLUMNS FROM customers
SHOW INDEX FROM customers
SHOW TABLE STATUS
SHOW TRIGGERS
SHOW OPEN TABLES
SHOW GRANTS
DESC customers
SELECT * FROM mysql.general_log
SELECT * FROM mysql.slow_log
SELECT * FROM mysql.user
SELECT * FROM mysql.column_stats
SELECT * FROM mysql.proc
SELECT * FROM mysql.innodb_index_stats
SELECT * FROM mysql.column_statistics
SELECT * FROM information_schema.column_statistics
SELECT histogram FROM information_schema.column_statistics
SELECT * FROM performance_schema.events_statements_history
SELECT * FROM performance_schema.events_statements_current
SELECT * FROM performance_schema.events_statements_history_long
SELECT * FROM performance_schema.events_statements_summary_by_digest
SELECT * FROM performance_schema.prepared_statements_instances
SELECT * FROM performance_schema.threads
SELECT * FROM performance_schema.user_variables_by_thread
SELECT * FROM performance_schema.data_locks
SELECT * FROM performance_schema.session_variables
SELECT * FROM performance_schema.error_log
SELECT * FROM sys.statement_analysis
SELECT * FROM sys.processlist
SELECT * FROM sys.innodb_lock_waits
SELECT * FROM information_schema.user_variables
SELECT * FROM information_schema.innodb_trx
SELECT * FROM information_schema.innodb_locks
SELECT * FROM information_schema.innodb_buffer_page LIMIT 5
SELECT * FROM information_schema.innodb_sys_tablestats
SELECT * FROM information_schema.innodb_ft_index_table
SELECT * FROM information_schema.query_cache_info
SELECT * FROM information_schema.files
SELECT partition_description, table_rows FROM information_schema.partitions WHERE table_name = 'events_of'
SELECT load_file('/etc/hostname')
SELECT load_file(concat(@@datadir, 'shop1/customers.ibd'))
CHECKSUM TABLE customers
ANALYZE TABLE customers PERSISTENT FOR ALL
ANALYZE TABLE customers UPDATE HISTOGRAM ON email WITH 4 BUCKETS
HELP 'SELECT'
BINLOG 'AAAA'`),
    ...sequences(`
ANALYZE TABLE customers UPDATE HISTOGRAM ON email WITH 4 BUCKETS ;; SELECT * FROM information_schema.column_statistics
ANALYZE TABLE customers PERSISTENT FOR ALL ;; SELECT * FROM mysql.column_stats
SET @v = (SELECT max(email) FROM customers) ;; SELECT * FROM performance_schema.user_variables_by_thread
SET @v = (SELECT max(email) FROM customers) ;; SELECT * FROM information_schema.user_variables
SELECT id FROM customers WHERE email = 'canary1@secret.example' ;; SELECT sql_text FROM performance_schema.events_statements_history
PREPARE p FROM 'SELECT id FROM customers WHERE email = ''canary1@secret.example''' ;; SELECT * FROM performance_schema.prepared_statements_instances
SET GLOBAL general_log = 1 ;; SELECT email FROM customers
SET GLOBAL log_output = 'TABLE' ;; SELECT * FROM mysql.general_log
BEGIN ;; SELECT * FROM customers WHERE email LIKE 'canary%' FOR UPDATE ;; SELECT lock_data FROM performance_schema.data_locks
USE mysql ;; SELECT * FROM general_log
USE performance_schema ;; SELECT sql_text FROM events_statements_current`),
  ],
}
