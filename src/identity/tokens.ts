/**
 * Tokens for programs: 256 random bits, of which the configuration has the SHA-256 only. Nobody
 * guesses them, so a plain hash is enough, and looking one up by it tells nothing by its time.
 */
import { createHash, randomBytes } from 'node:crypto'

export const tokenScopes = ['read', 'decide', 'request', 'grant'] as const
export type TokenScope = (typeof tokenScopes)[number]

export interface TokenConfig {
  readonly name: string
  /** SHA-256 of the whole token, 64 lower-case hexadecimal digits. */
  readonly sha256: string
  /** Who it acts as. */
  readonly user: string
  readonly scopes: readonly TokenScope[]
  readonly expires?: Date
}

/** Secret scanners find it by its beginning. */
export const tokenPattern: RegExp = /^cst_[A-Za-z0-9_-]{43}$/

export function newToken(): string {
  return `cst_${randomBytes(32).toString('base64url')}`
}

export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

export type FoundToken =
  | { readonly kind: 'valid'; readonly token: TokenConfig }
  | { readonly kind: 'expired'; readonly token: TokenConfig }
  | { readonly kind: 'unknown' }

export class Tokens {
  readonly #tokens: ReadonlyMap<string, TokenConfig>
  readonly #now: () => number

  constructor(tokens: readonly TokenConfig[], now: () => number = Date.now) {
    this.#tokens = new Map(tokens.map(token => [token.sha256, token]))
    this.#now = now
  }

  find(text: string): FoundToken {
    const token = tokenPattern.test(text) ? this.#tokens.get(tokenHash(text)) : undefined
    if (token === undefined) return { kind: 'unknown' }
    const over = token.expires !== undefined && token.expires.getTime() <= this.#now()
    return { kind: over ? 'expired' : 'valid', token }
  }
}
