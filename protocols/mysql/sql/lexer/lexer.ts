/**
 * Cuts a text into tokens as the server that will run it does. What it would reject, or read in a
 * way that nobody means, is an error: never a guess.
 * https://dev.mysql.com/doc/refman/9.7/en/language-structure.html
 */
import { SqlSyntaxError } from '../syntax-error.ts'
import { endsDashes, isComparison, isDigit, isNamePart, isSpace } from './characters.ts'
import { introducers } from './charsets.ts'
import { executableCode, skipComment, skipConditional, skipLine } from './comments.ts'
import { readFraction, readNumber } from './numbers.ts'
import type { LexerOptions } from './options.ts'
import { readName, readString } from './strings.ts'
import { type Token, TokenType } from './token.ts'

/** Throws SqlSyntaxError. The last token is of the type End. */
export function lex(text: string, options: LexerOptions): readonly Token[] {
  return new Lexer(text, options).run()
}

const hintable = new Set(['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE'])

class Lexer {
  readonly #text: string
  readonly #options: LexerOptions
  readonly #mysql: boolean
  readonly #tokens: Token[] = []
  #at = 0
  /** Within an executable comment: the next end of a comment is that one's. */
  #executable = false

  constructor(text: string, options: LexerOptions) {
    this.#text = text
    this.#options = options
    this.#mysql = options.flavour === 'mysql'
  }

  run(): readonly Token[] {
    const text = this.#text
    const length = text.length
    while (this.#at < length) {
      const code = text.charCodeAt(this.#at)
      if (code >= 128 || (code >= 97 && code <= 122) || (code >= 65 && code <= 90)) this.#word(code)
      else if (isSpace(code)) this.#at++
      else this.#other(code)
    }
    if (this.#executable) this.#fail('a comment has no end')
    this.#push(TokenType.End, length, length, '')
    return this.#tokens
  }

  #other(code: number): void {
    const start = this.#at
    switch (code) {
      case 95: // _
      case 36: // $
        this.#word(code)
        return
      case 39: // '
        this.#string(start, start, TokenType.String)
        return
      case 34: // "
        if (this.#options.ansiQuotes) this.#quotedName()
        else this.#string(start, start, TokenType.String)
        return
      case 96: // `
        this.#quotedName()
        return
      case 46: // .
        if (!this.#mysql && this.#peek(1) === 46) this.#symbol('..')
        else if (isDigit(this.#peek(1))) this.#take(readFraction(this.#text, start, start))
        else this.#dot()
        return
      case 35: // #
        this.#at = skipLine(this.#text, start)
        return
      case 45: // -
        if (this.#peek(1) === 45 && endsDashes(this.#peek(2))) {
          this.#at = skipLine(this.#text, start)
        } else this.#minus()
        return
      case 47: // /
        if (this.#peek(1) === 42) this.#comment()
        else this.#symbol('/')
        return
      case 42: // *
        if (this.#executable && this.#peek(1) === 47) {
          this.#executable = false
          this.#at += 2
        } else this.#symbol('*')
        return
      case 64: // @
        this.#variable()
        return
      case 63: // ?
        if (isNamePart(this.#peek(1))) this.#fail('a parameter mark stands before a name')
        this.#push(TokenType.Parameter, start, start + 1, '?')
        return
      case 92: // \
        if (this.#mysql || this.#peek(1) !== 78)
          this.#fail('a backslash stands outside of a string')
        this.#push(TokenType.Null, start, start + 2, '\\N')
        return
      case 59: // ;
        if (this.#executable) this.#fail('a statement ends within a comment')
        this.#symbol(';')
        return
      default:
        if (isDigit(code)) this.#number()
        else this.#operator(code)
    }
  }

  #word(first: number): void {
    const text = this.#text
    const start = this.#at
    if (this.#peek(1) === 39) {
      const lower = first | 32
      if (lower === 110) {
        this.#string(start + 1, start, TokenType.NationalString)
        return
      }
      if (lower === 120) {
        this.#digits(TokenType.Hex, /^[0-9A-Fa-f]*$/)
        return
      }
      if (lower === 98) {
        this.#digits(TokenType.Bit, /^[01]*$/)
        return
      }
    }
    if (first === 36 && this.#mysql && this.#dollarString()) return
    let at = start
    let code = first
    let ascii = true
    do {
      if (code >= 128) ascii = false
      code = text.charCodeAt(++at)
    } while (isNamePart(code))
    const written = text.slice(start, at)
    if (first === 95 && introducers[this.#options.flavour].has(written.slice(1).toLowerCase())) {
      this.#push(TokenType.Introducer, start, at, written.slice(1).toLowerCase())
      return
    }
    // A name beyond ASCII must not turn into a keyword by its upper case.
    if (!ascii) this.#push(TokenType.Name, start, at, written)
    else if (code === 46 && isNamePart(text.charCodeAt(at + 1))) {
      this.#push(TokenType.Name, start, at, written)
      this.#dot()
    } else {
      const upper = written.toUpperCase()
      this.#push(TokenType.Word, start, at, upper)
      if (this.#mysql && hintable.has(upper)) this.#hint()
    }
  }

  /** A dot; what follows it at once can only be a name, even where it begins with a digit. */
  #dot(): void {
    const text = this.#text
    do {
      this.#symbol('.')
      const start = this.#at
      if (!isNamePart(text.charCodeAt(start))) return
      let at = start + 1
      while (isNamePart(text.charCodeAt(at))) at++
      this.#push(TokenType.Name, start, at, text.slice(start, at))
    } while (this.#peek(0) === 46 && isNamePart(this.#peek(1)))
  }

  #number(): void {
    const text = this.#text
    const start = this.#at
    const token = readNumber(text, start, this.#mysql)
    if (token !== undefined) {
      this.#take(token)
      return
    }
    let at = start + 1
    while (isNamePart(text.charCodeAt(at))) at++
    this.#push(TokenType.Name, start, at, text.slice(start, at))
    if (text.charCodeAt(at) === 46 && isNamePart(text.charCodeAt(at + 1))) this.#dot()
  }

  #string(quote: number, start: number, type: TokenType): void {
    const { value, end } = readString(this.#text, quote, !this.#options.noBackslashEscapes)
    this.#push(type, start, end, value)
  }

  #quotedName(): void {
    const { value, end } = readName(this.#text, this.#at)
    this.#push(TokenType.Name, this.#at, end, value)
  }

  /** x'…' and b'…'. */
  #digits(type: TokenType, allowed: RegExp): void {
    const start = this.#at
    const end = this.#text.indexOf("'", start + 2)
    const digits = this.#text.slice(start + 2, end)
    const whole = type === TokenType.Bit || digits.length % 2 === 0
    if (end < 0 || !whole || !allowed.test(digits)) this.#fail('a literal of digits is not valid')
    this.#push(type, start, end + 1, digits)
  }

  #dollarString(): boolean {
    const text = this.#text
    const start = this.#at
    let at = start + 1
    while (isNamePart(text.charCodeAt(at)) && text.charCodeAt(at) !== 36) at++
    if (text.charCodeAt(at) !== 36) return false
    const tag = text.slice(start, at + 1)
    const end = text.indexOf(tag, at + 1)
    if (end < 0) this.#fail('a string between dollar signs has no end')
    this.#push(TokenType.DollarString, start, end + tag.length, text.slice(at + 1, end))
    return true
  }

  #comment(): void {
    const text = this.#text
    const start = this.#at
    const found = executableCode(text, start, this.#options)
    if (found === undefined) this.#at = skipComment(text, start)
    else if (!found.runs) this.#at = skipConditional(text, found.code)
    else {
      this.#executable = true
      this.#at = found.code
    }
  }

  /** Hints count only right after the keyword; elsewhere they are comments. */
  #hint(): void {
    const text = this.#text
    let start = this.#at
    while (isSpace(text.charCodeAt(start))) start++
    if (!text.startsWith('/*+', start)) return
    const end = skipComment(text, start)
    const inside = text.slice(start + 3, end - 2)
    // The server cuts hints into tokens of their own: an end within quotes would be none.
    for (const quote of ['`', "'", '"']) {
      if (inside.split(quote).length % 2 === 0) this.#fail('a hint has a quote without its other')
    }
    this.#push(TokenType.Hint, start, end, inside)
  }

  #variable(): void {
    const text = this.#text
    const start = this.#at
    const next = this.#peek(1)
    if (next === 64) {
      this.#push(TokenType.SystemVariable, start, start + 2, '@@')
      if (this.#peek(0) !== 96 && !isNamePart(this.#peek(0))) this.#fail('@@ has no name')
      return
    }
    if (next === 96 || (next === 34 && this.#options.ansiQuotes)) {
      const { value, end } = readName(text, start + 1)
      this.#push(TokenType.UserVariable, start, end, value)
      return
    }
    if (next === 39 || next === 34) {
      this.#string(start + 1, start, TokenType.UserVariable)
      return
    }
    let at = start + 1
    while (isHostPart(text.charCodeAt(at))) at++
    this.#push(TokenType.UserVariable, start, at, text.slice(start + 1, at))
  }

  #minus(): void {
    if (!this.#mysql || this.#peek(1) !== 62) {
      this.#symbol('-')
      return
    }
    this.#symbol(this.#peek(2) === 62 ? '->>' : '->')
  }

  #operator(code: number): void {
    if (isComparison(code)) {
      this.#comparison(code)
      return
    }
    const character = String.fromCharCode(code)
    if (code === 38 || code === 124) {
      this.#symbol(this.#peek(1) === code ? character + character : character)
      return
    }
    if (code === 58 && this.#peek(1) === 61) {
      this.#symbol(':=')
      return
    }
    if (code <= 32 || code === 127) this.#fail('a control character stands outside of a string')
    this.#symbol(character)
  }

  /**
   * MySQL takes up to three characters of a comparison together, and what they make must be one;
   * but of `!!` it drops the second. MariaDB takes the longest that there is.
   */
  #comparison(code: number): void {
    const start = this.#at
    const long = code === 60 && isComparison(this.#peek(1)) && isComparison(this.#peek(2))
    let length = isComparison(this.#peek(1)) ? 2 : 1
    if (long && this.#peek(2) !== 60) length = 3
    let found = this.#text.slice(start, start + length)
    if (this.#mysql && found === '!!') {
      this.#push(TokenType.Symbol, start, start + 2, '!')
      return
    }
    while (!comparisons.has(found)) {
      if (this.#mysql) this.#fail('characters of comparisons stand side by side')
      found = found.slice(0, -1)
    }
    this.#symbol(found)
  }

  #symbol(value: string): void {
    this.#push(TokenType.Symbol, this.#at, this.#at + value.length, value)
  }

  #push(type: TokenType, start: number, end: number, value: string): void {
    this.#tokens.push({ type, start, end, value })
    this.#at = end
  }

  #take(token: Token): void {
    this.#tokens.push(token)
    this.#at = token.end
  }

  #peek(offset: number): number {
    return this.#text.charCodeAt(this.#at + offset)
  }

  #fail(message: string): never {
    throw new SqlSyntaxError(message, this.#at)
  }
}

const comparisons = new Set(['=', '<', '>', '!', '<=', '>=', '<>', '!=', '<<', '>>', '<=>'])

/** Of a host's name, and so of a variable's: what a name has, and dots. */
function isHostPart(code: number): boolean {
  return code === 46 || isNamePart(code)
}
