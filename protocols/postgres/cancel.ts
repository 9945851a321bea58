/**
 * Cancel keys of our own. A CancelRequest comes on a connection of its own and says nothing but a
 * key; the client never learns the upstream's key, and a key of ours reaches one session only.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/** What BackendKeyData tells the client. */
export interface CancelKey {
  /** Random: not a process id, only shaped like one. */
  readonly processId: number
  /** 4 bytes for protocol 3.0, which has no room for more; 32 from 3.2 on. */
  readonly secret: Buffer
}

/** One for the whole proxy. */
export class CancelRegistry {
  readonly #sessions = new Map<number, { readonly secret: Buffer; readonly cancel: () => void }>()

  get size(): number {
    return this.#sessions.size
  }

  /** `cancel` is called for each CancelRequest that knows the key; it must not throw. */
  register(protocolMinor: number, cancel: () => void): CancelKey {
    const secret = randomBytes(protocolMinor >= 2 ? 32 : 4)
    let processId = randomInt(1, 0x7fffffff)
    while (this.#sessions.has(processId)) processId = randomInt(1, 0x7fffffff)
    this.#sessions.set(processId, { secret, cancel })
    return { processId, secret }
  }

  unregister(key: CancelKey): void {
    if (this.#sessions.get(key.processId)?.secret === key.secret) {
      this.#sessions.delete(key.processId)
    }
  }

  /** A wrong key does nothing, and is not told so: as the server does. */
  cancel(processId: number, secret: Buffer): void {
    const session = this.#sessions.get(processId)
    if (session === undefined || session.secret.length !== secret.length) return
    if (timingSafeEqual(session.secret, secret)) session.cancel()
  }
}
