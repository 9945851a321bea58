/**
 * Looks at the tables of a database, for commands that have no client: their columns, comments and
 * some of their values, by statements that change nothing, wait for nobody and end soon.
 * https://www.postgresql.org/docs/current/sql-select.html (TABLESAMPLE)
 */
import type { Survey, SurveyedTable, Upstream } from '../protocol.ts'
import { CatalogConnection } from './catalog/connection.ts'
import type { Row } from './catalog/queries.ts'
import { valueType } from './values.ts'

/** Views have no values of their own, partitions are read through their parents. */
const columnsText = `
  begin transaction read only;
  set local search_path = pg_catalog;
  set local lock_timeout = '500ms';
  set local statement_timeout = '20s';
  select n.nspname, c.relname, c.relkind, c.reltuples::text, a.attname,
         coalesce(b.typname, t.typname), col_description(c.oid, a.attnum)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_type b on b.oid = t.typbasetype
   where c.relkind in ('r', 'p', 'm') and not c.relispartition
     and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   order by 1, 2, a.attnum;
  commit`

/** Above so many rows a table is sampled over all of its pages; below, its first rows will do. */
const smallRows = 20_000
const valueCharactersMax = 400

export async function openSurvey(upstream: Upstream): Promise<Survey> {
  const connection = new CatalogConnection(upstream)
  try {
    const [rows = []] = await connection.rows(columnsText)
    const kept = tablesOf(rows)
    return {
      tables: [...kept.keys()],
      sample: async (table, rowsMax) => {
        const estimate = kept.get(table) ?? 0
        const some = await sample(connection, table, rowsMax, estimate)
        // Pages that were picked may be empty ones.
        const few = estimate > smallRows && some.length < rowsMax / 4
        return few ? sample(connection, table, rowsMax, 0) : some
      },
      close: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** With about how many rows each has. */
function tablesOf(rows: readonly Row[]): Map<SurveyedTable, number> {
  const byName = new Map<string, { table: SurveyedTable; rows: number }>()
  for (const [schema, name, , tuples, column, type, comment] of rows) {
    const key = JSON.stringify([schema, name])
    const found = byName.get(key)
    const { class: valueClass } = valueType(type ?? '', -1)
    const added = {
      name: column ?? '',
      type: type ?? '',
      class: valueClass,
      comment: comment ?? undefined,
    }
    if (found === undefined) {
      const table = { schema: schema ?? '', name: name ?? '', columns: [added] }
      byName.set(key, { table, rows: Number(tuples) })
    } else {
      const { table } = found
      byName.set(key, { ...found, table: { ...table, columns: [...table.columns, added] } })
    }
  }
  return new Map([...byName.values()].map(found => [found.table, found.rows]))
}

async function sample(
  connection: CatalogConnection,
  { schema, name, columns }: SurveyedTable,
  rowsMax: number,
  estimate: number,
): Promise<readonly Row[]> {
  const values = columns.map(column =>
    isTextual(column) ? `left(${quoted(column.name)}::text, ${valueCharactersMax})` : 'null::text',
  )
  const percent = Math.min(100, Math.max(0.01, (300 * rowsMax) / Math.max(1, estimate)))
  const sampled = estimate > smallRows ? `tablesample system (${percent.toFixed(4)})` : ''
  const [rows = []] = await connection.rows(`
    begin transaction read only;
    set local search_path = pg_catalog;
    set local lock_timeout = '500ms';
    set local statement_timeout = '5s';
    select ${values.join(', ')} from ${quoted(schema)}.${quoted(name)} ${sampled}
     limit ${Math.floor(rowsMax)};
    commit`)
  return rows
}

/** A cast to text runs the type's own code: only of types that come with the server. */
function isTextual({ type, class: valueClass }: SurveyedTable['columns'][number]): boolean {
  if (type === 'inet' || type === 'cidr' || type === 'citext') return true
  return ['text', 'integer', 'decimal', 'date', 'json'].includes(valueClass)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
