/** What a statement would touch, as rules and drift see it. */
import type { MaskedPredicate } from '../../masking/predicates.ts'
import type { Impact, PredicateKind } from '../../protocols/protocol.ts'

/** As PolicyContext has it, once somebody has looked. */
export type Rows = number | 'unknown'

export function rowsOf(impact: Impact | undefined): Rows {
  return impact?.rows ?? 'unknown'
}

const answered: ReadonlySet<PredicateKind> = new Set(['equality', 'order', 'group'])

/**
 * Why a statement must not be planned, or undefined. A plan answers what it asks: servers look into
 * statistics, and at rows that a key names. What the asker may not be told, an estimate may not tell.
 */
export function whyUnplanned(
  asked: readonly MaskedPredicate[],
  overLimit: boolean,
): string | undefined {
  const tells = asked.some(
    ({ kind, says }) => !answered.has(kind) || says === 'hold' || says === 'deny',
  )
  return overLimit || tells ? 'its plan would answer what it asks of masked columns' : undefined
}
