/**
 * A text with its literals replaced by `?` and its comments by nothing: what search and statistics
 * may see. Reads every text, broken ones too; where it cannot tell, it hides the rest.
 */
import { eachPiece } from './pieces.ts'

export function normalize(text: string): string {
  let normal = ''
  // What lies between there and the next piece that is replaced stays as it is.
  let kept = 0
  eachPiece(text, (kind, start, end) => {
    if (kind === 'other' || (kind === 'space' && end - start === 1 && text[start] === ' ')) return
    normal += text.slice(kept, start)
    if (kind !== 'comment') normal += kind === 'literal' ? '?' : ' '
    kept = end
  })
  return (normal + text.slice(kept)).trim()
}
