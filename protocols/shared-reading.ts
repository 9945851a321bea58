/**
 * Reading what others change: one reading at a time, which all share who want to see it as it is
 * when they ask, or later.
 */
export class SharedReading {
  readonly #read: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(read: () => Promise<void>) {
    this.#read = read
  }

  /** The last of those that somebody waits for. */
  get underWay(): Promise<void> | undefined {
    return this.#next ?? this.#running
  }

  /** Resolves when a reading is over that began at the call or later. Rejects as that one does. */
  begin(): Promise<void> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) {
      this.#running = this.#read().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    // One under way may have begun before what the caller wants to see.
    this.#next = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.begin()
      })
    return this.#next
  }
}
