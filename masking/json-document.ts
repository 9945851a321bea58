/**
 * Hides parts of a JSON document and leaves every other byte of it as it was: numbers keep their
 * digits, keys their order and repetitions, blanks their place. RFC 8259.
 */
import { type JsonPath, matchesKey } from './json-path.ts'

export interface DocumentPart {
  readonly path: JsonPath
  /** Gives JSON for a string, a number, a boolean or null, each as it stands in the document. */
  readonly hide: (json: string) => string
  /** What stands for an object, and for a whole array when nothing at all may be told of it. */
  readonly hidden: string
  /** How many elements an array has is told, too: each is hidden by itself. */
  readonly elements: boolean
}

/** Undefined when the text is no JSON document. Of parts that overlap the first one wins. */
export function hideParts(text: string, parts: readonly DocumentPart[]): string | undefined {
  try {
    JSON.parse(text)
    const walk = new Walk(text)
    walk.value(parts.map(part => ({ part, at: 0 })))
    return walk.finish()
  } catch (error) {
    // Nested deeper than the stack is.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

/** How far the keys on the way have followed a part's path. */
interface Sought {
  readonly part: DocumentPart
  readonly at: number
}

/** Walks a text that is known to be JSON, and so only has to find where things end. */
class Walk {
  readonly #text: string
  #at = 0
  #copied = 0
  #out = ''

  constructor(text: string) {
    this.#text = text
  }

  finish(): string {
    return this.#out + this.#text.slice(this.#copied)
  }

  value(sought: readonly Sought[]): void {
    this.#blanks()
    const start = this.#at
    const first = this.#text[start]
    const found = sought.find(({ part, at }) => at === part.path.length)?.part
    if (found !== undefined && first !== '[') {
      this.#skip()
      this.#replace(
        start,
        first === '{' ? found.hidden : found.hide(this.#text.slice(start, this.#at)),
      )
    } else if (found !== undefined && !found.elements) {
      this.#skip()
      this.#replace(start, found.hidden)
    } else if (sought.length === 0) this.#skip()
    else if (first === '{') this.#members(sought)
    else if (first === '[') this.#elements(sought)
    else this.#skip()
  }

  #members(sought: readonly Sought[]): void {
    this.#at += 1
    for (this.#blanks(); this.#text[this.#at] !== '}'; this.#blanks()) {
      if (this.#text[this.#at] === ',') this.#at += 1
      this.#blanks()
      const start = this.#at
      this.#string()
      const key = JSON.parse(this.#text.slice(start, this.#at)) as string
      this.#blanks()
      this.#at += 1
      this.value(
        sought.flatMap(({ part, at }) => {
          const wanted = part.path[at]
          return wanted !== undefined && matchesKey(wanted, key) ? [{ part, at: at + 1 }] : []
        }),
      )
    }
    this.#at += 1
  }

  #elements(sought: readonly Sought[]): void {
    this.#at += 1
    for (this.#blanks(); this.#text[this.#at] !== ']'; this.#blanks()) {
      if (this.#text[this.#at] === ',') this.#at += 1
      this.value(sought)
    }
    this.#at += 1
  }

  #replace(start: number, json: string): void {
    this.#out += this.#text.slice(this.#copied, start) + json
    this.#copied = this.#at
  }

  /** To the end of the value that begins here. */
  #skip(): void {
    const first = this.#text[this.#at]
    if (first === '"') this.#string()
    else if (first === '{' || first === '[') this.#container()
    else this.#to(/[^,\]}\s]*/y)
  }

  #container(): void {
    let depth = 0
    do {
      const character = this.#text[this.#at]
      if (character === '"') this.#string()
      else {
        if (character === '{' || character === '[') depth += 1
        else if (character === '}' || character === ']') depth -= 1
        this.#at += 1
      }
    } while (depth > 0)
  }

  #string(): void {
    this.#at += 1
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === '\\' ? 2 : 1
    this.#at += 1
  }

  #blanks(): void {
    this.#to(/\s*/y)
  }

  #to(pattern: RegExp): void {
    pattern.lastIndex = this.#at
    pattern.test(this.#text)
    this.#at = pattern.lastIndex
  }
}
