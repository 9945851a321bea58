/**
 * A password sent without TLS, for the eyes of who has the key: RSA-OAEP of password and NUL, XORed
 * with the scramble, so that it cannot be sent again.
 * https://dev.mysql.com/doc/refman/9.7/en/caching-sha2-pluggable-authentication.html
 */
import {
  constants,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { promisify } from 'node:util'
import { ProtocolError } from '../errors.ts'
import { xor } from './scramble.ts'

export interface RsaKey {
  /** PEM, as the client is sent it. */
  readonly publicKey: Buffer
  readonly privateKey: KeyObject
}

const modulusBits = 2048
/** Of what is decrypted by our key. */
export const cipherBytes: number = modulusBits / 8

/** Of a server's key: less is no secret, more takes seconds. */
const serverKeyBitsMin = 2048
const serverKeyBitsMax = 8192

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' } as const

let made: Promise<RsaKey> | undefined

/** One for the whole process, made when the first client asks, beside the event loop. */
export function rsaKey(): Promise<RsaKey> {
  made ??= makeKey().catch(error => {
    made = undefined
    throw error
  })
  return made
}

async function makeKey(): Promise<RsaKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: modulusBits })
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' })
  return { publicKey: Buffer.from(pem), privateKey: pair.privateKey }
}

/** With the NUL that closes it; undefined when it was not made with our key. */
export function decryptPassword(cipher: Buffer, scramble: Buffer, key: RsaKey): Buffer | undefined {
  try {
    return xor(privateDecrypt({ key: key.privateKey, ...oaep }, cipher), scramble)
  } catch {
    // OpenSSL says no more than that it was not so.
    return undefined
  }
}

/** Throws ProtocolError when the server's key is none that we would use. */
export function encryptPassword(password: string, scramble: Buffer, pem: Buffer): Buffer {
  const key = readKey(pem)
  return publicEncrypt({ key, ...oaep }, xor(Buffer.from(`${password}\0`), scramble))
}

function readKey(pem: Buffer): KeyObject {
  const key = parseKey(pem)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType === 'rsa' && bits >= serverKeyBitsMin && bits <= serverKeyBitsMax) {
    return key
  }
  throw new ProtocolError('an RSA key of 2048 to 8192 bits', `${key.asymmetricKeyType} ${bits}`)
}

function parseKey(pem: Buffer): KeyObject {
  try {
    return createPublicKey({ key: pem, format: 'pem' })
  } catch (cause) {
    throw new ProtocolError('the public key of the server', 'something else', { cause })
  }
}
