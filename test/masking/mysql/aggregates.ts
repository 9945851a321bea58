/** Aggregates, windows, groups and orders: values that many rows decide. */
import { each, type Family, lines, sequences } from './family.ts'

export const aggregates: Family = {
  name: 'aggregates and windows',
  attacks: [
    ...each(c => `SELECT max(${c}), min(${c}) FROM customers`),
    ...each(c => `SELECT group_concat(${c} ORDER BY id SEPARATOR ';') FROM customers`),
    ...each(c => `SELECT DISTINCT ${c} FROM customers`),
    ...each(c => `SELECT first_value(${c}) OVER (ORDER BY id) FROM customers`),
    ...each(c => `SELECT ${c}, count(*) FROM customers GROUP BY ${c}`),
    ...lines(`
SELECT any_value(email) FROM customers
SELECT group_concat(DISTINCT ssn ORDER BY 1 DESC SEPARATOR ';'), group_concat(id, email) FROM customers
SELECT group_concat(name ORDER BY crc32(email) SEPARATOR ',') FROM customers
SELECT group_concat(id ORDER BY crc32(ssn)) FROM customers
SELECT bit_xor(score), bit_and(score), bit_or(score), std(balance), stddev_samp(balance), variance(score), var_pop(score) FROM customers
SELECT sum(balance), avg(score), sum(length(email)), sum(email LIKE 'c%'), avg(year(born)) FROM customers
SELECT count(CASE WHEN email LIKE 'c%' THEN 1 END), count(nullif(email, 'canary1@secret.example')), count(DISTINCT left(email, 1), length(email) > 23) + sum(score > 5550000000) FROM customers
SELECT lag(email) OVER (ORDER BY id), lead(ssn, 1, 'x') OVER (ORDER BY id) FROM customers
SELECT lag(name, 1, email) OVER (ORDER BY id) FROM customers
SELECT ntile(2) OVER w, last_value(ssn) OVER w, nth_value(email, 2) OVER w FROM customers WINDOW w AS (ORDER BY id)
SELECT id, rank() OVER (ORDER BY crc32(email)) FROM customers ORDER BY id
SELECT id, row_number() OVER (ORDER BY right(crc32(email), 4)), percent_rank() OVER (ORDER BY crc32(ssn)), cume_dist() OVER (ORDER BY crc32(phone)) FROM customers ORDER BY id
SELECT id, sum(id) OVER (ORDER BY crc32(email)), max(id) OVER (ORDER BY crc32(ssn) ROWS 1 PRECEDING) FROM customers ORDER BY id
SELECT id, count(*) OVER (PARTITION BY length(email) > 23) FROM customers ORDER BY id
SELECT id, sum(id) OVER (PARTITION BY crc32(email) % 2) FROM customers ORDER BY id
SELECT id, count(*) OVER (ORDER BY score DESC RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), sum(score) OVER () FROM customers
SELECT sum(id) OVER v FROM customers WINDOW w AS (PARTITION BY crc32(email)), v AS (w ORDER BY id), u AS (ORDER BY crc32(ssn))
SELECT sum(id) OVER w FROM customers WINDOW w AS (ORDER BY crc32(ssn))
SELECT max(email) OVER w, sum(balance) OVER w FROM customers WINDOW w AS (ORDER BY id)
SELECT median(score) OVER () FROM customers
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY balance) OVER () FROM customers
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY score) OVER (PARTITION BY active) FROM customers
SELECT email FROM customers GROUP BY email WITH ROLLUP
SELECT grouping(email), email, count(*) FROM customers GROUP BY email WITH ROLLUP
SELECT email e FROM customers GROUP BY e HAVING count(*) = 1
SELECT max(email) FROM customers GROUP BY id
SELECT upper(email), count(*) FROM customers GROUP BY 1
SELECT (SELECT id FROM customers ORDER BY crc32(email) LIMIT 1)
SELECT id FROM customers WHERE id IN (SELECT max(id) FROM customers GROUP BY length(email) % 3)
SELECT sum(DISTINCT score), count(DISTINCT left(ssn, 3)), avg(DISTINCT balance) FROM customers
SELECT st_astext(st_collect(point(score, 1))) FROM customers
SELECT email FROM customers PROCEDURE ANALYSE()
SELECT json_arrayagg(email ORDER BY id LIMIT 2), group_concat(email ORDER BY id LIMIT 1) FROM customers
SELECT id FROM customers QUALIFY row_number() OVER (ORDER BY crc32(email)) = 1
SELECT group_concat(CASE WHEN s.id < 6 THEN substr(c.email, s.id, 1) END ORDER BY s.id SEPARATOR '') FROM customers c, plain s WHERE c.id = 1`),
  ],
}

/** Rows chosen by what may be asked, and by what may be only with leave: the values stay hidden. */
export const guesses: Family = {
  name: 'guesses',
  guesses: true,
  attacks: [
    ...lines(`
SELECT random_bytes(length(email) - 22) IS NULL, bin_to_uuid(unhex(crc32(email))) FROM customers
SELECT j.x FROM customers c, json_table(c.prefs, '$' COLUMNS (x int EXISTS PATH '$.mail', e varchar(99) PATH '$.mail')) j WHERE j.e LIKE 'canary%'
SELECT j.n FROM customers c, json_table(concat('[', repeat('1,', length(c.email) - 20), '1]'), '$[*]' COLUMNS (n FOR ORDINALITY)) j
SELECT j.e FROM customers c, json_table('[1]', '$[*]' COLUMNS (e varchar(99) PATH '$.no' DEFAULT '"x"' ON EMPTY)) j, customers d WHERE d.email LIKE 'canary%'
SELECT count(*) FROM customers GROUP BY left(email, 1), length(email)
SELECT min(id) FROM customers GROUP BY crc32(email) % 2
SELECT id FROM customers ORDER BY crc32(email) LIMIT 1
SELECT id FROM customers ORDER BY crc32(email), 1
SELECT id FROM customers ORDER BY (SELECT crc32(c.ssn) FROM customers c WHERE c.id = customers.id)
SELECT id, crc32(email) AS m FROM customers ORDER BY m
SELECT id FROM (SELECT id, email FROM customers ORDER BY crc32(email) LIMIT 2) x
SELECT count(*) FROM customers HAVING max(email) > 'd'
SELECT id FROM customers HAVING crc32(id) > (SELECT max(crc32(email)) FROM customers)
SELECT id FROM customers c HAVING (SELECT d.email FROM customers d WHERE d.id = c.id) LIKE 'canary%'
SELECT 'canary1@secret.example' INTERSECT SELECT email FROM customers
SELECT 'canary1@secret.example' EXCEPT SELECT email FROM customers
WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < (SELECT length(email) FROM customers WHERE id = 1)) SELECT max(n), count(*) FROM x
WITH RECURSIVE x (n) AS (SELECT 1 UNION DISTINCT SELECT n + length(email) - 20 FROM x JOIN customers c ON c.id = 1 WHERE n < 50) SELECT * FROM x
SELECT d.id FROM (SELECT 1 AS id) x LEFT JOIN (SELECT id, email FROM customers WHERE email LIKE 'canary%') d ON 1
SELECT o.id, c.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id AND c.email LIKE 'canary%' ORDER BY o.id
SELECT p.id FROM plain p JOIN customers c ON p.id = length(c.email) - 20
SELECT p.label FROM plain p JOIN customers c ON crc32(c.email) % 6 = p.id
SELECT p.id, count(c.id) FROM plain p LEFT JOIN customers c ON length(c.email) - 20 = p.id GROUP BY p.id
SELECT x.n FROM customers c LEFT JOIN LATERAL (SELECT id AS n FROM plain p WHERE p.id = length(c.email) - 20) x ON true
SELECT id FROM plain WHERE id < (SELECT length(email) - 20 FROM customers WHERE id = 1)
SELECT count(*) FROM plain, customers c WHERE plain.id <= length(c.email) - 20 AND c.id = 1
SELECT seq FROM seq_1_to_300 s JOIN customers c ON length(c.email) = s.seq
SELECT id FROM plain WHERE (SELECT max(email) FROM customers) LIKE 'canary%'
SELECT id FROM plain WHERE id = 1 AND CASE WHEN (SELECT max(ssn) FROM customers) > '5' THEN 1 ELSE 0 END
SELECT id FROM plain WHERE EXISTS (SELECT 1 FROM customers WHERE email LIKE 'canary%')
SELECT 1 FROM customers WHERE crc32(email) % 2 LIMIT 1
CALL how_many()
SELECT id FROM plain WHERE mail_of(1) LIKE 'canary%'
SELECT id FROM plain ORDER BY crc32(mail_of(1 + id % 3))
SELECT email FROM customers WHERE email = 'canary1@secret.example'
SELECT email, ssn FROM customers WHERE email LIKE 'canary%'
SELECT * FROM customers WHERE ssn > '9'
SELECT * FROM customers WHERE score BETWEEN 1 AND 999999999999
SELECT email FROM customers WHERE substr(email, 1, 1) = 'c'
SELECT * FROM customers WHERE born = '1961-03-01'
SELECT * FROM customers WHERE id = 1 AND (SELECT 1 FROM (SELECT sleep(0)) x WHERE email > 'a') IS NULL
SELECT c.* FROM customers c JOIN customers d ON c.email > d.email
SELECT * FROM customers WHERE 'canary1@secret.example' = email OR 1
SELECT * FROM customers WHERE email REGEXP 'canary[0-9]'
SELECT * FROM customers WHERE prefs->>'$.mail' = 'canary1@secret.example'
SELECT * FROM customers NATURAL JOIN (SELECT 'canary1@secret.example' AS email) x
DELETE FROM customers WHERE email LIKE 'canary%'
UPDATE customers SET active = 0 WHERE ssn LIKE '9%'`),
    ...sequences(`
SELECT 1 / (length(email) - 22) FROM customers WHERE id = 1 ;; SHOW WARNINGS
UPDATE plain SET n = 0 WHERE id < (SELECT length(email) - 20 FROM customers WHERE id = 1) ;; SELECT row_count()
UPDATE plain SET label = 'found' WHERE id = (SELECT length(email) - 20 FROM customers WHERE id = 1) ;; SELECT * FROM plain
DELETE FROM plain WHERE id < (SELECT length(email) - 20 FROM customers WHERE id = 1) ;; SELECT * FROM plain
DELETE p FROM plain p JOIN customers c ON p.id = length(c.email) - 20 ;; SELECT * FROM plain
INSERT INTO copies (note) SELECT 'one' FROM customers WHERE email LIKE 'canary%' ;; SELECT note FROM copies`),
  ],
}
