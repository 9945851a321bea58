/**
 * Changes that have happened and could not be stored: a client left, a statement ended, a time was
 * over while the database of the state was away. Tried again until they are stored.
 */

const againMs = 500

export class Owed {
  /** By what they change, so that none is owed twice. */
  readonly #changes = new Map<string, () => Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  add(key: string, change: () => Promise<unknown>): void {
    this.#changes.set(key, change)
    this.#arm()
  }

  /** Once more, and then what is left is left to the next start. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#pay()
  }

  #arm(): void {
    if (this.#closed || this.#timer !== undefined || this.#changes.size === 0) return
    this.#timer = setTimeout(() => {
      void this.#pay().then(() => {
        this.#timer = undefined
        this.#arm()
      })
    }, againMs)
  }

  /** Never rejects. */
  async #pay(): Promise<void> {
    for (const [key, change] of this.#changes) {
      try {
        await change()
      } catch {
        // It was told when it failed first. The others would fail, too.
        return
      }
      if (this.#changes.get(key) === change) this.#changes.delete(key)
    }
  }
}
