-- What the statements of this folder speak of. Every table has rows, so that a write shows.
CREATE SCHEMA audit;
CREATE TABLE audit.log (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who text, what text);
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, city text, prefs jsonb, tags text[]);
CREATE TABLE orders (
  id serial PRIMARY KEY,
  customer_id int REFERENCES customers ON DELETE CASCADE,
  total numeric, state text, note text, at timestamptz DEFAULT now()
);
CREATE TABLE items (
  id int PRIMARY KEY,
  order_id int REFERENCES orders ON DELETE CASCADE ON UPDATE CASCADE,
  product text, n int
);
CREATE TABLE invoices (id int PRIMARY KEY, customer_id int REFERENCES customers ON DELETE SET NULL);
CREATE TABLE stock (id int PRIMARY KEY, product text UNIQUE, n int);
CREATE TABLE watched (id int PRIMARY KEY, amount int, changed timestamptz);
CREATE TABLE ruled (id int PRIMARY KEY);
CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE counters (name text PRIMARY KEY, n int);
CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE UNLOGGED TABLE scratch (id int, label text);
CREATE SEQUENCE numbers;
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE VIEW contacts AS SELECT id, name, city FROM customers;
CREATE VIEW busy AS
  SELECT c.id, c.name, count(*) AS orders FROM contacts c JOIN orders o ON o.customer_id = c.id GROUP BY 1, 2;
CREATE VIEW desk AS SELECT id, product FROM stock;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;

-- Functions that can be read, and one of each kind that cannot.
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
CREATE FUNCTION order_count(customer int) RETURNS bigint LANGUAGE sql STABLE
  AS 'SELECT count(*) FROM orders WHERE customer_id = customer';
CREATE FUNCTION wipe_stock() RETURNS void LANGUAGE sql AS 'DELETE FROM stock';
CREATE FUNCTION reserve(what text) RETURNS int LANGUAGE sql
  AS 'UPDATE stock SET n = n - 1 WHERE product = what RETURNING n';
CREATE FUNCTION vat(amount numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE
  AS 'BEGIN RETURN round(amount * 0.2, 2); END';
CREATE FUNCTION add_log(entry text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE made int;
BEGIN
  INSERT INTO audit.log (who, what) VALUES (current_user, entry) RETURNING id INTO made;
  RETURN made;
END $$;
CREATE FUNCTION clear_counters() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM counters) THEN DELETE FROM counters; END IF;
END $$;
CREATE FUNCTION clear_if(wanted boolean) RETURNS void LANGUAGE plpgsql
  AS 'BEGIN DELETE FROM counters WHERE wanted; END';
CREATE FUNCTION run_it(text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE $1; END';
CREATE FUNCTION as_owner(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE $1; END';
CREATE FUNCTION grow(counter text) RETURNS int LANGUAGE sql SECURITY DEFINER
  AS 'UPDATE counters SET n = n + 1 WHERE name = counter RETURNING n';
CREATE PROCEDURE restock(what text, more int) LANGUAGE sql AS 'UPDATE stock SET n = n + more WHERE product = what';
CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM scratch WHERE id < 0;
  TRUNCATE scratch;
END $$;

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := now(); RETURN NEW; END';
CREATE FUNCTION keep_log() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN INSERT INTO audit.log (who, what) VALUES (current_user, TG_OP); RETURN NULL; END';
CREATE FUNCTION desk_gone() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN DELETE FROM stock WHERE id = OLD.id; UPDATE counters SET n = n + 1; RETURN OLD; END';
CREATE TRIGGER stamp BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER keep_log AFTER INSERT OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION keep_log();
CREATE TRIGGER desk_gone INSTEAD OF DELETE ON desk FOR EACH ROW EXECUTE FUNCTION desk_gone();
CREATE RULE also AS ON DELETE TO ruled DO ALSO DELETE FROM counters;
CREATE RULE nothing AS ON DELETE TO kept DO INSTEAD NOTHING;

CREATE ROLE teller LOGIN;
CREATE ROLE staff;
CREATE ROLE leaver;

INSERT INTO customers SELECT i, 'name ' || i, 'a' || i || '@example.com', 'city ' || i % 3, '{"a": 1}', '{x,y}' FROM generate_series(1, 6) i;
INSERT INTO orders (customer_id, total, state, note) SELECT 1 + i % 6, i * 10, 'new', 'note ' || i FROM generate_series(1, 12) i;
INSERT INTO items SELECT i, i, 'tea', i FROM generate_series(1, 12) i;
INSERT INTO invoices SELECT i, i FROM generate_series(1, 6) i;
INSERT INTO stock SELECT i, 'product ' || i, 5 FROM generate_series(1, 6) i;
INSERT INTO watched SELECT i, i FROM generate_series(1, 3) i;
INSERT INTO ruled VALUES (1), (2);
INSERT INTO kept VALUES (1), (2);
INSERT INTO counters VALUES ('visits', 3), ('errors', 0);
INSERT INTO events VALUES (1, '2025-02-01'), (2, '2026-02-01');
INSERT INTO scratch VALUES (1, 'x');
SELECT lo_from_bytea(4242, 'large');
REFRESH MATERIALIZED VIEW totals;
