/**
 * Brings each new head to every place. A head covers all that came before it, so a place that was
 * away gets the newest, and nothing piles up. How far each has come is kept beside the journal.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../events.ts'
import type { HeadSignature } from '../journal/chain.ts'
import type { Anchor, AnchorPlace } from './anchor.ts'

export interface AnchorStatus {
  readonly place: string
  readonly state: 'waiting' | 'anchored' | 'away'
  /** When the newest head was signed that is kept there, ISO 8601. */
  readonly at: string | undefined
  readonly segment: number | undefined
  readonly why: string | undefined
}

const retryMsMin = 1_000
const retryMsMax = 60_000
const closeMsMax = 3_000

/** In the data directory: a status of each place, for commands of this machine. */
export function anchoredPath(dataDir: string): string {
  return join(dataDir, 'anchored.json')
}

export class AnchorKeeper {
  readonly #places: readonly PlaceKeeper[]
  readonly #path: string
  readonly #log: Log | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(dataDir: string, places: readonly AnchorPlace[], log: Log | undefined) {
    this.#path = anchoredPath(dataDir)
    this.#log = log
    this.#places = places.map(place => new PlaceKeeper(place, () => this.#changed(), log))
  }

  get status(): readonly AnchorStatus[] {
    return this.#places.map(({ status }) => status)
  }

  anchor(journal: string, head: HeadSignature): void {
    for (const place of this.#places) place.anchor({ ...head, journal })
  }

  /** Gives every place a moment for the last head. */
  async close(): Promise<void> {
    await Promise.all(this.#places.map(place => place.close()))
    await this.#writing
  }

  #changed(): void {
    const text = `${JSON.stringify(this.status)}\n`
    this.#writing = this.#writing
      .then(() => writeFile(this.#path, text, { mode: 0o600 }))
      .catch((error: unknown) => {
        this.#log?.warn({ error: String(error) }, 'how far the journal is anchored is not kept')
      })
  }
}

class PlaceKeeper {
  status: AnchorStatus
  readonly #place: AnchorPlace
  readonly #changed: () => void
  readonly #log: Log | undefined
  readonly #closing = new AbortController()
  #next: Anchor | undefined
  #newest: Anchor | undefined
  #working: Promise<void> | undefined
  #wake: (() => void) | undefined

  constructor(place: AnchorPlace, changed: () => void, log: Log | undefined) {
    this.#place = place
    this.#changed = changed
    this.#log = log
    const { name } = place
    this.status = {
      place: name,
      state: 'waiting',
      at: undefined,
      segment: undefined,
      why: undefined,
    }
  }

  anchor(anchor: Anchor): void {
    // Ends of segments that follow each other closely may be signed in another order.
    if (this.#newest !== undefined && isBefore(anchor, this.#newest)) return
    this.#newest = anchor
    this.#next = anchor
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  async close(): Promise<void> {
    // What waits for its next try is tried at once, and once more.
    this.#wake?.()
    const timer = setTimeout(() => this.#closing.abort(), closeMsMax)
    await this.#working
    clearTimeout(timer)
    this.#closing.abort()
    await this.#place.close()
  }

  async #work(): Promise<void> {
    let retryMs = retryMsMin
    for (let anchor = this.#next; anchor !== undefined; anchor = this.#next) {
      try {
        await this.#place.put(anchor, this.#closing.signal)
        if (this.#next === anchor) this.#next = undefined
        const { at, segment } = anchor
        this.status = { ...this.status, state: 'anchored', at, segment, why: undefined }
        this.#changed()
        retryMs = retryMsMin
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        const { place, state } = this.status
        if (state !== 'away') this.#log?.warn({ place, why }, 'the journal could not be anchored')
        this.status = { ...this.status, state: 'away', why }
        this.#changed()
        if (this.#closing.signal.aborted) return
        await this.#pause(retryMs)
        retryMs = Math.min(retryMs * 2, retryMsMax)
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer)
        this.#closing.signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms).unref()
      this.#closing.signal.addEventListener('abort', done, { once: true })
      this.#wake = done
    })
  }
}

function isBefore(one: Anchor, other: Anchor): boolean {
  if (one.segment !== other.segment) return one.segment < other.segment
  return one.over === 'head' && other.over === 'end'
}
