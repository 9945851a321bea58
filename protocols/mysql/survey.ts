/**
 * Looks at the tables of a server, for commands that have no client: their columns, comments and
 * some of their values, by statements that change nothing and end soon.
 * https://dev.mysql.com/doc/refman/9.7/en/information-schema-columns-table.html
 */
import type { Survey, SurveyedTable, Upstream, ValueClass } from '../protocol.ts'
import { CatalogConnection } from './catalog/connection.ts'
import type { Row } from './catalog/queries.ts'

const columnsText = `
  SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.COLUMN_COMMENT
    FROM information_schema.COLUMNS c
    JOIN information_schema.TABLES t
      ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
   WHERE t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
     AND c.TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
   ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION`

const valueCharactersMax = 400

export async function openSurvey(upstream: Upstream): Promise<Survey> {
  const connection = new CatalogConnection(upstream)
  try {
    const tables = tablesOf(await connection.rows(columnsText))
    return {
      tables,
      sample: (table, rowsMax) => sample(connection, table, rowsMax),
      close: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

function tablesOf(rows: readonly Row[]): readonly SurveyedTable[] {
  const tables = new Map<string, SurveyedTable>()
  for (const [schema, name, column, dataType, columnType, comment] of rows) {
    const key = JSON.stringify([schema, name])
    const type = (dataType ?? '').toLowerCase()
    const added = {
      name: column ?? '',
      type,
      class: classOf(type, columnType ?? ''),
      comment: comment || undefined,
    }
    const columns = [...(tables.get(key)?.columns ?? []), added]
    tables.set(key, { schema: schema ?? '', name: name ?? '', columns })
  }
  return [...tables.values()]
}

function classOf(type: string, columnType: string): ValueClass {
  // The type that people use for booleans.
  if (columnType.startsWith('tinyint(1)')) return 'boolean'
  return classes[type] ?? 'other'
}

const classes: Readonly<Record<string, ValueClass>> = {
  ...{ char: 'text', varchar: 'text', tinytext: 'text', text: 'text', mediumtext: 'text' },
  ...{ longtext: 'text', enum: 'text', set: 'text', json: 'json', uuid: 'uuid' },
  ...{ tinyint: 'integer', smallint: 'integer', mediumint: 'integer', int: 'integer' },
  ...{ bigint: 'integer', decimal: 'decimal', float: 'float', double: 'float', year: 'integer' },
  ...{ date: 'date', time: 'time', datetime: 'timestamp', timestamp: 'timestamptz' },
  ...{ binary: 'bytes', varbinary: 'bytes', tinyblob: 'bytes', blob: 'bytes' },
  ...{ mediumblob: 'bytes', longblob: 'bytes', bit: 'other', inet4: 'other', inet6: 'other' },
}

/** The first rows: there is nothing like TABLESAMPLE, and a random order would read them all. */
async function sample(
  connection: CatalogConnection,
  { schema, name, columns }: SurveyedTable,
  rowsMax: number,
): Promise<readonly Row[]> {
  const values = columns.map(column =>
    isTextual(column)
      ? `LEFT(CAST(${quoted(column.name)} AS CHAR), ${valueCharactersMax})`
      : 'CAST(NULL AS CHAR)',
  )
  const { flavour } = await connection.server()
  const hint = flavour === 'mysql' ? '/*+ MAX_EXECUTION_TIME(5000) */' : ''
  const bound = flavour === 'mariadb' ? 'SET STATEMENT max_statement_time = 5 FOR ' : ''
  return connection.rows(
    `${bound}SELECT ${hint} ${values.join(', ')} FROM ${quoted(schema)}.${quoted(name)}
     LIMIT ${Math.floor(rowsMax)}`,
  )
}

function isTextual({ type, class: valueClass }: SurveyedTable['columns'][number]): boolean {
  if (type === 'inet4' || type === 'inet6') return true
  return ['text', 'integer', 'decimal', 'date', 'json'].includes(valueClass)
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
