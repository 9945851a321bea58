/** Aggregates, windows, grouping, order, limits: values that many rows decide. */
import { each, type Family, lines } from './family.ts'

export const aggregates: Family = {
  name: 'aggregates and windows',
  attacks: [
    ...each(c => `SELECT max(${c}::text), min(${c}::text) FROM customers`),
    ...each(c => `SELECT DISTINCT ${c} FROM customers`),
    ...each(c => `SELECT first_value(${c}) OVER (ORDER BY id) FROM customers`),
    ...lines(`
SELECT sum(balance), avg(score), stddev(balance), variance(score), sum(length(email)) FROM customers
SELECT string_agg(email, ','), string_agg('', email), string_agg(DISTINCT ssn, '') FROM customers
SELECT bit_and(score), bit_or(score), bit_xor(score), bool_or(email LIKE 'c%'), every(email > 'd') FROM customers
SELECT corr(balance, id), covar_pop(score, id), regr_slope(score, id), regr_intercept(balance, id) FROM customers
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY balance), percentile_disc(0.1) WITHIN GROUP (ORDER BY email), mode() WITHIN GROUP (ORDER BY ssn) FROM customers
SELECT percentile_disc(ARRAY[0, 0.5, 1]) WITHIN GROUP (ORDER BY email) FROM customers
SELECT rank('d') WITHIN GROUP (ORDER BY email), dense_rank(555000000003) WITHIN GROUP (ORDER BY score), percent_rank('d') WITHIN GROUP (ORDER BY email), cume_dist('d') WITHIN GROUP (ORDER BY email) FROM customers
SELECT range_agg(int8range(score, score + 1)), range_intersect_agg(int8range(0, score)) FROM customers
SELECT gather(email), gather(email ORDER BY id), gather(DISTINCT ssn) FROM customers
SELECT fetched(name) FROM customers
SELECT count(*) FILTER (WHERE email LIKE 'c%'), max(id) FILTER (WHERE score > 1000000000) FROM customers
SELECT count(CASE WHEN email LIKE 'c%' THEN 1 END), count(nullif(email, 'canary1@secret.example')) FROM customers
SELECT count(DISTINCT left(email, 1)), count(DISTINCT length(email) > 23), sum((email LIKE 'c%')::int) FROM customers
SELECT string_agg(CASE WHEN n % 2 = 1 THEN substr(email, n, 1) ELSE '_' END, '' ORDER BY n) FROM customers, generate_series(1, 20) n WHERE id = 1
SELECT lag(email) OVER (ORDER BY id), lead(ssn, 1, 'x') OVER (ORDER BY id), last_value(phone) OVER (ORDER BY id), nth_value(email, 2) OVER (ORDER BY id) FROM customers
SELECT lag(name, 1, email) OVER (ORDER BY id) FROM customers
SELECT lag(id, length(email) - 22) OVER (ORDER BY id) FROM customers
SELECT max(email) OVER w, sum(balance) OVER w FROM customers WINDOW w AS (ORDER BY id)
SELECT id, rank() OVER (ORDER BY right(email, 4)), ntile(2) OVER (ORDER BY length(email)), row_number() OVER (ORDER BY md5(email)) FROM customers ORDER BY id
SELECT id, count(*) OVER (PARTITION BY length(email) > 23), dense_rank() OVER (ORDER BY md5(email)), percent_rank() OVER (ORDER BY md5(email)) FROM customers ORDER BY id
SELECT id, sum(id) OVER (ORDER BY md5(email)), max(id) OVER (ORDER BY md5(email) ROWS 1 PRECEDING) FROM customers ORDER BY id
SELECT id, count(*) OVER (ORDER BY score RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(id) OVER w FROM customers WINDOW w AS (PARTITION BY hashtext(email) % 2) ORDER BY id
SELECT sum(id) OVER (w ROWS UNBOUNDED PRECEDING) FROM customers WINDOW v AS (ORDER BY md5(ssn)), w AS (v)
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND (SELECT length(email) - 22 FROM customers WHERE id = 1) FOLLOWING) FROM customers
SELECT email, count(*) FROM customers GROUP BY email
SELECT email, count(*) FROM customers GROUP BY ROLLUP (email)
SELECT email, ssn FROM customers GROUP BY GROUPING SETS ((email), (ssn))
SELECT email e FROM customers GROUP BY e HAVING count(*) = 1
SELECT max(email) FROM customers GROUP BY id
SELECT upper(email) FROM customers GROUP BY 1
SELECT array_agg(id ORDER BY md5(email)), string_agg(name, ',' ORDER BY md5(email)) FROM customers
SELECT jsonb_agg(id ORDER BY md5(ssn)), json_object_agg(id, name ORDER BY md5(email)) FROM customers
SELECT DISTINCT ON (email) email FROM customers
SELECT DISTINCT length(email) FROM customers
SELECT n FROM customers, generate_series(length(email), length(email)) n
SELECT * FROM crosstab('SELECT id, 1, email FROM customers') AS c (id int, a text)
SELECT * FROM connectby('customers', 'email', 'name', 'Name 1', 0) AS c (a text, b text, l int)
`),
  ],
}

export const setOperations: Family = {
  name: 'set operations',
  attacks: lines(`
SELECT name FROM customers UNION ALL SELECT email FROM customers
SELECT email FROM customers UNION SELECT name FROM customers
SELECT '' AS x UNION ALL SELECT ssn FROM customers
SELECT id::text, name FROM customers UNION SELECT ssn, phone FROM customers
SELECT email FROM customers INTERSECT SELECT email FROM customers
(SELECT name FROM customers ORDER BY id LIMIT 1) UNION ALL (SELECT email FROM customers ORDER BY id LIMIT 1)
TABLE shadow UNION ALL SELECT id, email FROM customers
VALUES (1, '') UNION ALL SELECT id, email FROM customers
SELECT id, email FROM shadow UNION ALL SELECT id, address FROM contacts
SELECT * FROM (SELECT id, email FROM shadow UNION ALL SELECT id, email FROM customers) x
SELECT email FROM (SELECT 1 AS id, '' AS email UNION ALL SELECT id, email FROM customers) x WHERE id > 0
SELECT NULL UNION ALL SELECT NULL UNION ALL SELECT email FROM customers
SELECT 0 UNION ALL SELECT score FROM customers
SELECT NULL::date UNION ALL SELECT born FROM customers
((SELECT '') UNION ALL (SELECT email FROM customers)) UNION ALL SELECT ''
SELECT a.label FROM plain a UNION (SELECT b.email FROM customers b EXCEPT SELECT '') ORDER BY 1
WITH x AS (SELECT '' AS a UNION ALL SELECT email FROM customers) SELECT a FROM x
SELECT chr(n) FROM generate_series(97, 122) n INTERSECT SELECT left(email, 1) FROM customers
SELECT email, 'a' FROM customers UNION ALL SELECT 'a', email FROM customers
VALUES ((SELECT email FROM customers WHERE id = 1)), ('x')
VALUES (1, (SELECT ssn FROM customers LIMIT 1)) ORDER BY 1
SELECT * FROM (VALUES ((SELECT max(email) FROM customers))) v
SELECT column1 FROM (VALUES ((SELECT max(email) FROM customers)), ('')) v
SELECT v.x FROM customers c, LATERAL (VALUES (1, c.email)) v (id, x)
`),
}

/**
 * All of which say only in which order, how many, or which rows, and not what. An array of keys
 * whose rows a masked column chose is such a list of rows, too, written in one value.
 */
export const orders: Family = {
  name: 'order, limits and filters',
  guesses: true,
  attacks: lines(`
SELECT id, name FROM customers ORDER BY md5(email)
SELECT ARRAY(SELECT id FROM customers ORDER BY md5(email))
SELECT string_agg(id::text, ',') FROM (SELECT id FROM customers ORDER BY md5(email)) x
SELECT array_agg(id) FROM (SELECT id FROM customers ORDER BY md5(email) LIMIT 2) x
SELECT json_agg(x) FROM (SELECT id FROM customers ORDER BY md5(email)) x
SELECT min(id) FROM (SELECT id, row_number() OVER (ORDER BY md5(email)) AS r FROM customers) x WHERE r = 1
SELECT generate_subscripts(string_to_array(email, 'e'), 1) FROM customers
SELECT x FROM (SELECT DISTINCT ON (length(email)) id, email AS x FROM customers ORDER BY length(email)) y
SELECT x FROM (VALUES ('canary1@secret.example'), ('x')) v (x) WHERE x ==== ''
SELECT x FROM (VALUES ('canary1@secret.example'), ('x')) v (x) WHERE x ==== ANY (SELECT '')
SELECT x FROM (VALUES ('canary1@secret.example'), ('x')) v (x) JOIN plain ON x ==== ANY (SELECT '') WHERE id = 1
SELECT x FROM (VALUES ('canary1@secret.example'), ('x')) v (x) WHERE EXISTS (SELECT WHERE x ==== '')
SELECT ARRAY(SELECT id FROM customers WHERE email LIKE '%1@%' AND email LIKE 'c%')
SELECT regexp_split_to_array(email, ''), regexp_split_to_table(email, '') FROM customers
SELECT l FROM customers, regexp_split_to_table(email, '') l
SELECT n FROM customers, regexp_split_to_table(email, '') WITH ORDINALITY AS u (l, n) WHERE id = 1
SELECT l FROM regexp_split_to_table((SELECT email FROM customers WHERE id = 1), '') l
SELECT x FROM (VALUES ('canary1@secret.example'), ('nobody@example.com')) v (x) JOIN customers ON email = x
SELECT x FROM generate_series(555000000000, 555000000009) x JOIN customers ON score = x
SELECT x FROM unnest(ARRAY['canary1@secret.example', 'b']) x, customers WHERE x = email
SELECT d FROM generate_series(timestamp '1961-03-01', '1961-03-30', '1 day') d JOIN customers ON born = d
SELECT email FROM customers EXCEPT SELECT 'canary1@secret.example'
SELECT 'canary1@secret.example' INTERSECT SELECT email FROM customers
SELECT 'canary1@secret.example' EXCEPT SELECT email FROM customers
SELECT n FROM (SELECT n FROM generate_series(555000000000, 555000000009) n INTERSECT SELECT score FROM customers) x
SELECT x FROM (VALUES ('canary1@secret.example'), ('nobody')) v (x) INTERSECT SELECT email FROM customers
SELECT x FROM (VALUES ('canary1@secret.example'), ('nobody')) v (x) EXCEPT ALL SELECT email FROM customers
SELECT id FROM customers ORDER BY reverse(md5(email)) COLLATE "C" DESC LIMIT 1
SELECT id FROM customers ORDER BY (email LIKE '%2@s%') DESC, id
SELECT DISTINCT ON (length(email)) id FROM customers ORDER BY length(email), md5(email)
SELECT id FROM customers ORDER BY md5(ssn) USING > LIMIT 1 OFFSET 1
SELECT id FROM plain ORDER BY id LIMIT (SELECT length(email) % 5 FROM customers WHERE id = 1)
SELECT id FROM plain ORDER BY id OFFSET (SELECT length(email) % 5 FROM customers WHERE id = 1)
SELECT id FROM customers WHERE email LIKE 'canary%'
SELECT id FROM customers WHERE email ~ '^c'
SELECT id FROM customers WHERE substr(email, 1, 1) = 'c'
SELECT id FROM customers WHERE score BETWEEN 555000000000 AND 555000000002
SELECT id FROM customers WHERE CASE WHEN email LIKE 'c%' THEN true ELSE false END
SELECT id FROM customers WHERE id IN (SELECT id FROM customers WHERE ascii(email) = 99)
SELECT name FROM customers GROUP BY name HAVING max(email) LIKE 'c%'
SELECT p.id FROM plain p JOIN customers c ON c.id = p.id AND ascii(c.email) = 99
SELECT count(*) FROM customers WHERE email > 'd'
SELECT 1 FROM customers, generate_series(1, length(email) % 5)
SELECT FROM generate_series(1, (SELECT length(email) FROM customers WHERE id = 1))
SELECT generate_series(1, length(email) % 5) IS NOT NULL FROM customers
SELECT id FROM plain TABLESAMPLE bernoulli ((SELECT ascii(email) % 99 FROM customers WHERE id = 1)) REPEATABLE (1)
SELECT n FROM generate_series(1, 3) n WHERE EXISTS (SELECT FROM customers WHERE email LIKE 'c%' AND id = n)
SELECT 1 / (CASE WHEN email LIKE 'c%' THEN 0 ELSE 1 END) FROM customers
SELECT id FROM customers WHERE 1 / (score - 555000000001) = 0
SELECT id FROM customers WHERE pg_sleep(CASE WHEN email LIKE 'c%' THEN 0.001 ELSE 0 END) IS NOT NULL AND email < 'd'
UPDATE customers SET active = true WHERE email LIKE 'c%' AND id > 0
DELETE FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE email LIKE 'c%') AND id > 14
EXPLAIN ANALYZE SELECT 1 FROM customers WHERE email LIKE 'c%'
EXPLAIN SELECT 1 FROM customers WHERE email > 'd'
`),
}
