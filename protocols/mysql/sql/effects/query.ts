/**
 * Queries and expressions, wherever they stand: every relation that is read or locked, every
 * function called. A name that a WITH defines is not a relation where it is visible, unless it
 * stands in its own definition.
 */
import type { EffectKind } from '../../../protocol.ts'
import type { Relation } from '../../catalog.ts'
import type {
  CommonTable,
  FunctionCall,
  NamedTable,
  Query,
  Select,
  SequenceValue,
  TableName,
  TableQuery,
  TableReference,
  With,
} from '../ast.ts'
import { commonName, folded, type SessionRelation } from '../names.ts'
import type { Collector, EffectMore, Scope } from './collector.ts'

/** Everything that evaluating this part of a tree does. */
export function evaluated(value: unknown, scope: Scope, out: Collector): void {
  if (Array.isArray(value)) {
    for (const each of value) evaluated(each, scope, out)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const { kind } = value as { kind?: unknown }
  // The source of an INSERT is called so, too, and holds one.
  if (kind === 'query' && 'body' in value) query(value as Query, scope, out)
  else if (kind === 'table') namedTable(value as NamedTable, scope, out)
  else if (kind === 'tableQuery') read((value as TableQuery).table, scope, out)
  else if (kind === 'sequence') sequence(value as SequenceValue, out)
  else {
    // Following a join costs more than its length: what no server runs is not followed.
    if (kind === 'select' && 'from' in value) tablesOf((value as Select).from)
    if (kind === 'call') {
      const { schema, name } = value as FunctionCall
      out.called(schema, name)
    }
    for (const under of Object.values(value))
      if (typeof under === 'object') evaluated(under, scope, out)
  }
}

function query(node: Query, outer: Scope, out: Collector): void {
  const { with: clause, into, locks, ...rest } = node
  const scope = withQueries(clause, outer, out)
  evaluated(Object.values(rest), scope, out)
  if (into?.kind === 'outfile' || into?.kind === 'dumpfile')
    out.add('export', undefined, { detail: 'file' })
  for (const { tables } of locks) {
    const wanted = tables.map(({ name }) => folded(name))
    for (const { table, alias } of ownTables(node)) {
      if (wanted.length > 0 && !wanted.includes(folded(alias ?? table.name))) continue
      if (!isCommon(table, scope, out)) out.relation('lock', table, { detail: 'row' })
    }
  }
}

/** Evaluates the WITH queries, and gives the scope in which the statement itself stands. */
export function withQueries(clause: With | undefined, scope: Scope, out: Collector): Scope {
  if (clause === undefined) return scope
  const visible = new Map(scope)
  const named = (name: string): string => commonName(name, out.names.catalog)
  if (clause.recursive) for (const table of clause.tables) visible.set(named(table.name), table)
  for (const table of clause.tables) {
    common(table, new Map(visible), out)
    visible.set(named(table.name), table)
  }
  return visible
}

function common(table: CommonTable, scope: Scope, out: Collector): void {
  evaluated(table.query, scope, out)
}

/** A name that a WITH defines. */
export function isCommon({ schema, name }: TableName, scope: Scope, out: Collector): boolean {
  return schema === undefined && scope.has(commonName(name, out.names.catalog))
}

function namedTable({ table, systemTime }: NamedTable, scope: Scope, out: Collector): void {
  read(table, scope, out)
  evaluated(systemTime, scope, out)
}

function read(table: TableName, scope: Scope, out: Collector): void {
  // DUAL is no table unless it is quoted, and then there is none of that name to be hidden.
  if (isCommon(table, scope, out)) return
  reached('read', out.relation('read', table), out, {})
}

/** What lies behind relations: views' own sources, and what a session's view does. */
export function reached(
  kind: EffectKind,
  relations: readonly Relation[],
  out: Collector,
  more: EffectMore,
): void {
  for (const relation of relations) {
    if (relation.kind === 'view') out.view(relation, kind, more)
    if ('behind' in relation) out.addAll((relation as SessionRelation).behind)
  }
}

function sequence({ action, sequence: name, args }: SequenceValue, out: Collector): void {
  if (action === 'previous') out.relation('read', name, {}, 'sequence')
  else {
    const detail = action === 'set' ? 'setval' : 'nextval'
    out.relation('update', name, { detail }, 'sequence')
  }
  out.evaluated(args)
}

/** The tables in the FROM lists of a query itself, joins opened, subqueries not. */
export function ownTables({ body }: Query): readonly NamedTable[] {
  if (body.kind === 'query') return ownTables(body)
  return body.kind === 'select' ? tablesOf((body satisfies Select).from) : []
}

/** Servers join 61 at most. */
const tablesMax = 256

/** The tables of a list of references, joins opened, subqueries not. */
export function tablesOf(references: readonly TableReference[]): NamedTable[] {
  const found: NamedTable[] = []
  const visit = (reference: TableReference): void => {
    if (found.length > tablesMax) throw new Error('it joins more tables than a server does')
    if (reference.kind === 'table') found.push(reference)
    else if (reference.kind === 'join') {
      visit(reference.left)
      visit(reference.right)
    } else if (reference.kind === 'group') reference.tables.forEach(visit)
  }
  references.forEach(visit)
  return found
}
