/** Values that are moved elsewhere first. What the last statement shows was put there before. */
import { each, type Family, sequences } from './family.ts'

export const writes: Family = {
  name: 'writes',
  attacks: [
    ...each(c => [`INSERT INTO audit (what) SELECT ${c} FROM customers`, 'SELECT what FROM audit']),
    ...each(c => [
      `CREATE TEMPORARY TABLE taken AS SELECT ${c} AS a FROM customers`,
      'SELECT a FROM taken',
    ]),
    ...each(c => [
      `UPDATE plain SET label = (SELECT ${c} FROM customers WHERE id = 1) WHERE id = 1`,
      'SELECT label FROM plain',
    ]),
    ...sequences(`
INSERT INTO audit SET what = (SELECT max(ssn) FROM customers) ;; SELECT what FROM audit
INSERT INTO audit (what) VALUES ((SELECT max(email) FROM customers)) ;; SELECT what FROM audit
INSERT INTO audit (what) TABLE united ;; SELECT what FROM audit
INSERT INTO audit (what) VALUES ROW((SELECT max(email) FROM customers)) ;; SELECT what FROM audit
INSERT INTO audit (what) WITH x AS (SELECT email FROM customers) SELECT * FROM x ;; SELECT what FROM audit
REPLACE INTO audit SELECT id, email FROM customers ;; SELECT * FROM audit
INSERT IGNORE INTO audit (what) SELECT concat('x', email) FROM customers ;; SELECT what FROM audit
INSERT INTO audit (id, what) VALUES (1, 'x') ;; INSERT INTO audit (id, what) VALUES (1, 'y') ON DUPLICATE KEY UPDATE what = (SELECT max(email) FROM customers) ;; SELECT what FROM audit
INSERT INTO audit (id, what) VALUES (1, 'x') ;; INSERT INTO audit (id, what) SELECT id, email FROM customers WHERE id = 1 ON DUPLICATE KEY UPDATE what = email ;; SELECT what FROM audit
INSERT INTO audit (id, what) VALUES (1, 'x') ;; INSERT INTO audit (id, what) SELECT id, email FROM customers c WHERE id = 1 ON DUPLICATE KEY UPDATE what = VALUES(what) ;; SELECT what FROM audit
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON DUPLICATE KEY UPDATE name = email ;; SELECT name FROM customers WHERE id = 1
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') AS new ON DUPLICATE KEY UPDATE name = concat(customers.email, new.name) ;; SELECT name FROM customers WHERE id = 1
INSERT INTO customers (id, name, email) SELECT id, email, ssn FROM customers WHERE id = 1 ON DUPLICATE KEY UPDATE name = VALUES(name) ;; SELECT name FROM customers WHERE id = 1
INSERT INTO customers (id, name, email) SELECT c.id, c.name, 'z' FROM customers c WHERE id = 1 ON DUPLICATE KEY UPDATE customers.name = c.email ;; SELECT name FROM customers WHERE id = 1
INSERT INTO customers (id, name, email) SELECT 900 + id, email, concat('x', id) FROM customers ;; SELECT name FROM customers
UPDATE customers SET name = email WHERE id = 1 ;; SELECT name FROM customers
UPDATE customers SET name = concat(name, length(email)) ;; SELECT name FROM customers
UPDATE customers SET email = 'x', name = email WHERE id = 1 ;; SELECT name FROM customers WHERE id = 2
UPDATE customers SET name = if(email LIKE 'canary%', 'yes', 'no') ;; SELECT name FROM customers
UPDATE customers c JOIN plain p ON p.id = c.id SET p.label = c.email ;; SELECT label FROM plain
UPDATE audit, customers SET audit.what = customers.email WHERE 1 ;; UPDATE plain, customers SET plain.label = customers.email WHERE plain.id = customers.id ;; SELECT label FROM plain
UPDATE contacts SET label = address ;; SELECT label FROM contacts
UPDATE contacts SET label = address ;; SELECT name FROM customers
WITH x AS (SELECT max(email) AS e FROM customers) UPDATE plain SET label = (SELECT e FROM x) ;; SELECT label FROM plain
WITH x AS (SELECT id, email FROM customers) UPDATE plain JOIN x USING (id) SET label = x.email ;; SELECT label FROM plain
UPDATE plain SET label = 'found' ORDER BY (SELECT crc32(email) FROM customers c WHERE c.id = 1 + plain.id % 5) LIMIT 1 ;; SELECT * FROM plain
DELETE FROM plain ORDER BY (SELECT crc32(email) FROM customers c WHERE c.id = 1 + plain.id % 5) LIMIT 1 ;; SELECT * FROM plain
INSERT INTO audit (what) SELECT email FROM customers RETURNING what
INSERT INTO audit (what) SELECT id FROM customers RETURNING (SELECT max(email) FROM customers)
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON DUPLICATE KEY UPDATE active = 1 RETURNING email, ssn
INSERT INTO tripped (id) VALUES (1) RETURNING what
DELETE FROM orders WHERE id = 1 RETURNING (SELECT email FROM customers WHERE id = 1)
DELETE FROM referring RETURNING mail
DELETE FROM handles RETURNING derived, looked, upper(secret)
REPLACE INTO audit SELECT id, email FROM customers RETURNING *
CREATE TABLE stolen AS SELECT * FROM customers ;; SELECT * FROM stolen ;; DROP TABLE stolen
CREATE TABLE stolen SELECT email AS a FROM customers ;; SELECT a FROM stolen ;; DROP TABLE stolen
CREATE TABLE stolen (a text) REPLACE AS SELECT email AS a FROM customers ;; SELECT a FROM stolen ;; DROP TABLE stolen
CREATE TABLE stolen (a text) TABLE united ;; SELECT * FROM stolen ;; DROP TABLE stolen
CREATE TEMPORARY TABLE stolen (a text) SELECT email AS a FROM customers ;; SELECT * FROM stolen
CREATE TEMPORARY TABLE stolen WITH x AS (SELECT email FROM customers) SELECT * FROM x ;; SELECT * FROM stolen
CREATE TEMPORARY TABLE plain AS SELECT id, email AS label FROM customers ;; SELECT label FROM plain
CREATE TEMPORARY TABLE stolen LIKE customers ;; INSERT INTO stolen SELECT * FROM customers ;; SELECT * FROM stolen
CREATE TABLE likewise LIKE customers ;; INSERT INTO likewise SELECT * FROM customers ;; SELECT * FROM likewise ;; DROP TABLE likewise
CREATE VIEW stolen_view AS SELECT email AS e FROM customers ;; SELECT e FROM stolen_view ;; DROP VIEW stolen_view
CREATE OR REPLACE ALGORITHM=TEMPTABLE SQL SECURITY INVOKER VIEW stolen_view (q) AS SELECT hex(email) FROM customers ;; SELECT q FROM stolen_view ;; DROP VIEW stolen_view
CREATE TEMPORARY TABLE a1 AS SELECT email AS x FROM customers ;; CREATE TEMPORARY TABLE a2 AS SELECT x AS y FROM a1 ;; SELECT y FROM a2
CREATE TEMPORARY TABLE a1 (x text) ;; INSERT INTO a1 SELECT email FROM customers ;; ALTER TABLE a1 CHANGE x y text ;; SELECT y FROM a1
CREATE TEMPORARY TABLE a1 (x text) ;; INSERT INTO a1 SELECT email FROM customers ;; ALTER TABLE a1 RENAME TO a3 ;; SELECT x FROM a3
CREATE TEMPORARY TABLE a1 (x varchar(99), y varchar(99) AS (upper(x))) ;; INSERT INTO a1 (x) SELECT email FROM customers ;; SELECT y FROM a1
CREATE TABLE made (id int, x varchar(99) DEFAULT (concat('a', mail_of(1)))) ;; INSERT INTO made (id) VALUES (1) ;; SELECT x FROM made ;; DROP TABLE made
ALTER TABLE handles ADD COLUMN z varchar(99) AS (concat(secret, 'z')) ;; SELECT z FROM handles ;; ALTER TABLE handles DROP COLUMN z
RENAME TABLE events_of TO others ;; SELECT secret, others.* FROM others ;; RENAME TABLE others TO events_of
ALTER TABLE events_of RENAME COLUMN secret TO harmless ;; SELECT harmless FROM events_of ;; ALTER TABLE events_of RENAME COLUMN harmless TO secret
ALTER TABLE events_of CHANGE secret harmless varchar(60) ;; SELECT harmless FROM events_of ;; ALTER TABLE events_of CHANGE harmless secret varchar(60)
ALTER TABLE customers RENAME INDEX email TO other_index ;; SELECT email FROM customers ;; ALTER TABLE customers RENAME INDEX other_index TO email
CREATE TABLE moved LIKE events_of ;; ALTER TABLE moved REMOVE PARTITIONING ;; ALTER TABLE events_of EXCHANGE PARTITION p0 WITH TABLE moved ;; SELECT secret FROM moved ;; ALTER TABLE events_of EXCHANGE PARTITION p0 WITH TABLE moved ;; DROP TABLE moved
SELECT email FROM customers INTO OUTFILE '/tmp/countersign-never-written' ;; SELECT load_file('/tmp/countersign-never-written'), email FROM customers
SELECT email FROM customers LIMIT 1 INTO DUMPFILE '/tmp/countersign-never-dumped' ;; SELECT email FROM customers
CREATE TEMPORARY TABLE filled (x text) ;; LOAD DATA INFILE '/etc/hostname' INTO TABLE filled SET x = (SELECT max(email) FROM customers) ;; SELECT * FROM filled
CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE DO INSERT INTO audit (what) SELECT email FROM customers ;; SELECT email FROM customers ;; DROP EVENT ev
CREATE TEMPORARY TABLE versions (x text) WITH SYSTEM VERSIONING ;; CREATE TEMPORARY TABLE t2 AS SELECT email FROM customers ;; TABLE t2
INSERT INTO versioned VALUES (1, (SELECT max(email) FROM customers)) ;; SELECT secret FROM versioned FOR SYSTEM_TIME ALL
SELECT setval(numbers, (SELECT length(max(email)) + 100 FROM customers)) ;; SELECT nextval(numbers)
ALTER SEQUENCE numbers RESTART 7 ;; SELECT setval(numbers, 200 + (SELECT length(max(email)) FROM customers)), lastval(numbers)
INSERT INTO copies (e) SELECT email FROM customers ;; SELECT * FROM copies
INSERT INTO referring SELECT email, email FROM customers ;; SELECT note FROM referring
UPDATE referring SET note = mail ;; SELECT note FROM referring`),
  ],
}
