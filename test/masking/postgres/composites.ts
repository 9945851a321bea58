/** Whole rows, arrays, JSON, XML, hstore: values that hold several columns. */
import { type Family, lines } from './family.ts'

export const wholeRows: Family = {
  name: 'whole rows',
  attacks: lines(`
SELECT customers FROM customers
SELECT c FROM customers c
SELECT (c).email FROM customers c
SELECT (c).* FROM customers c
SELECT c.*::text FROM customers c
SELECT c::text FROM customers c
SELECT ROW(c.*) FROM customers c
SELECT ROW(c) FROM customers c
SELECT (ROW(c)::text) FROM customers c
SELECT (ROW(email, ssn)).f1 FROM customers
SELECT (ROW(email, ssn)).* FROM customers
SELECT email(c) FROM customers c
SELECT c.sql_row FROM customers c
SELECT sql_row(c) FROM customers c
SELECT sql_row(ROW(1, 'a', 'open', 'p', 's', NULL, 1, 1, NULL, true)), sql_row(customers) FROM customers
SELECT (SELECT c) FROM customers c
SELECT ((SELECT c)).email FROM customers c
SELECT (SELECT x FROM (SELECT email, ssn) x) FROM customers
SELECT coalesce(c, NULL) FROM customers c
SELECT CASE WHEN true THEN c END FROM customers c
SELECT (CASE WHEN true THEN c END).email FROM customers c
SELECT (coalesce(c)).phone FROM customers c
SELECT nullif(c, NULL) FROM customers c
SELECT greatest(c, c) FROM customers c
SELECT (array_agg(c))[1] FROM customers c
SELECT ((array_agg(c))[1]).email FROM customers c
SELECT (array_agg(c ORDER BY id))[1:2] FROM customers c
SELECT unnest(array_agg(c)) FROM customers c
SELECT (unnest(array_agg(c))).email FROM customers c
SELECT u.email FROM (SELECT array_agg(c) AS a FROM customers c) x, unnest(x.a) u
SELECT u FROM (SELECT array_agg(c) AS a FROM customers c) x, unnest(x.a) u
SELECT first_value(c) OVER () FROM customers c
SELECT (lag(c) OVER (ORDER BY id)).email FROM customers c
SELECT max(c::text) FROM customers c
SELECT c = c, c::text = 'x', c < c, hash_record(c) FROM customers c WHERE hash_record(c) <> 0
SELECT record_out(c), record_send(c) FROM customers c
SELECT o, c FROM orders o JOIN customers c ON c.id = o.customer_id
SELECT j FROM (orders o JOIN customers c ON c.id = o.customer_id) j
SELECT x FROM (SELECT id, email AS y FROM customers) x
SELECT x.x FROM (SELECT email AS x FROM customers) x
SELECT c.c FROM (SELECT c FROM customers c) c
SELECT row_to_json(x) FROM (SELECT e FROM (SELECT email AS e FROM customers) y) x
SELECT contacts FROM contacts
SELECT (c).address FROM contacts c
SELECT to_json(nested) FROM nested
SELECT kept::text FROM kept
SELECT everything::text FROM whole
SELECT j::text FROM joined j
SELECT v.* FROM (VALUES ((SELECT c FROM customers c WHERE id = 1))) v (r)
SELECT (v.r).email FROM (VALUES ((SELECT c FROM customers c WHERE id = 1))) v (r)
WITH x AS (SELECT c FROM customers c) SELECT (x.c).email FROM x
WITH x AS (SELECT c FROM customers c) SELECT x FROM x
SELECT (json_populate_record(c, '{}')).email FROM customers c
SELECT (jsonb_populate_record(c, '{"id": 1}')).* FROM customers c
SELECT (c #= hstore('id', '9')).email FROM customers c
SELECT (populate_record(c, hstore('id', '9'))).* FROM customers c
SELECT hstore(c), hstore(c) -> 'email', (each(hstore(c))).value FROM customers c
SELECT ROW(1, c.email)::person FROM customers c
SELECT ROW(c.id, c.email)::person::text FROM customers c
SELECT x.* FROM customers c, LATERAL (SELECT (ROW(c.id, c.email)::person).*) AS x
SELECT (x.p).email FROM (SELECT ROW(c.id, c.email)::person AS p FROM customers c) x
SELECT ARRAY[c] FROM customers c
SELECT ARRAY(SELECT c FROM customers c)
SELECT array_to_json(array_agg(c)) FROM customers c
SELECT format('%s', c) FROM customers c
SELECT concat(c), quote_literal(c::text) FROM customers c
SELECT pl_leaky(c::text) FROM customers c
SELECT pg_column_size(c), octet_length(c::text) FROM customers c
SELECT child::parent FROM child
SELECT (child::parent).secret FROM child
SELECT p FROM parent p
SELECT events FROM events
SELECT to_jsonb(events_rest) FROM events_rest
SELECT handles FROM handles
`),
}

export const json: Family = {
  name: 'JSON, XML and hstore',
  attacks: lines(`
SELECT row_to_json(c) FROM customers c
SELECT row_to_json(c, true) FROM customers c
SELECT to_json(c), to_jsonb(c) FROM customers c
SELECT to_jsonb(c) - 'id' - 'ssn' FROM customers c
SELECT to_jsonb(c) ->> 'email', to_jsonb(c) -> 'prefs' -> 'mail' FROM customers c
SELECT to_jsonb(c) #>> '{email}', (to_jsonb(c))['email'] FROM customers c
SELECT value FROM customers c, jsonb_each_text(to_jsonb(c))
SELECT (jsonb_each(to_jsonb(c))).* FROM customers c
SELECT jsonb_path_query(to_jsonb(c), '$.email'), jsonb_path_query_array(to_jsonb(c), '$.*') FROM customers c
SELECT jsonb_path_exists(to_jsonb(c), '$.email ? (@ starts with "can")') FROM customers c
SELECT jsonb_path_query_first(prefs, '$.mail'), jsonb_path_match(prefs, '$.lang == "de"') FROM customers
SELECT prefs @@ '$.lang == "de"', prefs @? '$.lang ? (@ == "de")' FROM customers
SELECT json_build_object('a', email), json_build_array(email, ssn), json_object(ARRAY['a', email]) FROM customers
SELECT jsonb_build_object(email, 1), json_object(ARRAY['k'], ARRAY[email]), jsonb_object('{a}', ARRAY[ssn]) FROM customers
SELECT json_agg(c), jsonb_agg(email), json_object_agg(id, email), jsonb_object_agg(email, id) FROM customers c
SELECT json_agg(x) FROM (SELECT email FROM customers) x
SELECT json_array_elements_text(json_agg(email)) FROM customers
SELECT jsonb_set(prefs, '{x}', '1'), jsonb_insert(prefs, '{y}', '1'), prefs || '{}', prefs - 'lang', prefs #- '{lang}' FROM customers
SELECT jsonb_strip_nulls(prefs), jsonb_pretty(prefs), jsonb_object_keys(prefs || jsonb_build_object(prefs ->> 'mail', 1)) FROM customers
SELECT jsonb_typeof(to_jsonb(nullif(email, 'canary1@secret.example'))), jsonb_array_length(to_jsonb(string_to_array(email, 'e'))) FROM customers
SELECT x.* FROM customers c, jsonb_to_record(to_jsonb(c)) AS x (email text, ssn text)
SELECT x.* FROM jsonb_to_recordset((SELECT jsonb_agg(c) FROM customers c)) AS x (email text)
SELECT x.email FROM jsonb_populate_recordset(NULL::customers, (SELECT jsonb_agg(c) FROM customers c)) x
SELECT x.* FROM customers c, jsonb_populate_record(NULL::person, to_jsonb(c)) x
SELECT key, value FROM customers, jsonb_each_text(prefs)
SELECT email::text::json FROM (SELECT '"' || email || '"' AS email FROM customers) x
SELECT xmlelement(NAME a, email), xmlelement(NAME a, xmlattributes(email AS b)), xmlforest(email, ssn) FROM customers
SELECT xmlconcat(xmlelement(NAME a, email)), xmlagg(xmlelement(NAME a, ssn)) FROM customers GROUP BY email
SELECT xmlserialize(CONTENT xmlelement(NAME a, email) AS text), xmlpi(NAME php, email), xmlcomment(email), xmlparse(CONTENT email) FROM customers
SELECT xmlroot(xmlelement(NAME a, email), VERSION '1.0'), xml_is_well_formed('<' || email || '/>') FROM customers
SELECT x.* FROM customers, XMLTABLE('/r/b' PASSING CAST('<r><b>' || email || '</b></r>' AS xml) COLUMNS b text PATH '.', n FOR ORDINALITY) x
SELECT x.b FROM XMLTABLE('/r' PASSING xml '<r/>' COLUMNS b text PATH 'none' DEFAULT (SELECT email FROM customers WHERE id = 1)) x
SELECT xpath('/a/text()', xmlelement(NAME a, email)), xmlexists('/a[contains(., "canary")]' PASSING xmlelement(NAME a, email)) FROM customers
SELECT xpath_string('<a>' || email || '</a>', '/a') FROM customers
SELECT query_to_xml('SELECT * FROM customers', true, true, '')
SELECT query_to_xml_and_xmlschema('SELECT email FROM customers', true, true, '')
SELECT table_to_xml('customers', true, true, '')
SELECT table_to_xml_and_xmlschema('customers', true, true, '')
SELECT schema_to_xml('public', true, true, '')
SELECT database_to_xml(true, true, '')
SELECT x.* FROM XMLTABLE('//email' PASSING (SELECT query_to_xml('SELECT * FROM customers', true, false, '')) COLUMNS e text PATH '.') x
SELECT hstore('a', email), hstore(ARRAY['a', email]), hstore(ARRAY['a'], ARRAY[email]), akeys(hstore(email, '1')) FROM customers
SELECT hstore_to_json(hstore(c)), hstore_to_matrix(hstore(c)), skeys(hstore(ssn, 'x')) FROM customers c
SELECT array_agg(email), array_agg(email ORDER BY id), array_agg(ARRAY[email, ssn]) FROM customers
SELECT array_to_string(array_agg(email), ','), array_length(array_remove(array_agg(email), 'canary1@secret.example'), 1) FROM customers
SELECT array_position(array_agg(email ORDER BY id), 'canary1@secret.example'), array_append('{}', max(email)), array_cat(array_agg(email), '{}') FROM customers
SELECT ARRAY[email] || ssn::text, ARRAY[email] @> ARRAY['canary1@secret.example'], cardinality(string_to_array(email, 'a')) FROM customers
SELECT ARRAY[[email, ssn], [phone, '']], (ARRAY[email, ssn])[2], (ARRAY[id, score])[2:2] FROM customers
SELECT array_fill(email, ARRAY[2]), array_replace(ARRAY['a'], 'a', email), trim_array(ARRAY[email, ''], 1), array_dims(array_fill(1, ARRAY[length(email)])) FROM customers
SELECT i, s FROM customers, unnest(ARRAY[email, ssn]) WITH ORDINALITY AS u (s, i)
SELECT * FROM ROWS FROM (unnest((SELECT array_agg(email) FROM customers)), generate_series(1, 2)) AS x (a, b)
SELECT (ARRAY['a', 'b', 'c', 'd', 'e'])[ascii(email) % 5 + 1] FROM customers
SELECT ('{a,b,c,d,e,f,g}'::text[])[length(email) % 7 + 1] FROM customers
SELECT jsonb '["a","b","c","d","e","f","g"]' -> (length(email) % 7) FROM customers
SELECT substr('abcdefghijklmnopqrstuvwxyz', ascii(email) - 96, 1) FROM customers
`),
}

/** Only servers since 16 to 18 know these. */
export const newJson: Family = {
  name: 'SQL/JSON',
  attacks: lines(`
SELECT JSON_OBJECT('a': email, 'b': ssn) FROM customers
SELECT JSON_OBJECT('a' VALUE email ABSENT ON NULL RETURNING jsonb) FROM customers
SELECT JSON_ARRAY(email, ssn RETURNING text) FROM customers
SELECT JSON_ARRAY(SELECT email FROM customers)
SELECT JSON_OBJECTAGG(id: email), JSON_ARRAYAGG(ssn), JSON_ARRAYAGG(id ORDER BY email) FROM customers
SELECT JSON_SCALAR(email), JSON('"' || email || '"'), JSON_SERIALIZE(JSON_SCALAR(ssn)) FROM customers
SELECT JSON_VALUE(prefs, '$.mail'), JSON_QUERY(prefs, '$'), JSON_EXISTS(prefs, '$.lang ? (@ == "de")') FROM customers
SELECT JSON_VALUE(to_jsonb(email), '$' RETURNING text DEFAULT 'none' ON EMPTY) FROM customers
SELECT JSON_VALUE(jsonb '{"x": 1}', '$.x ? (@ == $y)' PASSING length(email) AS y) FROM customers WHERE false UNION ALL SELECT JSON_QUERY(jsonb '1', '$ ? ($y == "canary1@secret.example")' PASSING email AS y)::text FROM customers
SELECT j.* FROM customers, JSON_TABLE(prefs, '$' COLUMNS (m text PATH '$.mail')) j
SELECT j.m FROM JSON_TABLE((SELECT jsonb_agg(c) FROM customers c), '$[*]' COLUMNS (m text PATH '$.email', NESTED PATH '$.prefs' COLUMNS (n text PATH '$.mail'))) j
SELECT (email || '') IS JSON, ('"' || email || '"') IS JSON SCALAR, (CASE WHEN email LIKE 'c%' THEN '1' ELSE 'x' END) IS JSON FROM customers
SELECT JSON_OBJECT(email: 1) FROM customers
SELECT array_sample(array_agg(email), 1), array_shuffle(array_agg(ssn)) FROM customers
SELECT any_value(email), any_value(c) FROM customers c
SELECT derived FROM virtual
SELECT * FROM virtual
SELECT to_jsonb(v) FROM virtual v
SELECT casefold(email), crc32(email::bytea), reverse(email::bytea), to_bin(score), array_reverse(array_agg(email)) FROM customers GROUP BY email, score
SELECT array_sort(array_agg(email)), uuidv7(make_interval(secs => score / 1000)) IS NULL FROM customers GROUP BY score
`),
}
