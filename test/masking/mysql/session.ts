/** User variables, dynamic SQL, routines, cursors, handlers, settings and locks of a session. */
import { each, type Family, lines, sequences } from './family.ts'

export const variables: Family = {
  name: 'variables',
  attacks: [
    ...each(c => `SELECT @v := ${c}, @v FROM customers`),
    ...each(c => [`SELECT ${c} INTO @v FROM customers WHERE id = 1`, 'SELECT @v, hex(@v)']),
    ...lines(`
SELECT @a := 'x', (SELECT @a := max(email) FROM customers), @a
SELECT @b, @b := @c, @c := email FROM customers ORDER BY id
SELECT id, @n := if(email LIKE 'canary%', 1, 0), @n FROM customers
SELECT id FROM customers WHERE (@f := email) IS NOT NULL AND id = 1 UNION SELECT @f
SELECT @g FROM (SELECT @g := email FROM customers WHERE id = 1) x
SELECT @x FROM plain p WHERE (@x := (SELECT email FROM customers WHERE id = p.id)) IS NOT NULL`),
    ...sequences(`
SELECT @v := email FROM customers LIMIT 1 ;; SELECT @v
SELECT @V := email FROM customers LIMIT 1 ;; SELECT @\`v\`, @'v', @"V"
SET @v = (SELECT email FROM customers LIMIT 1) ;; SELECT @v
SET @v := (SELECT email FROM customers LIMIT 1), @w = 5 ;; SELECT concat(@v, 'x')
SELECT max(email), 1 FROM customers INTO @v, @w ;; SELECT @v
SELECT max(email) INTO @v FROM customers ;; SELECT @v
(SELECT max(email) FROM customers) INTO @v ;; SELECT @v
TABLE united LIMIT 1 INTO @v ;; SELECT @v
VALUES ROW((SELECT max(email) FROM customers)) INTO @v ;; SELECT @v
DO @v := (SELECT max(email) FROM customers) ;; SELECT @v
SET @a = (SELECT max(email) FROM customers) ;; SET @b = @a ;; SET @c = @b ;; SELECT @c
SET @v = (SELECT if(max(email) LIKE 'canary%', 1, 2) FROM customers) ;; SELECT @v
SET @v = (SELECT length(max(email)) FROM customers) ;; SELECT id FROM plain WHERE id < @v - 20
SELECT score INTO @v FROM customers WHERE id = 1 ;; SELECT * FROM (SELECT @v AS x) y
SET @v = EXISTS (SELECT 1 FROM customers WHERE email LIKE 'canary%') ;; SELECT @v
SET @v = (SELECT max(email) FROM customers) ;; INSERT INTO audit (what) VALUES (@v) ;; SELECT what FROM audit
SET @v = (SELECT max(email) FROM customers) ;; CREATE TEMPORARY TABLE t1 SELECT @v AS x ;; SELECT * FROM t1
SET @v = (SELECT max(email) FROM customers) ;; PREPARE p FROM 'SELECT ? AS x' ;; EXECUTE p USING @v
SET @v = (SELECT max(email) FROM customers) ;; PREPARE p FROM 'SELECT @v AS x' ;; EXECUTE p
SET @v = (SELECT concat('SELECT \\'', email, '\\'') FROM customers WHERE id = 1) ;; PREPARE p FROM @v ;; EXECUTE p
SET @v = (SELECT length(email) - 20 FROM customers WHERE id = 1) ;; PREPARE p FROM 'SELECT id FROM plain LIMIT ?' ;; EXECUTE p USING @v
SET @n = 1 ;; SELECT @n := @n + length(email) FROM customers ;; SELECT @n
SET @v = (SELECT max(email) FROM customers) ;; SET SESSION init_connect = @v
SET @v = (SELECT max(email) FROM customers) ;; SET @@lc_time_names = @v ;; SHOW WARNINGS
SET @v = (SELECT max(email) FROM customers) ;; SET sql_mode = @v
SET time_zone = (SELECT max(email) FROM customers)
SET SESSION group_concat_max_len = (SELECT length(max(email)) FROM customers) ;; SELECT @@group_concat_max_len
SET SESSION auto_increment_increment = (SELECT length(max(email)) FROM customers) ;; SHOW VARIABLES LIKE 'auto_increment_increment'
SET timestamp = (SELECT score FROM customers WHERE id = 1) / 1000 ;; SELECT now()
SET last_insert_id = (SELECT score FROM customers WHERE id = 1) ;; SELECT last_insert_id(), @@last_insert_id
SELECT last_insert_id(score) FROM customers WHERE id = 1 ;; SELECT last_insert_id()
UPDATE plain SET n = last_insert_id((SELECT score FROM customers WHERE id = 1)) WHERE id = 1 ;; SELECT last_insert_id()
SET insert_id = (SELECT length(max(email)) FROM customers) ;; INSERT INTO audit (what) VALUES ('x') ;; SELECT last_insert_id()
SET sql_select_limit = (SELECT length(email) - 20 FROM customers WHERE id = 1) ;; SELECT id FROM plain
SET @@session.max_sort_length = (SELECT 4 + length(max(email)) FROM customers) ;; SELECT @@max_sort_length
SET STATEMENT max_statement_time = 10 FOR SELECT email FROM customers
SET STATEMENT sql_mode = 'ANSI_QUOTES' FOR SELECT "email" FROM customers
SET STATEMENT sql_select_limit = (SELECT length(max(email)) - 22 FROM customers) FOR SELECT id FROM plain
SELECT SQL_CALC_FOUND_ROWS id FROM plain p, customers c WHERE p.id < length(c.email) - 20 LIMIT 1 ;; SELECT found_rows()
SELECT get_lock((SELECT max(email) FROM customers), 0), is_used_lock(concat('canary', '5@secret.example'))
SELECT get_lock((SELECT max(email) FROM customers), 0) ;; SELECT * FROM performance_schema.metadata_locks WHERE OBJECT_TYPE = 'USER LEVEL LOCK'
SELECT get_lock('abc', 0) + length(max(email)) FROM customers ;; SELECT release_all_locks()`),
  ],
}

export const dynamic: Family = {
  name: 'dynamic SQL',
  attacks: sequences(`
PREPARE p FROM 'SELECT email FROM customers' ;; EXECUTE p ;; DEALLOCATE PREPARE p
PREPARE p FROM 'SELECT id FROM customers' ;; PREPARE p FROM 'SELECT email FROM customers' ;; EXECUTE p
SET @t = 'SELECT email FROM customers' ;; PREPARE p FROM @t ;; EXECUTE p
SET @t = concat('SELECT em', 'ail FROM customers') ;; PREPARE p FROM @t ;; EXECUTE p
SET @t = 'SELECT id FROM customers' ;; SET @t = replace(@t, 'id', 'email') ;; PREPARE p FROM @t ;; EXECUTE p
SET @t = 0x53454c45435420656d61696c2046524f4d20637573746f6d657273 ;; PREPARE p FROM @t ;; EXECUTE p
PREPARE p FROM concat('SELECT em', 'ail FROM customers') ;; EXECUTE p
EXECUTE IMMEDIATE 'SELECT email FROM customers'
EXECUTE IMMEDIATE concat('SELECT em', 'ail FROM customers')
SET @t = 'SELECT email FROM customers' ;; EXECUTE IMMEDIATE @t
PREPARE p FROM 'SELECT "email" FROM customers' ;; SET sql_mode = 'ANSI_QUOTES' ;; PREPARE q FROM 'SELECT "email" FROM customers' ;; EXECUTE q
SET sql_mode = 'ANSI_QUOTES' ;; PREPARE p FROM 'SELECT "email" FROM customers' ;; SET sql_mode = '' ;; EXECUTE p
PREPARE p FROM 'SELECT * FROM shown' ;; CREATE TEMPORARY TABLE shown (a int) ;; PREPARE p FROM 'TABLE customers' ;; EXECUTE p
CREATE TEMPORARY TABLE customers (id int) ;; PREPARE p FROM 'SELECT * FROM customers' ;; DROP TEMPORARY TABLE customers ;; EXECUTE p
CREATE TEMPORARY TABLE customers (id int, email int) ;; SELECT email FROM customers ;; DROP TEMPORARY TABLE customers ;; SELECT email FROM customers
PREPARE p FROM 'INSERT INTO audit (what) SELECT email FROM customers' ;; EXECUTE p ;; SELECT what FROM audit
PREPARE p FROM 'CALL all_customers()' ;; EXECUTE p
PREPARE p FROM 'SELECT if(? = 1, email, 0) FROM customers' ;; SET @x = 1 ;; EXECUTE p USING @x
PREPARE \`a b\` FROM 'SELECT email FROM customers' ;; EXECUTE \`A B\`
HANDLER customers OPEN ;; HANDLER customers READ FIRST ;; HANDLER customers READ NEXT ;; HANDLER customers CLOSE
HANDLER customers OPEN AS h ;; HANDLER h READ \`PRIMARY\` >= (1) LIMIT 5
HANDLER vault OPEN ;; HANDLER vault READ NEXT LIMIT 2
BEGIN NOT ATOMIC SELECT email FROM customers; END
BEGIN NOT ATOMIC DECLARE x varchar(99); SELECT email INTO x FROM customers LIMIT 1; SELECT x; END
BEGIN NOT ATOMIC DECLARE x varchar(99) DEFAULT (SELECT max(email) FROM customers); SET @o = x; END ;; SELECT @o
BEGIN NOT ATOMIC FOR r IN (SELECT * FROM customers) DO SELECT r.email; END FOR; END
BEGIN NOT ATOMIC DECLARE c CURSOR FOR SELECT email FROM customers; DECLARE v TYPE OF customers.email; OPEN c; FETCH c INTO v; SELECT v; END
BEGIN NOT ATOMIC DECLARE r ROW TYPE OF customers; SELECT * INTO r FROM customers LIMIT 1; SELECT r.email, r.ssn; END
IF (SELECT max(email) FROM customers) LIKE 'canary%' THEN SELECT 1; ELSE SELECT 2; END IF
CASE WHEN (SELECT max(email) FROM customers) LIKE 'canary%' THEN SELECT 1; ELSE SELECT 2, 3; END CASE
WHILE (SELECT @i := ifnull(@i, 0) + 1) < (SELECT length(max(email)) - 20 FROM customers) DO SELECT 1; END WHILE
FOR r IN (SELECT email FROM customers) DO SELECT r.email; END FOR
FOR i IN 1 .. (SELECT length(email) - 20 FROM customers WHERE id = 1) DO SELECT i; END FOR
BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT; SELECT @m; END; SELECT exp(~(SELECT x FROM (SELECT email AS x FROM customers LIMIT 1) y)), extractvalue(1, concat(0x5c, (SELECT email FROM customers LIMIT 1))); END
SET sql_mode = 'ORACLE' ;; DECLARE x varchar(99); BEGIN SELECT email INTO x FROM customers WHERE id = 1; SELECT x; END
SET sql_mode = 'ORACLE' ;; BEGIN FOR r IN (SELECT email FROM customers) LOOP SELECT r.email; END LOOP; END
SET sql_mode = 'ORACLE' ;; BEGIN all_customers(); END
LOCK TABLES customers READ ;; SELECT email FROM customers ;; UNLOCK TABLES
START TRANSACTION ;; SAVEPOINT a ;; SELECT email FROM customers ;; ROLLBACK TO a
SET autocommit = 0 ;; SELECT email FROM customers ;; COMMIT`),
}

export const routines: Family = {
  name: 'routines',
  attacks: [
    ...lines(`
CALL all_customers()
CALL all_customers
CALL nested_call()
CALL prepared_inside()
CALL runs('SELECT email FROM customers')
CALL runs(concat('SELECT em', 'ail FROM customers'))
CALL signals()
CALL warns()
CALL recursed(1)
CALL harmless((SELECT length(email) - 22 FROM customers WHERE id = 1))
SELECT mail_of(1)
SELECT upper(mail_of(id)) FROM orders LIMIT 2
SELECT branching(1)
SELECT * FROM (SELECT looping() AS x) y
SELECT JSON_ARRAY(deep(2))
VALUES ROW(mail_of(1))`),
    ...sequences(`
CALL one_email(1, @v) ;; SELECT @v
SET @v = 2 ;; CALL both_ways(@v) ;; SELECT @v
SET @x = mail_of(1) ;; SELECT @x
DO setting_it() ;; SELECT @told
SELECT setting_it() ;; SELECT upper(@told)
CALL warns() ;; SHOW WARNINGS
CALL signals() ;; GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT ;; SELECT @m
INSERT INTO tripped (id) VALUES (1) ;; SELECT what FROM tripped
REPLACE INTO tripped (id, what) VALUES (2, 'x') ;; SELECT * FROM tripped
INSERT INTO tripped SELECT id, 'x' FROM plain WHERE id < 3 ;; SELECT what FROM tripped
CREATE FUNCTION f() RETURNS varchar(99) READS SQL DATA RETURN (SELECT max(email) FROM customers) ;; SELECT f() ;; DROP FUNCTION f
CREATE PROCEDURE pr() SELECT email FROM customers ;; CALL pr() ;; DROP PROCEDURE pr
CREATE PROCEDURE pr(OUT x text) SET x = (SELECT max(email) FROM customers) ;; CALL pr(@o) ;; SELECT @o ;; DROP PROCEDURE pr
CREATE TRIGGER tg BEFORE INSERT ON audit FOR EACH ROW SET NEW.what = (SELECT max(email) FROM customers) ;; INSERT INTO audit (what) VALUES ('x') ;; SELECT what FROM audit ;; DROP TRIGGER tg
CREATE TRIGGER tg BEFORE UPDATE ON customers FOR EACH ROW SET NEW.name = OLD.email ;; BEGIN ;; UPDATE customers SET active = 1 WHERE id = 1 ;; UPDATE customers SET active = 0 WHERE id = 1 ;; SELECT name FROM customers ;; ROLLBACK ;; DROP TRIGGER tg
SET sql_mode = 'ORACLE' ;; CREATE PACKAGE pk AS FUNCTION f RETURN varchar2(99); END ;; CREATE PACKAGE BODY pk AS FUNCTION f RETURN varchar2(99) AS BEGIN RETURN mail_of(1); END; END ;; SELECT pk.f() ;; DROP PACKAGE pk
INSERT INTO audit (what) VALUES (mail_of(1)) ;; SELECT what FROM audit
UPDATE plain SET label = mail_of(1) WHERE id = 1 ;; SELECT label FROM plain WHERE id = 1`),
  ],
}
