/**
 * What the server would say of a text that does not parse, kept beside its Analysis: only its
 * sender is told what stands there, for that may be a literal, and an Analysis is recorded in clear.
 */
import type { Analysis } from '../../protocol.ts'

export interface SyntaxError {
  readonly message: string
  /** In characters from 1, as an ErrorResponse counts; undefined when nobody knows. */
  readonly position: number | undefined
}

const errors = new WeakMap<Analysis, SyntaxError>()

export function syntaxError(analysis: Analysis): SyntaxError | undefined {
  return errors.get(analysis)
}

export function keepSyntaxError(analysis: Analysis, error: SyntaxError): void {
  errors.set(analysis, error)
}
