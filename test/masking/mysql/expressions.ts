/** Values through operators and built-in functions. */
import { each, type Family, lines } from './family.ts'

export const expressions: Family = {
  name: 'expressions',
  attacks: [
    ...each(c => `SELECT concat(${c}, '') FROM customers`),
    ...each(c => `SELECT hex(${c}), to_base64(${c}), reverse(${c}) FROM customers`),
    ...each(c => `SELECT substr(${c}, 1, 3), substr(${c} FROM 4) FROM customers`),
    ...each(c => `SELECT cast(${c} AS char), cast(${c} AS binary) FROM customers`),
    ...each(c => `SELECT if(${c} > 'd', 1, 0) FROM customers`),
    ...each(c => `SELECT length(${c}), crc32(${c}), crc32(${c}) FROM customers`),
    ...lines(`
SELECT upper(email), lower(email), ucase(email), lcase(email) FROM customers
SELECT concat_ws('-', email, ssn), email || '' FROM customers
SELECT left(phone, 9), right(ssn, 9), mid(email, 2, 50), substring_index(email, '@', 1) FROM customers
SELECT trim(LEADING 'c' FROM email), ltrim(email), rtrim(email) FROM customers
SELECT replace(email, '@', '#'), insert(email, 3, 1, 'x'), lpad(email, 90, 'y'), rpad(email, 90, 'y') FROM customers
SELECT unhex(hex(email)), from_base64(to_base64(email)), quote(email) FROM customers
SELECT compress(email), uncompress(compress(email)), uncompressed_length(compress(email)) FROM customers
SELECT aes_encrypt(email, 'k'), aes_decrypt(aes_encrypt(email, 'k'), 'k') FROM customers
SELECT sha1(email), sha2(email, 256), password(email) FROM customers
SELECT sha1(email), sha2(email, 512), statement_digest(concat('SELECT ', id)) FROM customers
SELECT convert(email USING utf16), convert(email, char(3)), weight_string(email) FROM customers
SELECT cast(balance AS char), balance + 0, -balance, balance * 1, balance DIV 1, balance % 7 FROM customers
SELECT score + 0, score - 1, score ^ 1, score & 255, score | 1, ~score, score << 1, score >> 1 FROM customers
SELECT conv(score, 10, 16), format(score, 0), bin(score), oct(score), bit_count(score) FROM customers
SELECT born + INTERVAL 0 DAY, date_format(born, '%Y-%m-%d'), to_days(born), born + 0, dayofyear(born) FROM customers
SELECT datediff(born, '1960-01-01'), timestampdiff(DAY, born, '2000-01-01'), extract(YEAR_MONTH FROM born) FROM customers
SELECT makedate(1961, dayofyear(born)), last_day(born), weekday(born), monthname(born), quarter(born) FROM customers
SELECT date_add(born, INTERVAL id DAY), adddate(born, 1), timestamp(born), str_to_date(born, '%Y-%m-%d') FROM customers
SELECT sec_to_time(score % 86400), from_unixtime(score % 1000000000), from_days(to_days(born)) FROM customers
SELECT date_add('2000-01-01', INTERVAL length(email) DAY) FROM customers
SELECT binary email, email COLLATE utf8mb4_bin, email + 0 FROM customers
SELECT ifnull(email, 1), nullif(email, 1), coalesce(null, email), nullif(id, length(email) - 22) FROM customers
SELECT CASE WHEN email LIKE 'can%' THEN name ELSE email END FROM customers
SELECT CASE email WHEN 1 THEN 2 ELSE ssn END FROM customers
SELECT CASE WHEN email LIKE 'can%' THEN 1 END FROM customers
SELECT elt(1, email), elt(length(email) - 22, 'a', 'b', 'c'), field('x', email, 'x'), field(email, 'a') FROM customers
SELECT greatest(email, name), least(ssn, name), greatest(balance, 5), interval(score, 1, 10, 4300000000) FROM customers
SELECT email LIKE 'c%', email NOT LIKE '%x%', email RLIKE '^c', email REGEXP 'secret', email SOUNDS LIKE 'canary' FROM customers
SELECT email < 'd', email BETWEEN 'a' AND 'd', email IN ('canary1@secret.example', name), email <=> 'canary1@secret.example' FROM customers
SELECT (id, email) = (1, 'canary1@secret.example'), (email, 1) < ('d', 2), ROW(ssn, 1) > ROW('2', 1) FROM customers
SELECT strcmp(email, 'd'), locate('s', email), instr(email, '@'), position('@' IN email), ascii(email), ord(email) FROM customers
SELECT char_length(email), octet_length(email), bit_length(email), character_length(ssn) FROM customers
SELECT soundex(email), space(length(email)), repeat(email, 2), repeat('x', length(email)) FROM customers
SELECT regexp_substr(email, '.*'), regexp_replace(email, 'x', 'y'), regexp_instr(email, 'y') FROM customers
SELECT char(ascii(email), ascii(mid(email, 2, 1))), char(score % 256 USING latin1) FROM customers
SELECT email XOR 1, NOT email, !email, email AND 1, email IS TRUE, email IS NOT FALSE, score IS TRUE FROM customers
SELECT inet_ntoa(score % 4294967296), inet6_ntoa(unhex(rpad(hex(left(email, 4)), 8, '0'))), inet_aton(phone) FROM customers
SELECT sign(score), abs(balance), ceil(balance), floor(balance), round(balance, -3), truncate(balance, 0), mod(score, 10) FROM customers
SELECT exp(score / 1000000000000), ln(score), log2(score), log10(balance), pow(balance, 2), sqrt(score), sin(score), atan2(score, 1), cot(score), degrees(score) FROM customers
SELECT rand(score), crc32(email), uuid_short() > score FROM customers
SELECT rand(score), rand(length(email)) FROM customers
SELECT export_set(length(email), 'Y', 'N', ',', 8), make_set(length(email), 'a', 'b', 'c', 'd', 'e') FROM customers
SELECT name_const('e', 1), coercibility(email), charset(email), concat(email) FROM customers
SELECT extractvalue(concat('<a>', email, '</a>'), '/a') FROM customers
SELECT extractvalue('<a>1</a>', concat('/', substr(email, 1, 1))) FROM customers
SELECT updatexml('<a/>', '/a', concat('<b>', email, '</b>')) FROM customers
SELECT st_geomfromtext(concat('POINT(', score, ' 1)')) FROM customers
SELECT st_astext(st_geomfromtext(concat('POINT(', score, ' ', balance, ')'))) FROM customers
SELECT st_x(point(score, 1)), st_distance(point(balance, 1), point(0, 0)) FROM customers
SELECT st_geohash(id, length(email), 10) FROM customers
SELECT uuid_to_bin(concat('aaaaaaaa-0000-4000-8000-', lpad(length(email), 12, '0'))) FROM customers
SELECT name LIKE concat('%', length(email), '%'), name LIKE email, 'canary1@secret.example' LIKE email FROM customers
SELECT name REGEXP email, 'canary1@secret.example' REGEXP email FROM customers
SELECT id IN (SELECT length(email) - 22 FROM customers) FROM customers
SELECT 1 = ANY (SELECT length(email) - 22 FROM customers), 'd' > ALL (SELECT email FROM customers)
SELECT EXISTS (SELECT 1 FROM customers WHERE email LIKE 'canary%')
SELECT NOT EXISTS (SELECT 1 FROM customers WHERE score > 5550000000), (SELECT count(*) FROM customers WHERE ssn > '5')
SELECT get_format(DATE, 'ISO'), from_base64(to_base64(concat(email))) FROM customers
SELECT (SELECT email), (SELECT max(c.email)) FROM customers c GROUP BY id, email
SELECT +email, - - score, (((email))), ((SELECT ((email)))) FROM customers
SELECT email DIV 1, email MOD 7, email / 1 FROM customers
SELECT sleep(0) + length(email), benchmark(1, email), last_insert_id(length(email)) FROM customers
SELECT decode(encode(email, 'k'), 'k'), des_encrypt(email) FROM customers
SELECT decode_oracle(1, 1, email), nvl(email, 1), nvl2(email, email, 1) FROM customers
SELECT sformat('{}', email), natural_sort_key(email), crc32c(email), to_char(born, 'YYYY-MM-DD') FROM customers
SELECT natural_sort_key(email), to_char(born, 'YYYY-MM-DD'), chr(length(email)), lengthb(email) FROM customers
SELECT column_json(column_create('e', email)), column_get(column_create('e', email), 'e' AS char) FROM customers
SELECT format_bytes(score), format_pico_time(score), ps_current_thread_id() > score FROM customers
SELECT mail_of(1), mail_of(id) FROM plain
SELECT mail_of(id) FROM customers
SELECT deep(1), same_as(email) FROM customers
SELECT branching(id), looping() FROM plain
SELECT setting_it(), @told`),
  ],
}

export const json: Family = {
  name: 'JSON',
  attacks: lines(`
SELECT json_object('e', email), json_array(email, ssn) FROM customers
SELECT json_object(email, 1) FROM customers
SELECT json_arrayagg(email) FROM customers
SELECT json_objectagg(id, email), json_objectagg(email, id) FROM customers
SELECT json_extract(prefs, '$.mail'), json_unquote(json_extract(prefs, '$.mail')) FROM customers
SELECT json_value(prefs, '$.mail'), json_keys(prefs) FROM customers
SELECT prefs->'$.mail', prefs->>'$.mail' FROM customers
SELECT json_length(prefs), json_depth(prefs), json_type(prefs), json_length(prefs, '$.mail') + length(prefs) FROM customers
SELECT json_search(prefs, 'all', '%secret%') FROM customers
SELECT json_contains(prefs, '"de"', '$.lang'), json_contains_path(prefs, 'one', '$.mail'), prefs LIKE '%de%' FROM customers
SELECT json_set('{}', '$.e', email), json_insert('{}', '$.e', email), json_replace('{"e": 1}', '$.e', email) FROM customers
SELECT json_array_append('[]', '$', email), json_array_insert('[1]', '$[0]', email) FROM customers
SELECT json_merge('[1]', json_array(email)), json_merge_preserve('[1]', json_array(email)) FROM customers
SELECT json_merge_patch('{"a": 1}', prefs), json_remove(prefs, '$.lang') FROM customers
SELECT json_quote(email), json_unquote(email), json_valid(email), json_pretty(prefs) FROM customers
SELECT json_quote(email), json_detailed(prefs), json_compact(prefs), json_loose(prefs) FROM customers
SELECT json_detailed(prefs), json_query(prefs, '$'), json_exists(prefs, '$.mail'), json_normalize(prefs) FROM customers
SELECT json_storage_size(prefs), json_pretty(prefs) FROM customers
SELECT json_overlaps(prefs, '{"lang": "de"}'), prefs FROM customers
SELECT 'de' MEMBER OF (json_array(prefs->>'$.lang')) FROM customers
SELECT json_extract(concat('{"', email, '": 1}'), '$.*') , email FROM customers
SELECT json_extract('{"a": 1}', concat('$.', left(email, 1))), email FROM customers
SELECT json_extract('[1,2,3]', concat('$[', length(email) - 22, ']')) FROM customers
SELECT * FROM json_table((SELECT json_arrayagg(email) FROM customers), '$[*]' COLUMNS (e varchar(99) PATH '$')) j
SELECT j.e FROM customers c, json_table(c.prefs, '$' COLUMNS (e varchar(99) PATH '$.mail')) j
SELECT j.* FROM customers c JOIN json_table(json_array(c.email), '$[*]' COLUMNS (n FOR ORDINALITY, e varchar(99) PATH '$')) j
SELECT j.b FROM customers c, json_table(c.prefs, '$' COLUMNS (NESTED PATH '$' COLUMNS (b varchar(99) PATH '$.mail'))) j
SELECT json_arrayagg(json_object('id', id, 'mail', email)) FROM customers
SELECT json_object('a', (SELECT json_arrayagg(email) FROM customers))
SELECT json_arrayagg(id) OVER (ORDER BY email) FROM customers
SELECT json_schema_valid('{"type": "object"}', prefs), prefs FROM customers
SELECT json_schema_validation_report(concat('{"type": "', json_type(prefs), '", "maxLength": 1}'), prefs), prefs FROM customers
SELECT cast(email AS json) FROM customers
SELECT cast(prefs AS char), cast(json_quote(email) AS json) FROM customers`),
}
