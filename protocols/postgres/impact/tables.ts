/**
 * What the server's statistics say of tables, and which tables foreign keys would reach.
 * https://www.postgresql.org/docs/current/catalog-pg-constraint.html
 */
import type { CascadeImpact, Effect, TableImpact } from '../../protocol.ts'
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

/** What happens to the rows of one table when rows of another go or change. */
interface ForeignKey {
  readonly table: string
  readonly columns: readonly string[]
  readonly references: string
  readonly referenced: readonly string[]
  readonly onDelete: Action
  readonly onUpdate: Action
}

/** pg_constraint's letters: no action, restrict, cascade, set null, set default. */
type Action = 'a' | 'r' | 'c' | 'n' | 'd'

const keysText = `
  select n.nspname || '.' || c.relname, rn.nspname || '.' || r.relname,
         k.confdeltype, k.confupdtype,
         (select pg_catalog.json_agg(a.attname) from pg_catalog.pg_attribute a
           where a.attrelid = k.conrelid and a.attnum = any (k.conkey)),
         (select pg_catalog.json_agg(a.attname) from pg_catalog.pg_attribute a
           where a.attrelid = k.confrelid and a.attnum = any (k.confkey))
    from pg_catalog.pg_constraint k
      join pg_catalog.pg_class c on c.oid = k.conrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_class r on r.oid = k.confrelid
      join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
    where k.contype = 'f' and ($1 or k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))
    limit 5000`

export interface Reached {
  readonly effects: readonly Effect[]
  /** TRUNCATE … CASCADE. */
  readonly truncates: boolean
  /** Columns that are set, by `schema.table`; a table that is not in it: any may be. */
  readonly set: ReadonlyMap<string, ReadonlySet<string>>
}

const starts: ReadonlySet<string> = new Set(['delete', 'update', 'truncate'])

/** Tables that it reaches by foreign keys, with what is done to them. */
export async function cascadesOf(
  query: Query,
  { effects, truncates, set }: Reached,
): Promise<readonly CascadeImpact[]> {
  const begun = effects.filter(({ kind }) => starts.has(kind))
  if (begun.length === 0) return []
  const keys = (await query(keysText, [String(truncates)])).map(foreignKey)
  const found = new Map<string, CascadeImpact>()
  const pending = begun.flatMap(({ kind, object }) =>
    object === undefined
      ? []
      : [{ table: `${object.schema}.${object.name}`, does: kind, set: undefined as Columns }],
  )
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { table } = next
    const changed = next.set ?? (next.does === 'update' ? set.get(table) : undefined)
    for (const key of keys) {
      if (key.references !== table) continue
      const does = consequence(key, next.does, changed, truncates)
      const id = `${key.table} ${does}`
      if (does === undefined || found.has(id)) continue
      found.set(id, { table: key.table, does })
      pending.push({ table: key.table, does, set: new Set(key.columns) })
    }
  }
  return [...found.values()]
}

type Columns = ReadonlySet<string> | undefined

function consequence(
  { onDelete, onUpdate, referenced }: ForeignKey,
  does: string,
  changed: Columns,
  truncates: boolean,
): CascadeImpact['does'] | undefined {
  if (does === 'truncate') return truncates ? 'truncate' : undefined
  if (does === 'delete') {
    if (onDelete === 'c') return 'delete'
    return onDelete === 'n' || onDelete === 'd' ? 'update' : undefined
  }
  if (changed !== undefined && !referenced.some(column => changed.has(column))) return undefined
  return onUpdate === 'a' || onUpdate === 'r' ? undefined : 'update'
}

function foreignKey(row: readonly (string | null)[]): ForeignKey {
  const [table, references, onDelete, onUpdate, columns, referenced] = row
  return {
    table: table ?? '',
    columns: JSON.parse(columns ?? '[]') as string[],
    references: references ?? '',
    referenced: JSON.parse(referenced ?? '[]') as string[],
    onDelete: (onDelete ?? 'a') as Action,
    onUpdate: (onUpdate ?? 'a') as Action,
  }
}
