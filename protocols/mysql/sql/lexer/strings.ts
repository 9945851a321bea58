/**
 * What stands between quotes. https://dev.mysql.com/doc/refman/9.7/en/string-literals.html
 */
import { SqlSyntaxError } from '../syntax-error.ts'

const backslash = 92
const replacements: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  '0': '\0',
  Z: '\x1a',
  // The backslash stays, so that LIKE sees it.
  '%': '\\%',
  _: '\\_',
}

export interface Quoted {
  readonly value: string
  /** After the closing quote. */
  readonly end: number
}

/** `start` is that of the opening quote. A doubled quote stands for itself. */
export function readString(text: string, start: number, escapes: boolean): Quoted {
  const quote = text.charCodeAt(start)
  let plain = true
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      if (text.charCodeAt(at + 1) !== quote) {
        const raw = text.slice(start + 1, at)
        return { value: plain ? raw : decode(raw, quote, escapes), end: at + 1 }
      }
      plain = false
      at++
    } else if (code === backslash && escapes) {
      plain = false
      at++
    }
  }
  throw new SqlSyntaxError('a string has no end', start)
}

/** A name within backticks, or double quotes under ANSI_QUOTES: no escapes, and no NUL. */
export function readName(text: string, start: number): Quoted {
  const quote = text.charAt(start)
  let at = start + 1
  for (;;) {
    at = text.indexOf(quote, at)
    if (at < 0) throw new SqlSyntaxError('a quoted name has no end', start)
    if (text.charAt(at + 1) !== quote) break
    at += 2
  }
  const raw = text.slice(start + 1, at)
  if (raw.includes('\0')) throw new SqlSyntaxError('a name has a NUL', start)
  return { value: raw.replaceAll(quote + quote, quote), end: at + 1 }
}

function decode(raw: string, quote: number, escapes: boolean): string {
  const pieces: string[] = []
  let from = 0
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at)
    if (code === quote) {
      // Of two quotes the second stays.
      pieces.push(raw.slice(from, at))
      from = at + 1
      at++
    } else if (code === backslash && escapes) {
      const next = raw.charAt(at + 1)
      pieces.push(raw.slice(from, at), replacements[next] ?? next)
      from = at + 2
      at++
    }
  }
  pieces.push(raw.slice(from))
  return pieces.join('')
}
