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
import { lexerFor } from '../../catalog/sql-modes.ts'
import type { CatalogSnapshot, Relation, RelationColumn } from '../../catalog.ts'
import type { Statement } from '../ast.ts'
import { folded, type Names, noObjects, type SessionValue } from '../names.ts'
import { type CalledFunction, Context, TraceLimit, type Tracers } from './context.ts'
import { expressionValue } from './expressions.ts'
import { triggerRun } from './functions.ts'
import { columnValue } from './relations.ts'
import { traceQuery } from './select.ts'
import { traceStatement } from './statements.ts'
import { type Columns, derive, isPlain, type Value } from './value.ts'

export type { CalledFunction } from './context.ts'

export interface Trace {
  readonly result: ResultLineage
  /** Base columns that anything in it depends on: outputs, predicates, order, writes. */
  readonly reads: readonly ColumnName[]
  readonly moves: readonly ColumnMove[]
  readonly predicates: readonly ColumnPredicate[]
  readonly relations: readonly RelationName[]
  readonly functions: readonly CalledFunction[]
  /** What it puts into `@name` and `@@name`, by lower-case name with its signs for the latter. */
  readonly variables: ReadonlyMap<string, SessionValue>
  /** Values of unknown origin go somewhere else than to the client: `moves` is not all. */
  readonly movesUntraced: boolean
  /** A routine is called of which nobody can tell what it reads: `reads` is not all. */
  readonly callsUntraced: boolean
  /** Why the statement could not be followed at all; then nothing else here can be relied on. */
  readonly unreadable: string | undefined
}

/** A variable is read in one row and set in another: what a round finds, the next one sees. */
const ROUNDS_MAX = 20

/** `text` is what the statement was read from, for the names of its columns. Never throws. */
export function trace(statement: Statement, names: Names, text?: string): Trace {
  const assigned = new Map<string, Value>()
  let context = new Context(names, tracers, text, assigned)
  try {
    for (let round = 0; ; round++) {
      const before = weight(assigned)
      const { shown, columns } = traceStatement(statement, context)
      const result = shown ? lineage(columns, context) : 'none'
      if (weight(assigned) === before) return gathered(context, result, undefined)
      if (round > ROUNDS_MAX) throw new TraceLimit(`${ROUNDS_MAX} rounds of its variables`)
      context = new Context(names, tracers, text, assigned)
    }
  } catch (error) {
    if (error instanceof TraceLimit || error instanceof RangeError) {
      return gathered(context, 'untraced', error.message)
    }
    throw error
  }
}

function weight(assigned: ReadonlyMap<string, Value>): number {
  let sum = 0
  for (const { sources, untraced } of assigned.values())
    sum += sources.length * 2 + Number(untraced)
  return sum
}

/** The sources of each output, with steps among them; none where it cannot be followed. */
export function outputSources(
  statement: Statement,
  names: Names,
  steps: Steps,
): readonly (readonly ColumnName[])[] {
  const assigned = new Map<string, Value>()
  try {
    // What it assigns to variables is told of as far as the first row would have it.
    const context = new Context(names, tracers, undefined, assigned, steps)
    const { columns } = traceStatement(statement, context)
    return columns.fields.map(({ value }) => value.sources)
  } catch (error) {
    if (error instanceof TraceLimit || error instanceof RangeError) return []
    throw error
  }
}

/**
 * What a column of a relation holds: the base columns behind it through views and generated columns,
 * itself included. `plain`: unchanged.
 */
export function baseColumns(
  relation: Relation,
  column: RelationColumn,
  names: Names,
): { sources: readonly ColumnName[]; plain: boolean; untraced: boolean } {
  const context = new Context(names, tracers, undefined, new Map())
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

/**
 * Base columns behind the column that the wire names by its database, org_table and org_name, itself
 * included. Empty when the catalog does not know it.
 */
export function origins(
  snapshot: CatalogSnapshot,
  orgSchema: string,
  orgTable: string,
  orgName: string,
): readonly ColumnName[] {
  if (orgTable === '' || orgName === '') return none
  const wanted = folded(orgName)
  const found = new Set<ColumnName>()
  for (const relation of snapshot.relations(orgSchema === '' ? undefined : orgSchema, orgTable)) {
    for (const column of relation.columns) {
      if (folded(column.name) !== wanted) continue
      for (const source of baseColumns(relation, column, plainNames(snapshot)).sources)
        found.add(source)
      found.add(column.column)
    }
  }
  return [...found]
}

const none: readonly ColumnName[] = []

function plainNames(catalog: CatalogSnapshot): Names {
  const lexer = lexerFor(catalog.server, '')
  return { catalog, database: undefined, lexer, user: '', session: noObjects, version: 0 }
}

const tracers: Tracers = { value: expressionValue, query: traceQuery, trigger: triggerRun }

function lineage(columns: Columns, context: Context): ResultLineage {
  for (const { value } of columns.fields) context.touch(value)
  if (columns.rest !== undefined) {
    context.touch(columns.rest)
    return 'untraced'
  }
  if (columns.fields.some(({ value }) => value.untraced)) return 'untraced'
  return columns.fields.map(
    ({ name, value }): OutputColumn => ({ name, sources: value.sources, plain: isPlain(value) }),
  )
}

function gathered(context: Context, result: ResultLineage, unreadable: string | undefined): Trace {
  const variables = new Map<string, SessionValue>()
  for (const [name, value] of context.assigned) {
    const { sources, untraced } = derive([value])
    variables.set(name, { sources, untraced })
  }
  return {
    result,
    reads: [...context.reads],
    moves: [...context.moves.values()],
    predicates: context.predicates.all(),
    relations: [...context.relations.values()],
    functions: [...context.functions.values()],
    variables,
    movesUntraced: context.movesUntraced,
    callsUntraced: context.callsUntraced,
    unreadable,
  }
}
