/**
 * Who is signed in to the console. Kept in memory, so a restart signs everybody out; only hashes
 * of the ids are kept, so that a dump of memory's tables is no set of keys.
 */
import { createHash, randomBytes } from 'node:crypto'

const lifeMsMax = 8 * 60 * 60 * 1000
const idleMsMax = 60 * 60 * 1000
const countMax = 10_000

export interface SignIn {
  readonly user: string
  /** Goes into every form: a page of somebody else's cannot know it. */
  readonly csrf: string
  readonly startedAt: number
}

interface Entry extends SignIn {
  seenAt: number
}

export class SignIns {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Returns the id for the cookie. */
  start(user: string): string {
    this.#sweep()
    const id = randomToken()
    const now = this.#now()
    this.#entries.set(hash(id), { user, csrf: randomToken(), startedAt: now, seenAt: now })
    return id
  }

  /** `touch` false: an open page asks, nobody is there. */
  find(id: string | undefined, touch = true): SignIn | undefined {
    if (id === undefined) return undefined
    const key = hash(id)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    const now = this.#now()
    if (isOver(entry, now)) {
      this.#entries.delete(key)
      return undefined
    }
    if (touch) entry.seenAt = now
    return entry
  }

  end(id: string): void {
    this.#entries.delete(hash(id))
  }

  #sweep(): void {
    const now = this.#now()
    for (const [key, entry] of this.#entries) if (isOver(entry, now)) this.#entries.delete(key)
    // The oldest come first in a Map; only people with passwords fill it.
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < countMax) break
      this.#entries.delete(key)
    }
  }
}

export function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

function hash(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

function isOver(entry: Entry, now: number): boolean {
  return now - entry.startedAt > lifeMsMax || now - entry.seenAt > idleMsMax
}
