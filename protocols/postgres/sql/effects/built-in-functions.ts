/**
 * Built-in functions that do more than compute, by name, and volatile ones that do not. From
 * chapter 9 of the manual ("Functions and Operators") and pg_proc of Postgres 18.
 */
import type { EffectKind } from '../../../protocol.ts'
import type { Collector } from './collector.ts'

/** `args`: the constants among the arguments, undefined for all others. */
export type Special = (name: string, args: readonly (string | undefined)[], out: Collector) => void

export function builtInEffects(name: string): Special | undefined {
  const exact = specials.get(name)
  if (exact !== undefined) return exact
  for (const [prefix, special] of prefixes) if (name.startsWith(prefix)) return special
  return undefined
}

function effect(kind: EffectKind, detail: string): Special {
  return (name, _args, out) =>
    out.add(kind, { type: 'function', schema: 'pg_catalog', name }, { detail })
}

const setting: Special = (_name, [setting, value], out) => {
  // A name that is computed may be any: role and session_authorization among them.
  if (setting === undefined) out.add('role', undefined, { detail: 'computed' })
  const name = setting?.toLowerCase()
  settingChanged(name, out, valueWord(name, value))
}

/** Settings that decide who one is are a change of role. undefined: any setting. */
export function settingChanged(name: string | undefined, out: Collector, detail?: string): void {
  if (name === 'role' || name === 'session_authorization')
    out.add('role', undefined, {
      detail: detail === 'reset' ? detail : name === 'role' ? 'set' : 'session authorization',
    })
  else out.add('setting', { type: 'setting', schema: undefined, name: name ?? '*' }, { detail })
}

/** What statements are read with: rules let some of their values pass. */
const readWith: ReadonlySet<string> = new Set(['client_encoding', 'standard_conforming_strings'])

export function valueWord(name: string | undefined, value: string | undefined): string | undefined {
  if (name === undefined || !readWith.has(name)) return undefined
  return value !== undefined && /^[\w-]+$/.test(value) ? value.toLowerCase() : 'other'
}

const sequence =
  (detail: string): Special =>
  (_name, [text], out) => {
    if (text === undefined) {
      out.add('update', { type: 'sequence', schema: undefined, name: '*' }, { detail })
      return
    }
    const [name = '', schema] = text
      .split('.')
      .map(part => (part.startsWith('"') ? part.slice(1, -1) : part.toLowerCase()))
      .reverse()
    out.named('update', schema, name, { detail }, 'sequence')
  }

const largeObjectRead = effect('read', 'large object')
const largeObjectWrite = effect('update', 'large object')
/** Takes SQL, or the name of what to read, as text. */
const dynamic = effect('execute', 'dynamic')
const file = effect('read', 'file')
const replication = effect('execute', 'replication')
const backup = effect('execute', 'backup')
const advisory = effect('lock', 'advisory')
const terminate = effect('execute', 'terminate')
const server = effect('execute', 'server')
const statistics = effect('update', 'statistics')

/** What the view shows, by the functions under it. */
const activity: Special = (_name, _args, out) =>
  out.add('read', { type: 'view', schema: 'pg_catalog', name: 'pg_stat_activity' })

const specials: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['set_config', setting],
  ['pg_stat_get_activity', activity],
  ['pg_stat_get_backend_activity', activity],
  ['nextval', sequence('nextval')],
  ['setval', sequence('setval')],
  ['pg_terminate_backend', terminate],
  ['pg_cancel_backend', effect('execute', 'cancel')],
  ['pg_reload_conf', server],
  ['pg_rotate_logfile', server],
  ['pg_promote', server],
  ['pg_wal_replay_pause', server],
  ['pg_wal_replay_resume', server],
  ['pg_switch_wal', server],
  ['pg_create_restore_point', server],
  ['pg_log_backend_memory_contexts', server],
  ['pg_log_standby_snapshot', server],
  ['pg_notify', effect('execute', 'notify')],
  ['pg_sleep', effect('execute', 'sleep')],
  ['pg_sleep_for', effect('execute', 'sleep')],
  ['pg_sleep_until', effect('execute', 'sleep')],
  ['lo_import', effect('import', 'file large object')],
  ['be_lo_import', effect('import', 'file large object')],
  ['lo_export', effect('export', 'file large object')],
  ['be_lo_export', effect('export', 'file large object')],
  ['lo_get', largeObjectRead],
  ['loread', largeObjectRead],
  ['lo_open', largeObjectRead],
  ['lo_lseek', largeObjectRead],
  ['lo_lseek64', largeObjectRead],
  ['lo_tell', largeObjectRead],
  ['lo_tell64', largeObjectRead],
  ['lo_close', largeObjectRead],
  ['lowrite', largeObjectWrite],
  ['lo_put', largeObjectWrite],
  ['lo_truncate', largeObjectWrite],
  ['lo_truncate64', largeObjectWrite],
  ['lo_creat', effect('create', 'large object')],
  ['lo_create', effect('create', 'large object')],
  ['lo_from_bytea', effect('create', 'large object')],
  ['lo_unlink', effect('drop', 'large object')],
  ['pg_read_file', file],
  ['pg_read_file_old', file],
  ['pg_read_binary_file', file],
  ['pg_stat_file', file],
  ['pg_hba_file_rules', file],
  ['pg_ident_file_mappings', file],
  ['pg_show_all_file_settings', file],
  ['pg_current_logfile', file],
  ['query_to_xml', dynamic],
  ['query_to_xmlschema', dynamic],
  ['query_to_xml_and_xmlschema', dynamic],
  ['cursor_to_xml', dynamic],
  ['cursor_to_xmlschema', dynamic],
  ['table_to_xml', dynamic],
  ['table_to_xmlschema', dynamic],
  ['table_to_xml_and_xmlschema', dynamic],
  ['schema_to_xml', dynamic],
  ['schema_to_xmlschema', dynamic],
  ['schema_to_xml_and_xmlschema', dynamic],
  ['database_to_xml', dynamic],
  ['database_to_xmlschema', dynamic],
  ['database_to_xml_and_xmlschema', dynamic],
  ['ts_stat', dynamic],
  ['ts_rewrite', dynamic],
  ['pg_export_snapshot', effect('execute', 'snapshot')],
  ['pg_extension_config_dump', effect('alter', 'extension')],
  ['pg_nextoid', effect('execute', 'catalog')],
  ['pg_stop_making_pinned_objects', effect('execute', 'catalog')],
  ['pg_set_relation_stats', statistics],
  ['brin_summarize_new_values', effect('maintain', 'index')],
  ['brin_summarize_range', effect('maintain', 'index')],
  ['brin_desummarize_range', effect('maintain', 'index')],
  ['gin_clean_pending_list', effect('maintain', 'index')],
  ['pg_import_system_collations', effect('create', 'collation')],
  ['pg_backup_start', backup],
  ['pg_backup_stop', backup],
])

const prefixes: readonly (readonly [string, Special])[] = [
  ['pg_ls_', file],
  ['pg_logical_', replication],
  ['pg_replication_', replication],
  ['pg_create_logical_', replication],
  ['pg_create_physical_', replication],
  ['pg_copy_logical_', replication],
  ['pg_copy_physical_', replication],
  ['pg_drop_replication_', replication],
  ['pg_sync_replication_', replication],
  ['pg_advisory_', advisory],
  ['pg_try_advisory_', advisory],
  ['pg_stat_reset', statistics],
  ['pg_restore_', statistics],
  ['pg_clear_', statistics],
  ['binary_upgrade_', effect('execute', 'catalog')],
]

/** Volatile to the server, for they give another value each time; they change nothing. */
export const harmlessVolatile: ReadonlySet<string> = new Set([
  'random',
  'random_normal',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'setseed',
  'clock_timestamp',
  'timeofday',
  'currval',
  'lastval',
  'pg_is_in_recovery',
  'pg_is_wal_replay_paused',
  'pg_get_wal_replay_pause_state',
  'pg_current_wal_lsn',
  'pg_current_wal_insert_lsn',
  'pg_current_wal_flush_lsn',
  'pg_last_wal_receive_lsn',
  'pg_last_wal_replay_lsn',
  'pg_last_xact_replay_timestamp',
  'pg_relation_size',
  'pg_table_size',
  'pg_total_relation_size',
  'pg_indexes_size',
  'pg_database_size',
  'pg_tablespace_size',
  'pg_blocking_pids',
  'pg_safe_snapshot_blocking_pids',
  'pg_isolation_test_session_is_blocked',
  'pg_lock_status',
  'pg_xact_status',
  'pg_xact_commit_timestamp',
  'pg_last_committed_xact',
  'pg_notification_queue_usage',
  'pg_sequence_last_value',
  'pg_get_sequence_data',
  'pg_get_shmem_allocations',
  'pg_get_shmem_allocations_numa',
  'pg_get_backend_memory_contexts',
  'pg_jit_available',
  'pg_control_system',
  'pg_control_checkpoint',
  'pg_control_recovery',
  'pg_control_init',
  'pg_prepared_xact',
  'pg_collation_actual_version',
  'pg_database_collation_actual_version',
  'pg_stat_force_next_flush',
  'amvalidate',
  'array_sample',
  'array_shuffle',
  'current_query',
  'pg_available_wal_summaries',
  'pg_get_multixact_members',
  'pg_get_wait_events',
  'pg_get_wal_resource_managers',
  'pg_get_wal_summarizer_state',
  'pg_partition_ancestors',
  'pg_partition_tree',
  'pg_stat_clear_snapshot',
  'pg_stat_have_stats',
  'pg_wal_summary_contents',
  'pg_xact_commit_timestamp_origin',
  'txid_status',
])
