--- The same harm in other clothes.
dElEtE fRoM sToCk
--> hold unfiltered-write | rows | delete! stock
DELETE/**/FROM/**/stock
--> hold unfiltered-write | rows | delete! stock
DELETE /* WHERE id = 1 */ FROM stock /* WHERE id = 2 */
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock -- WHERE id = 1
--> hold unfiltered-write | rows | delete! stock
DELETE /* a /* nested */ comment */ FROM stock
--> hold unfiltered-write | rows | delete! stock
/* SELECT */ DELETE FROM stock; -- SELECT 1
--> hold unfiltered-write | rows | delete! stock
--x
DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
DELETE
FROM
	stock
--> hold unfiltered-write | rows | delete! stock
DELETE FROM "stock"
--> hold unfiltered-write | rows | delete! stock
DELETE FROM "public"."stock"
--> hold unfiltered-write | rows | delete! stock
DELETE FROM U&"st\006Fck"
--> hold unfiltered-write | rows | delete! stock
DELETE FROM U&"st!006Fck" UESCAPE '!'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM PUBLIC . STOCK
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock AS customers
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock "where" WHERE 1 = 1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = 1 OR ''=''
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = 1 OR 'x' = E'\x78'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE (((TRUE)))
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id > 0 OR id <= 0
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id <> -1 OR id = -1
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id IS NOT DISTINCT FROM id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE ROW(id) = ROW(id)
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id + 0 = id
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE CASE WHEN id = 1 THEN true ELSE true END
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE product ~ ''
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE product ~ '.*'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE product SIMILAR TO '%'
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE length(product) >= 0
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock WHERE id = ANY (ARRAY(SELECT id FROM stock))
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE id BETWEEN -2147483648 AND 2147483647
--> hold unfiltered-write | rows | delete! stock
DELETE FROM stock s USING stock t WHERE s.id = t.id
--> hold unfiltered-write | rows | delete! stock, read stock
DELETE FROM stock WHERE id IN (SELECT s.id FROM stock s LEFT JOIN orders o ON o.id = s.id)
--> hold unfiltered-write | rows | delete! stock, read stock, read orders
EXPLAIN(ANALYZE)DELETE FROM stock
--> hold unfiltered-write | rows | delete! stock
explain (analyze 'true') delete from stock
--> hold unfiltered-write | rows | delete! stock
TRUNCATE/**/ONLY scratch
--> hold truncate | rows | truncate scratch
drop/**/table/*x*/"scratch"
--> hold drop | schema+rows | drop scratch
SELECT "wipe_stock"()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
SELECT public.WIPE_STOCK()
--> hold unfiltered-write | rows | execute function wipe_stock, delete! stock
SELECT pg_catalog."pg_read_file"('/etc/hostname')
--> deny server-file-read | nothing | read function pg_read_file
SET "role" TO 'leaver'
--> hold role-change | settings | role
SET SESSION "role" = leaver
--> hold role-change | settings | role
SELECT set_config('ro' || 'le', 'leaver', false)
--> deny client-encoding | settings | role, setting setting *
SELECT pg_catalog.set_config(chr(114) || 'ole', 'leaver', true)
--> deny client-encoding | settings | role, setting setting *
SELECT query_to_xml('SELECT * FROM customers', true, false, '')
--> hold dynamic-code | nothing | execute function query_to_xml
SELECT * FROM xmltable('/table/row' PASSING table_to_xml('customers', true, false, '') COLUMNS email text)
--> hold dynamic-code | nothing | execute function table_to_xml
SELECT database_to_xml(true, true, '')
--> hold dynamic-code | nothing | execute function database_to_xml
SELECT ts_stat('SELECT to_tsvector(email) FROM customers')
--> hold dynamic-code | nothing | execute function ts_stat
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')
--> hold dynamic-code | nothing | execute function ts_rewrite
SELECT cursor_to_xml('c', 1, true, true, '')
--> hold dynamic-code | fails | execute function cursor_to_xml
DELETE FROM stock; SELECT 'unterminated
--> hold unreadable | fails | unknown
SELEKT 1
--> hold unreadable | fails | unknown
DELETE FROM
--> hold unreadable | fails | unknown
DELETE FROM stock WHERE
--> hold unreadable | fails | unknown
