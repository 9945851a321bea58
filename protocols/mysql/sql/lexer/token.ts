/**
 * Tokens: what they are and where they stand. Whitespace and comments are none, except optimizer
 * hints. https://dev.mysql.com/doc/refman/9.7/en/language-structure.html
 */
export const TokenType = {
  /** Letters without quotes: a keyword, or a name. */
  Word: 1,
  /** What can only be a name: within quotes, next to a dot, or with letters beyond ASCII. */
  Name: 2,
  String: 3,
  /** N'…'. */
  NationalString: 4,
  Integer: 5,
  Decimal: 6,
  Float: 7,
  /** x'…' and 0x…. */
  Hex: 8,
  /** b'…' and 0b…. */
  Bit: 9,
  /** _utf8mb4 and its like: a character set that the server knows. */
  Introducer: 10,
  /** `?` */
  Parameter: 11,
  /** @name, @`name`, @'name'; the host of an account is one too. */
  UserVariable: 12,
  /** `@@`; words and dots follow. */
  SystemVariable: 13,
  /** `\N`, in MariaDB. */
  Null: 14,
  /** An optimizer hint: all that stands between its marks. */
  Hint: 15,
  /** One or more characters that are no letters: `(`, `<=>`, `:=`. */
  Symbol: 16,
  /** $tag$…$tag$: the body of a routine in another language (MySQL). */
  DollarString: 17,
  End: 18,
} as const

export type TokenType = (typeof TokenType)[keyof typeof TokenType]

export interface Token {
  readonly type: TokenType
  readonly start: number
  readonly end: number
  /**
   * Word: in upper case, for comparing. Symbol: itself. Names, variables and strings: decoded.
   * Introducer: lower case without its underscore. Numbers: as written. Hex and bit: the digits.
   */
  readonly value: string
}
