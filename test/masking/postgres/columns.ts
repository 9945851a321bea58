/** The columns themselves, under other names and through everything that gives columns on. */
import { each, type Family, lines } from './family.ts'

export const columns: Family = {
  name: 'columns under other names',
  attacks: [
    ...each(c => `SELECT ${c} AS innocent FROM customers`),
    ...each(c => `SELECT x.id FROM (SELECT ${c} AS id FROM customers) x`),
    ...each(c => `WITH id(name) AS (SELECT ${c} FROM customers) SELECT name FROM id`),
    ...lines(`
SELECT * FROM customers
TABLE customers
SELECT customers.* FROM customers
SELECT public.customers.* FROM public.customers
SELECT "email" FROM ONLY customers
SELECT c.email FROM customers AS c (a, b, email)
SELECT email AS "name" FROM customers
SELECT U&"em\\0061il" FROM customers
SELECT e.* FROM customers AS e (id, name, label)
SELECT name FROM customers AS c (x, y, name)
SELECT * FROM (customers c JOIN orders o ON o.customer_id = c.id) AS j (a, b, d)
SELECT d FROM (customers c JOIN orders o ON o.customer_id = c.id) AS j (a, b, d)
SELECT c.name, c.email FROM customers c CROSS JOIN customers d WHERE c.id = d.id
SELECT label FROM (SELECT id, email FROM customers) AS x (id, label)
SELECT b FROM (TABLE customers) AS x (i, a, b)
SELECT (x.y).b FROM (SELECT x AS y FROM (SELECT id AS a, email AS b FROM customers) x) x
SELECT shadow.email FROM customers AS shadow
SELECT customers.email FROM customers AS other, customers
SELECT email FROM customers, LATERAL (SELECT 1) AS x (one)
SELECT (SELECT email) FROM customers
SELECT (SELECT c.email) FROM customers c
SELECT (SELECT (SELECT email)) FROM customers
SELECT x.mail FROM customers c, LATERAL (SELECT c.email AS mail) x
SELECT x.mail FROM customers c, LATERAL (SELECT c.email) x (mail)
SELECT x.mail FROM customers c LEFT JOIN LATERAL (SELECT c.email AS mail) x ON true
SELECT mail FROM customers c, LATERAL (VALUES (c.email), (c.ssn)) v (mail)
SELECT mail FROM customers c, unnest(ARRAY[c.email, c.ssn]) mail
SELECT * FROM customers TABLESAMPLE system (100)
SELECT email FROM customers FOR UPDATE
SELECT email FROM customers ORDER BY id FETCH FIRST ROW WITH TIES
SELECT a.email FROM customers a, customers b
SELECT public.customers.email FROM customers
SELECT email AS ssn, ssn AS id FROM customers
SELECT address AS name FROM contacts
SELECT a, u FROM nested
SELECT top FROM counted
SELECT whose FROM joined
SELECT (everything).email FROM whole
SELECT everything FROM whole
SELECT (everything).* FROM whole
SELECT kept.size FROM kept
SELECT address FROM kept
SELECT mail FROM referring
SELECT secret FROM copied
SELECT derived FROM handles
SELECT secret FROM child
SELECT secret FROM events_rest
SELECT secret FROM events
SELECT secret FROM parent
SELECT secret FROM ONLY parent
SELECT * FROM parent*
`),
  ],
}

/** Types that have forms of their own in text and binary. */
export const types: Family = {
  name: 'values of other types',
  attacks: [
    ...(
      'words_s span_s who_s doc_s note_s raw_s ip_s mood_s mail_s words_ts_s spot_s bits_s ' +
      'tags_s at_s took_s uid_s cost_s real_s numbers_s name_s bag_s ranges_s'
    )
      .split(' ')
      .flatMap(c => [`SELECT ${c} FROM vault`, `SELECT ${c}::text AS id FROM vault`]),
    ...lines(`
SELECT words_s[1] FROM vault
SELECT words_s[1:2] FROM vault
SELECT unnest(words_s) FROM vault
SELECT * FROM vault, unnest(words_s) w
SELECT lower(span_s), upper(span_s) FROM vault
SELECT span_s * int8range(1, 999999999999), span_s && int8range(1, 50) FROM vault
SELECT (who_s).email FROM vault
SELECT (who_s).* FROM vault
SELECT who_s::text FROM vault
SELECT doc_s ->> 'mail' FROM vault
SELECT (json_each_text(doc_s)).value FROM vault
SELECT value FROM vault, json_each_text(doc_s)
SELECT xpath('/a/text()', note_s) FROM vault
SELECT (xpath('/a/text()', note_s))[1]::text FROM vault
SELECT x.* FROM vault, XMLTABLE('/a' PASSING note_s COLUMNS t text PATH '.') x
SELECT convert_from(raw_s, 'UTF8') FROM vault
SELECT encode(raw_s, 'base64') FROM vault
SELECT get_byte(raw_s, 0), get_byte(raw_s, 1) FROM vault
SELECT md5(raw_s), sha256(raw_s) FROM vault
SELECT host(ip_s), network(ip_s), ip_s - 1 FROM vault
SELECT enum_range(mood_s, NULL) FROM vault
SELECT mood_s::text || '!' FROM vault
SELECT mail_s || '' FROM vault
SELECT tsvector_to_array(words_ts_s) FROM vault
SELECT unnest(words_ts_s) FROM vault
SELECT strip(words_ts_s), ts_rank(words_ts_s, 'canary'::tsquery) FROM vault
SELECT spot_s[0], spot_s <-> point(0, 0) FROM vault
SELECT bits_s::int, ~bits_s, bit_count(bits_s) FROM vault
SELECT tags_s -> 'mail', avals(tags_s), hstore_to_json(tags_s) FROM vault
SELECT (each(tags_s)).value FROM vault
SELECT extract(epoch FROM at_s), date_trunc('day', at_s), at_s - now() < interval '1 day', to_char(at_s, 'YYYY') FROM vault
SELECT extract(epoch FROM took_s), justify_hours(took_s) FROM vault
SELECT uid_s::text || 'x', replace(uid_s::text, '-', '') FROM vault
SELECT cost_s::numeric, cost_s + 1::money, cost_s / 2 FROM vault
SELECT real_s * 2, floor(real_s), width_bucket(real_s, 0, 100000, 10) FROM vault
SELECT numbers_s[1], array_length(numbers_s, 1), sort(numbers_s), numbers_s + 1 FROM vault
SELECT name_s || 'x', name_s::text FROM vault
SELECT bag_s #>> '{deep,mail}', jsonb_path_query(bag_s, '$.deep.mail'), jsonb_pretty(bag_s) FROM vault
SELECT bag_s['deep']['mail'] FROM vault
SELECT unnest(ranges_s), lower(ranges_s), range_merge(ranges_s) FROM vault
SELECT vault FROM vault
SELECT v::text FROM vault v
`),
  ],
}
