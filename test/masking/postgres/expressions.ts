/** Values that are computed of masked ones: pieces, encodings, casts, comparisons that are shown. */
import { each, type Family, lines } from './family.ts'

export const expressions: Family = {
  name: 'expressions',
  attacks: [
    ...each(c => `SELECT ${c}::text || '' FROM customers`),
    ...each(c => `SELECT reverse(${c}::text), upper(${c}::text) FROM customers`),
    ...each(c => `SELECT encode(${c}::text::bytea, 'hex') FROM customers`),
    ...each(c => `SELECT md5(${c}::text) FROM customers`),
    ...each(c => `SELECT hashtext(${c}::text), hash_record(ROW(${c}::text)) FROM customers`),
    ...lines(`
SELECT lower(email), initcap(email), upper(left(email, 3)) FROM customers
SELECT substr(email, 1, 1), substr(email, 2, 1), substr(email, 3, 1) FROM customers
SELECT substring(email FROM 2 FOR 3), overlay(email PLACING 'X' FROM 1 FOR 1) FROM customers
SELECT substring(email FROM '(.*)@') FROM customers
SELECT substring(email SIMILAR '%#"[0-9]@_#"%' ESCAPE '#') FROM customers
SELECT split_part(email, '@', 1), trim(both 'c' FROM email), btrim(email, 'moc') FROM customers
SELECT ascii(email), chr(ascii(email)), ascii(substr(email, 2)) FROM customers
SELECT length(email), octet_length(email), bit_length(email), char_length(phone) FROM customers
SELECT position('@' IN email), strpos(email, '1') FROM customers
SELECT translate(email, 'abc', 'xyz'), replace(email, 'a', 'b'), repeat(email, 2) FROM customers
SELECT lpad(email, 3), rpad(email, 50, '-') FROM customers
SELECT regexp_replace(email, '(.)(.*)', '\\2\\1'), regexp_matches(email, '.*'), regexp_match(email, '(..)') FROM customers
SELECT string_to_array(email, 'a'), string_to_table(email, 'a') FROM customers
SELECT format('%s', email), format('%1$s %1$L', ssn), concat(email), concat_ws('-', id, email) FROM customers
SELECT quote_literal(email), quote_ident(email), quote_nullable(ssn) FROM customers
SELECT encode(convert_to(email, 'UTF8'), 'base64'), encode(sha256(email::bytea), 'hex') FROM customers
SELECT convert_to(email, 'UTF8'), convert(email::bytea, 'UTF8', 'LATIN1') FROM customers
SELECT to_ascii(email, 'LATIN1'), unaccent(email), normalize(email) FROM customers
SELECT get_bit(email::bytea, 3), bit_count(email::bytea) FROM customers
SELECT get_byte(email::bytea, 0), set_byte(email::bytea, 0, 65) FROM customers
SELECT digest(email, 'sha1'), crypt(email, '$1$salt'), encrypt(email::bytea, 'k', 'aes') FROM customers
SELECT similarity(email, 'canary1'), show_trgm(email), email <-> 'canary' FROM customers
SELECT soundex(email), metaphone(email, 9), levenshtein(email, ''), dmetaphone(email) FROM customers
SELECT to_tsvector('simple', email), ts_headline(email, 'canary'::tsquery), plainto_tsquery('simple', email) FROM customers
SELECT ts_lexize('simple', email), ts_debug('simple', email) FROM customers
SELECT ts_parse('default', email), token FROM customers, ts_parse('default', email) AS p (id, token)
SELECT coalesce(email, ''), coalesce(NULL, ssn), nullif(email, ''), greatest(email, ''), least(email, 'zzz') FROM customers
SELECT CASE WHEN true THEN email END, CASE email WHEN '' THEN '' ELSE email END FROM customers
SELECT CASE WHEN email LIKE 'c%' THEN 'c' ELSE 'other' END FROM customers
SELECT CASE substr(email, 1, 1) WHEN 'a' THEN 1 WHEN 'b' THEN 2 WHEN 'c' THEN 3 ELSE 4 END FROM customers
SELECT email LIKE 'c%', email ~ '^c', email > 'd', email = 'canary1@secret.example', email IN ('canary1@secret.example') FROM customers
SELECT email BETWEEN 'c' AND 'd', email SIMILAR TO 'c%', email ^@ 'c', email IS DISTINCT FROM 'canary1@secret.example' FROM customers
SELECT email = ANY (ARRAY['canary1@secret.example']), email <> ALL ('{a,b,canary1@secret.example}') FROM customers
SELECT (email, id) = ('canary1@secret.example', 1), ROW(email) < ROW('d'), (email LIKE 'c%') IS TRUE FROM customers
SELECT NOT email LIKE 'c%', email LIKE 'c%' AND true, (email LIKE 'c%')::int FROM customers
SELECT balance + 0, -balance, balance * 1, balance / 1, balance % 1000, @ balance, round(balance, -3), trunc(balance) FROM customers
SELECT balance::int, balance::float8, balance::text, to_char(balance, '9999999D99'), balance::money FROM customers
SELECT log(balance), sqrt(balance), power(balance, 1), width_bucket(balance, 0, 10000000, 10), scale(balance), sign(balance - 100000) FROM customers
SELECT score % 7, score & 255, score >> 3, to_hex(score), score::bit(48), gcd(score, 1000), factorial(score % 10) FROM customers
SELECT chr((score % 90 + 33)::int), score::oid::text FROM customers WHERE false UNION ALL SELECT chr((score % 90 + 33)::int), '' FROM customers
SELECT born + 0, born - date '1900-01-01', age(date '2020-01-01', born), extract(year FROM born), date_part('day', born), to_char(born, 'YYYY') FROM customers
SELECT born::timestamp, born::timestamptz, date_trunc('month', born), born + interval '1 day', isfinite(born), make_date(extract(year FROM born)::int, 1, 1) FROM customers
SELECT daterange(born, NULL), (born, born + 1) OVERLAPS (date '1960-01-01', date '1962-01-01'), generate_series(born, born + 1, '1 day') FROM customers
SELECT email COLLATE "C", (email COLLATE "C") || '' FROM customers
SELECT email::varchar(3), email::char(4), email::name, CAST(email AS citext), email::"char" FROM customers
SELECT phone::bytea, right(phone, 4), left(phone, -3), starts_with(phone, '+49') FROM customers
SELECT pg_column_size(email), pg_typeof(email), email IS NOT DISTINCT FROM NULL FROM customers
SELECT num_nulls(nullif(email, 'canary1@secret.example')), num_nonnulls(nullif(ssn, '987-65-0001')) FROM customers
SELECT nullif(email, 'canary1@secret.example') IS NULL FROM customers
SELECT (prefs ->> 'lang') = 'de', prefs ? 'mail', prefs @> '{"lang": "de"}', prefs #>> '{mail}' FROM customers
SELECT id + ascii(email) - ascii(email) + length(email) FROM customers
SELECT 'x' || (SELECT email FROM customers WHERE id = 1) || 'y'
SELECT ((SELECT email FROM customers WHERE id = 1))
SELECT ARRAY(SELECT email FROM customers), ARRAY[(SELECT ssn FROM customers LIMIT 1)]
SELECT EXISTS (SELECT FROM customers WHERE email LIKE 'can%')
SELECT 'canary1@secret.example' IN (SELECT email FROM customers), 'c' < ALL (SELECT email FROM customers)
SELECT (SELECT count(*) FROM customers WHERE email LIKE 'can%'), (SELECT true FROM customers WHERE id = 1 AND score > 600000)
SELECT id, (SELECT 1 FROM customers d WHERE d.id = c.id AND d.email ~ '^can') FROM customers c
SELECT pg_catalog.concat(email) FROM customers
SELECT email OPERATOR(pg_catalog.||) '' FROM customers
SELECT textcat(email, ''), texteq(email, 'canary1@secret.example'), int8pl(score, 0), textlen(email) FROM customers
SELECT textsend(email), int8send(score), numeric_send(balance), date_send(born), jsonb_send(prefs) FROM customers
SELECT textout(email), int8out(score), array_out(ARRAY[email]), date_out(born) FROM customers
SELECT bttextcmp(email, 'd'), hashtextextended(email, 0), text_larger(email, ''), textregexeq(email, '^can') FROM customers
SELECT email::xml, email::xml::text, ('<a>' || email || '</a>')::xml FROM customers
SELECT (email || '')::mail, ROW(1, email)::person, (ROW(1, email)::person).email FROM customers
SELECT format_type((ascii(email) % 10 + 16)::oid, NULL) FROM customers
SELECT setseed((balance - 7770000)::float8 / 100), random() FROM customers
SELECT setseed(length(email) / 100.0), random() FROM customers
SELECT pg_size_pretty(score), justify_days(make_interval(days => (score % 1000)::int)), to_timestamp(score) FROM customers
SELECT inet '10.0.0.0' + length(email) FROM customers
SELECT polygon(3 + (length(email) % 5), circle(point(0, 0), 1)), point(length(email), ascii(email)), lseg(point(0, 0), point(length(email), 1)) FROM customers
`),
  ],
}
