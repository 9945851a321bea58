/**
 * `partial` and `email` from bytes to bytes, for values of ASCII only: a large result is masked
 * without a string for each cell. What is not ASCII, or not what the mask expects, is left to the
 * text masks, which these have to agree with byte for byte.
 */
import type { AsciiMask } from '../protocols/protocol.ts'

const at = 0x40
const dot = 0x2e
const star = 0x2a

/** `fill` is one byte of ASCII. */
export function partialAscii(first: number, last: number, fill: number): AsciiMask {
  return (from, start, end, to, offset) => {
    const length = end - start
    const short = length <= first + last
    const hiddenFrom = short ? start : start + first
    const hiddenTo = short ? end : end - last
    let out = offset
    for (let i = start; i < end; i += 1, out += 1) {
      const byte = from[i] ?? 0x80
      if (byte >= 0x80) return -1
      to[out] = i >= hiddenFrom && i < hiddenTo ? fill : byte
    }
    return length
  }
}

/** `lengthMax` of the column: a masked value that would not fit is left to the text mask. */
export function emailAscii(lengthMax: number): AsciiMask {
  return (from, start, end, to, offset) => {
    const sign = localEnd(from, start, end)
    if (sign < 0 || !isDomain(from, sign + 1, end)) return -1
    const shown = sign - start > 1 ? 1 : 0
    const length = shown + 3 + end - sign
    if (length > lengthMax) return -1
    let out = offset
    if (shown === 1) {
      to[out] = from[start] ?? star
      out += 1
    }
    to[out] = star
    to[out + 1] = star
    to[out + 2] = star
    out += 3
    for (let i = sign; i < end; i += 1, out += 1) to[out] = from[i] ?? star
    return length
  }
}

/** Where the only @ is; -1 when what is before it is not the local part of one address. */
function localEnd(from: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 1) {
    const byte = from[i] ?? 0x80
    if (byte === at) return i > start ? i : -1
    if (byte >= 0x80 || notLocal[byte] === 1) return -1
  }
  return -1
}

/** At least two labels of letters, digits and dashes, none of them empty. */
function isDomain(from: Uint8Array, start: number, end: number): boolean {
  let labels = 0
  let label = 0
  for (let i = start; i < end; i += 1) {
    const byte = from[i] ?? 0x80
    if (byte === dot) {
      if (label === 0) return false
      labels += 1
      label = 0
    } else if (byte < 0x80 && inLabel[byte] === 1) label += 1
    else return false
  }
  return labels > 0 && label > 0
}

const notLocal = table('\t\n\v\f\r @,;<>')
const inLabel = table('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-')

function table(characters: string): Uint8Array {
  const bytes = new Uint8Array(0x80)
  for (const character of characters) bytes[character.charCodeAt(0)] = 1
  return bytes
}
