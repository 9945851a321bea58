/**
 * What is asked of the server's own catalogs, as one text for one round trip. `pg_catalog` is all
 * that the search path has, so that definitions come with every other name qualified.
 * https://www.postgresql.org/docs/current/catalogs.html
 */

/** Objects below this OID come with the server (FirstNormalObjectId). */
export const firstUserOid = 16384

export type Part = 'server' | 'user'

/** Rows as arrays of text, in the order of the SELECT lists below. */
export interface RawCatalog {
  readonly relations: readonly Row[]
  readonly columns: readonly Row[]
  readonly parents: readonly Row[]
  readonly types: readonly Row[]
  readonly functions: readonly Row[]
  /**
   * Columns that hold keys of another relation: its OID, their numbers on both sides, and what
   * becomes of them when a row there goes, or gets another key.
   */
  readonly references: readonly Row[]
  /** Functions and rules that writing to a relation runs. */
  readonly triggers: readonly Row[]
}

export type Row = readonly (string | null)[]

/**
 * Gives the lists of RawCatalog in its order. What somebody made is among the functions,
 * under names that none can have: operators that take JSON apart as `operator ->`, those that may
 * read tables as `operates ->`, casts that may as `from name` and `to name`. The last column is what they run. A view's definition waits for whoever alters what the view
 * reads; without `definitions` nothing is waited for.
 */
export function catalogText(part: Part, serverVersion: number, definitions = true): string {
  const mine = (oid: string): string =>
    part === 'server' ? `${oid} < ${firstUserOid}` : `${oid} >= ${firstUserOid}`
  // An expression that nobody can read is one that nobody can trace.
  const generated =
    serverVersion < 120000
      ? 'null'
      : !definitions
        ? "case when a.attgenerated <> '' then '?' end"
        : `case when a.attgenerated <> '' then
           (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
            where d.adrelid = a.attrelid and d.adnum = a.attnum) end`
  // Constants are defaults without which nothing is lost, and so are sequences.
  const defaults = !definitions
    ? "case when a.atthasdef then '?' end"
    : `case when a.atthasdef ${serverVersion < 120000 ? '' : "and a.attgenerated = ''"} then
           (select nullif(pg_get_expr(d.adbin, d.adrelid), '') from pg_attrdef d
            where d.adrelid = a.attrelid and d.adnum = a.attnum
              and d.adbin::text ~ '\\{(FUNCEXPR|OPEXPR|COERCEVIAIO|SUBLINK)') end`
  const kind =
    serverVersion >= 110000
      ? 'p.prokind'
      : "case when p.proisagg then 'a' when p.proiswindow then 'w' else 'f' end"
  const body =
    serverVersion >= 140000 && definitions
      ? 'coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)'
      : 'p.prosrc'
  const definition = definitions
    ? "case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end"
    : 'null'
  // The many operators of extensions do no more than compute.
  const reads = (oid: string): string =>
    `exists (select from pg_proc f join pg_language l on l.oid = f.prolang where f.oid = ${oid}
       and not (l.lanname = 'c' and f.provolatile <> 'v')
       and not (l.lanname = 'internal' and f.provolatile = 'i' and f.proname !~ '^ts_'))`
  // Other sessions' temporary relations are nobody else's business; TOAST has no names to write.
  const visible = `n.nspname !~ '^pg_(toast|temp_|toast_temp_)'`
  return `
    begin transaction isolation level repeatable read read only;
    set local search_path = pg_catalog;
    set local lock_timeout = '500ms';
    set local statement_timeout = '20s';
    select c.oid, n.nspname, c.relname, c.relkind,
           ${definition}
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${mine('c.oid')} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c') and ${visible};
    select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, ${generated},
           ${part === 'server' ? 'null' : defaults}
      from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
      where ${mine('c.oid')} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c') and ${visible}
        and a.attnum > 0 and not a.attisdropped
      order by a.attrelid, a.attnum;
    select i.inhrelid, i.inhparent from pg_inherits i where ${mine('i.inhrelid')};
    select t.oid, t.typname, t.typtype, t.typbasetype, t.typtypmod,
           case when t.typelem <> 0 and t.typlen = -1 then t.typelem else 0 end
      from pg_type t where ${mine('t.oid')} and t.typtype <> 'p'
        and not (t.typtype = 'c' or t.typname ~ '^_' and t.typelem in (select reltype from pg_class));
    select p.oid, n.nspname, p.proname, ${kind}, l.lanname, p.provolatile, p.prosecdef,
           case when l.lanname in ('sql', 'plpgsql') and ${mine('p.oid')} and p.oid >= ${firstUserOid}
                then ${body} end,
           nullif(t.typrelid, 0),
           case when ${mine('p.oid')} and p.oid >= ${firstUserOid} and p.pronargdefaults > 0
                then pg_get_expr(p.proargdefaults, 0) end,
           (select array_remove(array[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggmfinalfn]::oid[], 0)
            from pg_aggregate a where a.aggfnoid = p.oid and p.oid >= ${firstUserOid}),
           case when l.lanname = 'plpgsql' and ${mine('p.oid')} and p.oid >= ${firstUserOid}
                then '(' || pg_get_function_arguments(p.oid) || ')'
                  || coalesce(' RETURNS ' || pg_get_function_result(p.oid), '') end
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang left join pg_type t on t.oid = p.prorettype
      where ${mine('p.oid')}
    union all
    select o.oid, n.nspname, 'operator ' || o.oprname, 'f', 'operator', 'v', false, null, null, null,
           null, null
      from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
        join pg_type t on t.oid = o.oprleft
      where ${mine('o.oid')} and o.oid >= ${firstUserOid}
        and o.oprname in ('->', '->>', '#>', '#>>')
        and (t.typtype = 'p' or t.oid in ('json'::regtype, 'jsonb'::regtype))
    union all
    select o.oid, n.nspname, 'operates ' || o.oprname, 'f', 'operator', 'v', false, null, null, null,
           array[o.oprcode::oid], null
      from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
      where ${mine('o.oid')} and o.oid >= ${firstUserOid} and o.oprcode <> 0
        and ${reads('o.oprcode')}
    union all
    select k.oid, n.nspname, x.way || t.typname, 'f', 'cast', 'v', false, null, null, null,
           array[k.castfunc], null
      from pg_cast k
        cross join lateral (values ('from ', k.castsource), ('to ', k.casttarget)) x (way, id)
        join pg_type t on t.oid = x.id join pg_namespace n on n.oid = t.typnamespace
      where ${mine('k.oid')} and k.oid >= ${firstUserOid} and k.castfunc <> 0
        and ${reads('k.castfunc')};
    select k.conrelid, k.conkey, k.confrelid, k.confkey, k.confdeltype, k.confupdtype
      from pg_constraint k
      where ${mine('k.oid')} and k.contype = 'f' and k.confrelid <> 0;
    select t.tgrelid, t.tgfoid, null, t.tgtype & 1 = 1 and t.tgtype & 66 <> 0, t.tgtype
      from pg_trigger t
      where ${mine('t.oid')} and not t.tgisinternal and t.tgenabled <> 'D'
    union all
    select r.ev_class, null, ${definitions ? 'pg_get_ruledef(r.oid)' : "'?'"}, null, null
      from pg_rewrite r
      where ${mine('r.oid')} and r.ev_type <> '1' and r.oid >= ${firstUserOid};
    commit`
}
