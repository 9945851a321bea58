/**
 * Which of two masks hides more. When several rules name one column the strictest wins, so that
 * neither the order of rules nor a new rule can show more than was shown before.
 *
 *     null > redact > hash > tokenize > generalize > card > iban > phone > partial > email
 *
 * Among `generalize`: decade, year, month, then the larger bucket. Among `partial`: the fewest
 * characters shown. Among `email` the one that shows no letter, among `card` the one that shows no
 * digit.
 */
import type { MaskSpec } from './rules.ts'

const KINDS: readonly MaskSpec['kind'][] = [
  'email',
  'partial',
  'phone',
  'iban',
  'card',
  'generalize',
  'tokenize',
  'hash',
  'redact',
  'null',
]
const STEPS = ['month', 'year', 'decade'] as const

/** Above 0 when `a` hides more than `b`, 0 when they hide the same. */
export function compareStrictness(a: MaskSpec, b: MaskSpec): number {
  if (a.kind === 'generalize' && b.kind === 'generalize')
    return (
      STEPS.indexOf(a.to ?? 'year') - STEPS.indexOf(b.to ?? 'year') ||
      (a.bucket ?? 0) - (b.bucket ?? 0)
    )
  if (a.kind === 'partial' && b.kind === 'partial')
    return b.first + b.last - (a.first + a.last) || b.last - a.last
  if (a.kind === 'email' && b.kind === 'email')
    return Number(a.keepDomain ?? false) - Number(b.keepDomain ?? false)
  if (a.kind === 'card' && b.kind === 'card') return (b.last ?? 0) - (a.last ?? 0)
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)
}
