/**
 * A text with its literals replaced by `?` and its comments by nothing: what search and statistics
 * may see. Reads every text, broken ones too; where it cannot tell, it hides the rest.
 */

const token =
  /--[^\n\r]*|\/\*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[eE]'|(?:[bBxXnN]|[uU]&)?'|(?:[uU]&)?"|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?\w*|\s+|[\s\S]/gu

export function normalize(text: string): string {
  const parts: string[] = []
  token.lastIndex = 0
  for (;;) {
    const match = token.exec(text)
    if (match === null) return parts.join('').trim()
    const found = match[0]
    const first = found.charAt(0)
    const last = found.charAt(found.length - 1)
    if (found === '/*') token.lastIndex = commentEnd(text, token.lastIndex)
    else if (found.startsWith('--')) continue
    else if (last === "'") {
      parts.push('?')
      token.lastIndex = quoteEnd(text, token.lastIndex, "'", /^e/i.test(found))
    } else if (last === '"') {
      const end = quoteEnd(text, token.lastIndex, '"', false)
      parts.push(text.slice(match.index, end))
      token.lastIndex = end
    } else if (first === '$' && last === '$') {
      parts.push('?')
      const end = text.indexOf(found, token.lastIndex)
      token.lastIndex = end < 0 ? text.length : end + found.length
    } else if (/^\.?\d/.test(found)) parts.push('?')
    else parts.push(/^\s/.test(found) ? ' ' : found)
  }
}

/** Comments nest. */
function commentEnd(text: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  for (let depth = 1; depth > 0; ) {
    const match = mark.exec(text)
    if (match === null) return text.length
    depth += match[0] === '/*' ? 1 : -1
    from = mark.lastIndex
  }
  return from
}

function quoteEnd(text: string, from: number, quote: string, escapes: boolean): number {
  let at = from
  for (; at < text.length; at++) {
    const each = text.charAt(at)
    if (escapes && each === '\\') at++
    else if (each === quote) {
      if (text.charAt(at + 1) !== quote) return at + 1
      at++
    }
  }
  return text.length
}
