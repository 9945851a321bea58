/**
 * Relations of the server that hold values of other tables: statistics, texts of statements, large
 * objects, out-of-line storage. Nothing may be said about where those values come from.
 * https://www.postgresql.org/docs/current/catalogs.html
 */

const valueColumns: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    pg_stats: 'most_common_vals histogram_bounds most_common_elems range_bounds_histogram',
    pg_stats_ext: 'most_common_vals',
    pg_stats_ext_exprs:
      'most_common_vals histogram_bounds most_common_elems range_bounds_histogram',
    pg_statistic: 'stavalues1 stavalues2 stavalues3 stavalues4 stavalues5',
    pg_statistic_ext_data: 'stxdmcv stxdexpr',
    pg_stat_activity: 'query',
    pg_prepared_statements: 'statement',
    pg_cursors: 'statement',
    pg_backend_memory_contexts: 'ident',
    pg_largeobject: 'data',
  }).map(([relation, columns]) => [relation, new Set(columns.split(' '))]),
)

export function isSystemSchema(schema: string): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema'
}

/** TOAST tables hold the long values of a table in pieces. */
export function isToastSchema(schema: string): boolean {
  return schema === 'pg_toast' || schema.startsWith('pg_toast_temp_')
}

export function holdsValues(schema: string, relation: string, column: string): boolean {
  return schema === 'pg_catalog' && valueColumns.get(relation)?.has(column) === true
}
