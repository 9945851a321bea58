/** What a statement would touch, as rules and drift see it. */
import type { Impact } from '../../protocols/protocol.ts'

/** As PolicyContext has it, once somebody has looked. */
export type Rows = number | 'unknown'

export function rowsOf(impact: Impact | undefined): Rows {
  return impact?.rows ?? 'unknown'
}
