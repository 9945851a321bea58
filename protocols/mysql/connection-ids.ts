/**
 * The connection ids that clients are told. KILL names a connection by its id, so ids are ours, and
 * a client can reach the sessions of its own user only, and nothing else that the server runs.
 * https://dev.mysql.com/doc/refman/9.7/en/kill.html
 */
import { randomInt } from 'node:crypto'
import type { Upstream } from '../protocol.ts'

export interface KillTarget {
  readonly user: string
  readonly upstream: Upstream
  /** What CONNECTION_ID() and the process list say: the server's own id. */
  readonly upstreamConnectionId: number
  /** `query`: its running or held statement; `connection`: the session. Must not throw. */
  kill(what: 'query' | 'connection'): void
}

/** Above what servers count up to, so that an id is ours or theirs and never both. */
const idMin = 0x40000000
const idMax = 0x7fffffff

/** One for the whole proxy. */
export class ConnectionIds {
  readonly #targets = new Map<number, KillTarget | undefined>()

  get size(): number {
    return this.#targets.size
  }

  /** A new id, taken until `release`. */
  allocate(): number {
    let id = randomInt(idMin, idMax)
    while (this.#targets.has(id)) id = randomInt(idMin, idMax)
    this.#targets.set(id, undefined)
    return id
  }

  /** From now on the session can be found. Once more after COM_CHANGE_USER. */
  register(id: number, target: KillTarget): void {
    if (this.#targets.has(id)) this.#targets.set(id, target)
  }

  release(id: number): void {
    this.#targets.delete(id)
  }

  /**
   * The session of `user` by our id, or by the server's, as CONNECTION_ID() shows it, among those
   * on the same upstream. Somebody else's is as unknown as one that does not exist.
   */
  find(id: number, user: string, upstream: Upstream): KillTarget | undefined {
    const target = this.#targets.get(id) ?? this.#byServerId(id, upstream)
    return target?.user === user ? target : undefined
  }

  #byServerId(id: number, upstream: Upstream): KillTarget | undefined {
    for (const target of this.#targets.values()) {
      if (target === undefined || target.upstreamConnectionId !== id) continue
      const { host, port } = target.upstream
      if (host === upstream.host && port === upstream.port) return target
    }
    return undefined
  }
}
