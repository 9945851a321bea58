/**
 * What outside of a text decides how it is cut into tokens: the server that will run it and the
 * settings of its session. https://dev.mysql.com/doc/refman/9.7/en/sql-mode.html
 */
export interface LexerOptions {
  readonly flavour: 'mysql' | 'mariadb'
  /** As executable comments write it: 90704, 101106. */
  readonly version: number
  readonly ansiQuotes: boolean
  readonly noBackslashEscapes: boolean
  /** IGNORE_SPACE, which the client's CLIENT_IGNORE_SPACE sets. */
  readonly ignoreSpace: boolean
  readonly pipesAsConcat: boolean
  readonly highNotPrecedence: boolean
}
