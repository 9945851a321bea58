/**
 * Whether rows that came may go on to the client. Both relays ask before each run of rows; while
 * people decide, nothing more is read from the server.
 */
import type { Refusal, Session } from './protocol.ts'

/** A statement whose rows are on their way. */
export interface Flowing {
  /** In the session, as review counts. */
  readonly statement: number
  rows: number
  bytes: number
  /** Nothing more of it is shown; the client is told this instead of its end. */
  stopped?: Refusal
}

export class Flow {
  readonly #session: Pick<Session, 'flow'>
  readonly #interrupted: () => AbortSignal
  readonly #cancel: () => Promise<void>
  #asking: Promise<void> | undefined

  constructor(parts: {
    session: Pick<Session, 'flow'>
    /** Fires when the client cancels what runs. */
    interrupted: () => AbortSignal
    /** Has the server end what it runs; resolves when that can hit nothing else any more. */
    cancel: () => Promise<void>
  }) {
    this.#session = parts.session
    this.#interrupted = parts.interrupted
    this.#cancel = parts.cancel
  }

  /** While rows wait for people: nothing more may be read before it settles. */
  get asking(): Promise<void> | undefined {
    return this.#asking
  }

  /** Counts rows that may be shown now. False: not now, or never, as `stopped` says then. */
  may(run: Flowing, rows: number, bytes: number): boolean {
    if (this.#asking !== undefined) return false
    const answer = this.#session.flow(run.statement, rows, bytes, this.#interrupted())
    if (answer === undefined) {
      run.rows += rows
      run.bytes += bytes
      return true
    }
    this.#asking = answer.then(async answered => {
      if (!answered.run) {
        run.stopped = answered.refusal
        await this.#cancel()
      }
      this.#asking = undefined
    })
    return false
  }
}
