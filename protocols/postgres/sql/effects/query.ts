/**
 * SELECT, INSERT, UPDATE, DELETE and MERGE, wherever they stand: every relation that is read or
 * written, every function called. A name that a WITH defines is not a relation where it is visible.
 */
import type {
  CommonTableExpr,
  DeleteStmt,
  FuncCall,
  InsertStmt,
  LockingClause,
  MergeStmt,
  RangeVar,
  SelectStmt,
  UpdateStmt,
  WithClause,
} from 'libpg-query'
import type { Effect, EffectKind } from '../../../protocol.ts'
import type { Relation, Write } from '../../catalog.ts'
import { resolveRelation, type SessionRelation } from '../names.ts'
import { as, type Node } from '../tree.ts'
import { settingChanged } from './built-in-functions.ts'
import { type Collector, type Columns, type EffectMore, objectOf, type Scope } from './collector.ts'
import { asksOf, unfiltered } from './filter.ts'
import { givesOwnKeys } from './itself.ts'
import { createdObject, rangesOf } from './objects.ts'
import { targetsOfRow } from './setting-row.ts'
import type { Written } from './sources.ts'

/** Everything that evaluating this part of a tree does. */
export function evaluated(value: unknown, scope: Scope, out: Collector): void {
  if (Array.isArray(value)) {
    for (const each of value) evaluated(each, scope, out)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const key in value) {
    const under: unknown = (value as Record<string, unknown>)[key]
    if (typeof under === 'object') field(key, under, scope, out)
  }
}

/** A key is a node's kind when it is upper case, a field's name otherwise. */
function field(key: string, under: unknown, scope: Scope, out: Collector): void {
  if (key === 'RangeVar') read(under as RangeVar, scope, out)
  else if (key === 'SelectStmt') select(under as SelectStmt, scope, out)
  else if (key === 'InsertStmt') insert(under as InsertStmt, scope, out)
  else if (key === 'UpdateStmt') update(under as UpdateStmt, scope, out)
  else if (key === 'DeleteStmt') remove(under as DeleteStmt, scope, out)
  else if (key === 'MergeStmt') merge(under as MergeStmt, scope, out)
  else {
    if (key === 'FuncCall') {
      const { funcname, args } = under as FuncCall
      out.called(funcname, args)
    }
    evaluated(under, scope, out)
  }
}

function read(range: RangeVar, scope: Scope, out: Collector): void {
  if (range.schemaname === undefined && scope.has(range.relname ?? '')) return
  reached('read', out.relation('read', range), out, {})
}

/** What lies behind relations: views' own sources, and the parents of partitions and children. */
function reached(
  kind: EffectKind,
  relations: readonly Relation[],
  out: Collector,
  more: EffectMore,
): void {
  for (const relation of relations) {
    if (relation.definition !== undefined) out.view(relation, kind, more)
    if ('behind' in relation) out.addAll((relation as SessionRelation).behind)
    for (const oid of relation.parents) {
      const parent = out.names.catalog.relationByOid(oid)
      if (parent === undefined || out.reading.has(parent)) continue
      out.reading.add(parent)
      out.add(kind, objectOf(parent), kind === 'read' ? {} : { detail: 'partition' })
      reached(kind, [parent], out, more)
      out.reading.delete(parent)
    }
  }
}

function written(
  kind: EffectKind & Write,
  range: RangeVar | undefined,
  returning: unknown,
  out: Collector,
  more: EffectMore = {},
  columns?: Columns,
): void {
  const relations = out.relation(kind, range, more)
  reached(kind, relations, out, more)
  for (const relation of relations) out.consequences(relation, kind, columns)
  if (kind === 'update' && relations.some(isLikeView) && out.effects.some(isOfSettings)) {
    // Its rule calls set_config for each row: any setting may be meant, the role among them.
    settingChanged(undefined, out)
    out.add('role', undefined, { detail: 'computed' })
  }
  if (returning === undefined) return
  out.relation('read', range)
  reached('read', relations, out, {})
}

/** What a session made may be a view, too. */
function isLikeView(relation: Relation): boolean {
  return relation.kind === 'view' || 'behind' in relation
}

function isOfSettings({ object }: Effect): boolean {
  return object?.schema === 'pg_catalog' && object.name === 'pg_settings'
}

/** Evaluates the WITH queries, and gives the scope in which the statement itself stands. */
function withQueries(clause: WithClause | undefined, scope: Scope, out: Collector): Scope {
  if (clause?.ctes === undefined) return scope
  const queries: CommonTableExpr[] = []
  for (const node of clause.ctes) {
    const query = as(node, 'CommonTableExpr')
    if (query !== undefined) queries.push(query)
  }
  const visible = new Map(scope)
  if (clause.recursive === true)
    for (const query of queries) visible.set(query.ctename ?? '', query)
  for (const query of queries) {
    const { ctename = '', ...rest } = query
    evaluated(rest, new Map(visible), out)
    visible.set(ctename, query)
  }
  return visible
}

function select(statement: SelectStmt, outer: Scope, out: Collector): void {
  const { withClause, larg, rarg, intoClause, lockingClause, ...rest } = statement
  const scope = withQueries(withClause, outer, out)
  if (larg !== undefined) select(larg, scope, out)
  if (rarg !== undefined) select(rarg, scope, out)
  evaluated({ ...rest, targetList: targetsOfRow(rest, scope, out) }, scope, out)
  if (intoClause?.rel !== undefined) {
    const temporary = intoClause.rel.relpersistence === 't'
    out.add('create', createdObject('table', intoClause.rel), {
      detail: temporary ? 'temporary as' : 'as',
    })
  }
  for (const node of lockingClause ?? []) {
    const locking = as(node, 'LockingClause')
    if (locking !== undefined) lock(locking, statement, scope, out)
  }
}

function lock(locking: LockingClause, statement: SelectStmt, scope: Scope, out: Collector): void {
  const wanted = locking.lockedRels?.map(node => as(node, 'RangeVar')?.relname)
  for (const range of rangesOf(statement.fromClause ?? [])) {
    const alias = range.alias?.aliasname ?? range.relname
    if (wanted !== undefined && !wanted.includes(alias)) continue
    if (range.schemaname === undefined && scope.has(range.relname ?? '')) continue
    out.relation('lock', range, { detail: 'row' })
  }
}

function insert(statement: InsertStmt, outer: Scope, out: Collector): void {
  const { withClause, relation, ...rest } = statement
  const scope = withQueries(withClause, outer, out)
  const returning = rest.returningClause
  written('insert', relation, returning, out)
  const conflict = rest.onConflictClause
  if (conflict?.action === 'ONCONFLICT_UPDATE') {
    const target = targetOf(relation, undefined, scope, out)
    const { infer, whereClause, targetList } = conflict
    const columns = (rest.cols ?? []).map(node => as(node, 'ResTarget')?.name ?? '')
    const keys = infer?.indexElems?.map(node => as(node, 'IndexElem')?.name ?? '')
    const own = givesOwnKeys(rest.selectStmt, columns, keys, target, out)
    const more = { detail: 'conflict', unfiltered: own && unfiltered(whereClause, target, out) }
    written('update', relation, undefined, out, more, columnsOf(targetList))
  }
  evaluated(rest, scope, out)
}

function update(statement: UpdateStmt, outer: Scope, out: Collector): void {
  const { withClause, relation, ...rest } = statement
  const scope = withQueries(withClause, outer, out)
  const target = targetOf(relation, rest.fromClause, scope, out)
  const more = { unfiltered: unfiltered(rest.whereClause, target, out) }
  written('update', relation, rest.returningClause, out, more, columnsOf(rest.targetList))
  evaluated(rest, scope, out)
}

/** The columns that an UPDATE sets. */
function columnsOf(targets: readonly Node[] | undefined): Columns {
  return new Set((targets ?? []).map(node => as(node, 'ResTarget')?.name ?? ''))
}

function targetOf(
  relation: RangeVar | undefined,
  others: readonly Node[] | undefined,
  scope: Scope,
  { names }: Collector,
): Written {
  const found = resolveRelation(names, relation?.schemaname, relation?.relname ?? '')
  const known = found.length > 0 && found.every(({ columns }) => columns.length > 0)
  const columns = found.flatMap(each =>
    each.columns.map(({ name, typeOid }) => [name, typeOid] as const),
  )
  return { relation, others, columns: known ? new Map(columns) : undefined, scope }
}

function remove(statement: DeleteStmt, outer: Scope, out: Collector): void {
  const { withClause, relation, ...rest } = statement
  const scope = withQueries(withClause, outer, out)
  written('delete', relation, rest.returningClause, out, {
    unfiltered: unfiltered(rest.whereClause, targetOf(relation, rest.usingClause, scope, out), out),
  })
  evaluated(rest, scope, out)
}

function merge(statement: MergeStmt, outer: Scope, out: Collector): void {
  const { withClause, relation, ...rest } = statement
  const scope = withQueries(withClause, outer, out)
  const source = rest.sourceRelation
  const target = targetOf(relation, source === undefined ? [] : [source], scope, out)
  const { joinCondition: on } = rest
  const everywhere = unfiltered(on, { ...target, matches: true }, out)
  const doubled = on !== undefined && unfiltered(on, target, out) && asksOf(on, target)
  for (const node of rest.mergeWhenClauses ?? []) {
    const when = as(node, 'MergeWhenClause')
    if (when?.commandType === undefined) continue
    const kind = mergeKinds[when.commandType]
    if (kind === undefined) continue
    // Rows that no source row matches are narrowed by nothing but the clause's own condition.
    const bySource = when.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE'
    const asked = { ...target, doubled: doubled && !bySource }
    const all = (everywhere || bySource) && unfiltered(when.condition, asked, out)
    const more = { unfiltered: kind !== 'insert' && all }
    written(kind, relation, rest.returningClause, out, more, columnsOf(when.targetList))
  }
  evaluated(rest, scope, out)
}

const mergeKinds: Readonly<Record<string, 'insert' | 'update' | 'delete'>> = {
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
}
