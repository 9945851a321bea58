/** What is recorded of a statement that passes although it asks about masked columns. */
import type { MaskedPredicate } from '../../masking/predicates.ts'
import type { RecordedVerdict } from '../recording/events.ts'

/** The name to search recordings by. */
export const flagName = 'flagged-predicate'

export function withFlags(
  verdict: RecordedVerdict,
  asked: readonly MaskedPredicate[],
): RecordedVerdict {
  if (verdict.kind !== 'allow') return verdict
  const flagged = asked.filter(({ says }) => says !== 'pass')
  if (flagged.length === 0) return verdict
  const named = flagged.map(
    ({ column: { schema, table, column }, kind }) => `${schema}.${table}.${column} (${kind})`,
  )
  const reason = verdict.reason || `It asks about masked columns: ${named.join(', ')}.`
  return { ...verdict, rules: [...verdict.rules, flagName], reason }
}
