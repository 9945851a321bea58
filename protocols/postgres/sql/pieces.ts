/**
 * A text cut where its comments, names and literals begin and end, by its characters alone: broken
 * texts have pieces, too. standard_conforming_strings is on for every session.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

export interface Piece {
  readonly kind: 'comment' | 'literal' | 'space' | 'other'
  readonly start: number
  readonly end: number
}

const tokens =
  /--[^\n\r]*|\/\*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[eE]'|(?:[bBxXnN]|[uU]&)?'|(?:[uU]&)?"|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?\w*|\s+|[\s\S]/gu

export function* pieces(text: string): Generator<Piece> {
  // One of its own: where it stands is kept in it.
  const token = new RegExp(tokens)
  for (;;) {
    const match = token.exec(text)
    if (match === null) return
    const found = match[0]
    const piece = (kind: Piece['kind'], end: number): Piece => {
      token.lastIndex = end
      return { kind, start: match.index, end }
    }
    const from = token.lastIndex
    const first = found.charAt(0)
    const last = found.charAt(found.length - 1)
    if (found === '/*') yield piece('comment', commentEnd(text, from))
    else if (found.startsWith('--')) yield piece('comment', from)
    else if (last === "'") yield piece('literal', quoteEnd(text, from, "'", /^e/i.test(found)))
    else if (last === '"') yield piece('other', quoteEnd(text, from, '"', false))
    else if (first === '$' && last === '$') {
      const end = text.indexOf(found, from)
      yield piece('literal', end < 0 ? text.length : end + found.length)
    } else if (/^\.?\d/.test(found)) yield piece('literal', from)
    else yield piece(/^\s/.test(found) ? 'space' : 'other', from)
  }
}

/** Without their marks. */
export function commentsOf(text: string): readonly string[] {
  const comments: string[] = []
  for (const { kind, start, end } of pieces(text))
    if (kind === 'comment') comments.push(text.slice(start + 2, end).replace(/\*\/$/, ''))
  return comments
}

/** Comments nest. */
function commentEnd(text: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  let end = from
  for (let depth = 1; depth > 0; ) {
    const match = mark.exec(text)
    if (match === null) return text.length
    depth += match[0] === '/*' ? 1 : -1
    end = mark.lastIndex
  }
  return end
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
