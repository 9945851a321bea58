/**
 * Errors, notices and the like carry values: `Key (email)=(…) already exists`, `invalid input
 * syntax for type integer: "…"`. Whether those of a statement are to be replaced by generic texts.
 */
import type { Analysis, Effect } from '../protocols/protocol.ts'
import { maskedMoves, maskedReads } from './lineage-to-mask.ts'
import { remember } from './remember.ts'
import type { Masker } from './rules.ts'

const known = new WeakMap<Masker, WeakMap<Analysis, boolean>>()

/** True when the statement reaches a relation with a masked column, or may do so unseen. */
export function hidesDiagnostics(masker: Masker, analysis: Analysis): boolean {
  if (!masker.active) return false
  const byAnalysis = remember(known, masker, () => new WeakMap<Analysis, boolean>())
  return remember(byAnalysis, analysis, () => mayCarryMasked(masker, analysis))
}

function mayCarryMasked(masker: Masker, analysis: Analysis): boolean {
  return (
    analysis.unreadable !== undefined ||
    analysis.effects.some(isOpaque) ||
    analysis.results.includes('untraced') ||
    maskedReads(masker, analysis).length > 0 ||
    maskedMoves(masker, analysis).length > 0 ||
    // An insert reads nothing, yet its errors quote whole rows and the keys of other rows.
    analysis.relations.some(({ columns }) => columns.some(c => masker.hit(c) !== undefined))
  )
}

/**
 * Code of which only the server knows what it does: it may raise any value that it can read. In
 * MySQL a schema of anybody's can have the name of the one whose functions are the server's own.
 */
function isOpaque({ kind, object, detail }: Effect): boolean {
  if (kind !== 'execute') return kind === 'unknown'
  return object?.schema !== 'pg_catalog' || /\b(?:dynamic|opaque)\b/.test(detail ?? '')
}
