/** The database of the state does not answer. Nothing is known of what it was asked last. */
import { setTimeout as delay } from 'node:timers/promises'

const againMs = 200
/** How long a new request waits for a state database that is away. */
export const awayMsMax = 10_000

export class StateAway extends Error {
  readonly code = 'COUNTERSIGN_STATE_AWAY'
  /** Of HTTP: service unavailable. */
  readonly statusCode = 503

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message || codeOf(cause) : String(cause)
    super(`the state database does not answer: ${why}`, { cause })
    this.name = 'StateAway'
  }
}

/** Connections, shutdown, resources, locks, timeouts: all that passes. */
const passing = /^(08|25006|40|53|55P03|57|58)/

/** What `pg` rejects with, as StateAway where it is about the server and not about what was asked. */
export function postgresError(error: unknown): unknown {
  const code = codeOf(error)
  return /^[0-9A-Z]{5}$/.test(code) && !passing.test(code) ? error : new StateAway(error)
}

/** Again and again, until it answers; for so long at most, and no longer than anybody wants it. */
export async function whenItAnswers<T>(
  ask: () => Promise<T>,
  msMax: number,
  unwanted?: AbortSignal,
): Promise<T> {
  const until = Date.now() + msMax
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const over = Date.now() + againMs > until || unwanted?.aborted === true
      if (!(error instanceof StateAway) || over) throw error
    }
    await delay(againMs)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
