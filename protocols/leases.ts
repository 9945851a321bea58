/**
 * What takes long to open, shared by all who use it at the same time, and closed some time after
 * the last of them has let it go.
 */

export interface Lease<Thing> {
  readonly thing: Thing
  /** To be called once. */
  release(): void
}

export class Leases<Thing> {
  readonly #entries = new Map<string, Entry<Thing>>()
  readonly #close: (thing: Thing) => Promise<void>
  readonly #idleMsMax: number

  constructor(close: (thing: Thing) => Promise<void>, idleMsMax = 60_000) {
    this.#close = close
    this.#idleMsMax = idleMsMax
  }

  /** Opens what nobody has under that key. Rejects as `open` does, and keeps nothing then. */
  async acquire(key: string, open: () => Promise<Thing>): Promise<Lease<Thing>> {
    const entry = this.#entries.get(key) ?? this.#open(key, open)
    clearTimeout(entry.timer)
    entry.leases += 1
    try {
      return { thing: await entry.opened, release: () => this.#release(key, entry) }
    } catch (error) {
      // Another may have been opened since.
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  /** Closes everything. For when nobody uses it any more. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const { timer } of entries) clearTimeout(timer)
    await Promise.allSettled(entries.map(async ({ opened }) => this.#close(await opened)))
  }

  #open(key: string, open: () => Promise<Thing>): Entry<Thing> {
    const entry: Entry<Thing> = { opened: open(), leases: 0, timer: undefined }
    this.#entries.set(key, entry)
    return entry
  }

  #release(key: string, entry: Entry<Thing>): void {
    entry.leases -= 1
    // One that is here no more was closed with all the others.
    if (entry.leases > 0 || this.#entries.get(key) !== entry) return
    entry.timer = setTimeout(() => {
      this.#entries.delete(key)
      // Nobody is left to be told that it closed badly.
      entry.opened.then(this.#close).catch(() => undefined)
    }, this.#idleMsMax)
    entry.timer.unref()
  }
}

interface Entry<Thing> {
  readonly opened: Promise<Thing>
  leases: number
  timer: NodeJS.Timeout | undefined
}
