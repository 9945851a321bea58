/** What one statement would make of the session's names, from its tree and its lineage. */
import type { Effect, ResultLineage } from '../../protocol.ts'
import type { Relation, Routine } from '../catalog.ts'
import type { CreateTable, CreateView, Prepare, Statement, TableName } from './ast.ts'
import type { SessionChange } from './changes.ts'
import { effectsOf } from './effects.ts'
import { statementIn } from './lineage/statements.ts'
import { type Trace, trace } from './lineage/trace.ts'
import {
  folded,
  type Names,
  resolveRelation,
  type SessionColumn,
  type SessionRelation,
  type SessionStatement,
  type SessionValue,
} from './names.ts'

export interface Made {
  readonly node: Statement
  readonly result: number
  readonly effects: readonly Effect[]
  readonly trace: Trace
  readonly names: Names
}

export function changesOfStatement(made: Made): SessionChange[] {
  return [...stateChanges(made), ...objectChanges(made), ...filled(made), ...variables(made)]
}

/** What effects, and calls of what nobody can read, tell. */
function stateChanges({ node, effects, result, trace: traced, names }: Made): SessionChange[] {
  const changes: SessionChange[] = []
  if (node.kind === 'use') changes.push({ kind: 'database', result, name: node.database })
  const words = effects.map(({ kind, object, detail = '' }) => ({
    ...{ kind, type: object?.type, details: detail.split(' ') },
  }))
  const unknown = words.some(
    ({ kind, details }) =>
      kind === 'unknown' ||
      (kind === 'execute' && details.some(word => word === 'unknown' || word === 'dynamic')),
  )
  const opaque = traced.functions.some(({ candidates }) => candidates.some(makesNames))
  const blind = unknown || opaque || node.kind === 'compound'
  if (blind) changes.push({ kind: 'anything', result })
  if (unknown) changes.push({ kind: 'database', result, name: undefined })
  const schema = words.some(
    ({ kind, details }) =>
      // What a body does that was read stands beside it.
      (kind === 'execute' && details.includes('call') && details.includes('opaque')) ||
      ((kind === 'create' || kind === 'alter' || kind === 'drop' || kind === 'grant') &&
        !details.includes('temporary')),
  )
  if (schema || blind) changes.push({ kind: 'schema', result })
  const called = traced.functions.some(({ candidates }) => candidates.some(setsVariables))
  if (called || setByTrigger(effects, names) || isDiagnostics(node))
    changes.push({ kind: 'variable', result, name: undefined, value: lost })
  return changes
}

const lost: SessionValue = { sources: [], untraced: true }

/** It may make temporary tables, prepared statements and what not, for the session to use later. */
function makesNames({ source, language }: Routine): boolean {
  if (source === undefined || language !== 'sql') return true
  return /\b(?:temporary|prepare|execute|call)\b/i.test(source)
}

function setsVariables(routine: Routine): boolean {
  return makesNames(routine) || routine.source?.includes('@') === true
}

function setByTrigger(effects: readonly Effect[], { catalog }: Names): boolean {
  const writing = effects.filter(
    ({ kind }) => kind === 'insert' || kind === 'update' || kind === 'delete',
  )
  return writing.some(({ object }) =>
    catalog
      .triggers(object?.schema, object?.name ?? '')
      .some(({ source }) => source === undefined || /@|\bcall\b/i.test(source)),
  )
}

/** GET DIAGNOSTICS puts messages, which quote values, into variables. */
function isDiagnostics(node: Statement): boolean {
  return node.kind === 'other' && /^get\b/.test(node.keyword)
}

function objectChanges(made: Made): SessionChange[] {
  const { node, result, names } = made
  const relation = (each: SessionRelation): SessionChange => ({
    kind: 'relation',
    result,
    relation: each,
  })
  switch (node.kind) {
    case 'prepare':
      return [{ kind: 'prepared', result, name: node.name, statement: prepared(node, names) }]
    case 'handler': {
      if (node.action !== 'open') return []
      const { schema = names.database, name } = node.table
      const handler = { schema, table: name }
      return [{ kind: 'handler', result, name: node.alias ?? name, handler }]
    }
    case 'createTable':
      return [relation(table(node, names))]
    case 'createView':
      return [relation(view(node, made))]
    case 'rename':
      return node.pairs.flatMap(({ from, to }) => renamed(from, to, made))
    case 'alterTable': {
      const moved = node.actions.find(({ action }) => /^rename(?: to| as)?$/.test(action))?.table
      return renamed(node.table, moved ?? node.table, made)
    }
    default:
      return []
  }
}

function prepared(node: Prepare, names: Names): SessionStatement {
  const { database } = names
  const statement = statementIn(node.source, { names })
  if (statement === undefined) {
    const effects: Effect[] = [{ kind: 'unknown', object: undefined }]
    return { statement, database, result: 'untraced', reads: [], moves: [], effects }
  }
  const { result, reads, moves } = trace(statement, names)
  const { effects } = effectsOf(statement, names)
  return { statement, database, result, reads, moves, effects }
}

/** Renames and alterations: what the name will mean is not what the catalog says until it is read. */
function renamed(from: TableName, to: TableName, { names, result }: Made): SessionChange[] {
  return resolveRelation(names, from.schema, from.name).map((each): SessionChange => {
    const own = isOwn(each)
    const relation: SessionRelation = {
      ...each,
      schema: to.schema ?? names.database ?? '',
      name: to.name,
      definition: undefined,
      columns: [],
      temporary: own && each.temporary,
      untraced: true,
      behind: [],
    }
    return { kind: own ? 'relation' : 'doubt', result, relation }
  })
}

function isOwn(relation: Relation): relation is SessionRelation {
  return 'untraced' in relation
}

function filled({ effects, trace: traced, result, names }: Made): SessionChange[] {
  const into = new Map<string, Set<Trace['reads'][number]>>()
  const isOurs = (name: string): boolean => names.session.relations(undefined, name).length > 0
  for (const { from, to } of traced.moves) {
    if (!isOurs(to.name)) continue
    const sources = into.get(to.name) ?? new Set()
    sources.add(from)
    into.set(to.name, sources)
  }
  // Values of unknown origin have no moves.
  const written = traced.movesUntraced ? effects.filter(isWrite) : []
  for (const { object } of written)
    if (object !== undefined && isOurs(object.name) && !into.has(object.name))
      into.set(object.name, new Set())
  // Which rows are left, or set, tells what decided that.
  for (const { kind, object } of effects) {
    if ((kind !== 'delete' && kind !== 'update') || object === undefined) continue
    const own = names.session.relations(undefined, object.name).flatMap(each => each.columns)
    const asked = traced.reads.filter(read => own.every(({ column }) => column !== read))
    if (own.length === 0 || asked.length === 0) continue
    into.set(object.name, new Set([...(into.get(object.name) ?? []), ...asked]))
  }
  return [...into].map(([name, sources]) => ({
    kind: 'filled',
    result,
    name,
    value: { sources: [...sources], untraced: traced.movesUntraced },
  }))
}

function isWrite({ kind }: Effect): boolean {
  return kind === 'insert' || kind === 'update' || kind === 'import'
}

function variables({ trace: traced, result }: Made): SessionChange[] {
  const changes: SessionChange[] = []
  for (const [name, value] of traced.variables) {
    if (value.sources.length > 0 || value.untraced)
      changes.push({ kind: 'variable', result, name, value })
  }
  return changes
}

/** CREATE TABLE: columns as listed, as of the table that it is LIKE, and as the query gives. */
function table(create: CreateTable, names: Names): SessionRelation {
  const schema = create.table.schema ?? names.database ?? ''
  const { name } = create.table
  const columns = new Map<string, SessionColumn>()
  const add = (column: string, type: string, value?: ColumnValue): void => {
    const made: SessionColumn = {
      name: column,
      type,
      column: { schema, table: name, column },
      generated: undefined,
      invisible: false,
      sources: value?.sources ?? [],
      plain: value?.plain ?? true,
    }
    columns.set(folded(column), made)
  }
  // An expression over other columns is not followed here.
  let untraced = create.columns.some(column => column.generated !== undefined)
  const { like } = create
  if (like !== undefined) {
    const found = resolveRelation(names, like.schema, like.name)
    if (found.length !== 1) untraced = true
    for (const each of found.flatMap(relation => relation.columns)) {
      if (each.generated !== undefined) untraced = true
      add(each.name, each.type)
    }
  }
  // Columns that the query does not give come first; those that it gives too, at their place.
  const given = create.query === undefined ? [] : trace(create.query, names).result
  const outputs = typeof given === 'string' ? [] : given
  if (create.query !== undefined && typeof given === 'string') untraced = true
  const also = new Set(outputs.map(output => folded(output.name)))
  for (const column of create.columns)
    if (!also.has(folded(column.name))) add(column.name, column.type ?? '')
  for (const output of outputs) add(output.name, '', output)
  return {
    ...{ schema, name, kind: 'table', definition: undefined, behind: [], untraced },
    columns: [...columns.values()],
    temporary: create.temporary,
    ...(create.temporary || create.query !== undefined ? {} : { lasting: true }),
  }
}

interface ColumnValue {
  readonly sources: SessionColumn['sources']
  readonly plain: boolean
}

function view(create: CreateView, { names, effects }: Made): SessionRelation {
  const schema = create.view.schema ?? names.database ?? ''
  const { name } = create.view
  const lineage: ResultLineage = trace(create.query, names).result
  const columns = typeof lineage === 'string' ? [] : lineage
  return {
    ...{ schema, name, kind: 'table', definition: undefined, temporary: false },
    columns: columns.map((output, i): SessionColumn => {
      const column = create.columns[i] ?? output.name
      return {
        name: column,
        type: '',
        column: { schema, table: name, column },
        generated: undefined,
        invisible: false,
        sources: output.sources,
        plain: output.plain,
      }
    }),
    untraced: typeof lineage === 'string',
    behind: effects.filter(({ kind }) => kind !== 'create'),
  }
}
