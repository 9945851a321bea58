/** What running a text may change about what later names mean. Kept beside its Analysis. */
import type { Analysis } from '../../protocol.ts'
import type { SessionHandler, SessionRelation, SessionStatement, SessionValue } from './names.ts'

/** `result` counts the statements of the text from 0. */
export type SessionChange =
  | { readonly kind: 'relation'; readonly result: number; readonly relation: SessionRelation }
  /** The same for a relation of the catalog that was altered: until the catalog is read again. */
  | { readonly kind: 'doubt'; readonly result: number; readonly relation: SessionRelation }
  /** Values went into a relation of that name. */
  | {
      readonly kind: 'filled'
      readonly result: number
      readonly name: string
      readonly value: SessionValue
    }
  | {
      readonly kind: 'prepared'
      readonly result: number
      readonly name: string
      readonly statement: SessionStatement
    }
  /** Values went into `@name` or `@@name`; without a name, into any of them. */
  | {
      readonly kind: 'variable'
      readonly result: number
      readonly name: string | undefined
      readonly value: SessionValue
    }
  | {
      readonly kind: 'handler'
      readonly result: number
      readonly name: string
      readonly handler: SessionHandler
    }
  /** USE: undefined when it is not known which. Applied by the relay once it succeeded. */
  | { readonly kind: 'database'; readonly result: number; readonly name: string | undefined }
  /** Names of any kind may have been made, variables set. */
  | { readonly kind: 'anything'; readonly result: number }
  /** The schema of a database has changed. */
  | { readonly kind: 'schema'; readonly result: number }

const changes = new WeakMap<Analysis, readonly SessionChange[]>()
const none: readonly SessionChange[] = []

export function changesOf(analysis: Analysis): readonly SessionChange[] {
  return changes.get(analysis) ?? none
}

export function keepChanges(analysis: Analysis, made: readonly SessionChange[]): void {
  if (made.length > 0) changes.set(analysis, made)
}

const manyResults = new WeakMap<Analysis, number>()

/** The first statement of the text that may give any number of results: those after it shift. */
export function firstOfManyResults(analysis: Analysis): number | undefined {
  return manyResults.get(analysis)
}

export function keepManyResults(analysis: Analysis, result: number): void {
  if (result >= 0) manyResults.set(analysis, result)
}
