/**
 * What the fast path of caching_sha2_password needs: for each user that proved its password whole
 * once, a digest that checks the next proof. In memory only, as in the server.
 */
import type { Credential } from '../protocol.ts'
import { provesSha2, sha2Verifier } from './scramble.ts'

/** The least recently used goes first; it proves itself whole again. */
const usersMax = 10_000

/** Checked in place of a user's, so that one without takes as long. Nobody's: of no password. */
const nobody: Buffer = Buffer.alloc(32)

export class KnownPasswords {
  readonly #verifiers = new Map<string, Buffer>()

  get size(): number {
    return this.#verifiers.size
  }

  proves(user: string, credential: Credential, response: Buffer, scramble: Buffer): boolean {
    const key = keyOf(user, credential)
    const verifier = this.#verifiers.get(key)
    const proved = provesSha2(response, scramble, verifier ?? nobody)
    if (verifier === undefined || !proved) return false
    this.#verifiers.delete(key)
    this.#verifiers.set(key, verifier)
    return true
  }

  remember(user: string, credential: Credential, password: string): void {
    const key = keyOf(user, credential)
    this.#verifiers.delete(key)
    this.#verifiers.set(key, sha2Verifier(password))
    for (const oldest of this.#verifiers.keys()) {
      if (this.#verifiers.size <= usersMax) return
      this.#verifiers.delete(oldest)
    }
  }
}

/** With the verifier of the configuration in it: a changed password makes the old one unknown. */
function keyOf(user: string, credential: Credential): string {
  return `${credential.storedKey.toString('base64')} ${user}`
}
