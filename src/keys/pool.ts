/**
 * Data keys made before they are needed, each for the id of a session that is to come, so that
 * somebody who logs in does not wait for a KMS, and one that hangs stops nobody until the pool is
 * empty. Keys that nobody took in time are thrown away.
 */
import { randomUUID } from 'node:crypto'
import type { DataKey, KeyContext, Keys } from './keys.ts'

export interface PoolOptions {
  /** How many are kept ready; 0 for keys that are at hand anyway. */
  readonly size: number
  readonly ageMsMax: number
  context(id: string): KeyContext
  /** Told when none could be made; once until one could. */
  onAway?(error: unknown): void
}

interface Ready {
  readonly id: string
  readonly key: DataKey
  readonly bornMs: number
}

const retryMsMin = 500
const retryMsMax = 10_000

export class KeyPool {
  readonly #keys: Keys
  readonly #options: PoolOptions
  #ready: Ready[] = []
  /** Given out by id, not yet asked for. */
  readonly #reserved = new Map<string, Ready>()
  #filling = false
  #retry: NodeJS.Timeout | undefined
  #retryMs = retryMsMin
  #closed = false

  constructor(keys: Keys, options: PoolOptions) {
    this.#keys = keys
    this.#options = options
    this.#fill()
  }

  get size(): number {
    return this.#ready.length
  }

  /** An id for a new session; best one whose key is ready. */
  newId(): string {
    this.#dropOld()
    const ready = this.#ready.shift()
    this.#fill()
    if (ready === undefined) return randomUUID()
    this.#reserved.set(ready.id, ready)
    return ready.id
  }

  /** Rejects with KeysAway or KeyUnusable. */
  async take(id: string): Promise<DataKey> {
    const reserved = this.#reserved.get(id)
    if (reserved === undefined) return this.#keys.dataKey(this.#options.context(id))
    this.#reserved.delete(id)
    return reserved.key
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    for (const { key } of [...this.#ready, ...this.#reserved.values()]) key.plain.fill(0)
    this.#ready = []
    this.#reserved.clear()
  }

  #fill(): void {
    if (this.#filling || this.#closed || this.#retry !== undefined) return
    if (this.#ready.length >= this.#options.size) return
    this.#filling = true
    void this.#make().finally(() => {
      this.#filling = false
      this.#fill()
    })
  }

  async #make(): Promise<void> {
    const id = randomUUID()
    try {
      const key = await this.#keys.dataKey(this.#options.context(id))
      this.#retryMs = retryMsMin
      if (this.#closed) key.plain.fill(0)
      else this.#ready.push({ id, key, bornMs: performance.now() })
    } catch (error) {
      if (this.#retryMs === retryMsMin) this.#options.onAway?.(error)
      this.#retry = setTimeout(() => {
        this.#retry = undefined
        this.#fill()
      }, this.#retryMs).unref()
      this.#retryMs = Math.min(this.#retryMs * 2, retryMsMax)
    }
  }

  #dropOld(): void {
    const oldest = performance.now() - this.#options.ageMsMax
    const keep = (each: Ready): boolean => {
      if (each.bornMs >= oldest) return true
      each.key.plain.fill(0)
      return false
    }
    this.#ready = this.#ready.filter(keep)
    for (const each of this.#reserved.values()) if (!keep(each)) this.#reserved.delete(each.id)
  }
}
