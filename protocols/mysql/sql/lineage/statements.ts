/**
 * Whole statements: which of them give rows to the client, and what those that hold a query inside
 * do with its rows.
 */
import type { PredicateKind } from '../../../protocol.ts'
import type { Call, Execute, Explain, Expression, Handler, Statement } from '../ast.ts'
import { folded, inDatabase, resolveRoutines, type SessionStatement } from '../names.ts'
import { parse } from '../parse.ts'
import { keepEffects } from './asked.ts'
import { predicate, wholly } from './conditions.ts'
import type { Context } from './context.ts'
import { traceAltered, traceAsked } from './definitions.ts'
import { targetRelation } from './from.ts'
import { procedureRun } from './functions.ts'
import { createTable, into, queryStatement, setItem } from './into.ts'
import { nothing, type Output, output, outputOf, told, unknown } from './output.ts'
import { emptyScope, level } from './scope.ts'
import { describeColumns, maintenanceColumns, planColumns, showColumns } from './show.ts'
import { anyOf, clean, derive, unknownColumns, untraced, type Value, zipped } from './value.ts'
import { named, traceAlter, traceDelete, traceInsert, traceLoad, traceUpdate } from './writes.ts'

export function traceStatement(node: Statement, context: Context): Output {
  switch (node.kind) {
    case 'query':
      return queryStatement(node, context)
    case 'insert':
      return output(node.returning !== undefined, traceInsert(node, context))
    case 'update':
      return output(false, traceUpdate(node, context))
    case 'delete':
      return output(node.returning !== undefined, traceDelete(node, context))
    case 'load':
      traceLoad(node, context)
      return nothing
    case 'call':
      return callStatement(node, context)
    case 'do':
      context.touch(derive(evaluated(node.expressions, context)))
      return nothing
    case 'set': {
      for (const item of node.items) setItem(item, context)
      return node.statement === undefined ? nothing : traceStatement(node.statement, context)
    }
    case 'prepare':
      return prepareStatement(node.source, context)
    case 'execute':
      return executeStatement(node, context)
    case 'executeImmediate':
      return immediateStatement(node.source, node.using, context)
    case 'explain':
      return explainStatement(node, context)
    case 'describe':
      return told(describeColumns(node, context))
    case 'show':
      return told(showColumns(node, context))
    case 'handler':
      return handlerStatement(node, context)
    case 'createTable':
      return createTable(node, context)
    case 'createView':
      return into(context.query(node.query, emptyScope), 'view', node.view, context)
    case 'truncate':
      named([node.table], context)
      return nothing
    case 'drop':
      named([...node.objects, node.on], context)
      return nothing
    case 'rename':
      named(
        node.pairs.map(pair => pair.from),
        context,
      )
      return nothing
    case 'alterTable':
      named(
        node.actions.map(action => action.table),
        context,
      )
      traceAlter(node, context)
      traceAltered(node, context)
      return nothing
    case 'lockTables':
      named(
        node.tables.map(each => each.table),
        context,
      )
      return nothing
    case 'createRoutine':
      named([node.on], context)
      return nothing
    case 'other': {
      for (const { type, name } of node.objects) {
        if (type === 'table' || type === 'view') named([name], context)
        if (type === 'table' && node.asked !== undefined) traceAsked(name, node.asked, context)
      }
      // What becomes of their rows is not known.
      for (const query of node.queries) {
        const { columns } = context.query(query, emptyScope)
        context.move(anyOf(columns), { type: node.keyword, schema: undefined, name: '' })
      }
      if (/^(?:re)?signal\b/.test(node.keyword)) signal(context)
      const columns = maintenanceColumns(node)
      return columns === undefined ? nothing : told(columns)
    }
    case 'compound':
      // What its statements do to one another is not followed.
      context.callsUntraced = true
      context.movesUntraced = true
      return unknown
    default:
      // Every other statement answers without rows; should it have some, they are not shown.
      return nothing
  }
}

/** Values of which none is shown, but whether they fail, and how long they take. */
function evaluated(nodes: readonly Expression[], context: Context): readonly Value[] {
  return nodes.map(node => {
    const value = context.value(node, emptyScope)
    keepEffects(node, value, emptyScope, context)
    return value
  })
}

/** Its message may be that of any variable. */
function signal(context: Context): void {
  const held = context.names.session.variables('user')
  if (held === undefined) return
  context.touch({ ...clean, ...held })
  context.movesUntraced ||= held.untraced
}

/** Its rows come later, with EXECUTE, and are traced again then. */
function prepareStatement(source: Expression, context: Context): Output {
  const node = statementIn(source, context)
  context.touch(context.value(source, emptyScope))
  if (node === undefined) return nothing
  const later = context.inside(context.names)
  const { columns } = traceStatement(node, later)
  context.absorb(later, false)
  context.touch(anyOf(columns))
  return nothing
}

/** The statement of a literal text; undefined when the text is not known or cannot be read. */
export function statementIn(
  source: Expression,
  context: Pick<Context, 'names'>,
): Statement | undefined {
  if (source.kind !== 'literal' || source.type !== 'string') return undefined
  const parsed = parse(source.value, context.names.lexer)
  if (!parsed.ok || parsed.statements.length !== 1) return undefined
  return parsed.statements[0]?.node
}

function executeStatement(execute: Execute, context: Context): Output {
  const args = derive(context.values(execute.using, emptyScope))
  context.touch(args)
  return oneOf(context.names.session.prepared(execute.name), args, context)
}

function immediateStatement(
  source: Expression,
  using: readonly Expression[],
  context: Context,
): Output {
  const args = derive(context.values(using, emptyScope))
  context.touch(args)
  context.touch(context.value(source, emptyScope))
  const node = statementIn(source, context)
  if (node === undefined) {
    context.callsUntraced = true
    return unknown
  }
  return withParameters(node, args, context.names.database, context)
}

/** What a kept statement gives: its lineage when it was made, united with that of now. */
function oneOf(statements: readonly SessionStatement[], args: Value, context: Context): Output {
  if (statements.length === 0 || statements.some(each => each.statement === undefined)) {
    context.callsUntraced = true
    return unknown
  }
  const outputs = statements.flatMap(({ statement, database, reads, moves, result }) => {
    for (const read of reads) context.reads.add(read)
    for (const move of moves) context.addMove(move)
    const before = outputOf(result)
    if (statement === undefined) return [before]
    return [withParameters(statement, args, database, context), before]
  })
  const shown = outputs.filter(each => each.shown)
  if (shown.length === 0) return nothing
  const asked = derive(shown.map(each => each.asked))
  return { shown: true, columns: zipped(shown.map(each => each.columns)), asked }
}

function withParameters(
  node: Statement,
  args: Value,
  database: string | undefined,
  context: Context,
): Output {
  const inside = context.inside(inDatabase(context.names, database))
  inside.parameters = args
  const traced = traceStatement(node, inside)
  context.absorb(inside)
  return traced
}

function explainStatement(explain: Explain, context: Context): Output {
  if (explain.statement === undefined) return unknown
  const planned = context.inside(context.names, context.text)
  planned.plans = true
  const { columns, asked } = traceStatement(explain.statement, planned)
  context.absorb(planned, explain.analyze)
  context.touch(anyOf(columns))
  const lost = planned.callsUntraced
  const read: Value = { ...clean, sources: [...planned.reads], untraced: lost || asked.untraced }
  // Those of subqueries, too, wherever they stand: a table of one row is read while it is planned.
  const questions = planned.predicates.all().filter(({ kind }) => !passing.has(kind))
  const within: Value = { ...clean, sources: questions.map(({ column }) => column) }
  const plan = planColumns(
    explain,
    lost ? untraced : derive([asked, within]),
    derive([read, anyOf(columns)]),
    context,
  )
  if (explain.into === undefined) return told(plan)
  context.assign(explain.into.name, anyOf(plan ?? unknownColumns))
  return nothing
}

/** What the plan tells nothing of: look-ups by a key, and what is sorted when it runs. */
const passing: ReadonlySet<PredicateKind> = new Set(['equality', 'group', 'order'])

/** HANDLER … READ gives the rows of the table that was opened under the name. */
function handlerStatement(handler: Handler, context: Context): Output {
  if (handler.action === 'open') named([handler.table], context)
  if (handler.action !== 'read') return nothing
  const opened = context.names.session.handlers(handler.table.name)
  if (opened.length === 0) return unknown
  const tables = opened.map(({ schema, table }) =>
    targetRelation({ schema, name: table, start: 0, end: 0 }, handler.table.name, context),
  )
  for (const table of tables) {
    const scope = level(emptyScope, table)
    for (const node of handler.expressions) context.touch(wholly(predicate(node, scope, context)))
    context.touch(anyOf(table.columns))
  }
  return { shown: true, columns: zipped(tables.map(table => table.columns)), asked: clean }
}

/** What a procedure shows and puts into its OUT arguments is what its body says. */
function callStatement(call: Call, context: Context): Output {
  const { schema, name } = call.procedure
  const candidates = resolveRoutines(context.names, schema, name).filter(
    ({ kind }) => kind === 'procedure',
  )
  const args = evaluated(call.args, context)
  context.call({ schema, name: folded(name), builtIn: false, candidates, args: call.args })
  const runs = candidates.map(candidate => procedureRun(candidate, args, context))
  const known = runs.filter(run => run !== undefined)
  if (candidates.length === 0) {
    context.callsUntraced = true
    context.move(derive(args), {
      type: 'procedure',
      schema: schema ?? context.names.database,
      name,
    })
  }
  const lost = candidates.length === 0 || known.length < candidates.length
  const out = lost ? untraced : derive(known.map(run => run.out))
  for (const arg of call.args) if (arg.kind === 'userVariable') context.assign(arg.name, out)
  if (lost) return unknown
  const shown = known.flatMap(run => run.shown ?? [])
  return shown.length === 0 ? nothing : told(zipped(shown))
}
