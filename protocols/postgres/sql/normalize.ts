/**
 * A text with its literals replaced by `?` and its comments by nothing: what search and statistics
 * may see. Reads every text, broken ones too; where it cannot tell, it hides the rest.
 */
import { pieces } from './pieces.ts'

export function normalize(text: string): string {
  const parts: string[] = []
  for (const { kind, start, end } of pieces(text)) {
    if (kind === 'comment') continue
    if (kind === 'literal') parts.push('?')
    else parts.push(kind === 'space' ? ' ' : text.slice(start, end))
  }
  return parts.join('').trim()
}
