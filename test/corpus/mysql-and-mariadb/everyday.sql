--- What applications and people ask all day.
SELECT 1
--> allow | nothing |
SELECT NOW(), CURRENT_USER(), VERSION(), DATABASE(), CONNECTION_ID(), LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS()
--> allow | nothing |
SELECT * FROM customers
--> allow | nothing | read customers
SELECT id, name FROM customers WHERE id = 1
--> allow | nothing | read customers
SELECT `id`, `name` FROM `shop`.`customers` WHERE `id` = ?
--> allow | nothing | read customers
SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.state = 'new'
--> allow | nothing | read customers, read orders
SELECT c.name, o.total FROM customers c LEFT JOIN orders o USING (id)
--> allow | nothing | read customers, read orders
SELECT c.name FROM customers c, orders o WHERE o.customer_id = c.id
--> allow | nothing | read customers, read orders
SELECT c.name FROM customers c STRAIGHT_JOIN orders o ON o.customer_id = c.id
--> allow | nothing | read customers, read orders
SELECT COUNT(*), SUM(total), AVG(total), MIN(at), MAX(at) FROM orders
--> allow | nothing | read orders
SELECT state, COUNT(*) FROM orders GROUP BY state HAVING COUNT(*) > 1 ORDER BY 2 DESC
--> allow | nothing | read orders
SELECT state, COUNT(*) FROM orders GROUP BY state WITH ROLLUP
--> allow | nothing | read orders
SELECT DISTINCT city FROM customers ORDER BY city
--> allow | nothing | read customers
SELECT * FROM orders ORDER BY at DESC LIMIT 20 OFFSET 40
--> allow | nothing | read orders
SELECT * FROM orders WHERE id > 2 ORDER BY id LIMIT 0, 10
--> allow | nothing | read orders
SELECT SQL_CALC_FOUND_ROWS * FROM orders LIMIT 1
--> allow | nothing | read orders
SELECT * FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE city = 'Rome')
--> allow | nothing | read orders, read customers
SELECT * FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)
--> allow | nothing | read customers, read orders
SELECT id FROM customers WHERE name LIKE '%a%' OR city REGEXP '^R'
--> allow | nothing | read customers
SELECT id, RANK() OVER (PARTITION BY customer_id ORDER BY total DESC) FROM orders
--> allow | nothing | read orders
SELECT DATE(at), SUM(total) FROM orders GROUP BY DATE(at)
--> allow | nothing | read orders
WITH big AS (SELECT * FROM orders WHERE total > 15) SELECT customer_id, COUNT(*) FROM big GROUP BY customer_id
--> allow | nothing | read orders
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n
--> allow | nothing |
SELECT id FROM customers UNION ALL SELECT customer_id FROM orders
--> allow | nothing | read customers, read orders
(SELECT id FROM customers) UNION (SELECT id FROM invoices) ORDER BY 1 LIMIT 2
--> allow | nothing | read customers, read invoices
SELECT JSON_EXTRACT(prefs, '$.a') FROM customers
--> allow | nothing | read customers
SELECT * FROM (SELECT id, total FROM orders) t WHERE t.total > 5
--> allow | nothing | read orders
SELECT * FROM contacts WHERE id = 1
--> allow | nothing | read view contacts, read customers
SELECT * FROM busy ORDER BY orders DESC
--> allow | nothing | read view busy, read view contacts, read customers, read orders
SELECT * FROM events PARTITION (p2025)
--> allow | nothing | read events
SELECT twice(id), order_count(id) FROM customers
--> allow | nothing | read customers, read orders, execute function twice, execute function order_count
SELECT COALESCE(city, '-'), NULLIF(name, ''), IF(id > 1, 'a', 'b'), IFNULL(city, 'x'), CASE WHEN id > 3 THEN 1 ELSE 0 END FROM customers
--> allow | nothing | read customers
SELECT SHA2(name, 256), CHAR_LENGTH(name), UPPER(name), SUBSTRING_INDEX(email, '@', -1) FROM customers
--> allow | nothing | read customers
SELECT DATE_FORMAT(at, '%Y-%m'), UNIX_TIMESTAMP(at), DATEDIFF(NOW(), at), at + INTERVAL 1 DAY FROM orders
--> allow | nothing | read orders
SELECT UUID(), RAND(), CONCAT('a', 'b'), GROUP_CONCAT(name SEPARATOR ';') FROM customers
--> allow | nothing | read customers
SELECT CAST(total AS SIGNED), CONVERT(name USING utf8mb4), BINARY name FROM orders JOIN customers ON customers.id = customer_id
--> allow | nothing | read orders, read customers
SELECT * FROM orders WHERE id = 1 FOR UPDATE
--> allow | nothing | read orders, lock orders
SELECT * FROM orders WHERE id = 1 LOCK IN SHARE MODE
--> allow | nothing | read orders, lock orders
SELECT * FROM orders WHERE state = 'new' LIMIT 1 FOR UPDATE SKIP LOCKED
--> allow | nothing | read orders, lock orders
EXPLAIN SELECT * FROM orders WHERE id = 1
--> allow | nothing | read orders
EXPLAIN DELETE FROM stock WHERE id = 1
--> allow | nothing | read stock
EXPLAIN FORMAT=JSON SELECT * FROM orders
--> allow | nothing | read orders
DESCRIBE orders
--> allow | nothing | read orders
DESC orders total
--> allow | nothing | read orders
SELECT * FROM orders FORCE INDEX (PRIMARY) WHERE id = 1
--> allow | nothing | read orders
SELECT @total := 1, @x
--> allow | nothing |
SET @x = 1
--> allow | nothing |
SELECT id INTO @x FROM customers LIMIT 1
--> allow | nothing | read customers
SELECT 'DELETE FROM customers; DROP TABLE orders', "TRUNCATE stock"
--> allow | nothing |
SELECT * FROM orders -- DELETE FROM orders
--> allow | nothing | read orders
SELECT * FROM orders # DELETE FROM orders
--> allow | nothing | read orders
SELECT /* ; DROP TABLE stock; */ product FROM stock
--> allow | nothing | read stock
SELECT id FROM orders WHERE note = 'it\'s; DELETE FROM orders'
--> allow | nothing | read orders
SELECT /*!40001 SQL_NO_CACHE */ * FROM stock
--> allow | nothing | read stock
SELECT 1; SELECT 2; SELECT id FROM stock
--> allow | nothing | read stock
SELECT SLEEP(0)
--> allow | nothing | execute function sleep
DO SLEEP(0)
--> allow | nothing | execute function sleep
SELECT GET_LOCK('a', 0), IS_FREE_LOCK('a'), RELEASE_LOCK('a')
--> allow | nothing | lock function get_lock, lock function release_lock
CALL report()
--> allow | nothing | execute procedure report, read orders

SELECT o.id, (SELECT name FROM customers c WHERE c.id = o.customer_id) AS name FROM orders o
--> allow | nothing | read orders, read customers
SELECT * FROM orders WHERE at BETWEEN '2025-01-01' AND '2026-12-31'
--> allow | nothing | read orders
SELECT * FROM orders WHERE (customer_id, state) IN ((1, 'new'), (2, 'new'))
--> allow | nothing | read orders
SELECT * FROM stock WHERE n IS NOT NULL AND NOT (n > 3 XOR id = 2)
--> allow | nothing | read stock
SELECT AVG(t.c) FROM (SELECT COUNT(*) AS c FROM orders GROUP BY customer_id) t
--> allow | nothing | read orders
SELECT LAG(total) OVER w, SUM(total) OVER w FROM orders WINDOW w AS (ORDER BY id)
--> allow | nothing | read orders
SELECT name FROM customers WHERE MATCH (name) AGAINST ('a')
--> allow | fails | read customers
SELECT JSON_OBJECT('id', id, 'name', name) FROM customers
--> allow | nothing | read customers
SELECT HEX(name), INET_ATON('10.0.0.1'), CRC32(city), FORMAT(id, 2) FROM customers
--> allow | nothing | read customers
SELECT CURDATE(), CURTIME(), UTC_TIMESTAMP(), LOCALTIME()
--> allow | nothing |
SELECT c.*, i.* FROM customers c NATURAL JOIN invoices i
--> allow | nothing | read customers, read invoices
SELECT c.id FROM customers c RIGHT JOIN invoices i ON i.customer_id = c.id WHERE c.id IS NULL
--> allow | nothing | read customers, read invoices
SELECT STRCMP(state, 'new') FROM orders
--> allow | nothing | read orders
SELECT id FROM orders WHERE total > ALL (SELECT total FROM orders WHERE state = 'sent')
--> allow | nothing | read orders
SELECT id FROM orders WHERE total > ANY (SELECT total FROM orders)
--> allow | nothing | read orders

--- Writes that say which rows they mean, and the definitions that migrations add.
INSERT INTO stock VALUES (7, 'lamp', 3)
--> allow | rows | insert stock
INSERT INTO stock (id, product) VALUES (8, 'chair'), (9, 'table')
--> allow | rows | insert stock
INSERT INTO stock SET id = 10, product = 'bed'
--> allow | rows | insert stock
INSERT IGNORE INTO stock (id, product) VALUES (1, 'x')
--> allow | nothing | insert stock
INSERT INTO stock (id, product, n) VALUES (1, 'x', 1) ON DUPLICATE KEY UPDATE n = n + 1
--> allow | rows | insert stock, update stock
INSERT INTO scratch SELECT id, product FROM stock WHERE n > 1
--> allow | rows | insert scratch, read stock
INSERT INTO orders (customer_id, total) VALUES (1, 5)
--> allow | rows | insert orders
INSERT INTO contacts (id, name) VALUES (20, 'Zoe')
--> allow | rows | insert view contacts, insert customers, read customers
REPLACE INTO stock (id, product, n) VALUES (1, 'p1', 9)
--> allow | rows | insert stock, delete stock
INSERT INTO watched (id, amount) VALUES (4, 4)
--> allow | rows | insert watched
UPDATE stock SET n = 4 WHERE id = 1
--> allow | rows | update stock
UPDATE stock SET n = n + 1 WHERE product IN ('p1', 'p2') ORDER BY id LIMIT 1
--> allow | rows | update stock
UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.state = 'sent' WHERE c.city = 'Oslo'
--> allow | rows | update orders, read customers
UPDATE contacts SET city = 'Paris' WHERE id = 2
--> allow | rows | update view contacts, update customers, read customers
UPDATE watched SET amount = 9 WHERE id = 1
--> allow | rows | update watched, execute trigger stamp
UPDATE orders SET total = total * 1.1 WHERE id IN (SELECT order_id FROM items WHERE n > 3)
--> allow | rows | update orders, read items
DELETE FROM scratch WHERE id = 1
--> allow | rows | delete scratch
DELETE FROM items WHERE order_id = 3 ORDER BY id LIMIT 1
--> allow | rows | delete items
DELETE i FROM items i JOIN orders o ON o.id = i.order_id WHERE o.state = 'sent'
--> allow | rows | delete items, read orders
DELETE FROM i USING items i JOIN orders o ON o.id = i.order_id WHERE o.state = 'sent'
--> allow | rows | delete items, read orders
DELETE FROM customers WHERE id = 1
--> allow | rows | delete customers, delete orders, delete items, update invoices
DELETE FROM orders WHERE id = 2
--> allow | rows | delete orders, delete items
UPDATE orders SET id = 500 WHERE id = 3
--> allow | rows | update orders, update items
UPDATE orders SET note = 'told' WHERE id = 1
--> allow | rows | update orders
DELETE FROM watched WHERE id = 1
--> allow | rows | delete watched, execute trigger kept, insert audit.log, update counters
SELECT reserve('p1')
--> allow | rows | execute function reserve, update stock
CALL restock('p2', 4)
--> allow | rows | execute procedure restock, update stock
CREATE TABLE notes (id bigint AUTO_INCREMENT PRIMARY KEY, body text NOT NULL, at timestamp DEFAULT CURRENT_TIMESTAMP) ENGINE=InnoDB
--> allow | schema | create notes
CREATE TABLE IF NOT EXISTS stock (id int)
--> allow | nothing | create stock
CREATE TABLE visits (customer_id int, FOREIGN KEY (customer_id) REFERENCES customers (id))
--> allow | schema | create visits, read customers
CREATE TABLE new_orders AS SELECT id, total FROM orders WHERE state = 'new'
--> allow | schema+rows | create new_orders, read orders
CREATE TABLE stock_copy LIKE stock
--> allow | schema | create stock_copy, read stock
CREATE INDEX orders_state ON orders (state)
--> allow | schema | create index orders_state, alter orders
CREATE UNIQUE INDEX stock_n ON stock (n, id)
--> allow | schema | create index stock_n, alter stock
ALTER TABLE orders ADD COLUMN discount decimal(5,2) DEFAULT 0
--> allow | schema+rows | alter orders
ALTER TABLE orders ADD INDEX (total), ADD COLUMN (a int, b int)
--> allow | schema+rows | alter orders
ALTER TABLE stock ADD CONSTRAINT positive CHECK (n >= 0)
--> allow | schema | alter stock
ALTER TABLE stock ALTER COLUMN n SET DEFAULT 0
--> allow | schema | alter stock
ALTER TABLE stock COMMENT = 'what there is'
--> allow | schema | alter stock
CREATE VIEW cheap AS SELECT id, total FROM orders WHERE total < 20
--> allow | schema | create view cheap, read orders
CREATE DATABASE reports
--> allow | schema | create database reports
ANALYZE TABLE orders
--> allow | nothing | maintain orders
OPTIMIZE TABLE scratch
--> allow | nothing | maintain scratch
CHECK TABLE stock
--> allow | nothing | maintain stock
CREATE TEMPORARY TABLE picked (id int)
--> allow | nothing | create temporary table picked
CREATE TEMPORARY TABLE picked AS SELECT id FROM orders
--> allow | nothing | create temporary table picked, read orders
CREATE TEMPORARY TABLE picked (id int); INSERT INTO picked VALUES (1); DELETE FROM picked; DROP TEMPORARY TABLE picked
--> allow | nothing | create temporary table picked, insert temporary table picked, delete! temporary table picked, drop temporary table picked

--- What drivers, tools and people send about their own session.
BEGIN
--> allow | nothing | transaction
START TRANSACTION READ ONLY
--> allow | nothing | transaction
START TRANSACTION WITH CONSISTENT SNAPSHOT
--> allow | nothing | transaction
COMMIT
--> allow | nothing | transaction
ROLLBACK
--> allow | nothing | transaction
SAVEPOINT a
--> allow | nothing | transaction
START TRANSACTION; UPDATE stock SET n = 1 WHERE id = 1; COMMIT
--> allow | rows | transaction, update stock
SET autocommit = 0
--> allow | settings | setting setting autocommit
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED
--> allow | settings | transaction, setting setting session characteristics
SET NAMES utf8mb4
--> allow | settings | setting setting character_set_client, setting setting character_set_results
SET time_zone = '+00:00'
--> allow | settings | setting setting time_zone
SET SESSION sql_mode = 'STRICT_TRANS_TABLES'
--> allow | settings | setting setting sql_mode
SET wait_timeout = 300, net_write_timeout = 100
--> allow | settings | setting setting wait_timeout, setting setting net_write_timeout
SET @@session.sort_buffer_size = 524288
--> allow | settings | setting setting sort_buffer_size
SET sql_safe_updates = 1, sql_select_limit = 1000
--> allow | settings | setting setting sql_safe_updates, setting setting sql_select_limit
SET foreign_key_checks = 1
--> allow | nothing | setting setting foreign_key_checks
SET group_concat_max_len = 10000
--> allow | settings | setting setting group_concat_max_len
SELECT @@version, @@session.autocommit, @@global.max_connections
--> allow | nothing |
USE shop
--> allow | nothing | setting setting database
SHOW TABLES
--> allow | nothing | read view information_schema.tables
SHOW FULL TABLES FROM shop
--> allow | nothing | read view information_schema.tables
SHOW DATABASES
--> allow | nothing | read view information_schema.schemata
SHOW COLUMNS FROM orders
--> allow | nothing | read orders
SHOW CREATE TABLE orders
--> allow | nothing | read orders
SHOW INDEX FROM orders
--> allow | nothing | read orders
SHOW VARIABLES LIKE 'sql_mode'
--> allow | nothing | read setting *
SHOW STATUS
--> allow | nothing | read setting *
SHOW WARNINGS
--> allow | nothing | read view information_schema.warnings
SHOW TABLE STATUS LIKE 'orders'
--> allow | nothing | read view information_schema.tables
SHOW ENGINES
--> allow | nothing | read view information_schema.engines
SHOW COLLATION
--> allow | nothing | read view information_schema.collations
SHOW TRIGGERS
--> allow | nothing | read view information_schema.triggers
SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
--> allow | nothing | read view information_schema.tables
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders'
--> allow | nothing | read view information_schema.columns
SELECT constraint_name FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL
--> allow | nothing | read view information_schema.key_column_usage
SELECT routine_name FROM information_schema.routines
--> allow | nothing | read view information_schema.routines
PREPARE p FROM 'SELECT * FROM stock WHERE id = ?'
--> allow | nothing | transaction
PREPARE p FROM 'SELECT * FROM stock WHERE id = ?'; SET @i = 1; EXECUTE p USING @i; DEALLOCATE PREPARE p
--> allow | nothing | transaction, read stock
LOCK TABLES stock READ
--> allow | nothing | lock stock
LOCK TABLES stock WRITE; UNLOCK TABLES
--> allow | nothing | lock stock, transaction
UNLOCK TABLES
--> allow | nothing | transaction
HANDLER stock OPEN; HANDLER stock READ FIRST; HANDLER stock CLOSE
--> allow | nothing | read stock, transaction
XA RECOVER
--> allow | nothing | transaction

--- The rest of the servers' manuals, where it harms nothing.
HANDLER stock OPEN
--> allow | nothing | read stock
HANDLER stock OPEN AS h; HANDLER h READ `PRIMARY` = (1); HANDLER h CLOSE
--> allow | nothing | read stock, transaction
LOAD INDEX INTO CACHE stock
--> allow | nothing | maintain database *
CACHE INDEX stock IN no_such_cache
--> allow | fails | maintain database *
REPAIR TABLE stock
--> allow | nothing | maintain stock
CHECKSUM TABLE stock, counters
--> allow | nothing | maintain counters, maintain stock
FLUSH TABLES
--> allow | nothing | maintain database *
FLUSH TABLES stock, counters
--> allow | nothing | maintain counters, maintain stock
FLUSH LOCAL TABLES stock WITH READ LOCK
--> allow | nothing | lock stock, maintain stock
XA COMMIT 'no_such'
--> allow | fails | transaction
XA START 'y'; UPDATE stock SET n = 1 WHERE id = 1; XA END 'y'; XA COMMIT 'y' ONE PHASE
--> allow | rows | transaction, update stock
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x'
--> allow | fails | transaction
RESIGNAL
--> allow | fails | transaction
GET DIAGNOSTICS @n = NUMBER
--> allow | nothing | transaction
HELP 'select'
--> allow | nothing | read mysql.help_topic
ALTER TABLE stock DISABLE KEYS
--> allow | nothing | alter stock
ALTER TABLE stock FORCE
--> allow | nothing | alter stock
ALTER TABLE stock ORDER BY n DESC, id
--> allow | nothing | alter stock
ALTER TABLE stock DEFAULT CHARACTER SET latin1
--> allow | schema | alter stock
ALTER TABLE stock AUTO_INCREMENT = 5, COMMENT 'x', ROW_FORMAT DYNAMIC
--> allow | schema | alter stock
ALTER TABLE stock ADD CHECK (n > 100)
--> allow | fails | alter stock
ALTER TABLE stock ADD UNIQUE (n)
--> allow | fails | alter stock
ALTER TABLE stock ADD FOREIGN KEY (n) REFERENCES customers (id)
--> allow | fails | alter stock, read customers
ALTER TABLE stock ADD PRIMARY KEY (n)
--> allow | fails | alter stock
ALTER TABLE events ADD PARTITION (PARTITION p2027 VALUES LESS THAN (2028))
--> allow | schema | alter events
ALTER TABLE scratch ADD COLUMN loud varchar(50) AS (UPPER(label)) STORED
--> allow | rows+schema | alter scratch
ALTER TABLE scratch ADD COLUMN sum int DEFAULT (1 + 1)
--> allow | rows+schema | alter scratch
ALTER TABLE scratch ADD FULLTEXT (label)
--> allow | schema | alter scratch
SHOW CREATE PROCEDURE tidy
--> allow | nothing | read view information_schema.routines
SHOW PROCEDURE STATUS
--> allow | nothing | read view information_schema.routines
SHOW EVENTS
--> allow | nothing | read view information_schema.events
SHOW PLUGINS
--> allow | nothing | read view information_schema.plugins
SHOW PRIVILEGES
--> allow | nothing | read view information_schema.privileges
SHOW OPEN TABLES
--> allow | nothing | read view information_schema.tables
SHOW BINARY LOGS
--> allow | fails | read view information_schema.binary_logs
SHOW PROFILES
--> allow | nothing | read view information_schema.profiling
SHOW COUNT(*) WARNINGS
--> allow | nothing | read view information_schema.count_warnings
SHOW CREATE DATABASE shop
--> allow | nothing | read view information_schema.schemata
SHOW CREATE VIEW contacts
--> allow | nothing | read view contacts
SHOW CHARACTER SET
--> allow | nothing | read view information_schema.character_sets
INSERT LOW_PRIORITY INTO scratch VALUES (2, 'y'), (3, 'z')
--> allow | rows | insert scratch
INSERT HIGH_PRIORITY IGNORE INTO stock SELECT id + 10, label, 1 FROM scratch
--> allow | rows | insert stock, read scratch
PREPARE p FROM 'SELECT 1'; DEALLOCATE PREPARE p; EXECUTE p
--> allow | fails | transaction
PREPARE p FROM 'DROP TABLE scratch'; DROP PREPARE p
--> allow | nothing | transaction
PREPARE p FROM 'DELETE FROM stock WHERE id = ?'; SET @i = 1; EXECUTE p USING @i
--> allow | rows | delete stock, transaction
SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'
--> allow | settings | setting setting sql_mode
SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')
--> allow | settings | setting setting sql_mode
SET TRANSACTION READ ONLY
--> allow | nothing | transaction
SET @@session.tmp_table_size = DEFAULT
--> allow | nothing | setting setting tmp_table_size
SET character_set_results = NULL
--> allow | settings | setting setting character_set_results
SET collation_connection = utf8mb4_general_ci
--> allow | settings | setting setting collation_connection
SET default_storage_engine = MEMORY
--> allow | settings | setting setting default_storage_engine
SET insert_id = 500
--> allow | nothing | setting setting insert_id
SET profiling = 1
--> allow | settings | setting setting profiling
/*!40101 SET NAMES utf8mb4 */
--> allow | settings | setting setting character_set_client, setting setting character_set_results
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=1 */
--> allow | nothing | setting setting unique_checks
/*!40000 ALTER TABLE `stock` DISABLE KEYS */
--> allow | nothing | alter stock
/*!999998 DELETE FROM stock */ SELECT 1
--> allow | nothing |
SELECT 1 /*!999998 INTO OUTFILE '{dir}/never' */
--> allow | nothing |
SELECT /*! DISTINCT */ id FROM stock /* ! ; DELETE FROM stock */
--> allow | nothing | read stock
/*/ DELETE FROM stock /*/
--> allow | nothing |
DELETE FROM stock WHERE id = 1 --x
--> allow | fails | delete stock
DELETE FROM stock WHERE id = 1 OR id = 2 --
--> allow | rows | delete stock
SELECT 'a' 'b' "c", N'd', _utf8mb4'e', X'41', b'01'
--> allow | nothing |
SELECT '\'; DELETE FROM stock; -- '
--> allow | nothing |
SELECT 1;;SELECT 2;
--> allow | fails |
DELETE LOW_PRIORITY IGNORE FROM stock WHERE id IN (1, 2) ORDER BY id LIMIT 2
--> allow | rows | delete stock
DELETE FROM orders WHERE id = 1 AND customer_id = 1 OR 0
--> allow | rows | delete items, delete orders
DELETE FROM stock WHERE id = (SELECT MAX(id) FROM orders)
--> allow | nothing | delete stock, read orders
DELETE FROM stock WHERE product RLIKE '^p1$'
--> allow | rows | delete stock
DELETE FROM stock WHERE SUBSTRING(product, 1, 1) = 'p'
--> allow | rows | delete stock
UPDATE LOW_PRIORITY stock SET n = 1 WHERE id = 1
--> allow | rows | update stock
UPDATE stock s, items i SET s.n = i.n WHERE s.id = i.id
--> allow | rows | read items, update stock
UPDATE items SET order_id = 2 WHERE id = 1
--> allow | rows | update items
INSERT INTO customers (id, email) VALUES (1, 'x') ON DUPLICATE KEY UPDATE email = VALUES(email)
--> allow | rows | insert customers, update customers
REPLACE INTO customers (id, name) VALUES (1, 'x')
--> allow | rows | delete customers, delete items, delete orders, insert customers, update invoices
REPLACE INTO watched (id, amount) VALUES (1, 5)
--> allow | rows | delete watched, execute trigger kept, insert audit.log, insert watched, update counters
SELECT * FROM mysql.tables_priv
--> allow | nothing | read mysql.tables_priv
CREATE DATABASE IF NOT EXISTS shop
--> allow | nothing | create database shop
CREATE TABLE stock_two (PRIMARY KEY (id)) SELECT id, n FROM stock
--> allow | rows+schema | create stock_two, read stock
CREATE TABLE stock_csv (id int NOT NULL) ENGINE = CSV
--> allow | schema | create stock_csv
CREATE TABLE part (id int) PARTITION BY HASH (id) PARTITIONS 2
--> allow | schema | create part
CREATE FULLTEXT INDEX words ON scratch (label)
--> allow | schema | alter scratch, create index words
CREATE INDEX expensive ON stock (n) ALGORITHM = INPLACE LOCK = NONE
--> allow | schema | alter stock, create index expensive
LOCK TABLES stock WRITE, customers AS c READ LOCAL; UNLOCK TABLES
--> allow | nothing | lock customers, lock stock, transaction
SELECT GET_LOCK('x', 0), IS_USED_LOCK('x')
--> allow | nothing | lock function get_lock
SELECT MASTER_POS_WAIT('x', 1, 0)
--> allow | nothing | execute function master_pos_wait
INSERT INTO scratch (id) SELECT 1 FROM DUAL WHERE reserve('p1') = 1
--> allow | rows | execute function reserve, insert scratch, update stock
SELECT id FROM stock ORDER BY reserve('p1')
--> allow | fails | execute function reserve, read stock, update stock
SELECT id FROM stock LIMIT 1 FOR UPDATE
--> allow | nothing | lock stock, read stock
CALL shop.restock('p1', 1)
--> allow | rows | execute procedure restock, update stock
CALL restock((SELECT product FROM stock LIMIT 1), 2)
--> allow | rows | execute procedure restock, read stock, update stock
CALL report
--> allow | nothing | execute procedure report, read orders
BEGIN; UPDATE stock SET n = 0 WHERE id = 1; SAVEPOINT s; ROLLBACK TO SAVEPOINT s; RELEASE SAVEPOINT s; COMMIT
--> allow | rows | transaction, update stock
COMMIT AND CHAIN
--> allow | nothing | transaction
ROLLBACK WORK AND NO CHAIN NO RELEASE
--> allow | nothing | transaction
CREATE ALGORITHM = MERGE VIEW small AS SELECT * FROM stock WHERE n < 5 WITH LOCAL CHECK OPTION
--> allow | schema | create view small, read stock
SELECT * FROM customers WHERE email = 'a@example.com' AND SLEEP(0) = 0
--> allow | nothing | execute function sleep, read customers
--- Some rows, found by a query over their own table.
DELETE FROM orders WHERE id IN (SELECT id FROM (SELECT id FROM orders WHERE at < '2020-01-01' LIMIT 1000) o)
--> allow | nothing | delete orders, delete items, read orders
DELETE a FROM stock a JOIN (SELECT id, ROW_NUMBER() OVER (PARTITION BY n ORDER BY id) AS rn FROM stock) d ON a.id = d.id WHERE d.rn > 1
--> allow | rows | delete stock, read stock
DELETE a FROM stock a JOIN stock b ON a.n = b.n AND a.id > b.id
--> allow | rows | delete stock, read stock
DELETE a FROM stock a JOIN (SELECT MIN(id) AS id, n FROM stock GROUP BY n HAVING COUNT(*) > 1) d ON a.n = d.n AND a.id > d.id
--> allow | rows | delete stock, read stock
DELETE a FROM stock a LEFT JOIN (SELECT MIN(id) AS id FROM stock GROUP BY n) d ON a.id = d.id WHERE d.id IS NULL
--> allow | rows | delete stock, read stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM items WHERE items.id = stock.id AND items.n > 2)
--> allow | rows | delete stock, read items
UPDATE stock a JOIN (SELECT id FROM stock ORDER BY id LIMIT 1) b USING (id) SET a.n = 0
--> allow | rows | update stock, read stock
UPDATE stock a JOIN items i ON i.id = a.id SET a.n = i.n
--> allow | rows | update stock, read items
UPDATE stock a JOIN (SELECT id, n FROM items) i USING (id) SET a.n = i.n
--> allow | rows | update stock, read items
UPDATE stock a JOIN (SELECT s.id, i.n FROM stock s JOIN items i ON i.id = s.id) b USING (id) SET a.n = b.n
--> allow | rows | update stock, read stock, read items
INSERT INTO stock (id, product, n) SELECT id, CONCAT('p', id), n FROM items ON DUPLICATE KEY UPDATE n = VALUES(n)
--> allow | rows | insert stock, update stock, read items
REPLACE INTO stock (id, product, n) SELECT id, CONCAT('p', id), n FROM items
--> allow | rows | insert stock, delete stock, read items
REPLACE INTO stock SELECT id, product, 0 FROM stock WHERE id = 2
--> allow | rows | insert stock, delete stock, read stock
DELETE a FROM stock a JOIN (SELECT id, ROW_NUMBER() OVER (PARTITION BY n ORDER BY id) AS rn FROM stock) d USING (id) WHERE rn > 1
--> allow | rows | delete stock, read stock
