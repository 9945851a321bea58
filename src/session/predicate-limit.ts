/**
 * How much one identity may ask of one masked column within a time, over all of its sessions. Each
 * look-up by equality tells whether a guess was right; many of them find a value out. What is asked
 * again is not counted again.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { MaskedPredicate } from '../../masking/predicates.ts'
import type { Statement } from '../../protocols/protocol.ts'

export interface PredicateLimitOptions {
  /** Values that a column may be compared with, or other questions, within the window. */
  readonly count: number
  readonly windowMs: number
  readonly action: 'hold' | 'deny'
}

interface Asked {
  readonly atMs: number
  readonly guesses: number
}

/** Identities and columns are bounded by the configuration and the catalog; this holds if not. */
const KEYS_MAX = 10_000

export class PredicateLimit {
  readonly #options: PredicateLimitOptions
  /** By identity, database and column; then by what was asked, the oldest first. */
  readonly #asked = new Map<string, Map<string, Asked>>()

  constructor(options: PredicateLimitOptions) {
    this.#options = options
  }

  /** Counts it, unless it is too much: then it says what is to be done. */
  ask(
    identity: string,
    database: string,
    statement: Statement,
    predicates: readonly MaskedPredicate[],
    nowMs: number = Date.now(),
  ): 'hold' | 'deny' | undefined {
    const guesses = new Map<string, number>()
    for (const predicate of predicates) {
      const { schema, table, column } = predicate.column
      const key = JSON.stringify([identity, database, schema, table, column])
      const more = guessesOf(predicate, statement)
      if (more > 0) guesses.set(key, (guesses.get(key) ?? 0) + more)
    }
    if (guesses.size === 0) return undefined
    const question = questionOf(statement)
    const columns = [...guesses].map(([key, count]) => ({ asked: this.#recent(key, nowMs), count }))
    const fresh = columns.filter(({ asked }) => !asked.has(question))
    for (const { asked, count } of fresh)
      if (sum(asked) + count > this.#options.count) return this.#options.action
    for (const { asked, count } of fresh) asked.set(question, { atMs: nowMs, guesses: count })
    return undefined
  }

  #recent(key: string, nowMs: number): Map<string, Asked> {
    const asked = this.#asked.get(key) ?? new Map<string, Asked>()
    for (const [question, { atMs }] of asked) {
      if (atMs > nowMs - this.#options.windowMs) break
      asked.delete(question)
    }
    // The one that was asked least lately is forgotten first.
    this.#asked.delete(key)
    this.#asked.set(key, asked)
    const [oldest] = this.#asked.keys()
    if (this.#asked.size > KEYS_MAX && oldest !== undefined) this.#asked.delete(oldest)
    return asked
  }
}

function guessesOf({ kind, constants, list }: MaskedPredicate, statement: Statement): number {
  if (kind === 'group' || kind === 'order') return 0
  if (list) return constants + listLengthMax(statement)
  // A join on the key has no constants, and tells nothing that its other side does not.
  return kind === 'equality' ? constants : Math.max(1, constants)
}

/** Elements are parted by commas, whichever of the parameters or literals the list is. */
function listLengthMax({ text, parameters }: Statement): number {
  const texts = parameters.filter(value => typeof value === 'string')
  return Math.max(...[text, ...texts].map(each => each.split(',').length))
}

/** EXECUTE says nothing of what it asks: a name may stand for another statement each time. */
function questionOf({ text, parameters, analysis }: Statement): string {
  if (/\bEXECUTE\b/.test(analysis.tag)) return randomUUID()
  const hash = createHash('sha256').update(text)
  for (const value of parameters) hash.update('\0').update(value ?? '\0')
  return hash.digest('base64')
}

function sum(asked: ReadonlyMap<string, Asked>): number {
  let total = 0
  for (const { guesses } of asked.values()) total += guesses
  return total
}
