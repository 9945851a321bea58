/**
 * Column lineage of one statement: which base columns can influence each output column, what else
 * is read, and where values go that do not go to the client. What cannot be followed is said to be
 * untraced, never left out.
 */
import type { ColumnMove, ColumnName, RelationName, ResultLineage } from '../../../protocol.ts'
import type { Routine } from '../../catalog.ts'
import type { Expression, Statement } from '../ast.ts'
import type { Names } from '../names.ts'

export interface Trace {
  readonly result: ResultLineage
  /** Base columns that anything in it depends on: outputs, predicates, order, writes. */
  readonly reads: readonly ColumnName[]
  readonly moves: readonly ColumnMove[]
  readonly relations: readonly RelationName[]
  readonly functions: readonly CalledFunction[]
  /** Values of unknown origin go somewhere else than to the client: `moves` is not all. */
  readonly movesUntraced: boolean
  /** A function is called of which nobody can tell what it reads: `reads` is not all. */
  readonly callsUntraced: boolean
  /** Why the statement could not be followed at all; then nothing else here can be relied on. */
  readonly unreadable: string | undefined
}

/** One function call, as written and as it may resolve. */
export interface CalledFunction {
  readonly schema: string | undefined
  /** Lower case. */
  readonly name: string
  /** It is one of the server's own. */
  readonly builtIn: boolean
  /** Stored functions, or procedures of a CALL, that the name may mean. */
  readonly candidates: readonly Routine[]
  readonly args: readonly Expression[]
}

/** Never throws. */
export function trace(_statement: Statement, _names: Names): Trace {
  return {
    result: 'untraced',
    reads: [],
    moves: [],
    relations: [],
    functions: [],
    movesUntraced: true,
    callsUntraced: true,
    unreadable: 'cannot be followed yet',
  }
}
