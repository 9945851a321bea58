--- Writes that say which rows they mean, and the definitions that migrations add.
INSERT INTO stock VALUES (7, 'lamp', 3)
--> allow | rows | insert stock
INSERT INTO stock (id, product) VALUES (8, 'chair'), (9, 'table')
--> allow | rows | insert stock
INSERT INTO orders (customer_id, total) VALUES (1, 5) RETURNING id
--> allow | rows | insert orders, read orders
INSERT INTO stock (id, product, n) VALUES (1, 'x', 1) ON CONFLICT (id) DO UPDATE SET n = stock.n + 1
--> allow | rows | insert stock, update stock
INSERT INTO stock (id, product, n) VALUES (1, 'x', 1) ON CONFLICT DO NOTHING
--> allow | nothing | insert stock
INSERT INTO scratch SELECT id, product FROM stock WHERE n > 1
--> allow | rows | insert scratch, read stock
INSERT INTO contacts (id, name) VALUES (20, 'Zoe')
--> allow | rows | insert view contacts, insert customers, read customers
INSERT INTO customers DEFAULT VALUES
--> allow | fails | insert customers
INSERT INTO events VALUES (3, '2025-05-05')
--> allow | rows | insert events
INSERT INTO watched (id, amount) VALUES (4, 4)
--> allow | rows | insert watched, execute function keep_log, insert audit.log
UPDATE stock SET n = 4 WHERE id = 1
--> allow | rows | update stock
UPDATE stock SET n = n + 1 WHERE product IN ('product 1', 'product 2') RETURNING *
--> allow | rows | update stock, read stock
UPDATE orders SET state = 'sent' FROM customers c WHERE c.id = orders.customer_id AND c.city = 'city 1'
--> allow | rows | update orders, read customers
UPDATE customers SET (name, city) = ('A', 'B') WHERE id = 1
--> allow | rows | update customers
UPDATE customers SET prefs = jsonb_set(prefs, '{a}', '2') WHERE id = ANY ('{1,2}')
--> allow | rows | update customers
UPDATE contacts SET city = 'Rome' WHERE id = 2
--> allow | rows | update view contacts, update customers, read customers
UPDATE watched SET amount = 9 WHERE id = 1
--> allow | rows | update watched, execute function stamp
UPDATE ONLY stock SET n = 1 WHERE id = 3
--> allow | rows | update stock
UPDATE orders SET total = total * 1.1 WHERE id IN (SELECT order_id FROM items WHERE n > 3)
--> allow | rows | update orders, read items
DELETE FROM scratch WHERE id = 1
--> allow | rows | delete scratch
DELETE FROM items WHERE order_id = 3 RETURNING id
--> allow | rows | delete items, read items
DELETE FROM items USING orders o WHERE o.id = items.order_id AND o.state = 'new'
--> allow | rows | delete items, read orders
DELETE FROM kept WHERE id = 1
--> allow | nothing | delete kept
DELETE FROM events_2025 WHERE id = 1
--> allow | rows | delete events_2025, delete events
MERGE INTO stock s USING items i ON s.product = i.product WHEN MATCHED THEN UPDATE SET n = s.n - i.n WHEN NOT MATCHED THEN INSERT VALUES (i.id + 100, i.product || i.id, 0)
--> allow | rows | update stock, insert stock, read items
WITH gone AS (DELETE FROM items WHERE id = 2 RETURNING *) INSERT INTO scratch SELECT id, product FROM gone
--> allow | rows | delete items, read items, insert scratch
SELECT reserve('product 1')
--> allow | rows | execute function reserve, update stock, read stock
SELECT add_log('hello')
--> hold dynamic-code | rows | execute function add_log, insert audit.log, read audit.log
SELECT grow('visits')
--> allow | rows | execute function grow, update counters, read counters
CALL restock('product 2', 4)
--> allow | rows | execute procedure restock, update stock
SELECT nextval('numbers')
--> allow | rows | update sequence numbers
SELECT setval('numbers', 10)
--> allow | rows | update sequence numbers
COPY stock FROM STDIN
--> allow | nothing | insert stock
COPY scratch (id, label) FROM STDIN WITH (FORMAT csv)
--> allow | nothing | insert scratch
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL, at timestamptz DEFAULT now())
--> allow | schema | create notes
CREATE TABLE IF NOT EXISTS stock (id int)
--> allow | nothing | create stock
CREATE TABLE visits (customer_id int REFERENCES customers (id), page text, CHECK (page <> ''))
--> allow | schema | create visits
CREATE TABLE new_orders AS SELECT id, total FROM orders WHERE state = 'new'
--> allow | schema+rows | create new_orders, read orders
SELECT id, product INTO stock_copy FROM stock
--> allow | schema+rows | create stock_copy, read stock
CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')
--> allow | schema | create events_2027, alter events
CREATE INDEX orders_state ON orders (state)
--> allow | schema | create index orders_state, alter orders
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS stock_product ON stock (lower(product))
--> allow | schema | create index stock_product, alter stock
CREATE SEQUENCE tickets START 100
--> allow | schema | create sequence tickets
CREATE SCHEMA reports
--> allow | schema | create schema reports
CREATE TYPE colour AS ENUM ('red', 'green')
--> allow | schema | create type colour
CREATE VIEW cheap AS SELECT id, total FROM orders WHERE total < 20
--> allow | schema | create view cheap, read orders
CREATE MATERIALIZED VIEW by_state AS SELECT state, count(*) FROM orders GROUP BY 1
--> allow | schema+rows | create materialized view by_state, read orders
REFRESH MATERIALIZED VIEW totals
--> allow | nothing | maintain materialized view totals, read materialized view totals, read orders
ALTER TABLE orders ADD COLUMN discount numeric DEFAULT 0
--> allow | schema+rows | alter orders
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID
--> allow | schema | alter orders
ALTER TABLE stock ALTER COLUMN n SET DEFAULT 0, ALTER COLUMN n SET NOT NULL
--> allow | schema | alter stock
ALTER TYPE mood ADD VALUE 'glad'
--> allow | schema | alter type mood
COMMENT ON TABLE stock IS 'what there is'
--> allow | schema | alter stock
ANALYZE orders
--> allow | nothing | maintain orders
VACUUM (ANALYZE) scratch
--> allow | nothing | maintain scratch
REINDEX TABLE stock
--> allow | nothing | maintain stock
CREATE TEMP TABLE picked (id int)
--> allow | nothing | create pg_temp.picked
CREATE TEMPORARY TABLE picked ON COMMIT DROP AS SELECT id FROM orders
--> allow | nothing | create pg_temp.picked, read orders
CREATE TEMP TABLE picked (id int); INSERT INTO picked VALUES (1); DELETE FROM picked; DROP TABLE picked
--> allow | nothing | create pg_temp.picked, insert pg_temp.picked, delete! pg_temp.picked, drop pg_temp.picked

--- What asks the rows that are there, or sorts them.
ALTER TABLE orders ADD CONSTRAINT low CHECK (total < 100000) NOT VALID
--> allow | schema | alter orders
ALTER TABLE orders ADD CONSTRAINT low CHECK (total < 100000) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT low
--> allow | schema | alter orders
ALTER TABLE orders VALIDATE CONSTRAINT no_such
--> allow | fails | alter orders
ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID
--> hold alter | schema | alter domain positive
ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 1000); ALTER DOMAIN positive VALIDATE CONSTRAINT small
--> hold alter | schema | alter domain positive
CLUSTER stock USING stock_pkey
--> allow | nothing | maintain stock
CLUSTER
--> allow | nothing | maintain database *
ALTER TABLE stock CLUSTER ON stock_pkey
--> allow | nothing | alter stock
CREATE STATISTICS stock_facts ON product, (n * 2) FROM stock
--> allow | schema | alter stock, create statistics stock_facts
SELECT CASE WHEN email LIKE 'a%' THEN (SELECT total FROM orders) END FROM customers
--> hold masked-side-effect | fails | read customers, read orders
SELECT 1 / (length(email) - 7) FROM customers
--> hold masked-side-effect | nothing | read customers
--- Some rows, found by a query over their own table.
DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE at < now() - interval '1 day' LIMIT 1000)
--> allow | nothing | delete orders, delete items, read orders
DELETE FROM scratch WHERE ctid IN (SELECT ctid FROM scratch LIMIT 1)
--> allow | rows | delete scratch, read scratch
DELETE FROM stock USING (SELECT id, row_number() OVER (PARTITION BY product ORDER BY id) AS rn FROM stock) d WHERE stock.id = d.id AND d.rn > 1
--> allow | nothing | delete stock, read stock
DELETE FROM stock WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY product ORDER BY id) AS rn FROM stock) d WHERE rn > 1)
--> allow | nothing | delete stock, read stock
WITH d AS (SELECT id, row_number() OVER (PARTITION BY n ORDER BY id) AS rn FROM stock) DELETE FROM stock USING d WHERE d.id = stock.id AND d.rn > 1
--> allow | rows | delete stock, read stock
DELETE FROM stock WHERE id IN (SELECT max(id) FROM stock GROUP BY n HAVING count(*) > 1)
--> allow | rows | delete stock, read stock
DELETE FROM stock WHERE n IN (SELECT n FROM stock GROUP BY n HAVING count(*) > 100)
--> allow | nothing | delete stock, read stock
DELETE FROM stock USING (SELECT DISTINCT ON (n) id FROM stock ORDER BY n, id) d WHERE d.id = stock.id
--> allow | rows | delete stock, read stock
DELETE FROM stock a WHERE EXISTS (SELECT 1 FROM stock b WHERE b.n = a.n AND b.id < a.id)
--> allow | rows | delete stock, read stock
DELETE FROM stock WHERE EXISTS (SELECT 1 FROM items WHERE items.id = stock.id AND items.n > 5)
--> allow | rows | delete stock, read items
WITH old AS (SELECT id FROM stock WHERE n > 4 ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED) UPDATE stock SET n = 0 FROM old WHERE old.id = stock.id
--> allow | rows | update stock, read stock, lock stock
WITH old AS (SELECT s.id FROM stock s JOIN items i ON i.id = s.id WHERE i.n = 2) DELETE FROM stock USING old WHERE old.id = stock.id
--> allow | rows | delete stock, read stock, read items
UPDATE stock SET n = s.n FROM items s WHERE s.id = stock.id
--> allow | rows | update stock, read items
UPDATE stock SET n = s.n FROM (SELECT id, n FROM items) s WHERE s.id = stock.id
--> allow | rows | update stock, read items
UPDATE stock SET n = s.n FROM (SELECT a.id, i.n FROM stock a JOIN items i ON i.id = a.id) s WHERE s.id = stock.id
--> allow | rows | update stock, read stock, read items
MERGE INTO stock USING (SELECT id, n FROM items) s ON s.id = stock.id WHEN MATCHED THEN UPDATE SET n = s.n
--> allow | rows | update stock, read items
INSERT INTO stock (id, product, n) SELECT id, 'p' || id, n FROM items ON CONFLICT (id) DO UPDATE SET n = excluded.n
--> allow | rows | insert stock, update stock, read items
INSERT INTO stock (id, product, n) SELECT id + 100, product || '!', n FROM stock ON CONFLICT (id) DO UPDATE SET n = excluded.n
--> allow | rows | insert stock, update stock, read stock
INSERT INTO stock SELECT id, product, n FROM stock WHERE id = 3 ON CONFLICT (id) DO UPDATE SET n = 0
--> allow | rows | insert stock, update stock, read stock
MERGE INTO stock USING (SELECT id, row_number() OVER (PARTITION BY n ORDER BY id) AS rn FROM stock) d ON d.id = stock.id WHEN MATCHED AND d.rn > 1 THEN DELETE
--> allow | rows | delete stock, read stock
