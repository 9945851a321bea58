/**
 * Envelope keys: a data key for every session, wrapped by a key that stays with its owner, and a
 * signature that an auditor checks with nothing but the public key.
 */

/** Bound to the wrapped key: unwrapping with another context fails. */
export type KeyContext = Readonly<Record<string, string>>

export interface DataKey {
  /** 32 bytes. The caller fills it with zeros when done. */
  readonly plain: Buffer
  /** What may be stored: useless without the owner's key. */
  readonly wrapped: Buffer
}

export interface Keys {
  dataKey(context: KeyContext): Promise<DataKey>
  /** Rejects with KeyUnusable when the key or the context is not the one it was wrapped with. */
  unwrap(wrapped: Buffer, context: KeyContext): Promise<Buffer>
  /** The same data key under the wrapping key of today. Rejects as `unwrap` does. */
  rewrap(wrapped: Buffer, context: KeyContext): Promise<Buffer>
  /** Over the bytes as they are: Ed25519, 64 bytes; or ECDSA over P-256 and SHA-256, DER. */
  sign(bytes: Buffer): Promise<Buffer>
  /** Of the key that signs now: SPKI, PEM. */
  readonly publicKey: string
  /** Of all that have signed since the first, one after the other: what an auditor needs. */
  readonly publicKeys: string
  /** For people: `local`, or the name of the key in a KMS. */
  readonly name: string
  /** Whether a data key may take long: it is then made before it is needed. */
  readonly remote: boolean
}

/** The keys' service does not answer, or not in time. Nothing is wrong with the keys. */
export class KeysAway extends Error {
  readonly code = 'COUNTERSIGN_KEYS_AWAY'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeysAway'
  }
}

/** A key is missing, damaged, readable by others, or not the one that is needed. */
export class KeyUnusable extends Error {
  readonly code = 'COUNTERSIGN_KEY_UNUSABLE'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeyUnusable'
  }
}
