/** masking.equality_limit: how much may be asked of a masked column within a time. */
import type { PredicateLimitConfig } from './config.ts'
import type { ConfigFile } from './file.ts'
import type { Mistakes } from './mistakes.ts'
import { durationMs } from './units.ts'

const countDefault = 100
const windowDefault = '10m'

/** Undefined: there is none, because nobody asked for it and there is no preset. */
export function resolvePredicateLimit(
  { masking, policy }: ConfigFile,
  mistakes: Mistakes,
): PredicateLimitConfig | undefined {
  const section = masking?.equality_limit
  if (section === undefined && policy?.preset === 'none') return undefined
  const { count = countDefault, window = windowDefault, action = 'hold' } = section ?? {}
  const windowMs = durationMs(window)
  if (windowMs < 1000) {
    const message = `expected at least 1s, got ${window}`
    mistakes.add(['masking', 'equality_limit', 'window'], message)
  }
  return { count, windowMs, action }
}
