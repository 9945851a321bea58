/**
 * Whole statements: which of them give rows to the client, and what those that hold a query inside
 * do with its rows.
 */
import type { ObjectName, ResultLineage } from '../../../protocol.ts'
import type { SessionStatement } from '../names.ts'
import { as, constantOf, type FieldsOf, kindOf, type Node, nameOf, qualified } from '../tree.ts'
import { keepEffects } from './asked.ts'
import type { Context } from './context.ts'
import {
  alterDomain,
  alterTable,
  cluster,
  createDomain,
  createIndex,
  createStatistics,
  createTable,
  rowPolicy,
} from './definitions.ts'
import { targetRelation } from './from.ts'
import { resolveRange } from './relations.ts'
import { emptyScope, level, type Scope } from './scope.ts'
import { intoClause } from './select.ts'
import {
  anyOf,
  type Columns,
  clean,
  derive,
  isConstant,
  isCopy,
  renamed,
  unknownColumns,
  untraced,
  type Value,
  zipped,
} from './value.ts'

export interface Output {
  /** It gives rows to the client; otherwise `columns` went somewhere else, or there are none. */
  readonly shown: boolean
  readonly columns: Columns
}

const nothing: Output = { shown: false, columns: { fields: [], rest: undefined } }
const unknown: Output = { shown: true, columns: unknownColumns }

/** `scope` has the arguments of an EXECUTE. */
export function traceStatement(node: Node, context: Context, scope: Scope = emptyScope): Output {
  switch (kindOf(node)) {
    case 'RawStmt': {
      const inner = as(node, 'RawStmt')?.stmt
      return inner === undefined ? nothing : traceStatement(inner, context, scope)
    }
    case 'SelectStmt':
      return selectStatement(node, as(node, 'SelectStmt') ?? {}, scope, context)
    case 'InsertStmt':
      return writeStatement(node, as(node, 'InsertStmt'), scope, context)
    case 'UpdateStmt':
      return writeStatement(node, as(node, 'UpdateStmt'), scope, context)
    case 'DeleteStmt':
      return writeStatement(node, as(node, 'DeleteStmt'), scope, context)
    case 'MergeStmt':
      return writeStatement(node, as(node, 'MergeStmt'), scope, context)
    case 'CopyStmt':
      return copyStatement(as(node, 'CopyStmt') ?? {}, context)
    case 'CreateTableAsStmt': {
      const create = as(node, 'CreateTableAsStmt')
      const { columns } = inner(create?.query, context)
      const type = create?.objtype === 'OBJECT_MATVIEW' ? 'materialized view' : 'table'
      const named = renamed(columns, nameOf(create?.into?.colNames))
      return into(named, create?.into?.rel, type, context)
    }
    case 'ViewStmt': {
      const view = as(node, 'ViewStmt')
      return into(inner(view?.query, context).columns, view?.view, 'view', context)
    }
    case 'DeclareCursorStmt':
      return kept(as(node, 'DeclareCursorStmt')?.query, context)
    case 'PrepareStmt':
      return kept(as(node, 'PrepareStmt')?.query, context)
    case 'ExecuteStmt':
      return executeStatement(as(node, 'ExecuteStmt') ?? {}, context)
    case 'FetchStmt':
      return fetchStatement(as(node, 'FetchStmt') ?? {}, context)
    case 'ExplainStmt':
      return explainStatement(as(node, 'ExplainStmt') ?? {}, context)
    case 'VariableShowStmt':
      return showStatement(as(node, 'VariableShowStmt')?.name ?? '')
    case 'CreateStmt':
      createTable(as(node, 'CreateStmt') ?? {}, context)
      return nothing
    case 'AlterTableStmt':
      alterTable(as(node, 'AlterTableStmt') ?? {}, context)
      return nothing
    case 'CreateDomainStmt':
      createDomain(as(node, 'CreateDomainStmt') ?? {}, context)
      return nothing
    case 'AlterDomainStmt':
      alterDomain(as(node, 'AlterDomainStmt') ?? {}, context)
      return nothing
    case 'ClusterStmt':
      cluster(as(node, 'ClusterStmt')?.relation, context)
      return nothing
    case 'CreateStatsStmt':
      createStatistics(as(node, 'CreateStatsStmt') ?? {}, context)
      return nothing
    case 'IndexStmt':
      createIndex(as(node, 'IndexStmt') ?? {}, context)
      return nothing
    case 'CreatePolicyStmt':
      rowPolicy(as(node, 'CreatePolicyStmt') ?? {}, context)
      return nothing
    case 'AlterPolicyStmt':
      rowPolicy(as(node, 'AlterPolicyStmt') ?? {}, context)
      return nothing
    case 'CallStmt':
      return callStatement(as(node, 'CallStmt') ?? {}, context)
    case 'CreateSchemaStmt':
      for (const element of as(node, 'CreateSchemaStmt')?.schemaElts ?? []) inner(element, context)
      return nothing
    default:
      // Every other statement answers with its tag alone, and with errors that quote rows.
      for (const range of rangesIn(node)) targetRelation(range, context)
      return nothing
  }
}

/** Relations that an index, a trigger, VACUUM or REFRESH names. */
function rangesIn(part: unknown): FieldsOf<'RangeVar'>[] {
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, under]) =>
    isRange(key, under) ? [under] : rangesIn(under),
  )
}

function isRange(key: string, under: unknown): under is FieldsOf<'RangeVar'> {
  if (key === 'RangeVar') return true
  return typeof under === 'object' && under !== null && 'relname' in under
}

function selectStatement(
  node: Node,
  select: FieldsOf<'SelectStmt'>,
  scope: Scope,
  context: Context,
): Output {
  const { columns } = context.query(node, scope)
  const target = intoClause(select)
  return target === undefined
    ? { shown: true, columns }
    : into(columns, target.rel, 'table', context)
}

function writeStatement(
  node: Node,
  write: { returningClause?: FieldsOf<'ReturningClause'> } | undefined,
  scope: Scope,
  context: Context,
): Output {
  const { columns } = context.query(node, scope)
  return { shown: write?.returningClause !== undefined, columns }
}

function inner(node: Node | undefined, context: Context): Output {
  return node === undefined ? unknown : traceStatement(node, context)
}

/** PREPARE and DECLARE: its rows come later, with EXECUTE and FETCH, and are traced again then. */
function kept(node: Node | undefined, context: Context): Output {
  const later = context.inside(context.names)
  const { columns } = inner(node, later)
  context.absorb(later, false)
  context.touch(anyOf(columns))
  return nothing
}

function into(
  columns: Columns,
  range: FieldsOf<'RangeVar'> | undefined,
  type: string,
  context: Context,
): Output {
  const schema = range?.relpersistence === 't' ? 'pg_temp' : range?.schemaname
  const to = { type, schema, name: range?.relname ?? '' }
  for (const { name, value } of columns.fields) context.move(value, to, name)
  if (columns.rest !== undefined) context.move(columns.rest, to)
  return nothing
}

function copyStatement(copy: FieldsOf<'CopyStmt'>, context: Context): Output {
  if (copy.is_from === true) {
    const { relation } = copy
    if (relation !== undefined) {
      const scope = level(emptyScope, targetRelation(relation, context))
      context.touch(derive(context.values([copy.whereClause], scope)))
    }
    return nothing
  }
  const columns =
    copy.relation === undefined
      ? inner(copy.query, context).columns
      : tableColumns(copy.relation, nameOf(copy.attlist), context)
  if (copy.filename === undefined) return { shown: true, columns }
  const type = copy.is_program === true ? 'program' : 'file'
  const to: ObjectName = { type, schema: undefined, name: copy.filename }
  context.move(anyOf(columns), to)
  return nothing
}

/** COPY t TO leaves generated columns out, COPY t (a, b) TO gives what it names. */
function tableColumns(
  relation: FieldsOf<'RangeVar'>,
  names: readonly string[],
  context: Context,
): Columns {
  const { columns, generated } = resolveRange(relation, context)
  if (names.length === 0) {
    const fields = columns.fields.filter(field => !generated.has(field.name))
    return { fields, rest: columns.rest }
  }
  const fields = names.map(name => {
    const found = columns.fields.find(field => field.name === name)
    return found ?? { name, value: columns.rest ?? anyOf(unknownColumns) }
  })
  return { fields, rest: undefined }
}

function executeStatement(execute: FieldsOf<'ExecuteStmt'>, context: Context): Output {
  const name = execute.name ?? ''
  const args = derive(context.values(execute.params, emptyScope))
  context.touch(args)
  // EXPLAIN shows them, as constants of the plan.
  context.planned.push(args)
  const statements = context.names.session.prepared(name)
  // The client's own values need no name; results of functions do.
  return oneOf(statements, context, isConstant(args) ? emptyScope : { ...emptyScope, args })
}

function fetchStatement(fetch: FieldsOf<'FetchStmt'>, context: Context): Output {
  if (fetch.ismove === true) return nothing
  return oneOf(context.names.session.cursors(fetch.portalname ?? ''), context, emptyScope)
}

/** What a kept statement gives: its lineage when it was made, united with that of now. */
function oneOf(statements: readonly SessionStatement[], context: Context, scope: Scope): Output {
  if (statements.length === 0) {
    context.callsUntraced = true
    return unknown
  }
  const outputs = statements.flatMap(statement => {
    for (const read of statement.reads) context.reads.add(read)
    for (const move of statement.moves) context.addMove(move)
    const now = traceStatement(queryOf(statement.node), context, scope)
    return [now, outputOf(statement.result)]
  })
  const shown = outputs.filter(output => output.shown)
  if (shown.length === 0) return nothing
  return { shown: true, columns: zipped(shown.map(output => output.columns)) }
}

/** The session may keep the whole PREPARE or DECLARE. */
function queryOf(node: Node): Node {
  return as(node, 'PrepareStmt')?.query ?? as(node, 'DeclareCursorStmt')?.query ?? node
}

function outputOf(result: ResultLineage): Output {
  if (result === 'none') return nothing
  if (result === 'untraced') return unknown
  const fields = result.map(({ name, sources, plain, type }) => {
    const [first] = sources
    const copies = plain && first !== undefined ? [first] : []
    const value: Value = { ...clean, sources, copies, type }
    return { name, value }
  })
  return { shown: true, columns: { fields, rest: undefined } }
}

/**
 * A plan has the statement's own constants, names and estimates, no value of a column. It may have
 * the result of a function that was called while planning: one that nobody can read, one that says
 * it is immutable, an argument of EXECUTE. What ran has counts of rows and sizes of memory as well,
 * also of what is never shown, and they tell how long values are, and how large.
 */
function explainStatement(explain: FieldsOf<'ExplainStmt'>, context: Context): Output {
  const runs = (explain.options ?? []).some(node => {
    const option = as(node, 'DefElem')
    return option?.defname === 'analyze' && !isOff(option.arg)
  })
  const planned = context.inside(context.names)
  const { columns } = inner(explain.query, planned)
  planned.touch(anyOf(columns))
  // How many lines the plan has, too: "Rows Removed by Filter" is one where there were any.
  if (runs)
    for (const { value } of columns.fields)
      if (!isCopy(value)) planned.predicates.add(value.sources, 'computed')
  context.absorb(planned, runs)
  const ran: Value = runs
    ? { ...clean, sources: [...planned.reads], untraced: planned.readsUntraced }
    : clean
  const value = planned.callsUntraced ? untraced : derive([...planned.planned, ran])
  return { shown: true, columns: { fields: [{ name: 'QUERY PLAN', value }], rest: undefined } }
}

function isOff(node: Node | undefined): boolean {
  const word = as(node, 'String')?.sval ?? constantOf(node)
  const number = as(node, 'Integer')
  if (number !== undefined) return (number.ival ?? 0) === 0
  return word !== undefined && ['off', 'false', '0'].includes(word.toLowerCase())
}

/** A setting with a dot in its name holds what somebody put there. */
function showStatement(name: string): Output {
  if (name.includes('.')) return unknown
  const names = name === 'all' ? ['name', 'setting', 'description'] : [name]
  const fields = names.map(each => ({ name: each, value: clean }))
  return { shown: true, columns: { fields, rest: undefined } }
}

/** A procedure's OUT arguments come back as a row, of which the call does not show the width. */
function callStatement(call: FieldsOf<'CallStmt'>, context: Context): Output {
  if (call.funccall === undefined) return unknown
  const { name } = qualified(nameOf(call.funccall.funcname))
  const node = { FuncCall: call.funccall }
  const value = context.value(node, emptyScope)
  keepEffects(node, value, emptyScope, context)
  context.touch(value)
  return { shown: true, columns: { fields: [{ name, value }], rest: value } }
}
