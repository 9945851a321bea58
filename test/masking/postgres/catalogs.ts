/** Relations and functions of the server that hold values of tables, or texts of statements. */
import { type Family, lines } from './family.ts'

export const catalogs: Family = {
  name: 'catalogs that hold values',
  attacks: [
    ...lines(`
SELECT * FROM pg_stats WHERE tablename = 'customers'
SELECT most_common_vals FROM pg_stats
SELECT histogram_bounds::text FROM pg_stats WHERE attname = 'email'
SELECT to_jsonb(s) FROM pg_stats s WHERE attname = 'email'
SELECT s FROM pg_stats s WHERE attname = 'ssn'
SELECT (s).histogram_bounds FROM pg_stats s WHERE attname = 'ssn'
SELECT stavalues1::text, stavalues2::text FROM pg_statistic WHERE starelid = 'customers'::regclass
SELECT * FROM pg_statistic WHERE starelid = 'customers'::regclass
SELECT n_distinct, correlation, avg_width FROM pg_stats WHERE tablename = 'customers' AND attname = 'email'
SELECT x FROM (SELECT histogram_bounds AS x FROM pg_stats WHERE attname = 'email') y
WITH s AS (TABLE pg_catalog.pg_stats) SELECT histogram_bounds FROM s WHERE attname = 'email'
COPY (SELECT histogram_bounds FROM pg_stats WHERE attname = 'email') TO STDOUT
COPY pg_statistic TO STDOUT
SELECT * FROM pg_stats_ext
SELECT most_common_vals FROM pg_stats_ext
SELECT stxdmcv::text FROM pg_statistic_ext_data
SELECT m.values FROM pg_statistic_ext_data, pg_mcv_list_items(stxdmcv) m
SELECT (pg_mcv_list_items(stxdmcv)).values FROM pg_statistic_ext_data
SELECT lp, t_data FROM heap_page_items(get_raw_page('customers', 0))
SELECT get_raw_page('customers', 0)
SELECT tuple_data_split('customers'::regclass, t_data, t_infomask, t_infomask2, t_bits) FROM heap_page_items(get_raw_page('customers', 0))
SELECT data FROM bt_page_items('customers_email_key', 1)
SELECT * FROM bt_page_items(get_raw_page('customers_email_key', 1))
SELECT encode(get_raw_page('customers_email_key', 1), 'escape')
SELECT convert_from(lo_get(lo_import(pg_relation_filepath('customers'))), 'LATIN1')
SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE false UNION ALL SELECT histogram_bounds::text FROM pg_stats
SELECT min(histogram_bounds::text) FROM pg_stats WHERE attname = 'email'
SELECT histogram_bounds::text LIKE '%c%' FROM pg_stats WHERE attname = 'email'
SELECT unnest(histogram_bounds::text::text[]) FROM pg_stats WHERE attname = 'email'
SELECT array_to_string(histogram_bounds, ',') FROM pg_stats WHERE attname = 'email'
`),
  ],
}
