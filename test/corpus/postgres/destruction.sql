--- Every row, or the table itself.
DELETE FROM orders
--> hold unfiltered-write | rows | delete! orders, delete items
DELETE FROM stock WHERE true
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE 1 = 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = 1 OR 1 = 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE NOT false
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id IS NULL OR id IS NOT NULL
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE 'a' < 'b'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE product LIKE '%'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE EXISTS (SELECT 1)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM orders)
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE FROM stock WHERE (SELECT count(*) FROM orders) > 0
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE FROM stock WHERE current_user IS NOT NULL
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE now() > '2020-01-01'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE random() < 2
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE coalesce(n, 1) = coalesce(n, 1)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id IN (SELECT id FROM stock)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock USING orders
--> hold unfiltered-write | rows | delete! stock, read orders
DELETE FROM ONLY scratch
--> hold unfiltered-write | rows | delete! scratch
DELETE FROM scratch RETURNING *
--> hold unfiltered-write | rows | delete! scratch, read scratch
DELETE FROM events
--> hold unfiltered-write | rows | delete! events
DELETE FROM events_2025
--> hold unfiltered-write | rows | delete! events_2025, delete events
DELETE FROM contacts
--> hold unfiltered-write | rows | delete! view contacts, delete! customers, read customers, delete orders, delete items, update invoices
UPDATE stock SET n = 0
--> hold unfiltered-write | rows | update! stock
UPDATE stock SET n = 0 WHERE TRUE
--> hold unfiltered-write | rows | update! stock
UPDATE stock SET n = 0 WHERE 't'::boolean
--> hold unfiltered-write | rows | update! stock
UPDATE stock SET n = 0 FROM orders o
--> hold unfiltered-write | rows | update! stock, read orders
UPDATE contacts SET name = 'x'
--> hold unfiltered-write | rows | update! view contacts, update! customers, read customers
UPDATE watched SET amount = 0
--> hold unfiltered-write | rows | update! watched, execute function stamp
UPDATE customers SET email = NULL
--> hold unfiltered-write | rows | update! customers
MERGE INTO stock s USING items i ON true WHEN MATCHED THEN DELETE
--> hold unfiltered-write | fails | delete! stock, read items
MERGE INTO stock s USING items i ON s.id = i.id WHEN NOT MATCHED BY SOURCE THEN DELETE
--> hold unfiltered-write | nothing | delete! stock, read items
TRUNCATE scratch
--> hold truncate | rows | truncate scratch
TRUNCATE TABLE stock, counters RESTART IDENTITY
--> hold truncate | rows | truncate stock, truncate counters
TRUNCATE orders CASCADE
--> hold truncate | rows | truncate orders, truncate items
TRUNCATE customers CASCADE
--> hold truncate | rows | truncate customers, truncate orders, truncate items, truncate invoices
TRUNCATE customers
--> hold truncate | fails | truncate customers
TRUNCATE events_2025
--> hold truncate | rows | truncate events_2025
TRUNCATE events
--> hold truncate | rows | truncate events
DROP TABLE scratch
--> hold drop | schema+rows | drop scratch
DROP TABLE IF EXISTS no_such_table
--> hold drop | nothing | drop no_such_table
DROP TABLE orders CASCADE
--> hold drop | schema+rows | drop orders
DROP TABLE stock, scratch
--> hold drop | fails | drop stock, drop scratch
DROP VIEW contacts CASCADE
--> hold drop | schema | drop view contacts
DROP MATERIALIZED VIEW totals
--> hold drop | schema+rows | drop materialized view totals
DROP SCHEMA audit CASCADE
--> hold drop | schema+rows | drop schema audit
DROP SEQUENCE numbers
--> hold drop | schema | drop sequence numbers
DROP INDEX stock_product_key
--> hold drop | fails | drop index stock_product_key
DROP FUNCTION twice(int)
--> hold drop | schema | drop function twice
DROP PROCEDURE tidy
--> hold drop | schema | drop procedure tidy
DROP TYPE mood
--> hold drop | schema | drop type mood
DROP DOMAIN positive
--> hold drop | schema | drop domain positive
DROP TRIGGER stamp ON watched
--> hold drop alter-loses-data | schema | drop trigger stamp, alter watched
DROP RULE also ON ruled
--> hold drop alter-loses-data | schema | drop rule also, alter ruled
DROP DATABASE IF EXISTS no_such_database
--> hold drop | nothing | drop database no_such_database
DROP OWNED BY leaver
--> hold drop privileges | nothing | drop role leaver, grant role leaver
DROP EXTENSION plpgsql CASCADE
--> hold drop | schema | drop extension plpgsql
ALTER TABLE stock DROP COLUMN n
--> hold alter-loses-data | schema+rows | alter stock
ALTER TABLE stock DROP CONSTRAINT stock_product_key
--> hold alter-loses-data | schema | alter stock
ALTER TABLE stock ALTER COLUMN product TYPE varchar(3) USING left(product, 3)
--> hold alter-loses-data | fails | alter stock
ALTER TABLE orders ALTER note TYPE varchar(3) USING left(note, 3)
--> hold alter-loses-data | schema+rows | alter orders
ALTER TABLE watched DISABLE TRIGGER ALL
--> hold alter-loses-data | schema | alter watched
ALTER TABLE events DETACH PARTITION events_2025
--> hold alter-loses-data | schema | alter events, alter events_2025
ALTER TABLE stock SET UNLOGGED
--> hold alter-loses-data | schema | alter stock
ALTER TABLE stock RENAME TO store
--> hold rename | schema+rows | alter stock
ALTER TABLE customers RENAME COLUMN email TO mail
--> hold rename | schema | alter customers
ALTER TABLE customers SET SCHEMA audit
--> hold rename | schema+rows | alter customers
ALTER SCHEMA audit RENAME TO old_audit
--> hold rename | schema+rows | alter schema audit
ALTER TABLE events ATTACH PARTITION scratch DEFAULT
--> hold rename | fails | alter events, alter scratch
ALTER SEQUENCE numbers RESTART WITH 1
--> hold alter-loses-data | nothing | alter sequence numbers
ALTER VIEW contacts RENAME TO people
--> hold rename | schema | alter view contacts
CREATE OR REPLACE VIEW contacts AS SELECT id, name, city FROM customers WHERE false
--> hold replaced-view | schema | create view contacts, read customers
CREATE TABLE leaked AS SELECT email FROM customers
--> hold masked-data-moved | schema+rows | create leaked, read customers
INSERT INTO scratch (label) SELECT email FROM customers
--> hold masked-data-moved | rows | insert scratch, read customers
UPDATE customers SET name = email WHERE id = 1
--> hold masked-data-moved | rows | update customers
CREATE VIEW leaking AS SELECT id, lower(email) AS e FROM customers
--> hold view-of-masked-data | schema | create view leaking, read customers
UPDATE stock SET product = (SELECT email FROM customers LIMIT 1) WHERE id = 1
--> hold masked-data-moved | rows | update stock, read customers
--- Every row, found again in a copy of the table.
MERGE INTO stock USING (SELECT id FROM stock) o ON o.id = stock.id WHEN MATCHED THEN DELETE
--> hold unfiltered-write | rows | delete! stock, read stock
MERGE INTO stock USING (SELECT 1) o ON stock.id IS NOT NULL WHEN MATCHED THEN DELETE
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock USING (SELECT id FROM stock) o WHERE o.id = stock.id
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock USING (SELECT id AS it FROM stock WHERE true OFFSET 0) o WHERE o.it = stock.id
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock USING (SELECT * FROM stock) AS o(a, b) WHERE stock.product = b
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock USING (SELECT 0 AS id UNION SELECT id FROM stock) o WHERE o.id = stock.id
--> hold unfiltered-write | rows | delete! stock, read stock
UPDATE stock SET n = 0 FROM (SELECT id FROM stock) o WHERE o.id = stock.id
--> hold unfiltered-write | rows | update! stock, read stock
UPDATE stock SET n = 0 FROM (SELECT a.id FROM stock a JOIN stock b USING (id)) o WHERE o.id = stock.id
--> hold unfiltered-write | rows | update! stock, read stock
UPDATE stock SET n = d.n FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM stock) d WHERE d.id = stock.id
--> hold unfiltered-write | rows | update! stock, read stock
WITH o AS (SELECT id FROM stock) DELETE FROM stock USING o WHERE o.id = stock.id
--> hold unfiltered-write | rows | delete! stock, read stock
WITH o AS (SELECT id FROM stock), p(k) AS (TABLE o) DELETE FROM stock USING p WHERE p.k = stock.id
--> hold unfiltered-write | rows | delete! stock, read stock
WITH o AS (SELECT id FROM stock) DELETE FROM stock WHERE id IN (SELECT id FROM o)
--> hold unfiltered-write | rows | delete! stock, read stock
WITH o AS (SELECT id FROM stock), d AS (DELETE FROM stock USING o WHERE o.id = stock.id RETURNING 1) SELECT count(*) FROM d
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE id IN (SELECT id FROM (SELECT id FROM stock) o)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE id IN (WITH o AS (SELECT id FROM stock) SELECT id FROM o)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE (id, product) IN (SELECT id, product FROM stock)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock a WHERE EXISTS (SELECT 1 FROM stock b WHERE a.id = b.id)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM stock b WHERE b.id = stock.id LIMIT 1)
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM (SELECT id FROM stock) b WHERE b.id = stock.id)
--> hold unfiltered-write | rows | delete! stock, read stock
INSERT INTO stock SELECT id, product, n FROM stock ON CONFLICT (id) DO UPDATE SET n = 0
--> hold unfiltered-write | rows | insert stock, update! stock, read stock
INSERT INTO stock TABLE stock ON CONFLICT ON CONSTRAINT stock_pkey DO UPDATE SET n = 0
--> hold unfiltered-write | rows | insert stock, update! stock, read stock
INSERT INTO stock (product, id) SELECT product, id FROM (SELECT * FROM stock) s ON CONFLICT (product) DO UPDATE SET n = 0
--> hold unfiltered-write | rows | insert stock, update! stock, read stock
