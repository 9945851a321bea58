CREATE DATABASE inventory CHARACTER SET utf8mb4;
CREATE TABLE inventory.items (
  id int AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL DEFAULT 'unnamed' COMMENT 'How it is called',
  price decimal(10,2), color enum('red', 'green', 'dark blue'), facts json, added datetime(3),
  loud varchar(60) AS (UPPER(name)) STORED, UNIQUE KEY items_name (name), KEY cheap (price, name(10)),
  CONSTRAINT items_priced CHECK (price >= 0)
) COMMENT 'Things';
CREATE TABLE inventory.lines (
  item_id int, n bigint, day date NOT NULL, PRIMARY KEY (item_id, n),
  CONSTRAINT lines_item FOREIGN KEY (item_id) REFERENCES inventory.items (id) ON DELETE CASCADE
);
CREATE TABLE inventory.days (day date NOT NULL PRIMARY KEY) PARTITION BY RANGE (YEAR(day)) (
  PARTITION y2024 VALUES LESS THAN (2025), PARTITION later VALUES LESS THAN MAXVALUE
);
CREATE VIEW inventory.dear AS SELECT id, name, price FROM inventory.items WHERE price > 10;
CREATE PROCEDURE inventory.doubled(IN a int, OUT b int) SET b = a * 2;
CREATE FUNCTION inventory.plus_one(a int) RETURNS int DETERMINISTIC NO SQL RETURN a + 1;
CREATE TRIGGER inventory.kept BEFORE UPDATE ON inventory.items FOR EACH ROW SET NEW.name = TRIM(NEW.name);
CREATE EVENT inventory.nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM inventory.days WHERE day < '2000-01-01';
INSERT INTO inventory.items (name, price, color, facts, added) VALUES
  ('nail', 0.05, 'dark blue', '{"k": [1, null]}', '2024-02-29 12:00:00.5'), ('hammer', 19.99, NULL, NULL, NULL),
  ('wörd 🙂', 12, 'green', '1', '1999-12-31 23:59:59.999');
INSERT INTO inventory.lines VALUES (1, 1, '2024-05-05'), (2, 1, '2024-06-06');
