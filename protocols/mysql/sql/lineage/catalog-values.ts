/**
 * Relations of the server that hold values of other tables: statistics, texts of statements, keys of
 * locks, messages of errors. Nothing may be said about where those values come from.
 * https://dev.mysql.com/doc/refman/9.7/en/performance-schema-table-reference.html
 */
import { folded } from '../names.ts'

const statements = 'sql_text message_text'

const valueColumns: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'information_schema.processlist': 'info info_binary state',
    'information_schema.innodb_trx': 'trx_query',
    'information_schema.innodb_locks': 'lock_data',
    'information_schema.innodb_ft_index_cache': 'word',
    'information_schema.innodb_ft_index_table': 'word',
    'information_schema.column_statistics': 'histogram',
    'information_schema.optimizer_trace': 'query trace',
    'information_schema.user_variables': 'variable_value',
    'performance_schema.processlist': 'info',
    'performance_schema.threads': 'processlist_info',
    'performance_schema.events_statements_current': statements,
    'performance_schema.events_statements_history': statements,
    'performance_schema.events_statements_history_long': statements,
    'performance_schema.events_statements_summary_by_digest': 'query_sample_text',
    'performance_schema.prepared_statements_instances': 'sql_text',
    'performance_schema.user_variables_by_thread': 'variable_value',
    'performance_schema.data_locks': 'lock_data',
    'performance_schema.metadata_locks': 'object_name',
    'performance_schema.error_log': 'data',
    'performance_schema.variables_by_thread': 'variable_value',
    'performance_schema.replication_applier_status_by_worker': 'last_error_message',
    'performance_schema.replication_applier_status_by_coordinator': 'last_error_message',
    'performance_schema.replication_connection_status': 'last_error_message',
    'mysql.general_log': 'argument',
    'mysql.slow_log': 'sql_text',
    'mysql.column_stats': 'min_value max_value histogram',
  }).map(([relation, columns]) => [relation, new Set(columns.split(' '))]),
)

/** Made by the server itself, whether it calls them tables or views. */
export function isSystemSchema(schema: string): boolean {
  const name = folded(schema)
  return name === 'information_schema' || name === 'performance_schema'
}

export function holdsValues(schema: string, relation: string, column: string): boolean {
  return valueColumns.get(folded(`${schema}.${relation}`))?.has(folded(column)) === true
}
