/**
 * Masks that keep a part of a text: `partial` and `email`. Both count code points, so that a
 * surrogate pair is kept or hidden whole.
 */

const FILLS_MAX = 64

/**
 * Keeps the first and last code points, and replaces each one between by `character`. A text that
 * is too short for anything to be hidden between them is hidden wholly.
 */
export function partial(
  first: number,
  last: number,
  character: string = '*',
): (text: string) => string {
  const fill = String.fromCodePoint(character.codePointAt(0) ?? 0x2a)
  const fills = Array.from({ length: FILLS_MAX }, (_, length) => fill.repeat(length))
  return text => {
    const start = forward(text, first)
    const end = backward(text, start, last)
    if (end <= start) return fill.repeat(codePoints(text, 0, text.length))
    const hidden = codePoints(text, start, end)
    return text.slice(0, start) + (fills[hidden] ?? fill.repeat(hidden)) + text.slice(end)
  }
}

/**
 * `anna@example.com` becomes `a***@example.com`; a local part of one character shows nothing of
 * itself. The stars are always three: the length is hidden too. Undefined when the text is not
 * exactly one e-mail address, for then nothing in it is known to be harmless.
 */
export function email(text: string): string | undefined {
  if (!ASCII_ADDRESS.test(text) && !ADDRESS.test(text)) return undefined
  const at = text.indexOf('@')
  const first = isPair(text, 0) ? 2 : 1
  return `${first < at ? text.slice(0, first) : ''}***${text.slice(at)}`
}

/** No blank, bracket, comma or second @: those mean a name or a list, not one address. */
const ASCII_ADDRESS = /^[^\s@,;<>]+@(?:[A-Za-z\d-]+\.)+[A-Za-z\d-]+$/
const ADDRESS = /^[^\s@,;<>]+@(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+$/u

/** The offset behind `count` code points from the start. */
function forward(text: string, count: number): number {
  let offset = 0
  for (let n = 0; n < count && offset < text.length; n += 1) offset += isPair(text, offset) ? 2 : 1
  return offset
}

/** The offset before `count` code points from the end, but not before `floor`. */
function backward(text: string, floor: number, count: number): number {
  let offset = text.length
  for (let n = 0; n < count && offset > floor; n += 1) offset -= isPair(text, offset - 2) ? 2 : 1
  return offset
}

function codePoints(text: string, start: number, end: number): number {
  let count = end - start
  for (let i = start; i < end - 1; i += 1) if (isPair(text, i)) count -= 1
  return count
}

function isPair(text: string, offset: number): boolean {
  return (
    offset >= 0 &&
    (text.charCodeAt(offset) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(offset + 1) & 0xfc00) === 0xdc00
  )
}
