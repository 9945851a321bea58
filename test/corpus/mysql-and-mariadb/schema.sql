-- What the statements of these folders speak of. Every table has rows, so that a write shows.
CREATE TABLE audit.log (id int AUTO_INCREMENT PRIMARY KEY, who varchar(99), what varchar(99));
CREATE TABLE customers (id int PRIMARY KEY, name varchar(50), email varchar(50), city varchar(50), prefs json);
CREATE TABLE orders (
  id int AUTO_INCREMENT PRIMARY KEY, customer_id int, total decimal(9,2), state varchar(9), note varchar(50),
  at datetime DEFAULT '2026-01-01 00:00:00',
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);
CREATE TABLE items (
  id int PRIMARY KEY, order_id int, product varchar(50), n int,
  FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE invoices (id int PRIMARY KEY, customer_id int, FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE SET NULL);
CREATE TABLE stock (id int PRIMARY KEY, product varchar(50) UNIQUE, n int);
CREATE TABLE watched (id int PRIMARY KEY, amount int, changed datetime);
CREATE TABLE counters (name varchar(20) PRIMARY KEY, n int);
CREATE TABLE events (id int, at date) PARTITION BY RANGE (YEAR(at)) (PARTITION p2025 VALUES LESS THAN (2026), PARTITION p2026 VALUES LESS THAN (2027));
CREATE TABLE scratch (id int, label varchar(50));
CREATE VIEW contacts AS SELECT id, name, city FROM customers;
CREATE VIEW busy AS SELECT c.id, c.name, COUNT(*) AS orders FROM contacts c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name;
CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC NO SQL RETURN a * 2;
CREATE FUNCTION order_count(customer int) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM orders WHERE customer_id = customer);
DELIMITER $$
CREATE FUNCTION wipe_stock() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM stock; RETURN 1; END$$
CREATE FUNCTION reserve(what varchar(50)) RETURNS int MODIFIES SQL DATA BEGIN UPDATE stock SET n = n - 1 WHERE product = what; RETURN 1; END$$
CREATE PROCEDURE restock(what varchar(50), more int) BEGIN UPDATE stock SET n = n + more WHERE product = what; END$$
CREATE PROCEDURE report() BEGIN SELECT id, total FROM orders; END$$
CREATE PROCEDURE tidy() BEGIN DELETE FROM scratch WHERE id < 0; TRUNCATE scratch; END$$
CREATE PROCEDURE clear_if(wanted boolean) BEGIN DELETE FROM counters WHERE wanted; END$$
CREATE PROCEDURE run_it(query text) BEGIN SET @q = query; PREPARE s FROM @q; EXECUTE s; DEALLOCATE PREPARE s; END$$
CREATE TRIGGER stamp BEFORE UPDATE ON watched FOR EACH ROW SET NEW.changed = '2026-01-01 00:00:00'$$
CREATE TRIGGER kept AFTER DELETE ON watched FOR EACH ROW BEGIN INSERT INTO audit.log (who, what) VALUES ('x', OLD.id); UPDATE counters SET n = n + 1; END$$
DELIMITER ;
INSERT INTO audit.log (who, what) VALUES ('x', 'opened');
INSERT INTO customers VALUES (1, 'a', 'a@example.com', 'Rome', '{"a": 1}'), (2, 'b', 'b@example.com', 'Oslo', '{}'), (3, 'c', 'c@example.com', 'Rome', NULL), (4, 'd', 'd@example.com', 'Bern', NULL);
INSERT INTO orders (customer_id, total, state, note) VALUES (1, 10, 'new', 'x'), (2, 20, 'new', 'y'), (3, 30, 'sent', 'z'), (1, 40, 'new', NULL);
INSERT INTO items VALUES (1, 1, 'tea', 1), (2, 2, 'tea', 2), (3, 3, 'cup', 3), (4, 4, 'cup', 4);
INSERT INTO invoices VALUES (1, 1), (2, 2);
INSERT INTO stock VALUES (1, 'p1', 5), (2, 'p2', 5), (3, 'p3', 5);
INSERT INTO watched (id, amount) VALUES (1, 1), (2, 2);
INSERT INTO counters VALUES ('visits', 3), ('errors', 0);
INSERT INTO events VALUES (1, '2025-02-01'), (2, '2026-02-01');
INSERT INTO scratch VALUES (1, 'x');
