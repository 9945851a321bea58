/**
 * SCRAM-SHA-256 verifiers as Postgres stores them in pg_authid: they prove a password without
 * holding it. https://www.rfc-editor.org/rfc/rfc5802#section-3 and Postgres' scram-common.c.
 */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Credential } from '../../protocols/protocol.ts'
import { saslPrepare } from './sasl-prep.ts'

const derive = promisify(pbkdf2)

/** Postgres' scram_iterations. */
export const defaultIterations = 4096

/** Above this a verifier would be a way to keep our processor busy. */
const iterationsMax = 1_000_000

/** `SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>`, with a fresh salt. */
export async function scramVerifier(
  password: string,
  iterations: number = defaultIterations,
): Promise<string> {
  return formatVerifier(await deriveCredential(password, randomBytes(16), iterations))
}

/** The keys that a password gives with this salt and these iterations. */
export async function deriveCredential(
  password: string,
  salt: Buffer,
  iterations: number,
): Promise<Credential> {
  const salted = await derive(saslPrepare(password), salt, iterations, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  return {
    iterations,
    salt,
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', salted).update('Server Key').digest(),
  }
}

export function formatVerifier(credential: Credential): string {
  const { iterations, salt, storedKey, serverKey } = credential
  const keys = `${storedKey.toString('base64')}:${serverKey.toString('base64')}`
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${keys}`
}

/** Undefined when the text is no verifier. Never says more: the text may be a password. */
export function parseVerifier(text: string): Credential | undefined {
  const pattern =
    /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/
  const [, count, salt, stored, server] = pattern.exec(text) ?? []
  if (!count || !salt || !stored || !server) return undefined
  const credential = {
    iterations: Number(count),
    salt: Buffer.from(salt, 'base64'),
    storedKey: Buffer.from(stored, 'base64'),
    serverKey: Buffer.from(server, 'base64'),
  }
  const sound =
    credential.iterations >= 1 &&
    credential.iterations <= iterationsMax &&
    credential.salt.length > 0 &&
    credential.storedKey.length === 32 &&
    credential.serverKey.length === 32
  return sound ? credential : undefined
}
