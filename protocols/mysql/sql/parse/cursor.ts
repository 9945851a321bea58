/**
 * Walks over tokens for the functions that read a grammar. They need no way back: what follows is
 * always told by a bounded look ahead.
 */
import type { Expression, IntoClause, Query, Ranged, Statement } from '../ast.ts'
import { reservedWords } from '../keywords.ts'
import type { LexerOptions } from '../lexer/options.ts'
import { type Token, TokenType } from '../lexer/token.ts'
import { SqlSyntaxError } from '../syntax-error.ts'

/** Parts of the grammar that contain each other reach each other through this. */
export interface Grammar {
  expression(cursor: Cursor): Expression
  /** One that no comparison, predicate or logic joins: what BETWEEN has on its sides. */
  operand(cursor: Cursor): Expression
  query(cursor: Cursor): Query
  /** Goes on with a query whose first part was read in parentheses. */
  queryAround(cursor: Cursor, first: Query, start: number): Query
  statement(cursor: Cursor): Statement
}

/** Deeper ones are no statements of people or programs; who walks a tree may recurse to it. */
const depthMax = 200

export class Cursor {
  readonly text: string
  readonly options: LexerOptions
  readonly grammar: Grammar
  readonly mariadb: boolean
  readonly #tokens: readonly Token[]
  readonly #reserved: ReadonlySet<string>
  #index: number
  #depth = 0
  /** The next token. */
  token: Token
  /** The last token that was taken ends here. */
  end: number
  /** How many `?` were taken. */
  parameters = 0
  /** An operand that was read before it was known to be one; prefixes must not be looked for. */
  pending: Expression | undefined = undefined
  /** INTO may stand within a SELECT, and belongs to the query around it. */
  into: IntoClause | undefined = undefined
  /** Within ON DUPLICATE KEY UPDATE, where VALUES(column) is a value. */
  inDuplicate = false
  /** Within a stored program: the names that are variables where the cursor stands, folded. */
  variables: ReadonlySet<string> | undefined = undefined

  constructor(
    text: string,
    tokens: readonly Token[],
    first: number,
    options: LexerOptions,
    grammar: Grammar,
  ) {
    this.text = text
    this.options = options
    this.grammar = grammar
    this.mariadb = options.flavour === 'mariadb'
    this.#tokens = tokens
    this.#reserved = reservedWords[options.flavour]
    this.#index = first
    this.token = tokens[first] ?? { type: TokenType.End, start: 0, end: 0, value: '' }
    this.end = this.token.start
  }

  /** Of the next token among all of the text's. */
  get index(): number {
    return this.#index
  }

  /** The token `offset` after the next. */
  peek(offset: number): Token {
    return this.#tokens[this.#index + offset] ?? this.token
  }

  advance(): Token {
    const taken = this.token
    this.end = taken.end
    const next = this.#tokens[this.#index + 1]
    if (next !== undefined) {
      this.#index++
      this.token = next
    }
    return taken
  }

  at(word: string): boolean {
    return this.token.value === word && this.token.type === TokenType.Word
  }

  atSymbol(symbol: string): boolean {
    return this.token.value === symbol && this.token.type === TokenType.Symbol
  }

  peekWord(offset: number, word: string): boolean {
    const token = this.peek(offset)
    return token.type === TokenType.Word && token.value === word
  }

  peekSymbol(offset: number, symbol: string): boolean {
    const token = this.peek(offset)
    return token.type === TokenType.Symbol && token.value === symbol
  }

  accept(word: string): boolean {
    if (!this.at(word)) return false
    this.advance()
    return true
  }

  /** All of them, or none. */
  acceptWords(...words: readonly string[]): boolean {
    for (const [offset, word] of words.entries()) if (!this.peekWord(offset, word)) return false
    for (const _ of words) this.advance()
    return true
  }

  /** The first of the words that is there, in lower case. */
  acceptAny(...words: readonly string[]): string | undefined {
    for (const word of words) if (this.accept(word)) return word.toLowerCase()
    return undefined
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.atSymbol(symbol)) return false
    this.advance()
    return true
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) this.fail(word)
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) this.fail(`'${symbol}'`)
  }

  /** The end of a statement: of the text, or a semicolon. */
  atEnd(): boolean {
    return this.token.type === TokenType.End || this.atSymbol(';')
  }

  atName(): boolean {
    const { type, value } = this.token
    return type === TokenType.Name || (type === TokenType.Word && !this.#reserved.has(value))
  }

  isReserved(word: string): boolean {
    return this.#reserved.has(word)
  }

  /** A name as it was written, or as its quotes mean it. */
  name(what = 'a name'): string {
    if (!this.atName()) this.fail(what)
    return this.nameOf(this.advance())
  }

  nameOf(token: Token): string {
    return token.type === TokenType.Word ? this.text.slice(token.start, token.end) : token.value
  }

  /** `(a, b)`. */
  nameList(): readonly string[] {
    this.expectSymbol('(')
    const names: string[] = []
    do names.push(this.name())
    while (this.acceptSymbol(','))
    this.expectSymbol(')')
    return names
  }

  string(what = 'a string'): string {
    if (this.token.type !== TokenType.String) this.fail(what)
    return this.advance().value
  }

  range(start: number): Ranged {
    return { start, end: this.end }
  }

  /** To be left again, unless it throws. */
  enter(): void {
    if (++this.#depth > depthMax) this.fail('less depth')
  }

  leave(): void {
    this.#depth--
  }

  /** For loops that put one node into the next. */
  bound(count: number): void {
    if (count > depthMax) this.fail('less depth')
  }

  fail(expected: string): never {
    const { type, start, end } = this.token
    const here = (): string => `'${this.text.slice(start, end).slice(0, 40)}'`
    // The message is recorded in clear, and values are not.
    const found = type === TokenType.End ? 'the end' : literals.has(type) ? 'a literal' : here()
    throw new SqlSyntaxError(`expected ${expected}, got ${found}`, start)
  }
}

const literals: ReadonlySet<number> = new Set([
  ...[TokenType.String, TokenType.NationalString, TokenType.Integer, TokenType.Decimal],
  ...[TokenType.Float, TokenType.Hex, TokenType.Bit],
])
