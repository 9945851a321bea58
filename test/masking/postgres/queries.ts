/** Joins, common table expressions, recursion, LATERAL, subqueries in every clause. */
import { type Family, lines } from './family.ts'

export const joins: Family = {
  name: 'joins',
  attacks: lines(`
SELECT email FROM customers JOIN shadow USING (email, id) RIGHT JOIN customers c2 USING (email)
SELECT email FROM shadow FULL JOIN customers USING (email)
SELECT email FROM shadow NATURAL FULL JOIN (SELECT email FROM customers) c
SELECT email FROM shadow s RIGHT JOIN customers c USING (email)
SELECT j.email FROM shadow s RIGHT JOIN customers c USING (email) AS j
SELECT j FROM shadow s RIGHT JOIN customers c USING (email) AS j
SELECT x.email FROM (shadow s RIGHT JOIN customers c USING (email)) AS x
SELECT * FROM customers NATURAL JOIN referring r
SELECT mail FROM referring NATURAL JOIN (SELECT email AS mail FROM customers) c
SELECT r.mail FROM customers c JOIN referring r ON r.mail = c.email
SELECT chr(n) FROM generate_series(97, 122) n JOIN customers ON ascii(email) = n AND id = 1
SELECT x.x FROM customers c, LATERAL (SELECT x FROM generate_series(1, 9) x WHERE x = length(c.email) % 9 + 1) x
SELECT coalesce(c.email, s.email) FROM shadow s FULL JOIN customers c ON c.email = s.email
SELECT s.* FROM customers c, LATERAL (SELECT c.email, c.ssn) s
SELECT s.* FROM orders o, LATERAL (SELECT c.* FROM customers c WHERE c.id = o.customer_id) s
SELECT s.x FROM customers c CROSS JOIN LATERAL (SELECT string_agg(l, '') AS x FROM regexp_split_to_table(c.email, '') l) s
SELECT (s).x FROM customers c, LATERAL (SELECT c.email AS x) s
SELECT l FROM customers, string_to_table(email, '@') WITH ORDINALITY AS u (l, n)
SELECT f.* FROM customers c, sql_mail(c.id) f
SELECT f FROM sql_mail(1) f
SELECT * FROM sql_all()
SELECT f.* FROM sql_out(1) f
SELECT email FROM sql_all() WHERE id = 1
SELECT c.email FROM orders o, customers c, plain p WHERE o.customer_id = c.id AND p.id = o.id
SELECT a.* FROM other.customers a, public.customers b WHERE b.id = 1 AND a.email <> b.email UNION ALL SELECT b.id, b.name, b.email FROM public.customers b
SELECT p.* FROM parent p JOIN child c ON p.id = c.id
`),
}

export const withQueries: Family = {
  name: 'WITH and recursion',
  attacks: lines(`
WITH x AS (SELECT * FROM customers) SELECT * FROM x
WITH x AS MATERIALIZED (SELECT * FROM customers) SELECT email FROM x
WITH x AS NOT MATERIALIZED (SELECT email FROM customers) SELECT * FROM x a, x b WHERE a.email = b.email
WITH x(a, b, c) AS (SELECT id, name, email FROM customers) SELECT c FROM x
WITH customers AS (SELECT * FROM customers) SELECT email FROM customers
WITH customers AS (SELECT 1 AS id, 'none' AS email) SELECT email FROM public.customers
WITH orders AS (TABLE customers) SELECT * FROM orders
WITH shadow AS (SELECT email AS id FROM customers) SELECT id FROM shadow
WITH a AS (SELECT email FROM customers), b AS (SELECT * FROM a), c AS (SELECT * FROM b) SELECT * FROM c
WITH a AS (WITH b AS (SELECT email FROM customers) SELECT * FROM b) SELECT * FROM a
WITH a AS (SELECT email FROM customers) SELECT (SELECT max(email) FROM a)
WITH a AS (SELECT 'x' AS email) SELECT * FROM (WITH a AS (SELECT email FROM customers) SELECT email FROM a) x
WITH a AS (SELECT email FROM customers) SELECT * FROM plain WHERE false UNION ALL SELECT 1, email, 1 FROM a
WITH RECURSIVE r(n, e) AS (SELECT 1, email FROM customers WHERE id = 1 UNION ALL SELECT n + 1, e FROM r WHERE n < 3) SELECT e FROM r
WITH RECURSIVE r(n, e) AS (SELECT 1, '' UNION ALL SELECT n + 1, (SELECT email FROM customers WHERE id = n) FROM r WHERE n < 4) SELECT e FROM r
WITH RECURSIVE r(n, a, b) AS (SELECT 1, 'x', (SELECT email FROM customers WHERE id = 1) UNION ALL SELECT n + 1, b, a FROM r WHERE n < 3) SELECT a FROM r
WITH RECURSIVE r(n, a, b, c, d) AS (SELECT 1, '', '', '', (SELECT email FROM customers WHERE id = 1) UNION ALL SELECT n + 1, b, c, d, a FROM r WHERE n < 6) SELECT a FROM r
WITH RECURSIVE r(n) AS (SELECT 97 UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT ascii(email) FROM customers WHERE id = 1)) SELECT max(n) FROM r
WITH RECURSIVE r(n, s) AS (SELECT 1, '' UNION ALL SELECT n + 1, s || chr(x) FROM r, generate_series(97, 122) x, customers c WHERE c.id = 1 AND substr(c.email, n, 1) = chr(x) AND n < 7) SELECT s FROM r
WITH RECURSIVE r(id, e) AS (SELECT id, email FROM customers WHERE id = 1 UNION SELECT c.id, c.email FROM customers c, r WHERE c.id = r.id + 1) SELECT * FROM r
WITH RECURSIVE r(id, e) AS (SELECT id, email FROM customers WHERE id = 1 UNION ALL SELECT c.id, c.email FROM customers c, r WHERE c.id = r.id + 1) SEARCH DEPTH FIRST BY e SET o SELECT o FROM r
WITH RECURSIVE r(id, e) AS (SELECT id, email FROM customers WHERE id = 1 UNION ALL SELECT c.id, c.email FROM customers c, r WHERE c.id = r.id + 1) SEARCH BREADTH FIRST BY e SET o SELECT o FROM r
WITH RECURSIVE r(id, e) AS (SELECT id, email FROM customers WHERE id = 1 UNION ALL SELECT c.id, c.email FROM customers c, r WHERE c.id = r.id % 3 + 1) CYCLE e SET looped USING path SELECT path FROM r
WITH RECURSIVE r(id, e) AS (SELECT id, email FROM customers WHERE id = 1 UNION ALL SELECT c.id, c.email FROM customers c, r WHERE c.id = r.id % 3 + 1) CYCLE id SET looped TO 'yes' DEFAULT 'no' USING path SELECT e, looped FROM r
WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT email FROM customers) SELECT * FROM a
WITH u AS (UPDATE customers SET active = true WHERE id = 1 RETURNING *) SELECT email FROM u
WITH d AS (DELETE FROM orders o USING customers c WHERE o.customer_id = c.id AND o.id = 1 RETURNING c.email) TABLE d
WITH i AS (INSERT INTO plain SELECT 100, 'x', 1 RETURNING (SELECT email FROM customers WHERE id = 1) AS e) SELECT e FROM i
WITH x AS (SELECT email FROM customers) INSERT INTO plain (id, label) SELECT 100, max(email) FROM x RETURNING label
WITH x AS (SELECT email FROM customers WHERE id = 1) UPDATE plain SET label = x.email FROM x WHERE plain.id = 1 RETURNING label
WITH x AS (SELECT email FROM customers WHERE id = 1) DELETE FROM plain USING x WHERE plain.id = 1 RETURNING x.email
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL (WITH u AS (SELECT n FROM t) SELECT n + 1 FROM u WHERE n < 3)), s AS (SELECT email FROM customers, t WHERE id = n) SELECT * FROM s
`),
}

export const subqueries: Family = {
  name: 'subqueries in every clause',
  attacks: lines(`
SELECT (SELECT email FROM customers WHERE id = 1)
SELECT (SELECT c.email FROM customers c WHERE c.id = o.customer_id) FROM orders o
SELECT id, (SELECT max(email) FROM customers WHERE id <= p.id) FROM plain p
SELECT (SELECT (email, ssn)::text FROM customers WHERE id = 1)
SELECT (SELECT x FROM (SELECT email, ssn FROM customers WHERE id = 1) x)
SELECT ((SELECT c FROM customers c WHERE id = 1)).email
SELECT (SELECT array_agg(email) FROM customers)[1] IS NULL, (ARRAY(SELECT email FROM customers))[1]
SELECT (SELECT max(label) FROM plain WHERE label = 'label ' || (SELECT length(email) % 7 FROM customers WHERE id = 1))
SELECT (SELECT label FROM plain p WHERE p.id = length(c.email) % 7) FROM customers c
SELECT (SELECT label FROM plain ORDER BY abs(id - length(c.email) % 5) LIMIT 1) FROM customers c
SELECT (SELECT label FROM plain ORDER BY id OFFSET length(c.email) % 5 LIMIT 1) FROM customers c
SELECT (SELECT count(*) FROM generate_series(1, length(c.email))) FROM customers c
SELECT (SELECT sum(n) FROM generate_series(1, length(c.email)) n) FROM customers c
SELECT (SELECT 'x' WHERE c.email LIKE 'c%') FROM customers c
SELECT coalesce((SELECT 'yes' FROM customers WHERE email LIKE 'c%' LIMIT 1), 'no')
SELECT CASE WHEN EXISTS (SELECT FROM customers WHERE email LIKE 'c%') THEN 'c' ELSE 'other' END
SELECT CASE (SELECT left(email, 1) FROM customers WHERE id = 1) WHEN 'c' THEN 1 WHEN 'k' THEN 2 END
SELECT id = ANY (SELECT length(email) % 7 FROM customers) FROM plain
SELECT id IN (SELECT length(email) % 7 FROM customers), id > ALL (SELECT length(email) % 7 FROM customers) FROM plain
SELECT (id, label) IN (SELECT length(email) % 7, 'label 1' FROM customers), ROW(id) < (SELECT length(email) % 7 FROM customers WHERE id = 1) FROM plain
SELECT 'canary1@secret.example' = (SELECT email FROM customers WHERE id = 1), (SELECT email FROM customers WHERE id = 1) > 'd'
SELECT array_agg(p.id) FILTER (WHERE p.id < (SELECT length(email) % 5 FROM customers WHERE id = 1)) FROM plain p
SELECT array_agg(p.id ORDER BY (SELECT md5(email || p.id) FROM customers WHERE id = 1)) FROM plain p
SELECT lag(label, (SELECT length(email) % 5 FROM customers WHERE id = 1)) OVER (ORDER BY id) FROM plain
SELECT n, sum(n) OVER (ORDER BY id ROWS (SELECT length(email) % 5 FROM customers WHERE id = 1) PRECEDING) FROM plain
SELECT * FROM (SELECT (SELECT email FROM customers LIMIT 1) AS x) y
SELECT * FROM generate_series(1, 1) g, LATERAL (SELECT email FROM customers WHERE id = g) x
SELECT * FROM unnest((SELECT array_agg(email) FROM customers)) AS x
SELECT * FROM unnest(ARRAY(SELECT email FROM customers), ARRAY[1, 2]) AS x (a, b)
SELECT * FROM jsonb_each_text((SELECT to_jsonb(c) FROM customers c WHERE id = 1))
SELECT generate_series((SELECT score FROM customers WHERE id = 1), (SELECT score FROM customers WHERE id = 1))
SELECT * FROM generate_series((SELECT score FROM customers WHERE id = 1), (SELECT score FROM customers WHERE id = 2))
SELECT substr(email, n, 1) FROM customers, generate_series(1, 5) n
SELECT * FROM (VALUES ((SELECT email FROM customers WHERE id = 1))) x
SELECT ARRAY(VALUES ((SELECT email FROM customers WHERE id = 1)))
SELECT max(x) FROM (SELECT CASE WHEN email LIKE 'c%' THEN 1 ELSE 0 END AS x FROM customers) y
SELECT (SELECT id FROM customers ORDER BY md5(email) LIMIT 1)
`),
}
