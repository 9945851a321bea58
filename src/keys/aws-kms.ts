/**
 * Keys in AWS KMS: a symmetric key wraps the data keys, an asymmetric one (ECC_NIST_P256) signs.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
 *
 * Every call is bounded: KMS that hangs is KMS that is away. The proxy needs GenerateDataKey and
 * Sign, and Decrypt for its own secrets (encryption context `purpose`); who reads recordings needs
 * Decrypt for `purpose: session-recording`.
 */

import { createPublicKey } from 'node:crypto'
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ReEncryptCommand,
  SignCommand,
} from '@aws-sdk/client-kms'
import { type DataKey, type KeyContext, type Keys, KeysAway, KeyUnusable } from './keys.ts'

export interface KmsConfig {
  /** Id, ARN or alias of the key that wraps. */
  readonly key: string
  /** Those that wrapped before, until `keys rotate` has wrapped all anew. */
  readonly formerKeys: readonly string[]
  readonly signingKey: string
  readonly region: string | undefined
  readonly endpoint: string | undefined
}

const connectMsMax = 1_000
const requestMsMax = 2_000
/** A key, a context or a permission: trying again would not help. */
const final: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'DisabledException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
])
/** KMS says these with status 400, and the SDK does not try them again by itself. */
const passing: ReadonlySet<string> = new Set(['KMSInternalException', 'DependencyTimeoutException'])

/** `signed`: public keys that have signed before, PEM. Rejects with KeysAway or KeyUnusable. */
export async function openKmsKeys(config: KmsConfig, signed = ''): Promise<Keys> {
  const { region, endpoint } = config
  const client = new KMSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: connectMsMax,
      requestTimeout: requestMsMax,
      // Without it a request that hangs is only warned about.
      throwOnRequestTimeout: true,
    },
  })
  const { PublicKey } = await called(() =>
    client.send(new GetPublicKeyCommand({ KeyId: config.signingKey })),
  )
  if (PublicKey === undefined) throw new KeysAway('KMS answered without a public key')
  const der = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
  const { asymmetricKeyType, asymmetricKeyDetails } = der
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new KeyUnusable(
      `expected the key ${config.signingKey} to sign with ECC_NIST_P256, got ${asymmetricKeyType}`,
    )
  }
  return new KmsKeys(client, config, der.export({ type: 'spki', format: 'pem' }).toString(), signed)
}

class KmsKeys implements Keys {
  readonly name: string
  readonly remote = true
  readonly publicKey: string
  readonly publicKeys: string
  readonly #client: KMSClient
  readonly #config: KmsConfig

  constructor(client: KMSClient, config: KmsConfig, publicKey: string, signed: string) {
    this.#client = client
    this.#config = config
    this.name = `aws-kms ${config.key}`
    this.publicKey = publicKey
    this.publicKeys = signed.includes(publicKey) ? signed : `${signed}${publicKey}`
  }

  async dataKey(context: KeyContext): Promise<DataKey> {
    const { Plaintext, CiphertextBlob } = await called(() =>
      this.#client.send(
        new GenerateDataKeyCommand({
          KeyId: this.#config.key,
          KeySpec: 'AES_256',
          EncryptionContext: { ...context },
        }),
      ),
    )
    if (Plaintext?.length !== 32 || CiphertextBlob === undefined) {
      throw new KeysAway('KMS answered without a data key')
    }
    return { plain: ownBytes(Plaintext), wrapped: Buffer.from(CiphertextBlob) }
  }

  unwrap(wrapped: Buffer, context: KeyContext): Promise<Buffer> {
    // The key is always named: else whoever swaps a blob chooses which key opens it.
    return this.#byKey(async KeyId => {
      const { Plaintext } = await this.#client.send(
        new DecryptCommand({ KeyId, CiphertextBlob: wrapped, EncryptionContext: { ...context } }),
      )
      if (Plaintext === undefined) throw new KeysAway('KMS answered without a data key')
      return ownBytes(Plaintext)
    })
  }

  /** Inside of KMS: the data key is not seen here. */
  rewrap(wrapped: Buffer, context: KeyContext): Promise<Buffer> {
    return this.#byKey(async SourceKeyId => {
      const { CiphertextBlob } = await this.#client.send(
        new ReEncryptCommand({
          CiphertextBlob: wrapped,
          SourceKeyId,
          SourceEncryptionContext: { ...context },
          DestinationKeyId: this.#config.key,
          DestinationEncryptionContext: { ...context },
        }),
      )
      if (CiphertextBlob === undefined) throw new KeysAway('KMS answered without a data key')
      return Buffer.from(CiphertextBlob)
    })
  }

  async sign(bytes: Buffer): Promise<Buffer> {
    const { Signature } = await called(() =>
      this.#client.send(
        new SignCommand({
          KeyId: this.#config.signingKey,
          Message: bytes,
          MessageType: 'RAW',
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
      ),
    )
    if (Signature === undefined) throw new KeysAway('KMS answered without a signature')
    return Buffer.from(Signature)
  }

  /** With the key of today, then with those before it. */
  async #byKey(call: (keyId: string) => Promise<Buffer>): Promise<Buffer> {
    let refused: unknown
    for (const keyId of [this.#config.key, ...this.#config.formerKeys]) {
      try {
        return await called(() => call(keyId))
      } catch (error) {
        if (!(error instanceof KeyUnusable)) throw error
        refused ??= error
      }
    }
    throw refused
  }
}

/** Tries once more what KMS itself calls passing; says whose fault the rest is. */
async function called<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call()
    } catch (cause) {
      if (cause instanceof KeysAway) throw cause
      // Several have no class of their own: their name has to do.
      const name = cause instanceof Error ? cause.name : ''
      if (final.has(name)) throw new KeyUnusable(`KMS refuses: ${name}`, { cause })
      if (attempt === 0 && passing.has(name)) continue
      throw new KeysAway(`KMS does not answer as it should: ${name}`, { cause })
    }
  }
}

/** A copy of our own, that can be filled with zeros; the SDK's is filled now. */
function ownBytes(bytes: Uint8Array): Buffer {
  const own = Buffer.from(bytes)
  bytes.fill(0)
  return own
}
