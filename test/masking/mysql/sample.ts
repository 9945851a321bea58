/**
 * Two databases that differ in nothing but what is masked, with what other people's schemas have
 * between a table and a client: views, copies, partitions, generated columns, routines, triggers.
 */
import type { Flavour } from './family.ts'

/** Globs over the columns that are masked. */
export const maskedColumns: readonly string[] = [
  ...['email', 'phone', 'ssn', 'born', 'balance', 'score', 'prefs'].map(
    column => `'*.customers.${column}'`,
  ),
  "'*.*.secret'",
  "'*.vault.*_s'",
]

const common = `
  CREATE TABLE customers (
    id int PRIMARY KEY, name varchar(60) NOT NULL, email varchar(120) NOT NULL UNIQUE,
    phone varchar(20), ssn char(11), born date, balance decimal(12,2), score bigint, prefs json,
    active boolean DEFAULT true);
  CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int, total decimal(10,2), note varchar(80),
    FOREIGN KEY (customer_id) REFERENCES customers (id));
  CREATE TABLE audit (id int AUTO_INCREMENT PRIMARY KEY, what text);
  CREATE TABLE plain (id int PRIMARY KEY, label varchar(40), n bigint);
  CREATE TABLE copies (e varchar(120) UNIQUE, note varchar(40));
  CREATE TABLE referring (mail varchar(120), note varchar(40), FOREIGN KEY (mail) REFERENCES customers (email));
  CREATE TABLE events_of (id int, kind int, secret varchar(60)) PARTITION BY HASH (kind) PARTITIONS 3;
  CREATE TABLE handles (id int, secret varchar(60), derived varchar(60) AS (lower(secret)) STORED,
    looked varchar(60) AS (concat(secret, '!')) VIRTUAL);
  CREATE TABLE narrow (id int, tiny varchar(3), number int, checked varchar(99) CHECK (checked <> 'x'));
  CREATE TABLE tripped (id int, what varchar(200));
  CREATE TABLE defaulted (id int, at varchar(99) DEFAULT 'x');
  CREATE TABLE vault (
    id int PRIMARY KEY, words_s set('canary', 'kanarie', 'x'), mood_s enum('sad', 'canary', 'kanarie'),
    raw_s varbinary(60), text_s text, blob_s blob, bits_s bit(40), at_s datetime(6), stamp_s timestamp NULL,
    took_s time(3), year_s year, real_s double, single_s float, tiny_s tinyint, doc_s json, point_s point,
    code_s varchar(40) CHARACTER SET latin1, wide_s varchar(40) CHARACTER SET utf16, small_s smallint unsigned);
  CREATE VIEW contacts AS SELECT id, name AS label, email AS address FROM customers;
  CREATE VIEW nested AS SELECT id, address AS a, upper(address) AS u FROM contacts;
  CREATE VIEW counted AS SELECT count(*) AS n, max(score) AS top FROM customers;
  CREATE VIEW joined AS SELECT o.id, o.note, c.email AS whose FROM orders o JOIN customers c ON c.id = o.customer_id;
  CREATE VIEW united AS SELECT name AS x FROM customers UNION ALL SELECT email FROM customers;
  CREATE VIEW asking AS SELECT id, if(email LIKE 'c%', 'yes', 'no') AS starts FROM customers;
  CREATE FUNCTION mail_of(wanted int) RETURNS varchar(120) READS SQL DATA
    RETURN (SELECT email FROM customers WHERE id = wanted);
  CREATE FUNCTION same_as(a varchar(200)) RETURNS varchar(200) DETERMINISTIC RETURN concat(a, '.');
  CREATE FUNCTION deep(wanted int) RETURNS varchar(120) READS SQL DATA RETURN same_as(mail_of(wanted));
  CREATE FUNCTION branching(wanted int) RETURNS int READS SQL DATA BEGIN
    DECLARE r int DEFAULT 0; IF (SELECT email FROM customers WHERE id = wanted) LIKE 'c%' THEN SET r = 1; END IF; RETURN r; END;
  CREATE FUNCTION looping() RETURNS varchar(200) READS SQL DATA BEGIN
    DECLARE v, r varchar(200) DEFAULT ''; DECLARE done int DEFAULT 0;
    DECLARE c CURSOR FOR SELECT email FROM customers; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
    OPEN c; REPEAT FETCH c INTO v; SET r = left(concat(r, v), 200); UNTIL done END REPEAT; CLOSE c; RETURN r; END;
  CREATE FUNCTION setting_it() RETURNS int READS SQL DATA BEGIN
    SET @told = (SELECT email FROM customers WHERE id = 1); RETURN 1; END;
  CREATE PROCEDURE all_customers() SELECT * FROM customers;
  CREATE PROCEDURE nested_call() BEGIN CALL all_customers(); SELECT 1; END;
  CREATE PROCEDURE one_email(IN wanted int, OUT found varchar(120)) SELECT email INTO found FROM customers WHERE id = wanted;
  CREATE PROCEDURE both_ways(INOUT x varchar(120)) SELECT email INTO x FROM customers WHERE id = x;
  CREATE PROCEDURE prepared_inside() BEGIN
    PREPARE p FROM 'SELECT email FROM customers'; EXECUTE p; DEALLOCATE PREPARE p; END;
  CREATE PROCEDURE runs(what text) BEGIN SET @w = what; PREPARE p FROM @w; EXECUTE p; DEALLOCATE PREPARE p; END;
  CREATE PROCEDURE by_cursor() BEGIN DECLARE v varchar(120); DECLARE c CURSOR FOR SELECT email FROM customers;
    OPEN c; FETCH c INTO v; SELECT v; CLOSE c; END;
  CREATE PROCEDURE signals() BEGIN DECLARE m varchar(120); SELECT email INTO m FROM customers WHERE id = 1;
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = m; END;
  CREATE PROCEDURE warns() BEGIN DECLARE m varchar(120); SELECT email INTO m FROM customers WHERE id = 1;
    SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = m; END;
  CREATE PROCEDURE recursed(n int) BEGIN SELECT email FROM customers WHERE id = n; END;
  CREATE PROCEDURE how_many() IF (SELECT max(email) FROM customers) LIKE 'c%' THEN SELECT 1; ELSE SELECT 1; SELECT 2; END IF;
  CREATE PROCEDURE harmless(x int) SELECT id, name FROM customers WHERE id = x;
  CREATE TRIGGER trips BEFORE INSERT ON tripped FOR EACH ROW
    SET NEW.what = (SELECT email FROM customers WHERE id = NEW.id);
`

/** In statements: routines have semicolons of their own. */
export function sampleSchema(flavour: Flavour): readonly string[] {
  return `${common}${flavour === 'mariadb' ? mariadb : mysql}`.split(/;\n(?= {2}CREATE)/)
}

const mariadb = `
  CREATE TABLE versioned (id int, secret varchar(60)) WITH SYSTEM VERSIONING;
  CREATE TABLE typed (id int, secret uuid, more inet6);
  CREATE SEQUENCE numbers;
`

const mysql = `
  CREATE TABLE indexed (id int, secret varchar(60), INDEX ((upper(secret))));
`

/** What differs: every value holds the word of its world, in one form or another. */
export function sampleData(world: 'one' | 'other'): string {
  const one = world === 'one'
  const word = one ? 'canary' : 'kanarie'
  const host = one ? 'secret.example' : 'geheim.example.test'
  const row = (n: number): string => {
    const mail = `${word}${n}@${host}`
    const phone = `${one ? '+4915550' : '+311777'}0000${n}`
    const ssn = `${one ? '987-65-' : '123-45-'}000${n}`
    const born = one ? `1961-03-0${n}` : `1972-11-1${n}`
    const balance = one ? 7770000 + n : 31000.5 + n
    const score = one ? 555000000000 + n : 4242420000 + n
    const prefs = `{"mail": "${mail}", "lang": "${one ? 'de' : 'nl'}"}`
    return `(${n}, 'Name ${n}', '${mail}', '${phone}', '${ssn}', '${born}', ${balance}, ${score}, '${prefs}', 1)`
  }
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
  const many = (count: number, make: (n: number) => string): string =>
    numbers(count).map(make).join(', ')
  const at = one ? '1961-03-07 10:00:00.5' : '1999-09-09 09:00:00.25'
  const vault = (n: number): string =>
    `(${n}, '${word}', '${word}', '${word}${n}', '${word}${n}', '${word}${n}', ${one ? 0x63616e6172 : 0x6b616e6172},
      '${at}', '${one ? '1981' : '1999'}-03-07 10:00:00', '${one ? '10:20:30.4' : '-1:02:03.5'}', ${one ? 1961 : 1999},
      ${one ? 77700.5 : 1.5}, ${one ? 77700.5 : 1.5}, ${one ? 17 : 71}, '{"mail": "${word}${n}"}',
      st_geomfromtext('POINT(${one ? '55500 1' : '3 4'})'), '${word}${n}', '${word}${n}', ${one ? 55500 : 3})`
  return `
    INSERT INTO customers VALUES ${many(5, row)};
    INSERT INTO orders VALUES ${many(15, n => `(${n}, ${1 + (n % 5)}, ${n * 1.5}, 'order ${n}')`)};
    INSERT INTO plain VALUES ${many(6, n => `(${n}, 'label ${n}', ${n * 10})`)};
    INSERT INTO referring SELECT email, concat('note ', id) FROM customers;
    INSERT INTO events_of VALUES ${many(6, n => `(${n}, ${n % 3}, '${word} event ${n}')`)};
    INSERT INTO handles (id, secret) VALUES ${many(2, n => `(${n}, '${word} handle ${n}')`)};
    INSERT INTO narrow VALUES (1, 'abc', 7, 'y');
    INSERT INTO vault VALUES ${many(2, vault)};
  `
}
