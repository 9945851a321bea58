/** The sessions that wait here for people. What they wait for is stored; that they do is not. */
import type { Outcome } from './approval.ts'

interface Waiter {
  resolve(outcome: Outcome): void
  /** Stops listening for the client that leaves. */
  release(): void
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

export class Waiters {
  /** Until the statement runs, or will not. */
  readonly #waiters = new Map<string, Waiter>()

  /** The outcome, which never rejects. */
  add(id: string, expiresAt: Date, release: () => void): Promise<Outcome> {
    return new Promise<Outcome>(resolve => {
      this.#waiters.set(id, { resolve, release, expiresAt: expiresAt.getTime() })
    })
  }

  has(id: string): boolean {
    return this.#waiters.has(id)
  }

  ids(): readonly string[] {
    return [...this.#waiters.keys()]
  }

  /** Those whose time is over. */
  overdue(now: number): readonly string[] {
    return [...this.#waiters].filter(([, { expiresAt }]) => expiresAt <= now).map(([id]) => id)
  }

  /** Only the first outcome counts. */
  settle(id: string, outcome: Outcome): void {
    this.#waiters.get(id)?.resolve(outcome)
    // Who is approved still waits for its statement to run, and may leave before.
    if (outcome.kind !== 'approved') this.forget(id)
  }

  forget(id: string): void {
    this.#waiters.get(id)?.release()
    this.#waiters.delete(id)
  }
}
