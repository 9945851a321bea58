--- What applications and people ask all day.
SELECT 1
--> allow | nothing |
SELECT now(), current_user, version(), current_database()
--> allow | nothing |
SELECT * FROM customers
--> allow | nothing | read customers
SELECT id, name FROM customers WHERE id = 1
--> allow | nothing | read customers
SELECT id, name FROM public.customers WHERE id = $1
--> allow | nothing | read customers
SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.state = 'new'
--> allow | nothing | read customers, read orders
SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > 50
--> allow | nothing | read customers, read orders
SELECT count(*), sum(total), avg(total), min(at), max(at) FROM orders
--> allow | nothing | read orders
SELECT state, count(*) FROM orders GROUP BY state HAVING count(*) > 1 ORDER BY 2 DESC
--> allow | nothing | read orders
SELECT DISTINCT city FROM customers ORDER BY city
--> allow | nothing | read customers
SELECT DISTINCT ON (customer_id) customer_id, total FROM orders ORDER BY customer_id, at DESC
--> allow | nothing | read orders
SELECT * FROM orders ORDER BY at DESC LIMIT 20 OFFSET 40
--> allow | nothing | read orders
SELECT * FROM orders WHERE id > 5 ORDER BY id FETCH FIRST 10 ROWS ONLY
--> allow | nothing | read orders
SELECT * FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE city = 'city 1')
--> allow | nothing | read orders, read customers
SELECT * FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)
--> allow | nothing | read customers, read orders
SELECT * FROM customers WHERE NOT EXISTS (SELECT FROM invoices i WHERE i.customer_id = customers.id)
--> allow | nothing | read customers, read invoices
SELECT id FROM customers WHERE name ILIKE '%ann%' OR city = ANY ('{a,b}')
--> allow | nothing | read customers
SELECT id, rank() OVER (PARTITION BY customer_id ORDER BY total DESC) FROM orders
--> allow | nothing | read orders
SELECT at::date, sum(total) FILTER (WHERE state = 'new') FROM orders GROUP BY 1
--> allow | nothing | read orders
SELECT date_trunc('month', at) AS month, sum(total) FROM orders GROUP BY ROLLUP (1)
--> allow | nothing | read orders
WITH big AS (SELECT * FROM orders WHERE total > 50) SELECT customer_id, count(*) FROM big GROUP BY 1
--> allow | nothing | read orders
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n
--> allow | nothing |
SELECT id FROM customers UNION SELECT customer_id FROM orders EXCEPT SELECT customer_id FROM invoices
--> allow | nothing | read customers, read orders, read invoices
SELECT prefs->>'a', prefs @> '{"a": 1}', jsonb_array_length('[1]') FROM customers
--> allow | nothing | read customers
SELECT id, unnest(tags) FROM customers
--> allow | nothing | read customers
SELECT * FROM generate_series(1, 10) AS g(i)
--> allow | nothing |
SELECT * FROM unnest(ARRAY[1, 2]) WITH ORDINALITY
--> allow | nothing |
SELECT c.id, o.* FROM customers c CROSS JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = c.id LIMIT 1) o
--> allow | nothing | read customers, read orders
SELECT json_agg(o) FROM orders o WHERE o.customer_id = 1
--> allow | nothing | read orders
SELECT row_to_json(t) FROM (SELECT id, total FROM orders) t
--> allow | nothing | read orders
SELECT * FROM contacts WHERE id = 1
--> allow | nothing | read view contacts, read customers
SELECT * FROM busy ORDER BY orders DESC
--> allow | nothing | read view busy, read view contacts, read customers, read orders
SELECT * FROM totals
--> allow | nothing | read materialized view totals, read orders
SELECT * FROM events WHERE at >= '2025-01-01'
--> allow | nothing | read events
SELECT * FROM events_2025
--> allow | nothing | read events_2025, read events
SELECT twice(id), order_count(id) FROM customers
--> allow | nothing | read customers, read orders, execute function twice, execute function order_count
SELECT vat(total) FROM orders
--> allow | nothing | read orders, execute function vat
SELECT coalesce(city, '-'), nullif(name, ''), greatest(id, 3), CASE WHEN id > 3 THEN 'a' ELSE 'b' END FROM customers
--> allow | nothing | read customers
SELECT md5(name), length(name), upper(name), left(name, 3), split_part(name, ' ', 2) FROM customers
--> allow | nothing | read customers
SELECT to_char(at, 'YYYY-MM'), extract(epoch FROM at), age(at) FROM orders
--> allow | nothing | read orders
SELECT gen_random_uuid(), random(), clock_timestamp()
--> allow | nothing |
SELECT array_agg(id ORDER BY id), string_agg(name, ', ') FROM customers
--> allow | nothing | read customers
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
--> allow | nothing | read orders
SELECT * FROM orders TABLESAMPLE SYSTEM (10)
--> allow | nothing | read orders
TABLE stock
--> allow | nothing | read stock
VALUES (1, 'a'), (2, 'b')
--> allow | nothing |
SELECT * FROM orders WHERE id = 1 FOR UPDATE
--> allow | nothing | read orders, lock orders
SELECT * FROM orders WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
--> allow | nothing | read orders, lock orders
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id FOR NO KEY UPDATE OF o NOWAIT
--> allow | nothing | read orders, read customers, lock orders
SELECT * FROM customers WHERE id = 2 FOR SHARE
--> allow | nothing | read customers, lock customers
EXPLAIN SELECT * FROM orders WHERE id = 1
--> allow | nothing | read orders
EXPLAIN (ANALYZE, BUFFERS) SELECT count(*) FROM orders
--> allow | nothing | read orders
EXPLAIN DELETE FROM orders
--> allow | nothing | read orders
EXPLAIN (FORMAT json) UPDATE stock SET n = 0
--> allow | nothing | read stock
COPY stock TO STDOUT
--> allow | nothing | read stock
COPY (SELECT id, total FROM orders WHERE id < 5) TO STDOUT (FORMAT csv, HEADER)
--> allow | nothing | read orders
SELECT pg_sleep(0)
--> allow | nothing | execute function pg_sleep
SELECT pg_advisory_xact_lock(1)
--> allow | nothing | lock function pg_advisory_xact_lock
SELECT pg_try_advisory_lock(7)
--> allow | nothing | lock function pg_try_advisory_lock
SELECT currval('numbers') WHERE false
--> allow | nothing |
SELECT last_value FROM numbers
--> allow | nothing | read sequence numbers
SELECT * FROM stock WHERE (id, n) = (1, 5) AND product <> 'x' AND n BETWEEN 1 AND 9
--> allow | nothing | read stock
select "id", "Name" from (select id, name as "Name" from customers) as "T"
--> allow | nothing | read customers
SELECT 'DELETE FROM customers; DROP TABLE orders' AS harmless, $$TRUNCATE stock$$
--> allow | nothing |
SELECT * FROM orders -- DELETE FROM orders
--> allow | nothing | read orders
SELECT /* ; DROP TABLE stock; */ product FROM stock
--> allow | nothing | read stock
SELECT id FROM orders WHERE note = E'it\'s; DELETE FROM orders'
--> allow | nothing | read orders
SELECT 1; SELECT 2; SELECT id FROM stock
--> allow | nothing | read stock
