--- Writes that do not look like one, and what others do because of a write.
WITH gone AS (DELETE FROM stock RETURNING *) SELECT count(*) FROM gone
--> hold unfiltered-write | rows | delete! stock, read stock
WITH a AS (SELECT 1), b AS (UPDATE stock SET n = 0) SELECT * FROM a
--> hold unfiltered-write | rows | update! stock
WITH a AS (INSERT INTO scratch VALUES (5, 'x') RETURNING id) SELECT * FROM a
--> allow | rows | insert scratch, read scratch
WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t WHERE i < 3), d AS (DELETE FROM scratch) SELECT * FROM t
--> hold unfiltered-write | rows | delete! scratch
WITH d AS (DELETE FROM scratch) INSERT INTO stock (id) VALUES (50)
--> hold unfiltered-write | rows | delete! scratch, insert stock
SELECT wipe_stock()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
SELECT id, (SELECT wipe_stock()) FROM orders
--> hold unfiltered-write | rows | read orders, execute function wipe_stock, delete! stock
SELECT * FROM customers WHERE wipe_stock() IS NULL
--> hold unfiltered-write | rows | read customers, execute function wipe_stock, delete! stock
SELECT * FROM wipe_stock()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
INSERT INTO scratch (label) SELECT wipe_stock()::text
--> hold unfiltered-write | rows | insert scratch, execute function wipe_stock, delete! stock
SELECT 1 FROM orders ORDER BY wipe_stock()::text
--> hold unfiltered-write | rows | read orders, execute function wipe_stock, delete! stock
SELECT clear_counters()
--> hold unfiltered-write | rows | execute function clear_counters, read counters, delete! counters
SELECT clear_if(true)
--> hold unfiltered-write | rows | execute function clear_if, delete! counters
CALL tidy()
--> hold truncate | rows | execute procedure tidy, delete scratch, truncate scratch
SELECT run_it('DELETE FROM stock')
--> hold dynamic-code | rows | execute function run_it
SELECT as_owner('ALTER ROLE leaver SUPERUSER')
--> hold dynamic-code | privileges | execute function as_owner
EXPLAIN ANALYZE DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
EXPLAIN (ANALYZE true, VERBOSE) UPDATE stock SET n = 0
--> hold unfiltered-write | rows | update! stock
EXPLAIN (VERBOSE, ANALYZE ON) DELETE FROM scratch
--> hold unfiltered-write | rows | delete! scratch
EXPLAIN (ANALYZE 1) SELECT wipe_stock()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
EXPLAIN ANALYZE CREATE TABLE stock2 AS SELECT email FROM customers
--> hold masked-data-moved | schema+rows | create stock2, read customers
PREPARE d AS DELETE FROM stock; EXECUTE d
--> hold unfiltered-write | rows | transaction, delete! stock
PREPARE d (int) AS DELETE FROM stock WHERE $1 = $1; EXECUTE d (1)
--> hold unfiltered-write | rows | transaction, delete! stock
EXECUTE never_prepared
--> hold unreadable | fails | unknown prepared statement never_prepared
EXPLAIN ANALYZE EXECUTE never_prepared
--> hold unreadable | fails | unknown prepared statement never_prepared
DELETE FROM stock WHERE $1 OR true
--> hold unfiltered-write | fails | delete! stock
FETCH ALL FROM never_declared
--> hold unreadable | fails | unknown cursor never_declared
SELECT 1; DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
BEGIN; DELETE FROM stock WHERE id = 1; TRUNCATE scratch; COMMIT
--> hold truncate | rows | transaction, delete stock, truncate scratch
SELECT 1;;; DROP TABLE scratch;
--> hold drop | schema+rows | drop scratch
COPY (DELETE FROM stock RETURNING *) TO STDOUT
--> hold unfiltered-write | rows | delete! stock, read stock
COPY (WITH d AS (DELETE FROM scratch RETURNING id) SELECT id FROM d) TO STDOUT
--> hold unfiltered-write | rows | delete! scratch, read scratch
CREATE TABLE t AS WITH d AS (DELETE FROM stock RETURNING *) SELECT * FROM d
--> hold unfiltered-write | schema+rows | create t, delete! stock, read stock
INSERT INTO stock (id) VALUES (60) ON CONFLICT (id) DO UPDATE SET n = (SELECT length(run_it('TRUNCATE scratch')::text))
--> hold dynamic-code | rows | insert stock, update stock, execute function run_it
CREATE TABLE t (a int DEFAULT (length(run_it('TRUNCATE scratch')::text))); INSERT INTO t DEFAULT VALUES
--> hold dynamic-code | schema+rows | create t, execute function run_it, insert t

--- What follows from a write: foreign keys, triggers, rules, views.
DELETE FROM customers WHERE id = 1
--> allow | rows | delete customers, delete orders, delete items, update invoices
DELETE FROM customers
--> hold unfiltered-write | rows | delete! customers, delete orders, delete items, update invoices
DELETE FROM orders WHERE id = 2
--> allow | rows | delete orders, delete items
UPDATE orders SET id = 500 WHERE id = 3
--> allow | rows | update orders, update items
UPDATE customers SET id = 900 WHERE id = 1
--> allow | fails | update customers
INSERT INTO customers (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y'
--> allow | rows | insert customers, update customers
DELETE FROM watched WHERE id = 1
--> allow | rows | delete watched, execute function keep_log, insert audit.log
DELETE FROM desk WHERE id = 1
--> allow | rows | delete view desk, execute function desk_gone, delete stock, read stock, update counters
DELETE FROM ruled WHERE id = 1
--> allow | rows | delete ruled, delete counters
MERGE INTO watched w USING stock s ON s.id = w.id WHEN MATCHED THEN DELETE
--> allow | rows | delete watched, read stock, execute function keep_log, insert audit.log
WITH d AS (DELETE FROM customers WHERE id = 2 RETURNING id) SELECT id FROM d
--> allow | rows | delete customers, read customers, delete orders, delete items, update invoices
COPY watched FROM STDIN
--> allow | nothing | insert watched, execute function keep_log, insert audit.log
