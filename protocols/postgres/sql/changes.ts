/** What running a text may change about what later names mean. Kept beside its Analysis. */
import type { Analysis, ColumnName } from '../../protocol.ts'
import type { SessionRelation, SessionStatement } from './names.ts'

/** `result` counts the statements of the text from 0. */
export type SessionChange =
  | { readonly kind: 'relation'; readonly result: number; readonly relation: SessionRelation }
  /** The same for a relation of the catalog that was altered: until the catalog is read again. */
  | { readonly kind: 'doubt'; readonly result: number; readonly relation: SessionRelation }
  /** Base columns' values went into a relation of that name. */
  | {
      readonly kind: 'filled'
      readonly result: number
      readonly name: string
      readonly sources: readonly ColumnName[]
    }
  | {
      readonly kind: 'prepared' | 'cursor'
      readonly result: number
      readonly name: string
      readonly statement: SessionStatement
    }
  /** A setting of ours is set; undefined: to what the text does not tell. */
  | {
      readonly kind: 'reason'
      readonly setting: 'countersign.reason' | 'countersign.break_glass'
      readonly result: number
      readonly value: { readonly text: string | undefined } | 'reset'
      readonly local: boolean
    }
  /** Every setting is again what it was at the session's start. */
  | { readonly kind: 'discarded'; readonly result: number }
  /** The search path may be another, or the current user, or the schema of the database. */
  | { readonly kind: 'path' | 'role' | 'schema'; readonly result: number }

const changes = new WeakMap<Analysis, readonly SessionChange[]>()
const none: readonly SessionChange[] = []

export function changesOf(analysis: Analysis): readonly SessionChange[] {
  return changes.get(analysis) ?? none
}

export function keepChanges(analysis: Analysis, made: readonly SessionChange[]): void {
  if (made.length > 0) changes.set(analysis, made)
}
