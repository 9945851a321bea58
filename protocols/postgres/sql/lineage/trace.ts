/**
 * Column lineage of one statement: which base columns can influence each output column, what else
 * is read, and where values go that do not go to the client. What cannot be followed is said to be
 * untraced, never left out.
 */
import type { Steps } from '../../../origins.ts'
import type {
  ColumnMove,
  ColumnName,
  ColumnPredicate,
  OutputColumn,
  RelationName,
  ResultLineage,
} from '../../../protocol.ts'
import type { Relation, RelationColumn } from '../../catalog.ts'
import type { Names } from '../names.ts'
import { as, kindOf, type Node } from '../tree.ts'
import { attributeValue } from './calls.ts'
import { unknownConditions } from './conditions.ts'
import { type CalledFunction, Context, TraceLimit, type Tracers } from './context.ts'
import { expressionValue } from './expressions.ts'
import { columnValue } from './relations.ts'
import type { Scope } from './scope.ts'
import { traceSelect } from './select.ts'
import { traceStatement } from './statements.ts'
import { type Columns, isPlain, type Rows, unknownColumns } from './value.ts'
import { traceDelete, traceInsert, traceMerge, traceUpdate } from './writes.ts'

export type { CalledFunction } from './context.ts'

export interface Trace {
  readonly result: ResultLineage
  /** Base columns that anything in it depends on: outputs, predicates, order, writes. */
  readonly reads: readonly ColumnName[]
  readonly moves: readonly ColumnMove[]
  readonly predicates: readonly ColumnPredicate[]
  readonly relations: readonly RelationName[]
  readonly functions: readonly CalledFunction[]
  /** Values of unknown origin go somewhere else than to the client: `moves` is not all. */
  readonly movesUntraced: boolean
  /** A function is called of which nobody can tell what it reads: `reads` is not all. */
  readonly callsUntraced: boolean
  /** Why the statement could not be followed at all; then nothing else here can be relied on. */
  readonly unreadable: string | undefined
}

/** `statement` is a raw statement of libpg-query's tree, without its RawStmt. Never throws. */
export function trace(statement: Node, names: Names): Trace {
  const context = new Context(names, tracers)
  try {
    const { shown, columns } = traceStatement(statement, context)
    const result = shown ? lineage(columns, context) : 'none'
    return gathered(context, result, undefined)
  } catch (error) {
    if (error instanceof TraceLimit || error instanceof RangeError) {
      return gathered(context, 'untraced', error.message)
    }
    throw error
  }
}

/** The sources of each output, with steps among them; none where it cannot be followed. */
export function outputSources(
  statement: Node,
  names: Names,
  steps: Steps,
): readonly (readonly ColumnName[])[] {
  try {
    const { columns } = traceStatement(statement, new Context(names, tracers, undefined, steps))
    return columns.fields.map(({ value }) => value.sources)
  } catch (error) {
    if (error instanceof TraceLimit || error instanceof RangeError) return []
    throw error
  }
}

/**
 * What a column of a relation holds: the base columns behind it through views, generated columns,
 * parents and children, itself included. `plain`: unchanged.
 */
export function baseColumns(
  relation: Relation,
  column: RelationColumn,
  names: Names,
): { sources: readonly ColumnName[]; plain: boolean; untraced: boolean } {
  const context = new Context(names, tracers)
  try {
    const value = columnValue(relation, column, context)
    return { sources: value.sources, plain: isPlain(value), untraced: value.untraced }
  } catch (error) {
    if (error instanceof TraceLimit || error instanceof RangeError) {
      return { sources: [column.column], plain: false, untraced: true }
    }
    throw error
  }
}

const tracers: Tracers = {
  value: expressionValue,
  query: traceQuery,
  attribute: attributeValue,
}

/** Everything that may stand where rows are wanted: in parentheses, in WITH, at the top. */
function traceQuery(node: Node, scope: Scope, context: Context): Rows {
  const select = as(node, 'SelectStmt')
  if (select !== undefined) return traceSelect(select, scope, context)
  switch (kindOf(node)) {
    case 'InsertStmt':
      return traceInsert(as(node, 'InsertStmt') ?? {}, scope, context)
    case 'UpdateStmt':
      return traceUpdate(as(node, 'UpdateStmt') ?? {}, scope, context)
    case 'DeleteStmt':
      return traceDelete(as(node, 'DeleteStmt') ?? {}, scope, context)
    case 'MergeStmt':
      return traceMerge(as(node, 'MergeStmt') ?? {}, scope, context)
    default:
      return { columns: unknownColumns, conditions: unknownConditions }
  }
}

function lineage(columns: Columns, context: Context): ResultLineage {
  for (const { value } of columns.fields) context.touch(value)
  if (columns.rest !== undefined) {
    context.touch(columns.rest)
    return 'untraced'
  }
  if (columns.fields.some(({ value }) => value.untraced)) return 'untraced'
  return columns.fields.map(({ name, value }): OutputColumn => {
    const { sources, type } = value
    const plain = isPlain(value)
    return plain && type !== undefined ? { name, sources, plain, type } : { name, sources, plain }
  })
}

function gathered(context: Context, result: ResultLineage, unreadable: string | undefined): Trace {
  return {
    result,
    reads: [...context.reads],
    moves: [...context.moves.values()],
    predicates: context.predicates.all(),
    relations: [...context.relations.values()],
    functions: [...context.functions.values()],
    movesUntraced: context.movesUntraced,
    callsUntraced: context.callsUntraced,
    unreadable,
  }
}
