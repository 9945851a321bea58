/** Where in its text a statement that does not parse is wrong. Kept beside its Analysis. */
import type { Analysis } from '../../protocol.ts'

const positions = new WeakMap<Analysis, number>()

/** In characters from 1, as an ErrorResponse counts; undefined when nobody knows. */
export function errorPosition(analysis: Analysis): number | undefined {
  return positions.get(analysis)
}

export function keepErrorPosition(analysis: Analysis, position: number): void {
  positions.set(analysis, position)
}
