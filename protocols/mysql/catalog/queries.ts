/**
 * What is asked of information_schema, and the counters by which a change of it is noticed without
 * reading it. All of it works alike on MySQL 8 and later and on MariaDB 10.6 and later.
 * https://dev.mysql.com/doc/refman/9.7/en/information-schema.html
 */

/** Rows as arrays of text, in the order of the SELECT lists below. */
export type Row = readonly (string | null)[]

export type Part = 'server' | 'user'

export interface RawCatalog {
  readonly databases: readonly Row[]
  readonly relations: readonly Row[]
  readonly columns: readonly Row[]
  readonly views: readonly Row[]
  readonly routines: readonly Row[]
  readonly parameters: readonly Row[]
  readonly triggers: readonly Row[]
  readonly foreignKeys: readonly Row[]
}

export type ListName = keyof RawCatalog

const serverDatabases = "('information_schema', 'performance_schema', 'mysql', 'sys')"

/** One text for each list of a RawCatalog. What comes with the server is read once. */
export function catalogTexts(part: Part): Readonly<Record<ListName, string>> {
  const mine = (schema: string): string =>
    `${schema} ${part === 'server' ? 'IN' : 'NOT IN'} ${serverDatabases}`
  return {
    databases: `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
      WHERE ${mine('SCHEMA_NAME')} ORDER BY 1`,
    relations: `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES
      WHERE ${mine('TABLE_SCHEMA')} ORDER BY 1, 2`,
    columns: `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, EXTRA,
        GENERATION_EXPRESSION FROM information_schema.COLUMNS
      WHERE ${mine('TABLE_SCHEMA')} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
    views: `SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS
      WHERE ${mine('TABLE_SCHEMA')} ORDER BY 1, 2`,
    routines: `SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_BODY, EXTERNAL_LANGUAGE,
        IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, ROUTINE_DEFINITION
      FROM information_schema.ROUTINES WHERE ${mine('ROUTINE_SCHEMA')} ORDER BY 1, 2, 3`,
    parameters: `SELECT SPECIFIC_SCHEMA, SPECIFIC_NAME, ROUTINE_TYPE, PARAMETER_NAME, PARAMETER_MODE
      FROM information_schema.PARAMETERS
      WHERE ${mine('SPECIFIC_SCHEMA')} AND ORDINAL_POSITION > 0
      ORDER BY SPECIFIC_SCHEMA, SPECIFIC_NAME, ROUTINE_TYPE, ORDINAL_POSITION`,
    triggers: `SELECT TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, SQL_MODE,
        ACTION_STATEMENT FROM information_schema.TRIGGERS
      WHERE ${mine('TRIGGER_SCHEMA')} ORDER BY 1, 2`,
    foreignKeys: `SELECT k.CONSTRAINT_SCHEMA, k.CONSTRAINT_NAME, k.TABLE_NAME, k.COLUMN_NAME,
        k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME,
        r.UPDATE_RULE, r.DELETE_RULE
      FROM information_schema.KEY_COLUMN_USAGE k
        JOIN information_schema.REFERENTIAL_CONSTRAINTS r
          ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
            AND r.TABLE_NAME = k.TABLE_NAME
      WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND ${mine('k.CONSTRAINT_SCHEMA')}
      ORDER BY k.CONSTRAINT_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
  }
}

export const serverText = `SELECT VERSION(), @@version_comment, @@lower_case_table_names`

/** Names and numbers; whoever may connect may ask. */
export const countersText = "SHOW GLOBAL STATUS LIKE 'Com\\_%'"

/**
 * How many statements that change a schema, or who may see it, the server has begun since it
 * started: it rises when one begins, not when it ends.
 */
export function changeCount(counters: readonly Row[]): number {
  let sum = 0
  for (const [name, value] of counters) if (changing.test(name ?? '')) sum += Number(value)
  return sum
}

const changing = /^com_(?:create|alter|drop|rename|grant|revoke|install|uninstall)/i

/** Values as the standard lexer reads them; nothing of ours waits for long, and nothing writes. */
export function settingTexts(flavour: 'mysql' | 'mariadb'): readonly string[] {
  return [
    "SET SESSION sql_mode = ''",
    'SET SESSION lock_wait_timeout = 5',
    'SET SESSION TRANSACTION READ ONLY',
    flavour === 'mariadb'
      ? 'SET SESSION max_statement_time = 30'
      : 'SET SESSION max_execution_time = 30000',
  ]
}
