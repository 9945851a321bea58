/** One timer, for the earliest deadline of all approvals. */

/** Longer waits than setTimeout can count are cut into several. */
const timerMsMax = 2 ** 31 - 1
const againMs = 1000

export interface DeadlinesOptions {
  /** In milliseconds since 1970. */
  readonly next: () => Promise<number | undefined>
  readonly expire: () => Promise<void>
  /** Neither could be asked: what waits must still end some time, so it is asked again soon. */
  readonly failed: (error: unknown) => void
}

export class Deadlines {
  readonly #options: DeadlinesOptions
  #timer: NodeJS.Timeout | undefined
  #looks = 0
  #closed = false

  constructor(options: DeadlinesOptions) {
    this.#options = options
  }

  /** To be called when there is another deadline. Never rejects. */
  async arm(): Promise<void> {
    if (this.#closed) return
    // Of several that look at once, the last to start knows best.
    const look = ++this.#looks
    try {
      const deadline = await this.#options.next()
      if (look !== this.#looks) return
      if (deadline !== undefined) this.#in(Math.max(0, deadline - Date.now()))
      else clearTimeout(this.#timer)
    } catch (error) {
      // What is closed is not asked any more.
      if (this.#closed) return
      this.#options.failed(error)
      if (look === this.#looks) this.#in(againMs)
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #in(waitMs: number): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => void this.#over(), Math.min(timerMsMax, waitMs))
  }

  async #over(): Promise<void> {
    try {
      await this.#options.expire()
    } catch (error) {
      if (this.#closed) return
      this.#options.failed(error)
      this.#in(againMs)
      return
    }
    await this.arm()
  }
}
