/** The sessions that wait here for people. What they wait for is stored; that they do is not. */
import type { Outcome } from './approval.ts'

/** What is waited for. */
export interface Awaited {
  /** Of what would run: an approval of anything else is none. */
  readonly digest: string
  readonly expiresAt: Date
}

interface Waiter extends Awaited {
  readonly resolve: (outcome: Outcome) => void
  /** Stops listening for the client that leaves. */
  readonly release: () => void
}

export class Waiters {
  /** Until the statement runs, or will not. */
  readonly #waiters = new Map<string, Waiter>()

  /** The outcome, which never rejects. */
  add(id: string, { digest, expiresAt }: Awaited, release: () => void): Promise<Outcome> {
    return new Promise<Outcome>(resolve => {
      this.#waiters.set(id, { digest, expiresAt, resolve, release })
    })
  }

  /** Who was told that it is approved waits again. Undefined when nobody does. */
  again(id: string, awaited: Awaited): Promise<Outcome> | undefined {
    const waiter = this.#waiters.get(id)
    if (waiter === undefined) return undefined
    return new Promise<Outcome>(resolve => {
      this.#waiters.set(id, { ...waiter, ...awaited, resolve })
    })
  }

  get(id: string): Awaited | undefined {
    return this.#waiters.get(id)
  }

  ids(): readonly string[] {
    return [...this.#waiters.keys()]
  }

  /** Those whose time is over. */
  overdue(now: number): readonly string[] {
    return [...this.#waiters]
      .filter(([, { expiresAt }]) => expiresAt.getTime() <= now)
      .map(([id]) => id)
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
