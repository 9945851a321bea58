export class WireNames<T> {
  readonly #known = new Map<string, T>()
  /** The last pending change of each name. */
  readonly #pending = new Map<string, PendingName<T>>()

  /** `unsettled`: not to be known before an earlier segment is answered. */
  get(name: string, segment: number): T | undefined | 'unsettled' {
    const pending = this.#pending.get(name)
    if (pending === undefined) return this.#known.get(name)
    return pending.segment === segment ? pending.value : 'unsettled'
  }

  /** Whether it has a meaning, or may have. */
  has(name: string): boolean {
    return this.#known.has(name) || this.#pending.has(name)
  }

  /** The message that gives `name` its meaning was sent; undefined when it takes it away. */
  set(name: string, value: T | undefined, segment: number): PendingName<T> {
    const previous = this.#pending.get(name)
    const pending: PendingName<T> = { name, value, segment, previous, settled: false }
    this.#pending.set(name, pending)
    return pending
  }

  answered(pending: PendingName<T>): void {
    this.#settle(pending)
    if (pending.value === undefined) this.#known.delete(pending.name)
    else this.#known.set(pending.name, pending.value)
  }

  failed(pending: PendingName<T>): void {
    this.#settle(pending)
  }

  /** What the server no longer knows by this name, or is not to be asked for. */
  unset(name: string): void {
    this.#known.delete(name)
  }

  /** What the server has forgotten by itself; pending changes stay. */
  clear(): void {
    if (this.#known.size > 0) this.#known.clear()
  }

  #settle(pending: PendingName<T>): void {
    pending.settled = true
    let last = this.#pending.get(pending.name)
    while (last?.settled === true) last = last.previous
    if (last === undefined) this.#pending.delete(pending.name)
    else this.#pending.set(pending.name, last)
    // Answers come in order: those before it are settled, and are let go.
    if (last !== undefined) pending.previous = undefined
  }
}

export interface PendingName<T> {
  readonly name: string
  readonly value: T | undefined
  readonly segment: number
  /** The change of the same name before it. */
  previous: PendingName<T> | undefined
  settled: boolean
}
