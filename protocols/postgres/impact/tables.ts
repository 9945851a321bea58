/**
 * What the server's statistics say of tables.
 * https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
import type { TableImpact } from '../../protocol.ts'
import type { Query } from './planner.ts'

/** Partitions and heirs count with their parent. Unknown names and views are left out. */
export async function tableFacts(
  query: Query,
  names: readonly string[],
): Promise<ReadonlyMap<string, Pick<TableImpact, 'rows' | 'bytes'>>> {
  if (names.length === 0) return new Map()
  const rows = await query(factsText, [JSON.stringify(names)])
  return new Map(
    rows.map(([name, count, unknown, bytes]) => [
      name ?? '',
      {
        ...(unknown === 't' || count === null ? {} : { rows: Math.round(Number(count)) }),
        ...(bytes === null ? {} : { bytes: Number(bytes) }),
      },
    ]),
  )
}

/** Before the first VACUUM or ANALYZE there are no statistics: -1, and 0 before Postgres 14. */
const factsText = `
  with recursive named as (
    select distinct c.oid, n.nspname || '.' || c.relname as name
      from pg_catalog.json_array_elements_text($1::json) as asked (name)
        join pg_catalog.pg_class c on c.relkind in ('r', 'p', 'm')
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          and n.nspname || '.' || c.relname = asked.name
  ), parts (name, oid) as (
    select name, oid from named
    union select p.name, i.inhrelid from parts p
      join pg_catalog.pg_inherits i on i.inhparent = p.oid
  )
  select p.name, sum(greatest(c.reltuples, 0)),
         bool_or(c.relkind <> 'p' and c.relpages = 0 and c.reltuples <= 0
                 and pg_catalog.pg_relation_size(c.oid) > 0),
         sum(pg_catalog.pg_total_relation_size(c.oid))
    from parts p join pg_catalog.pg_class c on c.oid = p.oid
    group by p.name`
