/**
 * The server's own functions, reviewed against PostgreSQL 18's pg_proc: which give nothing but what
 * their arguments and the schema hold. One that is not here and not immutable is not trusted.
 */

/**
 * Stable and volatile functions whose result is made of their arguments, of names and definitions
 * in the catalog, of the clock, of sequences or of the server's state, and of no stored value.
 */
export const reviewed: ReadonlySet<string> = words(`
  _pg_index_position aclexplode aclitemin aclitemout age anyarray_out anyarray_recv anyarray_send
  anycompatiblearray_out anycompatiblearray_recv anycompatiblearray_send
  anycompatiblemultirange_in anycompatiblemultirange_out anycompatiblerange_in
  anycompatiblerange_out anyenum_out anymultirange_in anymultirange_out anyrange_in anyrange_out
  anytextcat areajoinsel areasel array_in array_out array_recv array_sample array_send
  array_shuffle array_to_json array_to_string array_typanalyze arraycontjoinsel arraycontsel
  bpcharrecv bpcharsend brin_bloom_summary_recv brin_bloom_summary_send brin_desummarize_range
  brin_minmax_multi_summary_recv brin_minmax_multi_summary_send brin_summarize_new_values
  brin_summarize_range cash_in cash_out clock_timestamp col_description concat concat_ws
  contjoinsel contsel convert convert_from convert_to cstring_recv cstring_send current_database
  current_query current_schema current_schemas current_user currtid2 currval date date_add
  date_cmp_timestamptz date_eq_timestamptz date_ge_timestamptz date_gt_timestamptz date_in
  date_le_timestamptz date_lt_timestamptz date_ne_timestamptz date_out date_part date_subtract
  date_trunc domain_in domain_recv enum_first enum_in enum_last enum_out enum_range enum_recv
  enum_send eqjoinsel eqsel extract format format_type gen_random_uuid generate_series
  get_current_ts_config getdatabaseencoding getpgusername has_any_column_privilege
  has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege
  has_function_privilege has_language_privilege has_largeobject_privilege has_parameter_privilege
  has_schema_privilege has_sequence_privilege has_server_privilege has_table_privilege
  has_tablespace_privilege has_type_privilege iclikejoinsel iclikesel icnlikejoinsel icnlikesel
  icregexeqjoinsel icregexeqsel icregexnejoinsel icregexnesel in_range inet_client_addr
  inet_client_port inet_server_addr inet_server_port interval_in interval_out
  interval_pl_timestamptz json_agg json_agg_strict json_agg_strict_transfn json_agg_transfn
  json_build_array json_build_object json_object_agg json_object_agg_strict
  json_object_agg_strict_transfn json_object_agg_transfn json_object_agg_unique
  json_object_agg_unique_strict json_object_agg_unique_strict_transfn
  json_object_agg_unique_transfn json_populate_record json_populate_recordset json_to_record
  json_to_recordset json_to_tsvector jsonb_agg jsonb_agg_finalfn jsonb_agg_strict
  jsonb_agg_strict_transfn jsonb_agg_transfn jsonb_build_array jsonb_build_object
  jsonb_object_agg_finalfn jsonb_object_agg_strict_transfn jsonb_object_agg_transfn
  jsonb_object_agg_unique_strict_transfn jsonb_object_agg_unique_transfn jsonb_path_exists_tz
  jsonb_path_match_tz jsonb_path_query_array_tz jsonb_path_query_first_tz jsonb_path_query_tz
  jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_to_record
  jsonb_to_recordset jsonb_to_tsvector lastval length likejoinsel likesel make_timestamptz
  matchingjoinsel matchingsel money multirange_in multirange_out multirange_recv multirange_send
  multirange_typanalyze multirangesel mxid_age namerecv namesend neqjoinsel neqsel networkjoinsel
  networksel nextval nlikejoinsel nlikesel now numeric obj_description oidvectortypes overlaps
  pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
  pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared
  pg_available_extension_versions pg_available_extensions pg_backend_pid pg_basetype
  pg_blocking_pids pg_cancel_backend pg_char_to_encoding pg_client_encoding
  pg_collation_actual_version pg_collation_for pg_collation_is_visible pg_column_compression
  pg_column_is_updatable pg_column_size pg_column_toast_chunk_id pg_conf_load_time pg_config
  pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system
  pg_conversion_is_visible pg_current_snapshot pg_current_wal_flush_lsn pg_current_wal_insert_lsn
  pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned
  pg_database_collation_actual_version pg_database_size pg_dependencies_recv pg_dependencies_send
  pg_describe_object pg_encoding_to_char pg_export_snapshot pg_extension_config_dump
  pg_extension_update_paths pg_filenode_relation pg_function_is_visible pg_get_acl
  pg_get_catalog_foreign_keys pg_get_constraintdef pg_get_expr pg_get_function_arg_default
  pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result
  pg_get_function_sqlbody pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_loaded_modules
  pg_get_object_address pg_get_partition_constraintdef pg_get_partkeydef pg_get_publication_tables
  pg_get_replica_identity_index pg_get_replication_slots pg_get_ruledef pg_get_sequence_data
  pg_get_serial_sequence pg_get_statisticsobjdef pg_get_statisticsobjdef_columns
  pg_get_statisticsobjdef_expressions pg_get_triggerdef pg_get_userbyid pg_get_viewdef
  pg_get_wait_events pg_has_role pg_identify_object pg_identify_object_as_address
  pg_index_column_has_property pg_index_has_property pg_indexam_has_property pg_indexes_size
  pg_input_error_info pg_input_is_valid pg_is_in_recovery pg_is_other_temp_schema
  pg_is_wal_replay_paused pg_isolation_test_session_is_blocked pg_jit_available
  pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn
  pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status pg_mcv_list_items
  pg_mcv_list_recv pg_mcv_list_send pg_my_temp_schema pg_ndistinct_recv pg_ndistinct_send
  pg_node_tree_recv pg_node_tree_send pg_notification_queue_usage pg_notify pg_numa_available
  pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible pg_options_to_table
  pg_partition_ancestors pg_partition_tree pg_postmaster_start_time pg_prepared_xact
  pg_relation_filenode pg_relation_filepath pg_relation_is_publishable pg_relation_is_updatable
  pg_relation_size pg_replication_origin_oid pg_safe_snapshot_blocking_pids pg_sequence_last_value
  pg_sequence_parameters pg_settings_get_flags pg_show_all_settings pg_sleep pg_sleep_for
  pg_sleep_until pg_split_walfile_name pg_stat_clear_snapshot pg_stat_get_analyze_count
  pg_stat_get_archiver pg_stat_get_autoanalyze_count pg_stat_get_autovacuum_count
  pg_stat_get_backend_activity_start pg_stat_get_backend_client_addr
  pg_stat_get_backend_client_port pg_stat_get_backend_dbid pg_stat_get_backend_idset
  pg_stat_get_backend_io pg_stat_get_backend_pid pg_stat_get_backend_start
  pg_stat_get_backend_subxact pg_stat_get_backend_userid pg_stat_get_backend_wait_event
  pg_stat_get_backend_wait_event_type pg_stat_get_backend_wal pg_stat_get_backend_xact_start
  pg_stat_get_bgwriter_buf_written_clean pg_stat_get_bgwriter_maxwritten_clean
  pg_stat_get_bgwriter_stat_reset_time pg_stat_get_blocks_fetched pg_stat_get_blocks_hit
  pg_stat_get_buf_alloc pg_stat_get_checkpointer_buffers_written
  pg_stat_get_checkpointer_num_performed pg_stat_get_checkpointer_num_requested
  pg_stat_get_checkpointer_num_timed pg_stat_get_checkpointer_restartpoints_performed
  pg_stat_get_checkpointer_restartpoints_requested pg_stat_get_checkpointer_restartpoints_timed
  pg_stat_get_checkpointer_slru_written pg_stat_get_checkpointer_stat_reset_time
  pg_stat_get_checkpointer_sync_time pg_stat_get_checkpointer_write_time
  pg_stat_get_db_active_time pg_stat_get_db_blk_read_time pg_stat_get_db_blk_write_time
  pg_stat_get_db_blocks_fetched pg_stat_get_db_blocks_hit pg_stat_get_db_checksum_failures
  pg_stat_get_db_checksum_last_failure pg_stat_get_db_conflict_all
  pg_stat_get_db_conflict_bufferpin pg_stat_get_db_conflict_lock
  pg_stat_get_db_conflict_logicalslot pg_stat_get_db_conflict_snapshot
  pg_stat_get_db_conflict_startup_deadlock pg_stat_get_db_conflict_tablespace
  pg_stat_get_db_deadlocks pg_stat_get_db_idle_in_transaction_time pg_stat_get_db_numbackends
  pg_stat_get_db_parallel_workers_launched pg_stat_get_db_parallel_workers_to_launch
  pg_stat_get_db_session_time pg_stat_get_db_sessions pg_stat_get_db_sessions_abandoned
  pg_stat_get_db_sessions_fatal pg_stat_get_db_sessions_killed pg_stat_get_db_stat_reset_time
  pg_stat_get_db_temp_bytes pg_stat_get_db_temp_files pg_stat_get_db_tuples_deleted
  pg_stat_get_db_tuples_fetched pg_stat_get_db_tuples_inserted pg_stat_get_db_tuples_returned
  pg_stat_get_db_tuples_updated pg_stat_get_db_xact_commit pg_stat_get_db_xact_rollback
  pg_stat_get_dead_tuples pg_stat_get_function_calls pg_stat_get_function_self_time
  pg_stat_get_function_total_time pg_stat_get_ins_since_vacuum pg_stat_get_io
  pg_stat_get_last_analyze_time pg_stat_get_last_autoanalyze_time pg_stat_get_last_autovacuum_time
  pg_stat_get_last_vacuum_time pg_stat_get_lastscan pg_stat_get_live_tuples
  pg_stat_get_mod_since_analyze pg_stat_get_numscans pg_stat_get_progress_info
  pg_stat_get_recovery_prefetch pg_stat_get_replication_slot pg_stat_get_slru
  pg_stat_get_snapshot_timestamp pg_stat_get_subscription pg_stat_get_subscription_stats
  pg_stat_get_total_analyze_time pg_stat_get_total_autoanalyze_time
  pg_stat_get_total_autovacuum_time pg_stat_get_total_vacuum_time pg_stat_get_tuples_deleted
  pg_stat_get_tuples_fetched pg_stat_get_tuples_hot_updated pg_stat_get_tuples_inserted
  pg_stat_get_tuples_newpage_updated pg_stat_get_tuples_returned pg_stat_get_tuples_updated
  pg_stat_get_vacuum_count pg_stat_get_wal pg_stat_get_wal_receiver pg_stat_get_wal_senders
  pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls
  pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time
  pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched
  pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted
  pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned
  pg_stat_get_xact_tuples_updated pg_stat_have_stats pg_statistics_obj_is_visible
  pg_table_is_visible pg_table_size pg_tablespace_databases pg_tablespace_location
  pg_tablespace_size pg_terminate_backend pg_timezone_abbrevs_abbrevs pg_timezone_abbrevs_zone
  pg_timezone_names pg_total_relation_size pg_trigger_depth pg_try_advisory_lock
  pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
  pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible
  pg_type_is_visible pg_typeof pg_xact_commit_timestamp pg_xact_commit_timestamp_origin
  pg_xact_status phraseto_tsquery plainto_tsquery positionjoinsel positionsel prefixjoinsel
  prefixsel quote_literal quote_nullable random random_normal range_in range_out range_recv
  range_send range_typanalyze rangesel record_in record_out record_recv record_send regclass
  regclassin regclassout regcollationin regcollationout regconfigin regconfigout regdictionaryin
  regdictionaryout regexeqjoinsel regexeqsel regexnejoinsel regexnesel regnamespacein
  regnamespaceout regoperatorin regoperatorout regoperin regoperout regprocedurein regprocedureout
  regprocin regprocout regrolein regroleout regtypein regtypeout row_security_active row_to_json
  scalargejoinsel scalargesel scalargtjoinsel scalargtsel scalarlejoinsel scalarlesel
  scalarltjoinsel scalarltsel session_user set_config setseed setval shobj_description
  statement_timestamp system_user textanycat textrecv textsend time time_in timeofday timestamp
  timestamp_cmp_timestamptz timestamp_eq_timestamptz timestamp_ge_timestamptz
  timestamp_gt_timestamptz timestamp_in timestamp_le_timestamptz timestamp_lt_timestamptz
  timestamp_ne_timestamptz timestamp_out timestamptz timestamptz_cmp_date
  timestamptz_cmp_timestamp timestamptz_eq_date timestamptz_eq_timestamp timestamptz_ge_date
  timestamptz_ge_timestamp timestamptz_gt_date timestamptz_gt_timestamp timestamptz_in
  timestamptz_le_date timestamptz_le_timestamp timestamptz_lt_date timestamptz_lt_timestamp
  timestamptz_mi_interval timestamptz_ne_date timestamptz_ne_timestamp timestamptz_out
  timestamptz_pl_interval timetz timetz_in timezone to_char to_date to_json to_jsonb to_number
  to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure
  to_regrole to_regtype to_regtypemod to_timestamp to_tsquery to_tsvector transaction_timestamp
  ts_debug ts_headline ts_match_tq ts_match_tt ts_parse ts_token_type ts_typanalyze tsmatchjoinsel
  tsmatchsel txid_current txid_current_if_assigned txid_current_snapshot txid_status uuidv4 uuidv7
  varcharrecv varcharsend version websearch_to_tsquery xml xml_in xml_is_well_formed xml_recv
  xml_send
`)

/** Immutable by declaration in at least one form, but they run SQL that is given as text. */
export const readers: ReadonlySet<string> = words('ts_rewrite ts_stat')

/** Functions of well-known extensions, in C, that are not immutable and read no table. */
export const reviewedExtensions: ReadonlySet<string> = words(`
  crypt gen_random_bytes gen_salt gen_random_uuid similarity_op uuid_generate_v1 uuid_generate_v1mc
  uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 word_similarity_op set_limit show_limit unaccent
`)

/** They keep or send what they are given, and of what type the object is that gets it. */
export const sinks: ReadonlyMap<string, string> = new Map(
  Object.entries({
    pg_notify: 'channel',
    set_config: 'setting',
    nextval: 'sequence',
    setval: 'sequence',
    setseed: 'setting',
    pg_logical_emit_message: 'replication',
    lo_from_bytea: 'largeobject',
    lo_put: 'largeobject',
    lowrite: 'largeobject',
    pg_advisory_lock: 'lock',
    pg_advisory_lock_shared: 'lock',
    pg_advisory_xact_lock: 'lock',
    pg_advisory_xact_lock_shared: 'lock',
    pg_try_advisory_lock: 'lock',
    pg_try_advisory_lock_shared: 'lock',
    pg_try_advisory_xact_lock: 'lock',
    pg_try_advisory_xact_lock_shared: 'lock',
    pg_sleep: 'clock',
    pg_sleep_for: 'clock',
    pg_sleep_until: 'clock',
  }),
)

/** Names of the columns of those functions of the server that give rows, or one named column. */
export const resultColumns: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    _pg_expandarray: 'x n',
    aclexplode: 'grantor grantee privilege_type is_grantable',
    json_array_elements: 'value',
    json_array_elements_text: 'value',
    json_each: 'key value',
    json_each_text: 'key value',
    jsonb_array_elements: 'value',
    jsonb_array_elements_text: 'value',
    jsonb_each: 'key value',
    jsonb_each_text: 'key value',
    pg_available_extension_versions:
      'name version superuser trusted relocatable schema requires comment',
    pg_available_extensions: 'name default_version comment',
    pg_config: 'name setting',
    pg_control_checkpoint:
      'checkpoint_lsn redo_lsn redo_wal_file timeline_id prev_timeline_id full_page_writes next_xid ' +
      'next_oid next_multixact_id next_multi_offset oldest_xid oldest_xid_dbid oldest_active_xid ' +
      'oldest_multi_xid oldest_multi_dbid oldest_commit_ts_xid newest_commit_ts_xid checkpoint_time',
    pg_control_init:
      'max_data_alignment database_block_size blocks_per_segment wal_block_size bytes_per_wal_segment ' +
      'max_identifier_length max_index_columns max_toast_chunk_size large_object_chunk_size ' +
      'float8_pass_by_value data_page_checksum_version default_char_signedness',
    pg_control_recovery:
      'min_recovery_end_lsn min_recovery_end_timeline backup_start_lsn backup_end_lsn ' +
      'end_of_backup_record_required',
    pg_control_system:
      'pg_control_version catalog_version_no system_identifier pg_control_last_modified',
    pg_extension_update_paths: 'source target path',
    pg_get_catalog_foreign_keys: 'fktable fkcols pktable pkcols is_array is_opt',
    pg_get_keywords: 'word catcode barelabel catdesc baredesc',
    pg_get_loaded_modules: 'module_name version file_name',
    pg_get_object_address: 'classid objid objsubid',
    pg_get_publication_tables: 'pubid relid attrs qual',
    pg_get_replication_slots:
      'slot_name plugin slot_type datoid temporary active active_pid xmin catalog_xmin restart_lsn ' +
      'confirmed_flush_lsn wal_status safe_wal_size two_phase two_phase_at inactive_since conflicting ' +
      'invalidation_reason failover synced',
    pg_get_sequence_data: 'last_value is_called',
    pg_get_wait_events: 'type name description',
    pg_identify_object: 'type schema name identity',
    pg_identify_object_as_address: 'type object_names object_args',
    pg_input_error_info: 'message detail hint sql_error_code',
    pg_last_committed_xact: 'xid timestamp roident',
    pg_lock_status:
      'locktype database relation page tuple virtualxid transactionid classid objid objsubid ' +
      'virtualtransaction pid mode granted fastpath waitstart',
    pg_mcv_list_items: 'index values nulls frequency base_frequency',
    pg_options_to_table: 'option_name option_value',
    pg_partition_ancestors: 'relid',
    pg_partition_tree: 'relid parentrelid isleaf level',
    pg_prepared_xact: 'transaction gid prepared ownerid dbid',
    pg_sequence_parameters:
      'start_value minimum_value maximum_value increment cycle_option cache_size data_type',
    pg_show_all_settings:
      'name setting unit category short_desc extra_desc context vartype source min_val max_val enumvals ' +
      'boot_val reset_val sourcefile sourceline pending_restart',
    pg_split_walfile_name: 'segment_number timeline_id',
    pg_stat_get_archiver:
      'archived_count last_archived_wal last_archived_time failed_count last_failed_wal ' +
      'last_failed_time stats_reset',
    pg_stat_get_backend_io:
      'backend_type object context reads read_bytes read_time writes write_bytes write_time writebacks ' +
      'writeback_time extends extend_bytes extend_time hits evictions reuses fsyncs fsync_time ' +
      'stats_reset',
    pg_stat_get_backend_subxact: 'subxact_count subxact_overflowed',
    pg_stat_get_backend_wal: 'wal_records wal_fpi wal_bytes wal_buffers_full stats_reset',
    pg_stat_get_io:
      'backend_type object context reads read_bytes read_time writes write_bytes write_time writebacks ' +
      'writeback_time extends extend_bytes extend_time hits evictions reuses fsyncs fsync_time ' +
      'stats_reset',
    pg_stat_get_progress_info:
      'pid datid relid param1 param2 param3 param4 param5 param6 param7 param8 param9 param10 param11 ' +
      'param12 param13 param14 param15 param16 param17 param18 param19 param20',
    pg_stat_get_recovery_prefetch:
      'stats_reset prefetch hit skip_init skip_new skip_fpw skip_rep wal_distance block_distance ' +
      'io_depth',
    pg_stat_get_replication_slot:
      'slot_name spill_txns spill_count spill_bytes stream_txns stream_count stream_bytes total_txns ' +
      'total_bytes stats_reset',
    pg_stat_get_slru:
      'name blks_zeroed blks_hit blks_read blks_written blks_exists flushes truncates stats_reset',
    pg_stat_get_subscription:
      'subid relid pid leader_pid received_lsn last_msg_send_time last_msg_receipt_time latest_end_lsn ' +
      'latest_end_time worker_type',
    pg_stat_get_subscription_stats:
      'subid apply_error_count sync_error_count confl_insert_exists confl_update_origin_differs ' +
      'confl_update_exists confl_update_missing confl_delete_origin_differs confl_delete_missing ' +
      'confl_multiple_unique_conflicts stats_reset',
    pg_stat_get_wal: 'wal_records wal_fpi wal_bytes wal_buffers_full stats_reset',
    pg_stat_get_wal_receiver:
      'pid status receive_start_lsn receive_start_tli written_lsn flushed_lsn received_tli ' +
      'last_msg_send_time last_msg_receipt_time latest_end_lsn latest_end_time slot_name sender_host ' +
      'sender_port conninfo',
    pg_stat_get_wal_senders:
      'pid state sent_lsn write_lsn flush_lsn replay_lsn write_lag flush_lag replay_lag sync_priority ' +
      'sync_state reply_time',
    pg_timezone_abbrevs_abbrevs: 'abbrev utc_offset is_dst',
    pg_timezone_abbrevs_zone: 'abbrev utc_offset is_dst',
    pg_timezone_names: 'name abbrev utc_offset is_dst',
    pg_walfile_name_offset: 'file_name file_offset',
    pg_xact_commit_timestamp_origin: 'timestamp roident',
    ts_debug: 'alias description token dictionaries dictionary lexemes',
    ts_parse: 'tokid token',
    ts_token_type: 'tokid alias description',
  }).map(([name, columns]) => [name, columns.split(' ')]),
)

/** Their columns are those of a type that is given by an argument or in the statement. */
export const polymorphicRows: ReadonlySet<string> = words(`
  json_populate_record json_populate_recordset json_to_record json_to_recordset
  jsonb_populate_record jsonb_populate_recordset jsonb_to_record jsonb_to_recordset
`)

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
