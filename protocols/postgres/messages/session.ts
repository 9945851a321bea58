/**
 * What a server says between AuthenticationOk and its first ReadyForQuery.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import type { ByteReader } from '../../bytes.ts'
import { ProtocolError } from '../../errors.ts'
import { encodeMessage } from './message.ts'

export type TransactionStatus = 'I' | 'T' | 'E'

export interface BackendKeyData {
  readonly processId: number
  /** 4 bytes in protocol 3.0, up to 256 from 3.2 on. */
  readonly secret: Buffer
}

export interface NegotiateProtocolVersion {
  readonly minor: number
  /** Options (`_pq_.…`) that the server does not know. */
  readonly options: readonly string[]
}

export function encodeParameterStatus(name: string, value: string): Buffer {
  return encodeMessage('S', body => body.cstring(name).cstring(value))
}

export function decodeParameterStatus(body: ByteReader): {
  readonly name: string
  readonly value: string
} {
  const name = body.cstring() // String
  const value = body.cstring() // String
  return { name, value }
}

export function encodeBackendKeyData(key: BackendKeyData): Buffer {
  return encodeMessage('K', body => body.int32(key.processId).bytes(key.secret))
}

/** The secret is copied: it outlives the frame. */
export function decodeBackendKeyData(body: ByteReader): BackendKeyData {
  const processId = body.int32() // Int32
  if (body.left < 4 || body.left > 256) {
    throw new ProtocolError('a secret key of 4 to 256 bytes', `${body.left}`)
  }
  const secret = Buffer.allocUnsafeSlow(body.left)
  // Of its own: kept for as long as the session, a slice would keep all of Node's pool behind it.
  body.rest().copy(secret) // Byten
  return { processId, secret }
}

/**
 * The manual asks for the minor version; servers send, and libpq expects, major and minor as
 * StartupMessage has them.
 */
export function encodeNegotiateProtocolVersion(negotiated: NegotiateProtocolVersion): Buffer {
  return encodeMessage('v', body => {
    body.int32((3 << 16) | negotiated.minor).int32(negotiated.options.length)
    for (const option of negotiated.options) body.cstring(option)
  })
}

export function decodeNegotiateProtocolVersion(body: ByteReader): NegotiateProtocolVersion {
  const version = body.uint32() // Int32
  const major = version >>> 16
  if (major !== 3) throw new ProtocolError('protocol major 3', String(major))
  const options: string[] = []
  for (let count = body.int32(); count > 0; count -= 1) options.push(body.cstring()) // Int32, String
  return { minor: version & 0xffff, options }
}

export function encodeReadyForQuery(status: TransactionStatus): Buffer {
  return encodeMessage('Z', body => body.string(status))
}

export function decodeReadyForQuery(body: ByteReader): TransactionStatus {
  const status = String.fromCharCode(body.uint8()) // Byte1
  if (status === 'I' || status === 'T' || status === 'E') return status
  throw new ProtocolError('transaction status I, T or E', JSON.stringify(status))
}
