/**
 * How a text that the server keeps is read: by the sql_mode that it was made under.
 * https://dev.mysql.com/doc/refman/9.7/en/sql-mode.html
 */
import type { LexerOptions } from '../sql/lexer/options.ts'

interface Server {
  readonly flavour: 'mysql' | 'mariadb'
  readonly version: number
}

/** `sqlMode` as the server shows it: ANSI and its like are written out. */
export function lexerFor({ flavour, version }: Server, sqlMode: string): LexerOptions {
  const modes = new Set(sqlMode.toUpperCase().split(','))
  return {
    flavour,
    version,
    ansiQuotes: modes.has('ANSI_QUOTES'),
    noBackslashEscapes: modes.has('NO_BACKSLASH_ESCAPES'),
    ignoreSpace: modes.has('IGNORE_SPACE'),
    pipesAsConcat: modes.has('PIPES_AS_CONCAT'),
    highNotPrecedence: modes.has('HIGH_NOT_PRECEDENCE'),
  }
}

/** MariaDB reads PL/SQL under it, and another dialect under MSSQL. */
export function hasForeignSyntax(sqlMode: string): boolean {
  return /(?:^|,)(?:ORACLE|MSSQL)(?:,|$)/i.test(sqlMode)
}
