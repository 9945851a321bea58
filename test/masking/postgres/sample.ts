/**
 * Two databases that differ in nothing but what is masked, with everything in them that other
 * people's schemas have between a table and a client: views, parents, children, copies, functions.
 */

/** Globs over the columns that are masked. */
export const maskedColumns: readonly string[] = [
  ...['email', 'phone', 'ssn', 'born', 'balance', 'score', 'prefs'].map(
    column => `public.customers.${column}`,
  ),
  'public.*.secret',
  'public.vault.*_s',
]

/** Once, before the databases are told apart: objects then have the same ids in both. */
export const sampleSchema: string = `
  CREATE EXTENSION hstore; CREATE EXTENSION pgcrypto; CREATE EXTENSION pageinspect;
  CREATE EXTENSION tablefunc; CREATE EXTENSION dblink; CREATE EXTENSION pg_trgm;
  CREATE EXTENSION citext; CREATE EXTENSION xml2; CREATE EXTENSION fuzzystrmatch;
  CREATE EXTENSION pg_stat_statements; CREATE EXTENSION postgres_fdw; CREATE EXTENSION intarray;
  CREATE EXTENSION unaccent;
  CREATE TABLE customers (
    id int PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, phone varchar(20),
    ssn char(11), born date, balance numeric(12,2), score int8, prefs jsonb, active bool DEFAULT true
  );
  CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric(10,2), note text
  );
  CREATE TABLE audit (id serial PRIMARY KEY, what text);
  CREATE TABLE plain (id int PRIMARY KEY, label text, n int8);
  CREATE TABLE copied (secret text REFERENCES customers (email), note text);
  CREATE TABLE referring (mail text REFERENCES customers (email), note text);
  CREATE TABLE events (id int, kind text, secret text) PARTITION BY LIST (kind);
  CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a');
  CREATE TABLE events_rest PARTITION OF events DEFAULT;
  CREATE TABLE parent (id int, secret text);
  CREATE TABLE child (extra text) INHERITS (parent);
  CREATE TABLE handles (id int, secret text, derived text GENERATED ALWAYS AS (lower(secret)) STORED);
  CREATE TYPE mood AS ENUM ('sad', 'canary', 'kanarie', 'happy');
  CREATE DOMAIN mail AS text CHECK (VALUE <> 'x');
  CREATE DOMAIN number AS int8 CHECK (VALUE < 100);
  CREATE DOMAIN letters AS text CHECK (VALUE !~ '@');
  CREATE TYPE person AS (id int, email text);
  CREATE TABLE vault (
    id int PRIMARY KEY, words_s text[], span_s int8range, who_s person, doc_s json, note_s xml,
    raw_s bytea, ip_s inet, mood_s mood, mail_s mail, words_ts_s tsvector, spot_s point,
    bits_s bit(8), tags_s hstore, at_s timestamptz, took_s interval, uid_s uuid, cost_s money,
    real_s float8, numbers_s int[], name_s citext, bag_s jsonb, ranges_s int8multirange
  );
  CREATE VIEW contacts AS SELECT id, name AS label, email AS address FROM customers;
  CREATE VIEW nested AS SELECT id, address AS a, upper(address) AS u FROM contacts;
  CREATE VIEW counted AS SELECT count(*) AS n, max(score) AS top FROM customers;
  CREATE VIEW joined AS SELECT o.id, o.note, c.email AS whose FROM orders o JOIN customers c ON c.id = o.customer_id;
  CREATE VIEW whole AS SELECT c AS everything FROM customers c;
  CREATE VIEW writable AS SELECT id, label FROM contacts;
  CREATE RULE writing AS ON UPDATE TO joined DO INSTEAD
    UPDATE customers SET active = true WHERE id = OLD.id RETURNING id, name, email;
  CREATE MATERIALIZED VIEW kept AS SELECT id, email AS address, length(email) AS size FROM customers WITH NO DATA;
  CREATE FUNCTION sql_mail(int) RETURNS text STABLE LANGUAGE sql AS 'SELECT email FROM customers WHERE id = $1';
  CREATE FUNCTION sql_dynamic(text) RETURNS text STABLE LANGUAGE sql AS $$ SELECT query_to_xml($1, true, true, '')::text $$;
  CREATE FUNCTION sql_atomic(int) RETURNS text STABLE BEGIN ATOMIC SELECT email FROM customers WHERE id = $1; END;
  CREATE FUNCTION sql_all() RETURNS SETOF customers STABLE LANGUAGE sql AS 'SELECT * FROM customers';
  CREATE FUNCTION sql_table() RETURNS TABLE (a int, b text) STABLE LANGUAGE sql AS 'SELECT id, email FROM customers';
  CREATE FUNCTION sql_out(IN i int, OUT a text, OUT b int8) STABLE LANGUAGE sql AS 'SELECT email, score FROM customers WHERE id = i';
  CREATE FUNCTION sql_record() RETURNS SETOF record STABLE LANGUAGE sql AS 'SELECT id, email FROM customers';
  CREATE FUNCTION sql_default(a int, b text DEFAULT (sql_mail(1))) RETURNS text LANGUAGE sql AS 'SELECT b';
  CREATE FUNCTION sql_row(customers) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT ($1).email';
  CREATE FUNCTION fixed() RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT email FROM customers WHERE id = 1';
  CREATE FUNCTION fixed_pl() RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT email FROM customers WHERE id = 1); END';
  CREATE FUNCTION pl_mail(int) RETURNS text STABLE LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT email FROM customers WHERE id = $1); END';
  CREATE FUNCTION pl_run(text) RETURNS text LANGUAGE plpgsql AS
    'DECLARE x text; BEGIN EXECUTE $1 INTO x; RETURN x; END';
  CREATE FUNCTION pl_say() RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE NOTICE 'it is %', (SELECT email FROM customers WHERE id = 1); RETURN 1; END $$;
  CREATE FUNCTION pl_fail() RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'it is %', (SELECT email FROM customers WHERE id = 1); END $$;
  CREATE FUNCTION pl_hint() RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'no', HINT = (SELECT email FROM customers WHERE id = 1), ERRCODE = '42601'; END $$;
  CREATE FUNCTION pl_column() RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'no', COLUMN = (SELECT email FROM customers WHERE id = 1), TABLE = (SELECT ssn FROM customers WHERE id = 1); END $$;
  CREATE FUNCTION pl_code() RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'no', ERRCODE = (SELECT upper(substr(email, 1, 5)) FROM customers WHERE id = 1); END $$;
  CREATE FUNCTION pl_leaky(text) RETURNS bool COST 0.0001 LANGUAGE plpgsql AS
    $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
  CREATE FUNCTION pl_cursor() RETURNS refcursor LANGUAGE plpgsql AS
    $$ DECLARE c refcursor := 'opened'; BEGIN OPEN c FOR SELECT * FROM customers; RETURN c; END $$;
  CREATE PROCEDURE pl_out(INOUT x text) LANGUAGE plpgsql AS
    'BEGIN SELECT email INTO x FROM customers WHERE id = 1; END';
  CREATE PROCEDURE pl_tell() LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('tell', (SELECT email FROM customers WHERE id = 1)); END $$;
  CREATE PROCEDURE pl_setting() LANGUAGE plpgsql AS
    $$ BEGIN PERFORM set_config('application_name', (SELECT email FROM customers WHERE id = 1), false); END $$;
  CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE NOTICE 'changed %', (SELECT email FROM customers WHERE id = 1);
    PERFORM pg_notify('tell', (SELECT email FROM customers WHERE id = 1));
    NEW.what := (SELECT email FROM customers WHERE id = 1);
    RETURN NEW; END $$;
  CREATE TRIGGER told BEFORE INSERT OR UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION told();
  CREATE AGGREGATE gather(text) (sfunc = textcat, stype = text, initcond = '');
  CREATE FUNCTION gather_step(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1 || sql_mail(1)';
  CREATE AGGREGATE fetched(text) (sfunc = gather_step, stype = text, initcond = '');
  CREATE FUNCTION mail_for(int, int) RETURNS text STABLE LANGUAGE sql AS 'SELECT sql_mail($1 + $2)';
  CREATE OPERATOR @@@@ (leftarg = int, rightarg = int, function = mail_for);
  CREATE FUNCTION mail_same(text, text) RETURNS bool STABLE LANGUAGE sql AS 'SELECT $1 = sql_mail(1)';
  CREATE OPERATOR ==== (leftarg = text, rightarg = text, function = mail_same);
  CREATE FUNCTION person_mail(person) RETURNS text STABLE LANGUAGE sql AS 'SELECT email FROM customers WHERE id = ($1).id';
  CREATE CAST (person AS text) WITH FUNCTION person_mail(person) AS ASSIGNMENT;
  CREATE FUNCTION person_int(person) RETURNS int8 STABLE LANGUAGE sql AS 'SELECT score FROM customers WHERE id = ($1).id';
  CREATE CAST (person AS int8) WITH FUNCTION person_int(person) AS IMPLICIT;
  CREATE TABLE shadow (id int, email text);
  CREATE SCHEMA other; CREATE TABLE other.customers (id int, name text, email text);
  CREATE TABLE defaulted (id int, mail text DEFAULT sql_mail(1), n int8 DEFAULT length(pl_mail(1)));
  CREATE TABLE checked (id int, mail text CONSTRAINT mailed CHECK (mail <> sql_mail(1)));
  CREATE STATISTICS together (mcv) ON email, phone FROM customers;
`

/** What differs: every value holds the word of its world, in one form or another. */
export function sampleData(world: 'one' | 'other'): string {
  const one = world === 'one'
  const word = one ? 'canary' : 'kanarie'
  const host = one ? 'secret.example' : 'geheim.example.test'
  return `
    INSERT INTO customers SELECT n, 'Name ' || n, '${word}' || n || '@${host}',
      '${one ? '+4915550' : '+311777'}' || lpad(n::text, 5, '0'), '${one ? '987-65-' : '123-45-'}' || lpad(n::text, 4, '0'),
      date '${one ? '1961-03-07' : '1972-11-02'}' + n, ${one ? '7770000.00' : '31000.50'} + n, ${one ? '555000000000' : '4242420000'} + n,
      jsonb_build_object('mail', '${word}' || n || '@${host}', 'lang', '${one ? 'de' : 'nl'}') FROM generate_series(1, 5) n;
    INSERT INTO orders SELECT n, 1 + n % 5, n * 1.5, 'order ' || n FROM generate_series(1, 15) n;
    INSERT INTO plain SELECT n, 'label ' || n, n * 10 FROM generate_series(1, 6) n;
    INSERT INTO copied SELECT email, 'note ' || id FROM customers;
    INSERT INTO referring SELECT email, 'note ' || id FROM customers;
    INSERT INTO events SELECT n, chr(96 + n % 3 + 1), '${word} event ' || n FROM generate_series(1, 6) n;
    INSERT INTO parent SELECT n, '${word} parent ' || n FROM generate_series(1, 2) n;
    INSERT INTO child SELECT n, '${word} child ' || n, 'extra' FROM generate_series(3, 4) n;
    INSERT INTO handles SELECT n, '${word.toUpperCase()} handle ' || n FROM generate_series(1, 2) n;
    INSERT INTO shadow VALUES (1, 'nobody@example.com');
    INSERT INTO other.customers VALUES (1, 'Somebody', 'open@example.com');
    INSERT INTO vault SELECT n, ARRAY['${word}' || n, 'word'], int8range(${one ? 555000000001 : 42}, ${one ? 555000000009 : 77}),
      ROW(n, '${word}' || n)::person, json_build_object('mail', '${word}' || n), xmlelement(name a, '${word}' || n),
      convert_to('${word}' || n, 'UTF8'), '${one ? '10.98.76.5' : '10.1.1.1'}'::inet, '${word}'::mood, '${word}' || n, to_tsvector('simple', '${word} there'),
      point(${one ? '55500, 1' : '3, 4'}), ${one ? `B'10101010'` : `B'11110000'`}, hstore('mail', '${word}' || n), '${one ? '1961-03-07' : '1999-09-09'} 10:00+00'::timestamptz,
      '${one ? '17 days' : '3 hours'}'::interval, ('${one ? 'aaaaaaaa' : 'bbbbbbbb'}-0000-4000-8000-00000000000'::text || n)::uuid, ${one ? '7770000.0' : '12.5'}::numeric::money,
      ${one ? '77700.5' : '1.5'}, ARRAY[${one ? '55500, 7' : '1, 2, 3'}], '${word}' || n, '{"deep": {"mail": "${word}"}}'::jsonb, int8multirange(int8range(${one ? '5, 555' : '1, 2'}))
      FROM generate_series(1, 2) n;
    REFRESH MATERIALIZED VIEW kept; ANALYZE;
  `
}

/** On servers that know it. */
export const sampleSince18 = {
  schema:
    'CREATE TABLE virtual (id int, secret text, derived text GENERATED ALWAYS AS (upper(secret)) VIRTUAL)',
  data: 'INSERT INTO virtual VALUES (1, (SELECT email FROM customers WHERE id = 1))',
} as const
