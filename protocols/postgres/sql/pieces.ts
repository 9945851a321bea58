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

export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = []
  eachPiece(text, (kind, start, end) => found.push({ kind, start, end }))
  return found
}

/** For texts of every statement: nothing is made for a piece. */
export function eachPiece(
  text: string,
  visit: (kind: Piece['kind'], start: number, end: number) => void,
): void {
  // One of its own: where it stands is kept in it. Something matches everywhere.
  const token = new RegExp(tokens)
  for (let start = 0; token.test(text); start = token.lastIndex) {
    const end = token.lastIndex
    const first = text.charCodeAt(start)
    const second = end - start > 1 ? text.charCodeAt(start + 1) : 0
    const last = text.charCodeAt(end - 1)
    let kind: Piece['kind'] = 'other'
    if (first === Slash && second === Star) {
      kind = 'comment'
      token.lastIndex = commentEnd(text, end)
    } else if (first === Dash && second === Dash) {
      kind = 'comment'
    } else if (last === Quote) {
      kind = 'literal'
      token.lastIndex = quoteEnd(text, end, "'", isE(first))
    } else if (last === DoubleQuote) {
      token.lastIndex = quoteEnd(text, end, '"', false)
    } else if (first === Dollar && last === Dollar) {
      kind = 'literal'
      const closing = text.indexOf(text.slice(start, end), end)
      token.lastIndex = closing < 0 ? text.length : closing + end - start
    } else if (isDigit(first) || (first === Dot && isDigit(second))) {
      kind = 'literal'
    } else if (first === Space || (first >= Tab && first <= Return)) {
      kind = 'space'
    }
    visit(kind, start, token.lastIndex)
  }
}

const Tab = 0x09
const Return = 0x0d
const Space = 0x20
const DoubleQuote = 0x22
const Dollar = 0x24
const Quote = 0x27
const Star = 0x2a
const Dash = 0x2d
const Dot = 0x2e
const Slash = 0x2f

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isE(code: number): boolean {
  return code === 0x45 || code === 0x65
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
