/**
 * What people and programs ask that shows nothing masked: it must come back byte for byte, unheld,
 * however often it joins on, counts, filters by or writes to masked columns.
 */
import { each, lines } from './family.ts'

const scalars = `
concat(name, '') | upper(name) | char_length(name) | id + 1 | cast(id AS char) | -id | id % 2
name LIKE 'N%' | active | id IN (1, 2) | coalesce(name, '') | nullif(name, 'x') | left(name, 2)
sha2(name, 256) | id BETWEEN 1 AND 3 | CASE WHEN id > 2 THEN 'a' ELSE name END | json_object('a', id)
json_array(id, name) | lpad(id, 3, '0') | greatest(id, 2) | name COLLATE utf8mb4_bin | crc32(name)
row_number() OVER (ORDER BY id) | lag(name) OVER (ORDER BY id) | sum(id) OVER () | repeat(name, 2)
regexp_replace(name, 'a', 'b') | substring_index(name, ' ', -1) | now() IS NULL | id / 2 | pow(id, 2)
hex(name) | to_base64(name) | concat_ws(',', id, name) | NOT active | active IS TRUE | name IS NULL
name REGEXP '^N' | quote(name) | abs(id) | if(id > 1, 'a', 'b') | ifnull(name, 'x') | id XOR 1 | id << 1
@@max_allowed_packet > id | name = 'Name 1' | strcmp(name, 'x') | date_add('2020-01-01', INTERVAL id DAY)
`
  .split(/[|\n]/)
  .map(text => text.trim())
  .filter(text => text !== '')

/** Every filter over a masked column, over a table that is read for something else. */
const filters = lines(`
email = 'canary1@secret.example'
email IN ('canary1@secret.example', 'canary2@secret.example')
email IS NOT NULL
score = 555000000001
born = '1961-03-01'
phone IS NULL OR ssn IS NOT NULL
`)

export const legitimate: readonly string[] = [
  ...scalars.map(scalar => `SELECT ${scalar} AS x FROM customers ORDER BY id`),
  ...scalars.map(
    scalar => `SELECT x.* FROM (SELECT ${scalar} AS v FROM customers ORDER BY id LIMIT 2) x`,
  ),
  ...scalars.map(
    scalar => `SELECT ${scalar} AS y, n.note FROM customers JOIN (SELECT 1 AS note) n`,
  ),
  ...filters.flatMap(filter => [
    `SELECT id, name FROM customers WHERE ${filter} ORDER BY id`,
    `SELECT count(*) FROM customers WHERE ${filter}`,
    `SELECT o.id, o.note FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.${filter.replace(' OR ssn', ' OR c.ssn')} ORDER BY o.id`,
    `SELECT note FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE ${filter}) ORDER BY id`,
    `UPDATE customers SET active = true WHERE ${filter} AND id = 1`,
    `UPDATE customers SET name = upper(name) WHERE (${filter}) AND id = 2`,
    `DELETE FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE (${filter}) AND id = 77)`,
  ]),
  ...each(c => `SELECT count(${c}) FROM customers`),
  ...each(c => `SELECT id, ${c} IS NULL AS missing FROM customers ORDER BY id`),
  ...each(c => `SELECT count(DISTINCT ${c}) FROM customers`),
  ...each(c => `SELECT a.id FROM customers a JOIN customers b ON a.${c} = b.${c} ORDER BY a.id`),
  ...each(
    c =>
      `SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = database() AND table_name = 'customers' AND column_name = '${c}'`,
  ),
  ...each(c => `UPDATE customers SET ${c} = DEFAULT WHERE id = -1`),
  ...each(c => `SELECT id FROM plain WHERE label = '${c}'`),
  ...each(c => `INSERT INTO plain (id, label) VALUES (100, '${c}')`),
  ...lines(`
SELECT 1
SELECT 'canary' AS email
SELECT version() IS NOT NULL, database(), schema()
SELECT NULL, true, 1.5, 'x', x'01', b'1', DATE '2020-01-01', 1e3, 0x41
SELECT @@version_comment LIMIT 1
SELECT @@session.autocommit, @@sql_mode, @@character_set_client
SELECT USER() IS NULL, CURRENT_USER() IS NULL
SELECT id, name, active FROM customers ORDER BY id
SELECT id, name FROM customers ORDER BY name LIMIT 2 OFFSET 1
SELECT DISTINCT active FROM customers
SELECT active, count(*) FROM customers GROUP BY active
SELECT customer_id, sum(total) FROM orders GROUP BY customer_id WITH ROLLUP
SELECT customer_id, sum(total) s FROM orders GROUP BY customer_id HAVING s > 10 ORDER BY s DESC
SELECT * FROM orders ORDER BY id
SELECT * FROM orders WHERE total > 10 ORDER BY id DESC LIMIT 7
SELECT o.*, p.label FROM orders o LEFT JOIN plain p ON p.id = o.id ORDER BY o.id
SELECT * FROM plain
SELECT * FROM plain UNION SELECT id, name, 0 FROM customers ORDER BY 1, 2
SELECT id FROM customers EXCEPT SELECT customer_id FROM orders WHERE id = 1
SELECT id FROM customers INTERSECT SELECT customer_id FROM orders
WITH x AS (SELECT id, name FROM customers) SELECT * FROM x ORDER BY id
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i FROM n
SELECT label FROM contacts ORDER BY id
SELECT id, label FROM contacts WHERE address = 'canary1@secret.example'
SELECT id, note FROM joined ORDER BY id
SELECT n FROM counted
SELECT id, kind FROM events_of ORDER BY id
SELECT note FROM referring ORDER BY 1
SELECT id FROM handles
SELECT id FROM vault
SELECT rank() OVER (ORDER BY total), id FROM orders ORDER BY id
SELECT group_concat(name ORDER BY id) FROM customers
SELECT json_arrayagg(id), json_objectagg(id, name) FROM customers
SELECT * FROM json_table('[1, 2]', '$[*]' COLUMNS (x int PATH '$')) j
SELECT same_as('x'), same_as(name) FROM customers
SELECT EXISTS (SELECT 1 FROM customers WHERE email = 'canary1@secret.example')
SELECT (SELECT name FROM customers WHERE id = 1)
SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c ORDER BY c.id
SELECT c.name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > 3) ORDER BY 1
SELECT /* a comment */ id FROM customers -- and another
SELECT /*!40001 SQL_NO_CACHE */ id FROM customers
SELECT id FROM customers FOR UPDATE
SELECT id FROM customers LOCK IN SHARE MODE
SELECT id FROM customers USE INDEX (PRIMARY) WHERE id = 1
SELECT id INTO @x FROM customers WHERE id = 1
SET @a = 5
SELECT @a := 7, @a
SET @a = (SELECT max(id) FROM customers)
SET NAMES utf8mb4
SET autocommit = 1
SET SESSION wait_timeout = 600
SET sql_mode = 'ANSI_QUOTES'
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED
SHOW TABLES
SHOW FULL TABLES
SHOW DATABASES LIKE 'shop1'
SHOW COLUMNS FROM customers
SHOW FULL COLUMNS FROM orders
SHOW VARIABLES LIKE 'version_comment'
SHOW WARNINGS
SHOW CREATE TABLE plain
SHOW CREATE TABLE customers
SHOW TABLE STATUS LIKE 'nothing'
SHOW COLLATION LIKE 'utf8mb4_bin'
SHOW CHARACTER SET LIKE 'utf8mb4'
SHOW ENGINES
DESCRIBE customers
DESC orders id
EXPLAIN SELECT id FROM plain WHERE id = 1
START TRANSACTION
COMMIT
ROLLBACK
SAVEPOINT a
BEGIN
INSERT INTO plain VALUES (50, 'x', 1)
INSERT INTO plain (id, label) VALUES (51, 'x'), (52, 'y')
INSERT INTO plain (id, label) SELECT id + 60, name FROM customers
INSERT INTO plain (id) VALUES (1) ON DUPLICATE KEY UPDATE n = n + 1
INSERT IGNORE INTO plain (id) VALUES (1)
REPLACE INTO plain VALUES (1, 'z', 2)
INSERT INTO customers (id, name, email) VALUES (70, 'New', 'new@example.com')
UPDATE plain SET n = n + 1 WHERE id = 1
UPDATE customers SET name = 'Other' WHERE id = 1
UPDATE customers SET email = 'other@example.com' WHERE id = 1
UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.note = 'x' WHERE c.email = 'canary1@secret.example'
DELETE FROM plain WHERE id = 3
DELETE o FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = 'canary1@secret.example'
CREATE TEMPORARY TABLE scratch (id int, x text)
CREATE TEMPORARY TABLE scratch AS SELECT id, name FROM customers
SELECT nothing FROM orders
SELECT 1 / 0
SELECT * FROM missing
SELEC 1
SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY 1
SELECT constraint_name FROM information_schema.key_column_usage WHERE table_schema = database() ORDER BY 1, ordinal_position
CALL harmless(1)
DO 1
PREPARE p FROM 'SELECT name FROM customers WHERE email = ?'
KILL QUERY 999999999
SELECT sleep(0)
SELECT last_insert_id(), row_count(), found_rows()
VALUES ROW(1, 2)
TABLE plain`),
]

/** Those that are answered otherwise, with the reason; at most two of a hundred. */
export const otherwise: ReadonlyMap<string, string> = new Map([
  ['UPDATE customers SET email = DEFAULT WHERE id = -1', 'the error names a masked column'],
  [
    "UPDATE customers SET email = 'other@example.com' WHERE id = 1",
    'the error of a key on a masked column may hold its values',
  ],
  [
    "SELECT EXISTS (SELECT 1 FROM customers WHERE email = 'canary1@secret.example')",
    'what a masked value decides is shown as a value',
  ],
  ['SELEC 1', 'what cannot be read is refused in words of our own'],
  ['VALUES ROW(1, 2)', 'what MariaDB cannot read is refused in words of our own'],
])
