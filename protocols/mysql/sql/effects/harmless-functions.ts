/**
 * Functions of the server that only compute, or look at what a session may look at, by name. From
 * the manuals' lists of functions, MariaDB 10.11's information_schema.SQL_FUNCTIONS among them.
 * https://dev.mysql.com/doc/refman/en/built-in-function-reference.html
 * https://mariadb.com/kb/en/function-and-operator-reference/
 */
export const harmlessFunctions: ReadonlySet<string> = new Set(
  `
  abs acos add_months adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg
  bin bin_to_uuid binary binlog_gtid_pos bit_and bit_count bit_length bit_or bit_xor
  can_access_column can_access_database can_access_event can_access_resource_group
  can_access_routine can_access_table can_access_trigger can_access_user can_access_view cast ceil
  ceiling char char_length character_length charset chr coalesce coercibility collation
  column_add column_check column_create column_delete column_exists column_get column_json
  column_list compress concat concat_ws connection_id conv convert convert_tz cos cot count crc32
  crc32c cume_dist curdate current_date current_role current_time current_timestamp current_user
  curtime database date date_add date_format date_sub datediff day dayname dayofmonth dayofweek
  dayofyear decode decode_histogram decode_oracle default degrees dense_rank des_decrypt
  des_encrypt distance elt encode encrypt etag exp export_set extract extractvalue field
  find_in_set first_value floor format format_bytes format_pico_time found_rows from_base64
  from_days from_unixtime from_vector geometrycollection get_dd_column_extra
  get_dd_column_privileges get_dd_create_options get_dd_index_private_data
  get_dd_index_sub_part_length get_dd_property_key_value get_dd_schema_options
  get_dd_tablespace_private_data get_format greatest group_concat grouping gtid_subset
  gtid_subtract hex hour icu_version if ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa insert
  instr interval is_free_lock is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_used_lock is_uuid
  is_visible_dd_object isnull json_array json_array_append json_array_insert json_arrayagg
  json_compact json_contains json_contains_path json_depth json_detailed json_duality_object
  json_equals json_exists json_extract json_insert json_keys json_length json_loose json_merge
  json_merge_patch json_merge_preserve json_normalize json_object json_object_filter_keys
  json_object_to_array json_objectagg json_overlaps json_pretty json_query json_quote json_remove
  json_replace json_schema_valid json_schema_validation_report json_search json_set
  json_storage_free json_storage_size json_table json_type json_unquote json_valid json_value
  lag last_day last_insert_id last_value lastval lcase lead least left length lengthb linestring ln
  localtime localtimestamp locate log log10 log2 lower lpad lpad_oracle ltrim ltrim_oracle
  make_set makedate maketime max mbr_contains mbrcontains mbrcoveredby mbrcovers mbrdisjoint
  mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin md5 median microsecond mid min
  minute mod month monthname multilinestring multipoint multipolygon name_const
  natural_sort_key now nth_value ntile nullif nvl nvl2 oct octet_length old_password ord password
  percent_rank percentile_cont percentile_disc period_add period_diff pi point polygon position
  pow power previous_value ps_current_thread_id ps_thread_id quarter quote radians rand
  random_bytes rank regexp_instr regexp_like regexp_replace regexp_substr repeat replace
  replace_oracle reverse right roles_graphml round row row_count row_number rownum rpad rpad_oracle
  rtrim rtrim_oracle schema schemas sec_to_time second session_user sformat sha sha1 sha2 sign sin
  soundex space sqrt statement_digest statement_digest_text std stddev stddev_pop stddev_samp
  str_to_date strcmp string_to_vector subdate substr substr_oracle substring substring_index
  subtime sum sys_guid sysdate system_user tan time time_format time_to_sec timediff timestamp
  timestampadd timestampdiff to_base64 to_char to_days to_seconds to_vector trim trim_oracle
  truncate ucase uncompress uncompressed_length unhex unix_timestamp updatexml upper user utc_date
  utc_time utc_timestamp uuid uuid_short uuid_to_bin uuid_v4 uuid_v7 validate_password_strength
  value values var_pop var_samp variance vec_distance vec_distance_cosine vec_distance_euclidean
  vec_fromtext vec_totext vector_dim vector_distance vector_to_string version week weekday
  weekofyear weight_string wsrep_last_seen_gtid wsrep_last_written_gtid xmltype year yearweek
  area asbinary astext aswkb aswkt boundary buffer centroid contains convexhull crosses dimension
  disjoint endpoint envelope equals exteriorring geomcollfromtext geomcollfromwkb
  geometrycollectionfromtext geometrycollectionfromwkb geometryfromtext geometryfromwkb geometryn
  geometrytype geomfromtext geomfromwkb glength interiorringn intersects isclosed isempty isring
  issimple linefromtext linefromwkb linestringfromtext linestringfromwkb mlinefromtext
  mlinefromwkb mpointfromtext mpointfromwkb mpolyfromtext mpolyfromwkb multilinestringfromtext
  multilinestringfromwkb multipointfromtext multipointfromwkb multipolygonfromtext
  multipolygonfromwkb numgeometries numinteriorrings numpoints overlaps pointfromtext pointfromwkb
  pointn pointonsurface polyfromtext polyfromwkb polygonfromtext polygonfromwkb srid startpoint
  touches within x y
`
    .trim()
    .split(/\s+/),
)

/** ST_Distance and the rest of the geometry functions; what the dictionary's own views call. */
const harmlessPrefixes: readonly string[] = ['st_', 'internal_']

export function isHarmlessFunction(name: string): boolean {
  return harmlessFunctions.has(name) || harmlessPrefixes.some(prefix => name.startsWith(prefix))
}
