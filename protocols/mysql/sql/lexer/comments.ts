/**
 * Comments, of which some are code: which ones depends on the server that will read them.
 * https://dev.mysql.com/doc/refman/9.7/en/comments.html, https://mariadb.com/kb/en/comment-syntax/
 */
import { SqlSyntaxError } from '../syntax-error.ts'
import { isDigit, isSpace } from './characters.ts'
import type { LexerOptions } from './options.ts'

/** Past a comment that ends with its line. A carriage return alone ends none. */
export function skipLine(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  const comment = text.slice(start, end < 0 ? text.length : end)
  // The server ends such a comment at a NUL, and the statement with it.
  if (comment.includes('\0')) throw new SqlSyntaxError('a comment has a NUL', start)
  return end < 0 ? text.length : end
}

/** Past a comment that nobody runs. `start` is that of its `/*`. */
export function skipComment(text: string, start: number): number {
  const end = text.indexOf('*/', start + 2)
  if (end < 0) throw new SqlSyntaxError('a comment has no end', start)
  return end + 2
}

/** Where the code of an executable comment begins, or undefined when it is an ordinary comment. */
export function executableCode(
  text: string,
  start: number,
  options: LexerOptions,
): { readonly runs: boolean; readonly code: number } | undefined {
  const mariadbOnly = text.startsWith('M!', start + 2)
  if (mariadbOnly && options.flavour !== 'mariadb') return undefined
  if (!mariadbOnly && text.charCodeAt(start + 2) !== 33) return undefined
  const from = start + (mariadbOnly ? 4 : 3)
  const digits = versionDigits(text, from, options)
  if (digits === 0) return { runs: true, code: from }
  const version = Number(text.slice(from, from + digits))
  return { runs: runs(version, mariadbOnly, options), code: from + digits }
}

/** Past an executable comment that does not run here: it may have one level of comments within. */
export function skipConditional(text: string, start: number): number {
  let at = start
  for (;;) {
    const end = text.indexOf('*/', at)
    if (end < 0) throw new SqlSyntaxError('a comment has no end', start)
    const nested = text.indexOf('/*', at)
    if (nested < 0 || nested > end) return end + 2
    at = skipComment(text, nested)
  }
}

/** Five, or six: MySQL takes the sixth for the version's only when a space follows it. */
function versionDigits(text: string, from: number, options: LexerOptions): number {
  let count = 0
  while (count < 6 && isDigit(text.charCodeAt(from + count))) count++
  if (count < 5) return 0
  if (count === 5) return 5
  return options.flavour === 'mariadb' || isSpace(text.charCodeAt(from + 6)) ? 6 : 5
}

function runs(version: number, mariadbOnly: boolean, options: LexerOptions): boolean {
  if (version > options.version) return false
  // From 5.7 on the two servers' features went apart, so MariaDB skips what is meant for MySQL.
  const forMysql = version >= 50700 && version <= 99999
  return options.flavour === 'mysql' || mariadbOnly || !forMysql
}
