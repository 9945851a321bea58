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
  /** Ed25519 over the bytes as they are; 64 bytes. */
  sign(bytes: Buffer): Promise<Buffer>
  /** SPKI, PEM. */
  readonly publicKey: string
}

/** A key is missing, damaged, readable by others, or not the one that is needed. */
export class KeyUnusable extends Error {
  readonly code = 'COUNTERSIGN_KEY_UNUSABLE'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeyUnusable'
  }
}
