/**
 * Statements over `secretSchema` that a generator does not think of: each once in either world, in
 * a transaction that is rolled back.
 */
export const secretStatements: readonly string[] = `
SELECT * FROM customers
SELECT c FROM customers c
SELECT * FROM events
SELECT * FROM ONLY events_a
SELECT * FROM handles
SELECT * FROM sales
TABLE people
SELECT everybody()
SELECT (everybody()).*
SELECT e.*::text FROM everybody() e
SELECT c.email.x FROM (SELECT 1 AS x) c
SELECT label(c), c.label, (c).label FROM customers c
SELECT loudly(email), loudly(a => city), loudly(city, b => email) FROM customers
SELECT hidden(1)
SELECT id, hidden(id) FROM customers
SELECT city_of(length(email)), city_of(id) FROM customers
SELECT customers FROM customers ORDER BY id
SELECT xmlforest(id, email), xmlelement(NAME a, xmlattributes(email AS b), id) FROM customers
SELECT json_object('a': email, 'b': id), json_array(email, id), json_scalar(salary) FROM customers WHERE id % 5 <> 0
SELECT json_objectagg(id: email), json_arrayagg(salary ORDER BY id), json_arrayagg(id ORDER BY id) FROM customers
SELECT json_array(SELECT email FROM customers ORDER BY id)
SELECT id, x.* FROM customers, XMLTABLE('/r' PASSING CAST('<r><b>' || email || '</b></r>' AS xml) COLUMNS b text, n FOR ORDINALITY) x
SELECT id, j.* FROM customers, JSON_TABLE(to_jsonb(email), '$' COLUMNS (e text PATH '$', n FOR ORDINALITY)) j
SELECT id, part, n FROM customers, unnest(string_to_array(email, '@')) WITH ORDINALITY u(part, n)
SELECT id, g FROM customers, generate_series(salary, salary + 1) g WHERE salary IS NOT NULL
SELECT * FROM ROWS FROM (everybody(), generate_series(1, 2)) AS f
SELECT x.email, x.n FROM ROWS FROM (everybody(), generate_series(1, 2)) AS x(id, name, email, salary, city, n)
SELECT * FROM json_populate_record(NULL::customers, (SELECT row_to_json(c) FROM customers c WHERE id = 1))
SELECT email FROM json_populate_recordset(NULL::customers, (SELECT json_agg(c) FROM customers c)) x
SELECT * FROM json_to_recordset((SELECT json_agg(c) FROM customers c)) AS x(id int, email text)
SELECT (SELECT c) FROM customers c
SELECT (SELECT (c).email), (SELECT id) FROM customers c
SELECT r.f1, r.f2 FROM (SELECT (ROW(id, email)).* FROM customers) r(f1, f2)
SELECT (x).email, (x).id FROM (SELECT (SELECT c FROM customers c WHERE c.id = o.id) AS x FROM orders o) s
SELECT (array_agg(c ORDER BY c.id))[1], ((array_agg(c ORDER BY c.id))[1]).id FROM customers c
SELECT coalesce(c, c), greatest(c, c), CASE WHEN true THEN c END FROM customers c
SELECT id, rank() OVER (ORDER BY md5(email)), sum(id) OVER (PARTITION BY length(email)), sum(id) OVER () FROM customers
SELECT id, lag(email) OVER w, lag(id) OVER w, count(*) OVER w FROM customers WINDOW w AS (ORDER BY md5(email))
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary), mode() WITHIN GROUP (ORDER BY email), count(email) FROM customers
SELECT string_agg(email, ',' ORDER BY id), string_agg(name, ',' ORDER BY email), array_agg(id ORDER BY id) FROM customers
SELECT count(*), count(email), count(c), bool_or(email LIKE 'a%'), bool_and(id > 0) FROM customers c
SELECT grouping(email), count(*) FROM customers GROUP BY ROLLUP (email)
SELECT id, email FROM customers EXCEPT SELECT id, 'x' FROM customers
SELECT email, id FROM customers INTERSECT ALL SELECT email, id FROM customers
(SELECT id, email FROM customers ORDER BY id LIMIT 2) UNION ALL VALUES (0, 'none')
VALUES ((SELECT max(email) FROM customers), 1), ('x', (SELECT max(salary) FROM customers))
WITH RECURSIVE t(n, e, k) AS (SELECT 1, email, id FROM customers WHERE id < 3 UNION ALL SELECT n + 1, t.e || c.email, c.id FROM t JOIN customers c ON c.id = n + 1 WHERE n < 3) SELECT * FROM t
WITH RECURSIVE t(a, b, c) AS (SELECT 'x', 'y', max(email) FROM customers UNION ALL SELECT b, c, c FROM t WHERE a <> c AND length(a) < 2) SELECT a, b, c FROM t
WITH RECURSIVE t(id, x) AS (SELECT 1, email FROM customers WHERE id = 1 UNION ALL SELECT t.id + 1, c.email FROM t JOIN customers c ON c.id = t.id + 1 WHERE t.id < 4) SEARCH DEPTH FIRST BY id, x SET o CYCLE id, x SET looped USING path SELECT * FROM t
WITH customers AS (SELECT id, 'mine' AS email FROM customers) SELECT * FROM customers
WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT id, email FROM customers) SELECT * FROM a
SELECT * FROM customers c NATURAL JOIN (SELECT id, 'x' AS z FROM orders) o
SELECT * FROM (customers c JOIN orders o USING (id)) AS j(a, b, c, d, e, f)
SELECT j.*, c.email FROM customers c JOIN orders o USING (id) AS j
SELECT o.id, s.* FROM orders o, LATERAL (SELECT c.email, o.note, o.id AS x FROM customers c WHERE c.id = o.customer_id) s
SELECT id, (SELECT string_agg(x.email, ',' ORDER BY x.id) FROM customers x WHERE x.id <= c.id) FROM customers c
SELECT name, email IS NULL, email IS NOT NULL, salary IS NULL, (email = 'a1@a') IS UNKNOWN, (c) IS NULL FROM customers c
SELECT id, EXISTS (SELECT FROM customers d WHERE d.id = c.id AND d.email LIKE 'a%'), id IN (SELECT length(email) FROM customers) FROM customers c
SELECT id, id = ANY (ARRAY(SELECT salary FROM customers)), id > ALL (SELECT salary FROM customers WHERE salary IS NOT NULL) FROM customers
SELECT id, (id, 'x') IN (SELECT id, email FROM customers), ROW(id, email) < ROW(1, 'm'), (id, email) = (SELECT 1, 'a1@a') FROM customers
SELECT (SELECT count(*) FROM customers WHERE email LIKE 'a%'), (SELECT 'found' FROM customers WHERE email LIKE 'a1%')
SELECT (SELECT name FROM customers ORDER BY md5(email) LIMIT 1), (SELECT DISTINCT ON (left(email, 1)) name FROM customers ORDER BY left(email, 1), md5(email) LIMIT 1)
SELECT ARRAY(SELECT id FROM customers WHERE email LIKE 'a%' ORDER BY 1), ARRAY(SELECT id FROM customers ORDER BY 1)
SELECT tableoid::regclass, ctid, id, payload FROM events
INSERT INTO customers (id, email) VALUES (100, 'x') RETURNING *
INSERT INTO orders (id, note) SELECT id + 100, email FROM customers RETURNING *
INSERT INTO orders (id, customer_id) SELECT id + 100, length(email) FROM customers RETURNING id, customer_id, total
INSERT INTO customers (id, name, email) SELECT id, 'n', 'e' FROM customers ON CONFLICT (id) DO UPDATE SET name = customers.email, city = excluded.email RETURNING id, name, city, email, old.name, new.name
UPDATE customers SET name = email, city = 'c' RETURNING id, name, city, old.*, new.name
UPDATE customers SET (name, city) = (SELECT o.note, 'x' FROM orders o WHERE o.id = customers.id) RETURNING name, city
UPDATE orders o SET total = c.salary FROM customers c WHERE c.id = o.customer_id RETURNING o.id, o.total, c.name, c.email
UPDATE people SET who = mail RETURNING *
DELETE FROM orders USING customers c WHERE c.id = orders.id RETURNING *
DELETE FROM customers RETURNING WITH (OLD AS o) o.email, o.id, customers
MERGE INTO orders o USING customers c ON o.id = c.id WHEN MATCHED AND c.id < 4 THEN UPDATE SET note = c.name, total = c.salary WHEN MATCHED THEN DELETE RETURNING merge_action(), *
MERGE INTO orders o USING (SELECT id + 200 AS id, email FROM customers) s ON o.id = s.id WHEN NOT MATCHED THEN INSERT (id, note) VALUES (s.id, 'n') RETURNING o.*, s.id, new.note
WITH d AS (DELETE FROM orders RETURNING *) SELECT id, note FROM d
WITH u AS (UPDATE customers SET city = email RETURNING id, city) SELECT id, city FROM u
WITH i AS (INSERT INTO orders (id, customer_id) SELECT id + 300, length(email) FROM customers RETURNING *) SELECT customer_id, id FROM i
EXPLAIN (COSTS off) SELECT email FROM customers WHERE email > 'b'
SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = 'customers' AND attname = 'email'
SELECT query_to_xml('SELECT * FROM customers', true, true, '')
SELECT table_to_xml('customers', true, true, '')
SELECT a.attname, a.attnum, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE attrelid = 'customers'::regclass
SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'customers'
SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.proname IN ('label', 'mail_of')
`
  .split('\n')
  .filter(line => line !== '')
