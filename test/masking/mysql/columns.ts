/** Columns as they are, under whatever name, quotes, comments and types. */
import { each, type Family, lines, sequences } from './family.ts'

export const columns: Family = {
  name: 'columns',
  attacks: [
    ...each(c => `SELECT ${c} FROM customers`),
    ...each(c => `SELECT c.${c} AS id FROM customers AS c`),
    ...each(c => `SELECT x.* FROM (SELECT id, ${c} AS v FROM customers) x`),
    ...lines(`
SELECT * FROM customers
TABLE customers
select*from customers
SELECT customers.* FROM customers
SELECT \`email\` FROM \`customers\`
SELECT EMAIL, Phone FROM customers
SELECT ALL email FROM customers
SELECT DISTINCTROW email FROM customers
SELECT HIGH_PRIORITY SQL_NO_CACHE SQL_CALC_FOUND_ROWS email FROM customers
SELECT SQL_BIG_RESULT SQL_BUFFER_RESULT DISTINCT email FROM customers
SELECT email 'label', ssn "other" FROM customers
SELECT email AS \`\`\`\` FROM customers
SELECT 1 AS email, email AS name FROM customers
SELECT id id, email id, ssn id FROM customers
SELECT c.email FROM customers c FORCE INDEX (PRIMARY)
SELECT c.email FROM (customers c)
SELECT c.email FROM ((orders o, customers c))
SELECT c.email FROM { OJ orders o LEFT OUTER JOIN customers c ON o.customer_id = c.id }
SELECT customers .email, customers. email FROM customers
SELECT email FROM customers LIMIT 1 OFFSET 2
SELECT email FROM customers FOR UPDATE
SELECT email FROM customers LOCK IN SHARE MODE
SELECT email FROM customers PARTITION (p0) UNION SELECT email FROM customers
SELECT * FROM contacts
SELECT * FROM nested
SELECT * FROM counted
SELECT whose FROM joined
SELECT * FROM united
SELECT * FROM asking
SELECT * FROM events_of
SELECT secret FROM events_of PARTITION (p0, p1)
SELECT * FROM handles
SELECT derived FROM handles
SELECT looked FROM handles
SELECT mail FROM referring`),
  ],
}

export const types: Family = {
  name: 'types',
  attacks: [
    'SELECT * FROM vault',
    ...'words_s mood_s raw_s text_s blob_s bits_s at_s stamp_s took_s year_s real_s single_s tiny_s doc_s point_s code_s wide_s small_s'
      .split(' ')
      .flatMap(c => [`SELECT ${c} FROM vault`, `SELECT concat(${c}, ''), hex(${c}) FROM vault`]),
    ...lines(`
SELECT mood_s + 0, words_s + 0, bits_s + 0, year_s + 0, tiny_s + 0 FROM vault
SELECT st_astext(point_s), st_asbinary(point_s), st_asgeojson(point_s) FROM vault
SELECT time_to_sec(took_s), unix_timestamp(at_s), microsecond(at_s), year(stamp_s) FROM vault
SELECT find_in_set('canary', words_s), mood_s = 2, bit_count(bits_s) FROM vault
SELECT convert(wide_s USING utf8mb4), convert(code_s USING ucs2) FROM vault
SELECT bin(tiny_s), oct(small_s), conv(bits_s, 10, 36), export_set(tiny_s, 1, 0) FROM vault
SELECT make_set(tiny_s, 'a', 'b', 'c', 'd', 'e', 'f', 'g'), char(tiny_s USING latin1) FROM vault
SELECT floor(real_s), round(real_s, 1), truncate(single_s, 0), sqrt(real_s), log(real_s) FROM vault`),
  ],
}

export const lexing: Family = {
  name: 'comments and quotes',
  attacks: [
    ...lines(`
SELECT 1, /*!50000 email, */ ssn FROM customers
SELECT /*! email, */ 1 FROM customers
SELECT 1 /*!50000 , email FROM customers */
SELECT 1 /*!050000 , email FROM customers */
SELECT 1 /*!80000 , email */ FROM customers
SELECT 1 /*!100000 , email */ FROM customers
SELECT 1 /*!101100 , email */ FROM customers
SELECT 1 /*M! , email */ FROM customers
SELECT 1 /*M!100100 , email */ FROM customers
SELECT 1 /*M!99999 , 2 */, email FROM customers
SELECT 1 /*!99999 , 2 */, email FROM customers
SELECT 1 /*!999999 , 2 */, email FROM customers
SELECT 1 /*!50701 , 2 */, email FROM customers
SELECT 1 /*!5000 , 2 */, email FROM customers
SELECT 1 /*! , /* nested */ email */ FROM customers
SELECT 1 /*!40000 /*!40000 , email */ */ FROM customers
SELECT /*!40000 1 */, email FROM customers
SELECT /*!40000STRAIGHT_JOIN*/ email FROM customers
SELECT/**/email/**/FROM/**/customers
SELECT email/*!FROM*/customers
SELECT /*+ MAX_EXECUTION_TIME(1000) */ email FROM customers
SELECT /*+ SET_VAR(sql_mode='ANSI_QUOTES') */ email FROM customers
SELECT /*+ QB_NAME(x) */ email FROM customers
SELECT 'a' /* ' */, email, 'b' -- '
  FROM customers
SELECT 'it''s', email, 'x' FROM customers
SELECT 'a\\\\', email, '' FROM customers
SELECT "a\\"", email, "" FROM customers
SELECT 'x' 'y', email, 'z'
  'w' FROM customers
SELECT _binary'x', n'x', x'41', 0x41, b'1', email FROM customers
SELECT _latin1 x'41', _utf8mb4'a' COLLATE utf8mb4_bin, email FROM customers
SELECT 1.e1, 1e1email, .5email, email FROM (SELECT email, 1 AS e1email FROM customers) x
SELECT 0xemail, email FROM (SELECT email, 1 AS \`0xemail\` FROM customers) x
SELECT email'x' FROM customers
SELECT\`email\`FROM\`customers\`
SELECT email FROM customers;
SELECT (email) FROM customers
SELECT \`e\`\`mail\` FROM (SELECT email AS \`e\`\`mail\` FROM customers) x`),
    'SELECT 1 -- , 2\n, email FROM customers',
    'SELECT 1 --, 2\n, email FROM customers',
    'SELECT 1 --\u0001, 2\n, email FROM customers',
    'SELECT 1 # x\n, email FROM customers',
    'SELECT\vemail\fFROM\tcustomers',
    'SELECT\u00a0email FROM customers',
    'SELECT 1 /*!\n50000 , email */ FROM customers',
    'SELECT 1 /*!50000*/, email FROM customers /*!50000 WHERE 1',
    'SELECT email FROM customers -- ',
    ...sequences(`
SET sql_mode = 'ANSI_QUOTES' ;; SELECT "email" FROM "customers"
SET sql_mode = 'NO_BACKSLASH_ESCAPES' ;; SELECT 'a\\', email, '' FROM customers
SET sql_mode = 'NO_BACKSLASH_ESCAPES' ;; SELECT 'a\\' AS x, email FROM customers WHERE 'b' <> '\\'
SET sql_mode = 'PIPES_AS_CONCAT' ;; SELECT '' || email FROM customers
SET sql_mode = 'IGNORE_SPACE' ;; SELECT max (email) FROM customers
SET sql_mode = concat('ANSI_', 'QUOTES') ;; SELECT "email" FROM customers
SET @m = 'ANSI_QUOTES' ;; SET sql_mode = @m ;; SELECT "email" FROM customers
SET @@session.sql_mode = 'ANSI' ;; SELECT "c"."email" FROM customers "c"
SET SESSION sql_mode = 'HIGH_NOT_PRECEDENCE' ;; SELECT NOT email BETWEEN 'a' AND 'd' FROM customers
SET sql_mode = 4 ;; SELECT "email" FROM customers
SET sql_mode = '' ;; SELECT email + 0 FROM customers
SET sql_mode = 'ORACLE' ;; SELECT email FROM customers
SET sql_mode = 'ORACLE' ;; SELECT '' || email AS x FROM customers
SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH' ;; SELECT ssn FROM customers
SET sql_mode = 'NO_UNSIGNED_SUBTRACTION' ;; SELECT score - 1 FROM customers
SET NAMES utf8mb3 ;; SELECT email FROM customers
SET NAMES latin1 ;; SELECT email FROM customers
SET NAMES gbk ;; SELECT '縗', email FROM customers
SET CHARACTER SET latin1 ;; SELECT email FROM customers
SET character_set_results = utf16 ;; SELECT email FROM customers
SET character_set_results = NULL ;; SELECT wide_s, email FROM vault, customers
SET character_set_results = ucs2 ;; SELECT concat(email) FROM customers
SET character_set_client = latin1 ;; SELECT email FROM customers
SET collation_connection = utf8mb4_bin ;; SELECT email COLLATE utf8mb4_bin FROM customers
SELECT 1; SELECT email FROM customers; SELECT 2
SELECT ';'; SELECT email FROM customers
;SELECT email FROM customers
SET sql_mode = 'ANSI_QUOTES'; SELECT "email" FROM "customers"
SET @x = 1; SELECT email FROM customers
USE information_schema ;; SELECT email FROM shop1.customers ;; SELECT email FROM shop2.customers`).filter(
      // A name of the world would tell the worlds apart.
      list => !list.some(text => text.includes('shop1')),
    ),
  ],
}
