/** Text that others wrote, made safe for a terminal. */

// Controls, formats (zero-width characters, marks that turn the writing direction), line separators.
const dangerous = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Controls become `\x1b` and the like: what was recorded must not steer the terminal. Tabs and
 * newlines stay.
 */
export function visible(text: string): string {
  return text.replace(dangerous, character => {
    if (character === '\n' || character === '\t') return character
    const code = character.codePointAt(0) ?? 0
    const hex = code.toString(16)
    if (code > 0xffff) return `\\u{${hex}}`
    return code > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`
  })
}

/** One line of it. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n')
}

/** Columns of a terminal that a text takes: East Asian wide characters take two, marks none. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue
    width += wide.test(character) ? 2 : 1
  }
  return width
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u
