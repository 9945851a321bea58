/** What other nodes changed: ids come in, approvals come out, each read once however often it is told. */
import type { Approval } from './approval.ts'

const batchMax = 200
const againMs = 500

export interface NewsOptions {
  readonly read: (ids: readonly string[]) => Promise<readonly Approval[]>
  readonly learn: (approval: Approval) => void
  /** After each batch. */
  readonly learned: () => void
  readonly failed: (error: unknown) => void
}

export class News {
  readonly #options: NewsOptions
  readonly #ids = new Set<string>()
  #reading: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: NewsOptions) {
    this.#options = options
  }

  add(ids: readonly string[]): void {
    for (const id of ids) this.#ids.add(id)
    this.#start()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#reading
  }

  #start(): void {
    if (this.#closed || this.#reading !== undefined || this.#ids.size === 0) return
    this.#reading = this.#read().then(done => {
      this.#reading = undefined
      if (done) this.#start()
      else if (!this.#closed) this.#timer = setTimeout(() => this.#start(), againMs)
    })
  }

  /** False when the rest could not be read now. Never rejects. */
  async #read(): Promise<boolean> {
    const { read, learn, learned, failed } = this.#options
    while (this.#ids.size > 0 && !this.#closed) {
      const ids = [...this.#ids].slice(0, batchMax)
      // What is told again while it is read has to be read again.
      for (const id of ids) this.#ids.delete(id)
      try {
        for (const approval of await read(ids)) learn(approval)
        learned()
      } catch (error) {
        failed(error)
        for (const id of ids) this.#ids.add(id)
        return false
      }
    }
    return true
  }
}
