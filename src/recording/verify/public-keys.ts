/**
 * The public keys that an auditor has: one, or all that have signed since the first, in one PEM
 * text. A signature names its key, and counts only when that key is among them.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { type HeadSignature, keyFingerprint, signedBytes } from '../journal/chain.ts'

const block = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\n?/g

export class PublicKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>

  /** SPKI, PEM. Throws TypeError when there is none in it. */
  constructor(pem: string) {
    const keys = (pem.match(block) ?? []).map(text => createPublicKey(text))
    if (keys.length === 0) throw new TypeError('expected a public key in PEM, got none')
    this.#keys = new Map(keys.map(key => [keyFingerprint(key), key]))
  }

  get fingerprints(): readonly string[] {
    return [...this.#keys.keys()]
  }

  /** Whether one of them signed it. False for anything malformed, too. */
  verify(signature: HeadSignature): boolean {
    const key = this.#keys.get(signature.key)
    const bytes = Buffer.from(String(signature.signature), 'base64')
    // Base64 has several spellings of the same bytes: only the one that we write is ours.
    if (key === undefined || bytes.toString('base64') !== signature.signature) return false
    const signed = signedBytes(signature)
    if (key.asymmetricKeyType === 'ed25519') return verify(null, signed, key, bytes)
    // What KMS signs with: ECDSA over P-256 and SHA-256, in DER.
    return key.asymmetricKeyType === 'ec' && verify('sha256', signed, key, bytes)
  }
}
