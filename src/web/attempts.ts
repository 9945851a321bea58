/**
 * Slows down who guesses passwords: failures are counted by address, by user, and by both, over a
 * window. A user's own address is locked out soon; a user everywhere only after many, so that a
 * stranger cannot easily lock a person out.
 */

const windowMs = 10 * 60 * 1000
const failuresMax = { pair: 8, address: 40, user: 200 } as const
const countersMax = 50_000

interface Counter {
  failures: number
  /** When the window ends. */
  until: number
}

export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  /** `waitSeconds` is 0 when the password was wrong, and another may be tried at once. */
  | { readonly ok: false; readonly waitSeconds: number }

export class Attempts {
  readonly #counters = new Map<string, Counter>()
  /** The last check of each address that has one under way. */
  readonly #underWay = new Map<string, Promise<unknown>>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Checks of one address run one after another, so that parallel guesses all count. */
  async check<T>(
    user: string,
    address: string,
    verify: () => Promise<T | undefined>,
  ): Promise<Attempt<T>> {
    const before = this.#underWay.get(address)
    const check = this.#checkAfter(before, user, address, verify)
    const settled = check.then(nothing, nothing)
    this.#underWay.set(address, settled)
    try {
      return await check
    } finally {
      if (this.#underWay.get(address) === settled) this.#underWay.delete(address)
    }
  }

  async #checkAfter<T>(
    before: Promise<unknown> | undefined,
    user: string,
    address: string,
    verify: () => Promise<T | undefined>,
  ): Promise<Attempt<T>> {
    await before
    const waitSeconds = this.#waitSeconds(user, address)
    if (waitSeconds > 0) return { ok: false, waitSeconds }
    const value = await verify()
    if (value !== undefined) return { ok: true, value }
    this.#failed(user, address)
    return { ok: false, waitSeconds: 0 }
  }

  #waitSeconds(user: string, address: string): number {
    const now = this.#now()
    let until = now
    for (const [key, max] of keys(user, address)) {
      const counter = this.#counters.get(key)
      if (counter !== undefined && counter.failures >= max) until = Math.max(until, counter.until)
    }
    return Math.ceil((until - now) / 1000)
  }

  #failed(user: string, address: string): void {
    const now = this.#now()
    this.#sweep(now)
    for (const [key] of keys(user, address)) {
      const counter = this.#counters.get(key)
      if (counter === undefined || counter.until <= now) {
        this.#counters.set(key, { failures: 1, until: now + windowMs })
      } else counter.failures++
    }
  }

  #sweep(now: number): void {
    if (this.#counters.size < countersMax) return
    for (const [key, counter] of this.#counters) {
      if (counter.until <= now) this.#counters.delete(key)
    }
    // Made-up user names must not fill the memory; the oldest counters go first.
    for (const key of this.#counters.keys()) {
      if (this.#counters.size < countersMax) break
      this.#counters.delete(key)
    }
  }
}

function keys(user: string, address: string): readonly (readonly [key: string, max: number])[] {
  return [
    [JSON.stringify([user, address]), failuresMax.pair],
    [JSON.stringify(['', address]), failuresMax.address],
    [JSON.stringify([user]), failuresMax.user],
  ]
}

function nothing(): void {
  // How an earlier check ended is no concern of the next one.
}
