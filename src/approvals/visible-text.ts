/**
 * Makes characters visible that a page or a terminal would hide, move or obey: control and bidi
 * characters, invisible ones, look-alike spaces. What people approve has to be what they see.
 * https://trojansource.codes and https://www.unicode.org/reports/tr36/
 */

/**
 * Everything without a shape of its own, but for the space; line feeds and tabs are dealt with. The
 * last two, a Braille cell and a note's head, are blank and yet symbols by their class.
 */
export const hiddenCharacters: RegExp =
  /\r\n|[^\P{C}\n\t]|[^\P{Z} ]|\p{Default_Ignorable_Code_Point}|[\u2800\u{1d159}]/gu

/** A run of harmless text, or one character to be shown by its number. */
export type TextPart = { readonly text: string } | { readonly codePoint: number }

export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(hiddenCharacters)) {
    // A line end of two characters is only a line end.
    const shown = match[0] === '\r\n' ? { text: '\n' } : { codePoint: match[0].codePointAt(0) ?? 0 }
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    parts.push(shown)
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ text: text.slice(end) })
  return parts
}

/** `U+202E`. */
export function codePointName(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}

/** For terminals and attributes: each such character as `⟨U+202E⟩`. */
export function visibleText(text: string): string {
  return textParts(text)
    .map(part => ('text' in part ? part.text : `⟨${codePointName(part.codePoint)}⟩`))
    .join('')
}

/** The same on one line, for tables and sentences. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll(/[\n\t]/g, ' ')
}

/** Enough for a sentence or two and a link; more is cut off. */
const reasonLengthMax = 500

/** A requester's own words, as they may be shown anywhere. Undefined when they say nothing. */
export function shownReason(text: string | undefined): string | undefined {
  // Cut first: making things visible takes longer than they are.
  const line = visibleLine(text?.slice(0, reasonLengthMax).trim() ?? '')
  if (line === '') return undefined
  const cut = line.length > reasonLengthMax || (text?.trim().length ?? 0) > reasonLengthMax
  return cut ? `${line.slice(0, reasonLengthMax - 1)}…` : line
}
