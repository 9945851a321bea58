/**
 * The prepared statements or portals of a session, as the server will know them when a message
 * arrives there. A client may use a name before the server has answered for it, and the server may
 * refuse or skip what gave the name its meaning. So a change is pending until it is answered:
 *
 *   set ──► pending ──answered──► known
 *              └─────failed: forgotten, what was known stays
 *
 * Messages up to the next Sync share their fate: a pending change may be relied upon inside of its
 * own segment, since the server skips the rest of the segment when the change fails. From a later
 * segment it must be waited for.
 */
export class WireNames<T> {
  readonly #known = new Map<string, T>()
  #pending: PendingName<T>[] = []

  /** `unsettled`: not to be known before an earlier segment is answered. */
  get(name: string, segment: number): T | undefined | 'unsettled' {
    for (let i = this.#pending.length - 1; i >= 0; i--) {
      const pending = this.#pending[i]
      if (pending?.name !== name) continue
      return pending.segment === segment ? pending.value : 'unsettled'
    }
    return this.#known.get(name)
  }

  /** Whether it has a meaning, or may have. */
  has(name: string): boolean {
    return this.#known.has(name) || this.#pending.some(pending => pending.name === name)
  }

  /** The message that gives `name` its meaning was sent; undefined when it takes it away. */
  set(name: string, value: T | undefined, segment: number): PendingName<T> {
    const pending = { name, value, segment }
    this.#pending.push(pending)
    return pending
  }

  answered(pending: PendingName<T>): void {
    this.#drop(pending)
    if (pending.value === undefined) this.#known.delete(pending.name)
    else this.#known.set(pending.name, pending.value)
  }

  failed(pending: PendingName<T>): void {
    this.#drop(pending)
  }

  /** What the server has forgotten by itself; pending changes stay. */
  clear(): void {
    if (this.#known.size > 0) this.#known.clear()
  }

  #drop(pending: PendingName<T>): void {
    if (this.#pending[0] === pending) this.#pending.shift()
    else this.#pending = this.#pending.filter(other => other !== pending)
  }
}

export interface PendingName<T> {
  readonly name: string
  readonly value: T | undefined
  readonly segment: number
}
