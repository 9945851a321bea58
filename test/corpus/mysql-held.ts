/** What MySQL and MariaDB are asked to find out what a statement changed. */
import type { TestMysql } from '../support/mysql.ts'

/** Neither the server's own nor the copies. */
export function others(column: string): string {
  return `${column} NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema', 'kept')`
}

export const tablesText: string = `SELECT table_schema, table_name FROM information_schema.tables
  WHERE table_type NOT IN ('VIEW', 'SYSTEM VIEW') AND ${others('table_schema')}`

export const relationsText: string = `SELECT table_name, table_type FROM information_schema.tables
  WHERE table_schema = 'shop' AND table_name NOT IN
    (SELECT event_object_table FROM information_schema.triggers WHERE trigger_schema = 'shop')`

/** Variables that are another each time that they are asked for. */
export const moving: readonly string[] = [
  ...['error_count', 'gtid_binlog_pos', 'gtid_current_pos', 'identity', 'insert_id'],
  ...['last_gtid', 'last_insert_id', 'pseudo_thread_id', 'rand_seed1', 'rand_seed2'],
  ...[
    'statement_id',
    'timestamp',
    'warning_count',
    'in_transaction',
    'innodb_buffer_pool_load_now',
  ],
]

type Flavoured<Kind> = Readonly<Record<TestMysql['flavour'], Kind>>

export const grantTables: Flavoured<readonly string[]> = {
  mariadb: [
    ...['global_priv', 'db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv'],
    'roles_mapping',
  ].map(inMysql),
  mysql: [
    ...['user', 'db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv', 'role_edges'],
    ...['default_roles', 'global_grants'],
  ].map(inMysql),
}

function inMysql(name: string): string {
  return `mysql.\`${name}\``
}

export const persistedTexts: Flavoured<readonly string[]> = {
  mariadb: [],
  mysql: [
    `SELECT variable_name, variable_value FROM performance_schema.persisted_variables
     UNION ALL SELECT name, enabled FROM performance_schema.setup_consumers`,
  ],
}

export const replicaTexts: Flavoured<string> = {
  mariadb: 'SHOW ALL SLAVES STATUS',
  mysql: 'SHOW REPLICA STATUS',
}

export const noReplicaTexts: Flavoured<string> = {
  mariadb: 'STOP ALL SLAVES; RESET SLAVE ALL',
  mysql: 'STOP REPLICA; RESET REPLICA ALL',
}

export const spacesTexts: Flavoured<string> = {
  mariadb: 'SELECT 1 WHERE false',
  mysql: `SELECT name FROM information_schema.innodb_tablespaces
    WHERE space_type = 'General' AND name <> 'mysql'`,
}

/** All that definitions say of tables and views, their names first, and nothing that is counted. */
const ofRelations = [
  `SELECT table_schema, table_name, table_type, engine, table_collation, create_options, table_comment
   FROM information_schema.tables WHERE ${others('table_schema')}`,
  `SELECT table_schema, table_name, ordinal_position, column_name, column_default, is_nullable,
     column_type, extra, column_comment, generation_expression
   FROM information_schema.columns WHERE ${others('table_schema')}`,
  `SELECT table_schema, table_name, constraint_name, constraint_type
   FROM information_schema.table_constraints WHERE ${others('table_schema')}`,
  `SELECT table_schema, table_name, partition_name, partition_description
   FROM information_schema.partitions WHERE ${others('table_schema')}`,
  `SELECT table_schema, table_name, view_definition, security_type, definer
   FROM information_schema.views WHERE ${others('table_schema')}`,
]

function indexesText(hidden: string): string {
  return `SELECT table_schema, table_name, index_name, seq_in_index, column_name, non_unique, ${hidden}
    FROM information_schema.statistics WHERE ${others('table_schema')}`
}

export const relationTexts: Flavoured<readonly string[]> = {
  mariadb: [...ofRelations, indexesText('ignored')],
  mysql: [...ofRelations, indexesText('is_visible')],
}

const ofOthers = [
  `SELECT * FROM information_schema.schemata WHERE ${others('schema_name')}`,
  `SELECT routine_schema, routine_name, routine_type, routine_definition, security_type, definer,
     sql_data_access, routine_comment
   FROM information_schema.routines WHERE ${others('routine_schema')}`,
  `SELECT trigger_schema, trigger_name, event_object_table, action_statement
   FROM information_schema.triggers WHERE ${others('trigger_schema')}`,
  `SELECT event_schema, event_name, event_definition, status
   FROM information_schema.events WHERE ${others('event_schema')}`,
  'SELECT * FROM mysql.servers',
  'SELECT * FROM mysql.func',
  'SELECT * FROM mysql.plugin',
]

export const otherTexts: Flavoured<readonly string[]> = {
  mariadb: ofOthers,
  mysql: [
    ...ofOthers,
    'SELECT * FROM mysql.component',
    'SELECT srs_id FROM information_schema.st_spatial_reference_systems WHERE srs_id > 900000',
    spacesTexts.mysql,
  ],
}
