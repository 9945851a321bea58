/**
 * What each ASCII character may begin or continue. Everything beyond ASCII continues a name: the
 * server looks at UTF-8 bytes there, and none of them is special.
 */
const space = 1
const letter = 2
const digit = 4
const hex = 8
const control = 16
const comparison = 32

const classes = new Uint8Array(128)

for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code)
  let bits = 0
  if (/[\t\n\v\f\r ]/.test(character)) bits |= space
  if (/[A-Za-z_$]/.test(character)) bits |= letter
  if (/[0-9]/.test(character)) bits |= digit
  if (/[0-9A-Fa-f]/.test(character)) bits |= hex
  if (code < 32 || code === 127) bits |= control
  if (/[<>=!]/.test(character)) bits |= comparison
  classes[code] = bits
}

function is(code: number, bits: number): boolean {
  return code < 128 && ((classes[code] ?? 0) & bits) !== 0
}

export function isSpace(code: number): boolean {
  return is(code, space)
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isHexDigit(code: number): boolean {
  return is(code, hex)
}

export function isComparison(code: number): boolean {
  return is(code, comparison)
}

/** A letter, a digit, `_`, `$`, or anything beyond ASCII. NaN, which is the end, is none. */
export function isNamePart(code: number): boolean {
  return code >= 128 || is(code, letter | digit)
}

/** What has to follow `--` for it to begin a comment; the end of the text does too. */
export function endsDashes(code: number): boolean {
  return Number.isNaN(code) || is(code, space | control)
}
