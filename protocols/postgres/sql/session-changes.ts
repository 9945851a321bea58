/** What one statement would make of the session's names, from its tree and its lineage. */
import type { RangeVar } from 'libpg-query'
import type { Effect, ResultLineage } from '../../protocol.ts'
import type { Relation } from '../catalog.ts'
import type { SessionChange } from './changes.ts'
import { effectsOf } from './effects.ts'
import type { Trace } from './lineage/trace.ts'
import { type Names, resolveRelation, type SessionColumn, type SessionRelation } from './names.ts'
import { reasonChanges } from './reason-changes.ts'
import { as, type Node, stringOf } from './tree.ts'

export interface Made {
  readonly node: Node
  readonly result: number
  readonly effects: readonly Effect[]
  readonly trace: Trace
  readonly names: Names
  /** Lineage of a query inside of the statement. */
  traceOf(query: Node): Trace
}

export function changesOfStatement(made: Made): SessionChange[] {
  return [...stateChanges(made), ...objectChanges(made), ...filled(made), ...reasonChanges(made)]
}

/** What effects alone tell. */
function stateChanges({ node, effects, result }: Made): SessionChange[] {
  const kinds = new Set<'path' | 'role' | 'schema'>()
  for (const { kind, object, detail = '' } of effects) {
    if (kind === 'setting' && (object?.name === 'search_path' || object?.name === '*'))
      kinds.add('path')
    // Back to the role of the login is no change; one that was taken before stays in doubt.
    if (kind === 'role' && detail !== 'reset') kinds.add('role')
    const words = detail.split(' ')
    if (kind === 'execute' && ['do', 'call', 'opaque'].some(word => words.includes(word)))
      kinds.add('path')
    if (kind === 'execute' && (words.includes('do') || words.includes('call'))) kinds.add('schema')
    if (kind === 'create' || kind === 'alter' || kind === 'drop' || kind === 'import') {
      if (object?.schema !== 'pg_temp' && object?.type !== 'session') kinds.add('schema')
    }
    // DROP ROLE and the like, unknown statements, snapshots put back by ROLLBACK.
    if (kind === 'unknown') for (const each of ['path', 'role', 'schema'] as const) kinds.add(each)
  }
  const all = as(node, 'DiscardStmt')?.target === 'DISCARD_ALL'
  const discarded: SessionChange[] = all ? [{ kind: 'discarded', result }] : []
  return [...[...kinds].map(kind => ({ kind, result })), ...discarded]
}

function objectChanges(made: Made): SessionChange[] {
  const { node, result, effects, trace, names } = made
  const relation = (each: SessionRelation): SessionChange => ({
    kind: 'relation',
    result,
    relation: each,
  })
  const prepare = as(node, 'PrepareStmt')
  if (prepare !== undefined) {
    const { name = '', query } = prepare
    if (query === undefined) return []
    const inner = made.traceOf(query)
    const statement = { node, ...inner, effects: effectsOf(query, names).effects }
    return [{ kind: 'prepared', result, name, statement }]
  }
  const declare = as(node, 'DeclareCursorStmt')
  if (declare?.query !== undefined) {
    const inner = made.traceOf(declare.query)
    const statement = { node, effects, ...inner }
    return [{ kind: 'cursor', result, name: declare.portalname ?? '', statement }]
  }
  const create = as(node, 'CreateStmt')
  if (create !== undefined)
    return [relation(table(create, names)), ...parentsOf(create, result, names)]
  const foreign = as(node, 'CreateForeignTableStmt')?.base
  if (foreign !== undefined) return [relation({ ...table(foreign, names), untraced: true })]
  const tableAs = as(node, 'CreateTableAsStmt')
  if (tableAs?.query !== undefined) {
    const lineage = made.traceOf(tableAs.query).result
    const { rel, colNames } = tableAs.into ?? {}
    return [relation(filledTable(rel, lineage, colNames, []))]
  }
  const into = as(node, 'SelectStmt')?.intoClause
  if (into !== undefined)
    return [
      relation(
        filledTable(
          into.rel,
          trace.result === 'none' ? made.traceOf(node).result : trace.result,
          into.colNames,
          [],
        ),
      ),
    ]
  const view = as(node, 'ViewStmt')
  if (view?.query !== undefined) {
    const inner = made.traceOf(view.query)
    return [
      relation(
        filledTable(
          view.view,
          inner.result,
          view.aliases,
          effects.filter(({ kind }) => kind !== 'create'),
        ),
      ),
    ]
  }
  return altered(made)
}

function isOwn(relation: Relation | SessionRelation): relation is SessionRelation {
  return 'untraced' in relation
}

/** A relation as it may be from now on: nobody can say what is in it, nor will the catalog. */
function inDoubt(relation: Relation | SessionRelation): SessionRelation {
  return {
    ...{ ...relation, oid: 0, definition: undefined, columns: [], untraced: true, behind: [] },
    lasting: undefined,
  }
}

/** Whoever reads a parent reads what is put into its child, too; the catalog cannot know so soon. */
function parentsOf(
  create: { readonly relation?: RangeVar; readonly inhRelations?: Node[] },
  result: number,
  names: Names,
): SessionChange[] {
  const temporary = create.relation?.relpersistence === 't'
  return (create.inhRelations ?? []).flatMap(node => {
    const range = as(node, 'RangeVar')
    return related(range, result, names, temporary)
  })
}

/** `lasting`: no catalog will show it. */
function related(
  range: RangeVar | undefined,
  result: number,
  names: Names,
  lasting: boolean,
): SessionChange[] {
  return resolveRelation(names, range?.schemaname, range?.relname ?? '').map(each => ({
    kind: lasting || isOwn(each) ? 'relation' : 'doubt',
    result,
    relation: inDoubt(each),
  }))
}

/** ATTACH PARTITION, INHERIT: the relation that is named second. */
function otherOf(command: Node): RangeVar | undefined {
  const { subtype, def } = as(command, 'AlterTableCmd') ?? {}
  if (subtype === 'AT_AddInherit') return as(def, 'RangeVar')
  return subtype === 'AT_AttachPartition' ? as(def, 'PartitionCmd')?.name : undefined
}

/** Renames and moves: what the name will mean is not what the catalog says until it is read. */
function altered({ node, result, names }: Made): SessionChange[] {
  const rename = as(node, 'RenameStmt')
  const move = as(node, 'AlterObjectSchemaStmt')
  const alter = as(node, 'AlterTableStmt')
  const range = rename?.relation ?? move?.relation ?? alter?.relation
  if (range === undefined) return []
  const wholly = rename?.renameType === 'OBJECT_COLUMN' || rename?.renameType === 'OBJECT_ATTRIBUTE'
  const name = rename === undefined || wholly ? range.relname : rename.newname
  const changes: SessionChange[] = []
  for (const each of resolveRelation(names, range.schemaname, range.relname ?? '')) {
    const relation: SessionRelation = {
      ...inDoubt(each),
      name: name ?? '',
      schema: move === undefined ? each.schema : (move.newschema ?? ''),
      // Under its own name the catalog will show what it is then.
      lasting: isOwn(each) && alter !== undefined ? each.lasting : undefined,
    }
    changes.push({ kind: isOwn(each) ? 'relation' : 'doubt', result, relation })
  }
  for (const command of alter?.cmds ?? [])
    changes.push(...related(otherOf(command), result, names, false))
  return changes
}

function filled({ trace, result, names }: Made): SessionChange[] {
  const into = new Map<string, Set<Trace['reads'][number]>>()
  for (const { from, to } of trace.moves) {
    if (names.session.relations(undefined, to.name).length === 0) continue
    const sources = into.get(to.name) ?? new Set()
    sources.add(from)
    into.set(to.name, sources)
  }
  return [...into].map(([name, sources]) => ({
    kind: 'filled',
    result,
    name,
    sources: [...sources],
  }))
}

function schemaOf(range: RangeVar | undefined): string {
  return range?.relpersistence === 't' ? 'pg_temp' : (range?.schemaname ?? '')
}

/** CREATE TABLE: columns as listed, as of the tables that it is LIKE, and as inherited. */
function table(
  create: {
    readonly relation?: RangeVar
    readonly tableElts?: Node[]
    readonly inhRelations?: Node[]
    readonly ofTypename?: object
  },
  names: Names,
): SessionRelation {
  const schema = schemaOf(create.relation)
  const name = create.relation?.relname ?? ''
  const columns = new Map<string, SessionColumn>()
  let untraced = create.ofTypename !== undefined
  const parents: number[] = []
  const add = (column: string, typeOid = 0, typeModifier = -1, generated?: string): void => {
    if (columns.has(column)) return
    columns.set(column, {
      name: column,
      number: columns.size + 1,
      typeOid,
      typeModifier,
      column: { schema, table: name, column },
      generated,
      sources: [],
      plain: true,
    })
  }
  const copy = (range: RangeVar | undefined, parent: boolean): void => {
    const found = resolveRelation(names, range?.schemaname, range?.relname ?? '')
    if (found.length === 0) untraced = true
    for (const relation of found) {
      if (parent && relation.oid !== 0) parents.push(relation.oid)
      if (parent && relation.oid === 0) untraced = true
      for (const each of relation.columns) add(each.name, each.typeOid, each.typeModifier)
    }
  }
  for (const node of create.inhRelations ?? []) copy(as(node, 'RangeVar'), true)
  for (const node of create.tableElts ?? []) {
    const like = as(node, 'TableLikeClause')
    if (like !== undefined) copy(like.relation, false)
    const column = as(node, 'ColumnDef')
    if (column?.colname === undefined) continue
    // An expression over other columns is not followed here.
    if (
      column.constraints?.some(each => as(each, 'Constraint')?.contype === 'CONSTR_GENERATED') ===
      true
    )
      untraced = true
    add(column.colname)
  }
  return {
    oid: 0,
    schema,
    name,
    kind: 'table',
    columns: [...columns.values()],
    definition: undefined,
    parents,
    untraced,
    behind: [],
    ...(isLasting(create.relation, names) ? { lasting: true } : {}),
  }
}

/** Without TEMP a table is temporary where the path, or its own name, leads to `pg_temp`. */
function isLasting(range: RangeVar | undefined, { searchPath }: Names): boolean {
  if (range === undefined || range.relpersistence === 't') return false
  const schemas = range.schemaname === undefined ? searchPath : [range.schemaname]
  return schemas?.every(schema => !schema.startsWith('pg_temp')) ?? false
}

/** A table, or view, with what a query gives. */
function filledTable(
  range: RangeVar | undefined,
  lineage: ResultLineage,
  names: readonly Node[] | undefined,
  behind: readonly Effect[],
): SessionRelation {
  const schema = schemaOf(range)
  const table = range?.relname ?? ''
  const untraced = typeof lineage === 'string'
  const columns = untraced
    ? []
    : lineage.map((output, index): SessionColumn => {
        const name = stringOf(names?.[index]) ?? output.name
        return {
          name,
          number: index + 1,
          typeOid: 0,
          typeModifier: -1,
          column: { schema, table, column: name },
          generated: undefined,
          sources: output.sources,
          plain: output.plain,
        }
      })
  return {
    oid: 0,
    schema,
    name: table,
    kind: 'table',
    columns,
    definition: undefined,
    parents: [],
    untraced,
    behind,
  }
}
