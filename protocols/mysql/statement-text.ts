/**
 * The text of a statement. It may hold bytes that are no UTF-8, in a `_binary'…'` that a driver
 * wrote; the server reads each of them as a character of its own, and so do we. They are shown as
 * a replacement character and their hexadecimal digits, so that texts that differ stay different.
 */
import { isUtf8 } from 'node:buffer'

export function statementText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const parts: string[] = []
  let from = 0
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) {
      parts.push(bytes.toString('utf8', from, at), `\ufffd${bytes.toString('hex', at, at + 1)}`)
      from = at + 1
    }
    at += Math.max(1, length)
  }
  parts.push(bytes.toString('utf8', from))
  return parts.join('')
}

/** How many bytes the character at `at` has; 0 when there is none. RFC 3629, section 4. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  return length > 0 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length
    ? length
    : 0
}
