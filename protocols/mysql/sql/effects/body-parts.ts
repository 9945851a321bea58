/**
 * Takes the body of a stored program apart: BEGIN, IF, CASE, LOOP, REPEAT, WHILE, DECLARE and what
 * stands in them, as ranges that hold one statement or one expression each.
 * https://dev.mysql.com/doc/refman/en/sql-compound-statements.html
 */
import { type Token, TokenType } from '../lexer/token.ts'

export interface BodyPart {
  readonly kind: 'statement' | 'expression'
  readonly start: number
  readonly end: number
}

export interface BodyParts {
  readonly parts: readonly BodyPart[]
  /** What DECLARE named. */
  readonly locals: readonly string[]
}

/** undefined: it has something that is not known here. */
export function bodyParts(tokens: readonly Token[], text: string): BodyParts | undefined {
  const reader = new Reader(tokens, text)
  try {
    reader.statement(0)
    while (reader.take(';'));
    return reader.done ? { parts: reader.parts, locals: reader.locals } : undefined
  } catch (error) {
    if (error instanceof NotKnown) return undefined
    throw error
  }
}

class NotKnown extends Error {}

const depthMax = 100

class Reader {
  readonly parts: BodyPart[] = []
  readonly locals: string[] = []
  readonly #tokens: readonly Token[]
  readonly #text: string
  #at = 0

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens.filter(({ type }) => type !== TokenType.End)
    this.#text = text
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** Takes words or signs that follow each other; all or none. */
  take(...values: readonly string[]): boolean {
    if (!values.every((value, index) => this.#is(value, index))) return false
    this.#at += values.length
    return true
  }

  statement(depth: number): void {
    if (depth > depthMax) throw new NotKnown()
    this.#label()
    if (this.take('BEGIN')) this.#block(depth)
    else if (this.take('IF')) this.#if(depth)
    else if (this.take('CASE')) this.#case(depth)
    else if (this.take('LOOP')) this.#loop('LOOP', depth)
    else if (this.take('REPEAT')) {
      this.#statements(depth)
      this.#need('UNTIL')
      this.#expression('END')
      this.#need('END', 'REPEAT')
      this.#endLabel()
    } else if (this.take('WHILE')) {
      this.#expression('DO')
      this.#need('DO')
      this.#loop('WHILE', depth)
    } else if (this.take('DECLARE')) this.#declare(depth)
    else if (this.take('RETURN')) this.#expression(';')
    else if (ignored.some(word => this.#is(word))) this.#skip()
    else if (unknown.some(word => this.#is(word))) throw new NotKnown()
    else this.#part('statement', ';')
  }

  #block(depth: number): void {
    this.take('NOT', 'ATOMIC')
    this.#statements(depth)
    this.#need('END')
    this.#endLabel()
  }

  /** Statements up to the word that ends the list. */
  #statements(depth: number): void {
    while (!this.done && !listEnds.some(word => this.#is(word))) {
      if (this.take(';')) continue
      this.statement(depth + 1)
      if (!this.take(';')) throw new NotKnown()
    }
  }

  #if(depth: number): void {
    do {
      this.#expression('THEN')
      this.#need('THEN')
      this.#statements(depth)
    } while (this.take('ELSEIF'))
    if (this.take('ELSE')) this.#statements(depth)
    this.#need('END', 'IF')
  }

  #case(depth: number): void {
    if (!this.#is('WHEN')) this.#expression('WHEN')
    while (this.take('WHEN')) {
      this.#expression('THEN')
      this.#need('THEN')
      this.#statements(depth)
    }
    if (this.take('ELSE')) this.#statements(depth)
    this.#need('END', 'CASE')
  }

  #loop(word: 'LOOP' | 'WHILE', depth: number): void {
    this.#statements(depth)
    this.#need('END', word)
    this.#endLabel()
  }

  /** Variables with their default, cursors with their query, handlers with their statement. */
  #declare(depth: number): void {
    if (this.#is('HANDLER', 1)) {
      this.#next()
      this.#need('HANDLER', 'FOR')
      do this.#condition()
      while (this.take(','))
      this.statement(depth + 1)
      return
    }
    const name = this.#name()
    if (this.take('CURSOR')) {
      this.#need('FOR')
      this.#part('statement', ';')
      return
    }
    this.locals.push(name)
    while (this.take(',')) this.locals.push(this.#name())
    while (!this.done && !this.#is(';') && !this.#is('DEFAULT')) this.#next()
    if (this.take('DEFAULT')) this.#expression(';')
  }

  /** A number, SQLSTATE '…', NOT FOUND, SQLWARNING, SQLEXCEPTION, a name. */
  #condition(): void {
    if (this.take('NOT', 'FOUND')) return
    if (this.take('SQLSTATE')) this.take('VALUE')
    this.#next()
  }

  #label(): void {
    const token = this.#tokens[this.#at]
    const isName = token?.type === TokenType.Word || token?.type === TokenType.Name
    if (isName && this.#is(':', 1)) this.#at += 2
  }

  #endLabel(): void {
    if (!this.done && !this.#is(';')) this.#name()
  }

  #expression(until: string): void {
    this.#part('expression', until)
  }

  /** Up to a word or sign outside of parentheses and of CASE … END. */
  #part(kind: BodyPart['kind'], until: string): void {
    const first = this.#tokens[this.#at]
    let last: Token | undefined
    let parentheses = 0
    let cases = 0
    while (!this.done) {
      if (parentheses === 0 && cases === 0 && this.#is(until)) break
      if (this.#is(';')) break
      if (this.#is('(')) parentheses++
      else if (this.#is(')')) parentheses--
      else if (this.#is('CASE')) cases++
      else if (this.#is('END') && cases > 0) cases--
      last = this.#next()
    }
    if (first === undefined || last === undefined || parentheses !== 0) throw new NotKnown()
    this.parts.push({ kind, start: first.start, end: last.end })
  }

  #skip(): void {
    while (!this.done && !this.#is(';')) this.#next()
  }

  #need(...values: readonly string[]): void {
    if (!this.take(...values)) throw new NotKnown()
  }

  #name(): string {
    const token = this.#next()
    if (token.type === TokenType.Name) return token.value
    if (token.type !== TokenType.Word) throw new NotKnown()
    return this.#text.slice(token.start, token.end)
  }

  #next(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new NotKnown()
    this.#at++
    return token
  }

  #is(value: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead]
    if (token === undefined || token.value !== value) return false
    return token.type === TokenType.Word || token.type === TokenType.Symbol
  }
}

const listEnds: readonly string[] = ['END', 'ELSE', 'ELSEIF', 'UNTIL', 'WHEN']

/** They say how the program goes on, and do nothing to the database. */
const ignored: readonly string[] = [
  'LEAVE',
  'ITERATE',
  'OPEN',
  'CLOSE',
  'FETCH',
  'SIGNAL',
  'RESIGNAL',
]

/** MariaDB's loops over ranges and cursors, and what is Oracle's. */
const unknown: readonly string[] = ['FOR', 'GOTO', 'EXIT', 'RAISE', 'EXCEPTION', 'TYPE']
