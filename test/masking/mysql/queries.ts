/** Set operations, tables and values, subqueries, joins, WITH. */
import { each, type Family, lines } from './family.ts'

export const queries: Family = {
  name: 'queries',
  attacks: [
    ...each(c => `SELECT name FROM customers UNION SELECT ${c} FROM customers`),
    ...each(c => `WITH x (a, b) AS (SELECT id, ${c} FROM customers) SELECT b FROM x`),
    ...each(c => `SELECT (SELECT ${c} FROM customers WHERE id = o.customer_id) FROM orders o`),
    ...lines(`
(SELECT email FROM customers) UNION (SELECT 1)
SELECT 1 UNION ALL (SELECT ssn FROM customers) ORDER BY 1
(SELECT email FROM customers LIMIT 3)
((SELECT email FROM customers))
SELECT email FROM customers INTERSECT SELECT email FROM customers
SELECT email FROM customers EXCEPT SELECT name FROM customers
SELECT name FROM customers EXCEPT SELECT email FROM customers WHERE 1 UNION SELECT email FROM customers
SELECT name FROM customers UNION SELECT * FROM (TABLE united) x
TABLE united
TABLE contacts ORDER BY id LIMIT 2
TABLE customers LIMIT 1 OFFSET 1
SELECT * FROM (TABLE customers) x
VALUES ROW(1, (SELECT max(email) FROM customers))
VALUES ROW((SELECT max(ssn) FROM customers)) ORDER BY column_0 LIMIT 1
VALUES (1), ((SELECT max(email) FROM customers))
SELECT * FROM (VALUES ROW((SELECT max(email) FROM customers))) v
SELECT v.a FROM (VALUES ROW((SELECT max(email) FROM customers))) v (a)
WITH v (a) AS (VALUES ((SELECT max(email) FROM customers))) SELECT a FROM v
SELECT e FROM (SELECT email AS e FROM customers) q
SELECT q.b FROM (SELECT id, email FROM customers) AS q (a, b)
SELECT * FROM (SELECT * FROM (SELECT email FROM customers) a) b
SELECT (SELECT email FROM customers LIMIT 1)
SELECT (SELECT email FROM customers ORDER BY id LIMIT 1) AS name
SELECT ((SELECT ((SELECT email FROM customers ORDER BY id LIMIT 1))))
SELECT (SELECT max(c.email) FROM customers c WHERE c.id = o.id), o.note FROM orders o
SELECT (SELECT group_concat(d.email) FROM customers d WHERE d.id <= c.id) FROM customers c
WITH x AS (SELECT * FROM customers) SELECT * FROM x
WITH customers AS (SELECT email AS name FROM customers) SELECT * FROM customers
WITH a AS (SELECT email FROM customers), b AS (SELECT upper(email) q FROM a) SELECT q FROM b
WITH RECURSIVE x (n, e) AS (SELECT 1, CAST('' AS char(120)) UNION ALL SELECT n + 1, (SELECT email FROM customers WHERE id = n) FROM x WHERE n < 5) SELECT e FROM x
WITH RECURSIVE x (n, a, b) AS (SELECT 1, CAST('x' AS char(99)), CAST((SELECT max(email) FROM customers) AS char(99)) UNION ALL SELECT n + 1, b, b FROM x WHERE n < 3) SELECT a FROM x
SELECT (WITH q AS (SELECT c.email e) SELECT e FROM q) x FROM customers c
SELECT * FROM (WITH q AS (SELECT email FROM customers) SELECT * FROM q) y
SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id
SELECT * FROM orders o NATURAL JOIN (SELECT id, email FROM customers) c
SELECT email FROM orders STRAIGHT_JOIN customers
SELECT email FROM customers c RIGHT JOIN customers c2 USING (email)
SELECT * FROM customers c JOIN customers c2 USING (id, email)
SELECT email FROM customers c LEFT JOIN (SELECT 'x' AS email) d USING (email)
SELECT email FROM (SELECT 'x' AS email) d RIGHT JOIN customers c USING (email)
SELECT a.name FROM (SELECT id, email AS name FROM customers) a NATURAL JOIN plain
SELECT x.e FROM orders, LATERAL (SELECT email AS e FROM customers LIMIT 1) x
SELECT x.e FROM customers c, LATERAL (SELECT c.email AS e) x
SELECT x.n FROM customers c JOIN LATERAL (SELECT count(*) AS n FROM plain WHERE id < length(c.email) - 20) x ON true
SELECT email FROM customers OFFSET 1 ROW FETCH FIRST 3 ROWS ONLY
SELECT email FROM customers ORDER BY id FETCH FIRST 2 ROWS WITH TIES
SELECT email FROM customers LIMIT ROWS EXAMINED 1000
SELECT * FROM customers FOR SYSTEM_TIME ALL
SELECT * FROM versioned FOR SYSTEM_TIME ALL
SELECT email, ROW_NUMBER() OVER () FROM customers WHERE id IN (SELECT id FROM contacts)
SELECT c.address FROM contacts c JOIN joined j ON j.whose = c.address
SELECT * FROM (SELECT id, name FROM customers UNION SELECT id, email FROM customers) x ORDER BY id
SELECT starts, a, u FROM asking JOIN nested USING (id)
SELECT * FROM nested NATURAL JOIN contacts`),
  ],
}
