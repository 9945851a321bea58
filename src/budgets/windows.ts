/**
 * What identities were shown lately, by budget: counts in slices of a sliding window. Kept in a
 * file, so that a restart gives nobody a new budget; what was counted in the seconds before a crash
 * may be lost.
 */
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'

/** The window moves by its sixtieth part. */
const slices = 60
const savePauseMs = 2000

export interface Amount {
  readonly rows: number
  readonly bytes: number
}

interface Slice {
  /** Number of the slice since 1970. */
  at: number
  rows: number
  bytes: number
}

/** What one identity was shown of one budget. */
export class Window {
  readonly #sliceMs: number
  #slices: Slice[]
  #rows = 0
  #bytes = 0

  constructor(windowMs: number, kept: readonly Slice[] = []) {
    this.#sliceMs = Math.max(1, Math.ceil(windowMs / slices))
    this.#slices = kept.map(slice => ({ ...slice }))
    for (const { rows, bytes } of this.#slices) this.#count(rows, bytes)
  }

  used(now: number): Amount {
    this.#forget(Math.floor(now / this.#sliceMs))
    return { rows: this.#rows, bytes: this.#bytes }
  }

  add(rows: number, bytes: number, now: number): void {
    const at = Math.floor(now / this.#sliceMs)
    this.#forget(at)
    const last = this.#slices.at(-1)
    if (last?.at === at) {
      last.rows += rows
      last.bytes += bytes
    } else this.#slices.push({ at, rows, bytes })
    this.#count(rows, bytes)
  }

  /** Somebody let it go on: it begins anew. */
  refill(): void {
    this.#slices = []
    this.#rows = 0
    this.#bytes = 0
  }

  get slices(): readonly Slice[] {
    return this.#slices
  }

  #forget(now: number): void {
    for (let first = this.#slices[0]; first !== undefined; first = this.#slices[0]) {
      if (first.at > now - slices) return
      this.#count(-first.rows, -first.bytes)
      this.#slices.shift()
    }
  }

  #count(rows: number, bytes: number): void {
    this.#rows += rows
    this.#bytes += bytes
  }
}

type Kept = Readonly<Record<string, { readonly windowMs: number; readonly slices: Slice[] }>>

export class Windows {
  readonly #path: string
  readonly #onError: (error: unknown) => void
  readonly #windows = new Map<string, { windowMs: number; window: Window }>()
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(path: string, onError: (error: unknown) => void) {
    this.#path = path
    this.#onError = onError
    for (const [key, { windowMs, slices }] of Object.entries(read(path)))
      this.#windows.set(key, { windowMs, window: new Window(windowMs, slices) })
  }

  of(budget: string, identity: string, windowMs: number): Window {
    const key = JSON.stringify([budget, identity])
    const known = this.#windows.get(key)
    if (known?.windowMs === windowMs) return known.window
    const window = new Window(windowMs)
    this.#windows.set(key, { windowMs, window })
    return window
  }

  /** To be called when something was counted. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#save()
    }, savePauseMs).unref()
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#save()
    await this.#saving
  }

  #save(): void {
    const kept: Record<string, unknown> = {}
    for (const [key, { windowMs, window }] of this.#windows) {
      const { rows } = window.used(Date.now())
      if (rows > 0) kept[key] = { windowMs, slices: window.slices }
    }
    const text = JSON.stringify(kept)
    this.#saving = this.#saving
      .then(() => writeFile(`${this.#path}.new`, text, { mode: 0o600 }))
      .then(() => rename(`${this.#path}.new`, this.#path))
      .catch(this.#onError)
  }
}

/** Throws for a file that is there and cannot be read: everybody's budget would be full again. */
function read(path: string): Kept {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
  try {
    return JSON.parse(text) as Kept
  } catch (cause) {
    throw new Error(
      `${path} cannot be read: it says what budgets are used up. Mend or remove it.`,
      {
        cause,
      },
    )
  }
}
