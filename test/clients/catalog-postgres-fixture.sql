CREATE SCHEMA inventory;
COMMENT ON SCHEMA inventory IS 'What is there';
CREATE TYPE inventory.color AS ENUM ('red', 'green', 'dark blue');
CREATE DOMAIN inventory.amount AS numeric(10, 2) CHECK (VALUE >= 0);
CREATE TYPE inventory.size AS (width int, height int);
CREATE TABLE inventory.items (
  id serial PRIMARY KEY, name varchar(60) NOT NULL DEFAULT 'unnamed', price inventory.amount,
  color inventory.color DEFAULT 'red', size inventory.size, labels text[] DEFAULT '{}',
  facts jsonb, added timestamptz(3), loud text GENERATED ALWAYS AS (upper(name)) STORED,
  CONSTRAINT items_name UNIQUE (name), CONSTRAINT items_named CHECK (name <> '')
);
COMMENT ON TABLE inventory.items IS 'Things';
COMMENT ON COLUMN inventory.items.price IS 'What it costs';
CREATE INDEX items_cheap ON inventory.items (price DESC, lower(name)) WHERE price < 10;
CREATE TABLE inventory.lines (
  item_id int REFERENCES inventory.items ON DELETE CASCADE ON UPDATE SET NULL, n bigint,
  day date NOT NULL, PRIMARY KEY (item_id, n, day)
) PARTITION BY RANGE (day);
CREATE TABLE inventory.lines_2024 PARTITION OF inventory.lines
  FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW inventory.dear AS SELECT id, name, price FROM inventory.items WHERE price > 10;
CREATE MATERIALIZED VIEW inventory.counted AS SELECT color, count(*) FROM inventory.items GROUP BY 1;
CREATE FUNCTION inventory.dearer(than numeric DEFAULT 1) RETURNS SETOF inventory.items
  LANGUAGE sql STABLE AS 'SELECT * FROM inventory.items WHERE price > than';
CREATE FUNCTION inventory.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE inventory.nothing(INOUT n int) LANGUAGE sql AS 'SELECT n';
CREATE TRIGGER kept BEFORE UPDATE OF price ON inventory.items
  FOR EACH ROW WHEN (NEW.price > 100) EXECUTE FUNCTION inventory.keep();
CREATE RULE quiet AS ON DELETE TO inventory.dear DO INSTEAD NOTHING;
CREATE POLICY shown ON inventory.items FOR SELECT USING (price IS NOT NULL);
CREATE SEQUENCE inventory.numbers INCREMENT 5 CYCLE MAXVALUE 1000;
INSERT INTO inventory.items (name, price, color, size, labels, facts, added) VALUES
  ('nail', 0.05, 'dark blue', '(1,2)', '{a,"b c"}', '{"k": [1, null]}', '2024-02-29 12:00Z'),
  ('hammer', 19.99, NULL, NULL, NULL, NULL, NULL), ('wörd 🙂', 12, 'green', '(,3)', '{}', '1', 'infinity');
INSERT INTO inventory.lines VALUES (1, 1, '2024-05-05'), (2, 1, '2024-06-06');
