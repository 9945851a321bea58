\pset footer on
\d
\d+ customers
\d+ contacts
\d orders
\dt+
\di+
\ds+
\df
\dv
\dv+
\du
\dn+
\dp
\dT
\dx
\db+
\dD
\dL
\drds
\ddp
\dP
\dX
\dRp
\dconfig work_mem
\sv contacts
\encoding
SELECT 1 AS a, 'x'::text AS b, ARRAY[1, 2] AS c \gdesc
SELECT name, id, total FROM (VALUES ('a', 1, 2), ('b', 1, 3)) v(name, id, total) \crosstabview
SELECT 'of' AS one, 'two' AS two \gset
\echo :one :two
SELECT format('SELECT %s AS generated', n) FROM generate_series(1, 3) n \gexec
SELECT 1 \; SELECT 2 \; SELECT 3;
\set FETCH_COUNT 3
SELECT n FROM generate_series(1, 10) n;
SELECT 1 / (5 - n) FROM generate_series(1, 10) n;
\unset FETCH_COUNT
CREATE TEMP TABLE copied (id int, what text);
\copy copied FROM stdin
1	one
2	\N
\.
COPY copied FROM stdin WITH (FORMAT csv);
3,"three, with a comma"
\.
\copy copied TO stdout
\copy (SELECT what, id FROM copied ORDER BY id) TO stdout WITH (FORMAT csv, HEADER)
COPY copied TO stdout;
\copy copied FROM stdin
not a number	one
\.
SELECT count(*) FROM copied;
\x
TABLE copied;
\x
\timing off
BEGIN;
SAVEPOINT a;
SELECT 1 / 0;
SELECT 1;
ROLLBACK TO a;
SELECT 'back';
COMMIT;
SELECT * FROM orders WHERE nothing = 1;
SELECT 'ünï', 🙂;
SELECT id FROM orders WHERE note = 1;
\errverbose
SELECT id, total FROM orders ORDER BY id LIMIT 3;
SHOW work_mem;
SHOW application_name;
