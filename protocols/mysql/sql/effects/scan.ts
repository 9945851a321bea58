/** Looks through the tokens of statements that are known by their leading words. */
import { type Token, TokenType } from '../lexer/token.ts'
import type { Collector } from './collector.ts'

export class Scan {
  readonly #tokens: readonly Token[]
  readonly #out: Collector
  #at = 0

  constructor(tokens: readonly Token[], out: Collector) {
    this.#tokens = tokens.filter(({ type }) => type !== TokenType.End && type !== TokenType.Hint)
    this.#out = out
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** Whether these words or signs follow, upper case. */
  is(...values: readonly string[]): boolean {
    return values.every((value, index) => isAt(this.#tokens[this.#at + index], value))
  }

  isAhead(ahead: number, value: string): boolean {
    return isAt(this.#tokens[this.#at + ahead], value)
  }

  /** Another one from here on. */
  copy(): Scan {
    return new Scan(this.#tokens.slice(this.#at), this.#out)
  }

  take(...values: readonly string[]): boolean {
    if (!this.is(...values)) return false
    this.#at += values.length
    return true
  }

  skip(): void {
    this.#at++
  }

  /** Whether the words stand anywhere in it, next to each other. */
  has(...values: readonly string[]): boolean {
    return this.#tokens.some((_, start) =>
      values.every((value, index) => isAt(this.#tokens[start + index], value)),
    )
  }

  /** Goes past the first of these words outside of parentheses, and says which it was. */
  seek(...values: readonly string[]): string | undefined {
    let depth = 0
    for (let at = this.#at; at < this.#tokens.length; at++) {
      const token = this.#tokens[at]
      if (isAt(token, '(')) depth++
      else if (isAt(token, ')')) depth--
      const found = depth === 0 ? values.find(value => isAt(token, value)) : undefined
      if (found === undefined) continue
      this.#at = at + 1
      return found
    }
    return undefined
  }

  /** What stands before the first of these words, upper case, to be looked through. */
  before(...values: readonly string[]): string {
    const end = this.#tokens.findIndex(
      (token, at) => at >= this.#at && values.some(value => isAt(token, value)),
    )
    const found = this.#tokens.slice(this.#at, end < 0 ? undefined : end)
    return found.map(({ value }) => value.toUpperCase()).join(' ')
  }

  /** To the next comma outside of parentheses, and past it. */
  nextOfList(): boolean {
    return this.seek(',') !== undefined
  }

  /** A name, quoted or not; undefined when something else follows. */
  name(): string | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined || !names.has(token.type)) return undefined
    this.#at++
    return token.type === TokenType.Word ? this.#out.written(token) : token.value
  }

  /** `bob`, `bob@localhost`: a host that stands for all is left out. */
  user(): string | undefined {
    const name = this.name()
    if (name === undefined) return undefined
    const host = this.#tokens[this.#at]
    if (host?.type !== TokenType.UserVariable) return name
    this.#at++
    return host.value === '%' ? name : `${name}@${host.value}`
  }
}

const names: ReadonlySet<number> = new Set([TokenType.Word, TokenType.Name, TokenType.String])

function isAt(token: Token | undefined, value: string): boolean {
  if (token === undefined || token.value !== value) return false
  return token.type === TokenType.Word || token.type === TokenType.Symbol
}
