/**
 * Sealing what a session says and sees: AES-256-GCM under a key of the session's own.
 *
 * A cipher costs more to set up than a statement is worth, so one GCM message spans several records:
 * a stretch. It begins at the session's first record after a pause, gives out ciphertext record by
 * record, and ends with its tag within 100 ms or 256 KiB. Its last item is a hash over everything
 * in clear that came before it, so that the tag vouches for the clear parts too. A crash loses at
 * most the tag of the last stretch: its records can still be read, and the chain still guards them.
 *
 *   nonce = "CSR1" + stretch number (uint64)     never twice: numbers only rise, keys are not shared
 *   AAD   = session id + hash of the session's record before the stretch
 *
 * GCM alone does not commit to its key (one ciphertext can open under two), hence `commitment`.
 */

import type { CipherGCM, DecipherGCM, KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto'
import type { KeyContext } from '../../keys/keys.ts'
import { sha256 } from './record.ts'

export interface SessionKey {
  readonly key: KeyObject
  /** Stands in the session's first record; lower-case hex. */
  readonly commitment: string
}

/** What a session's data key is bound to when it is wrapped. */
export function keyContext(sessionId: string): KeyContext {
  return { app: 'countersign', purpose: 'session-recording', session: sessionId, v: '1' }
}

/** Derives both keys of a session; `plain` is filled with zeros. */
export function sessionKey(plain: Buffer, sessionId: string): SessionKey {
  const encryption = Buffer.from(hkdfSync('sha256', plain, sessionId, 'countersign seal 1', 32))
  const commitment = Buffer.from(hkdfSync('sha256', plain, sessionId, 'countersign commit 1', 32))
  const key = createSecretKey(encryption)
  encryption.fill(0)
  plain.fill(0)
  return { key, commitment: commitment.toString('hex') }
}

/** What the last item of a stretch holds. */
export function vouch(previousSession: Buffer, clear: string | Buffer): Buffer {
  return sha256(Buffer.concat([previousSession, Buffer.from(clear)]))
}

export function sealStretch(
  key: KeyObject,
  sessionId: string,
  stretch: number,
  previousSession: Buffer,
): CipherGCM {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(stretch))
  cipher.setAAD(additionalData(sessionId, previousSession))
  return cipher
}

export function openStretch(
  key: KeyObject,
  sessionId: string,
  stretch: number,
  previousSession: Buffer,
): DecipherGCM {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(stretch))
  decipher.setAAD(additionalData(sessionId, previousSession))
  return decipher
}

function nonce(stretch: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.write('CSR1', 0, 'latin1')
  bytes.writeUInt32BE(stretch, 8)
  return bytes
}

function additionalData(sessionId: string, previousSession: Buffer): Buffer {
  return Buffer.concat([Buffer.from(sessionId), previousSession])
}
