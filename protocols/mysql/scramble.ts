/**
 * How a password is proved without being sent: the digests of mysql_native_password (SHA-1) and of
 * caching_sha2_password (SHA-256), made and checked.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { scrambleBytes } from './packets/handshake-v10.ts'

/** As the server makes them: 7 bits each, no NUL, which would end it, and no `$`. */
export function newScramble(): Buffer {
  const scramble = randomBytes(scrambleBytes)
  for (const [index, byte] of scramble.entries()) {
    const seven = byte & 0x7f
    scramble[index] = seven === 0 || seven === 0x24 ? seven + 1 : seven
  }
  return scramble
}

/** SHA1(password) XOR SHA1(scramble, SHA1(SHA1(password))) */
export function nativeResponse(password: string, scramble: Buffer): Buffer {
  const once = digest('sha1', Buffer.from(password))
  return xor(once, digest('sha1', scramble, digest('sha1', once)))
}

/** `verifier` is SHA1(SHA1(password)). */
export function provesNative(response: Buffer, scramble: Buffer, verifier: Buffer): boolean {
  if (response.length !== 20 || verifier.length !== 20) return false
  const once = xor(response, digest('sha1', scramble, verifier))
  return timingSafeEqual(digest('sha1', once), verifier)
}

/** SHA256(password) XOR SHA256(SHA256(SHA256(password)), scramble) */
export function sha2Response(password: string, scramble: Buffer): Buffer {
  const once = digest('sha256', Buffer.from(password))
  return xor(once, digest('sha256', digest('sha256', once), scramble))
}

/** SHA256(SHA256(password)): checks responses, and cannot make them. */
export function sha2Verifier(password: string): Buffer {
  return digest('sha256', digest('sha256', Buffer.from(password)))
}

export function provesSha2(response: Buffer, scramble: Buffer, verifier: Buffer): boolean {
  if (response.length !== 32 || verifier.length !== 32) return false
  const once = xor(response, digest('sha256', verifier, scramble))
  return timingSafeEqual(digest('sha256', once), verifier)
}

/** The key is repeated as needed. */
export function xor(bytes: Buffer, key: Buffer): Buffer {
  const result = Buffer.allocUnsafe(bytes.length)
  for (let index = 0; index < bytes.length; index += 1) {
    result[index] = (bytes[index] ?? 0) ^ (key[index % key.length] ?? 0)
  }
  return result
}

function digest(algorithm: 'sha1' | 'sha256', ...parts: readonly Buffer[]): Buffer {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
