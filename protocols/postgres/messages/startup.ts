/**
 * The first packet of a connection: it has no type byte, its code says what it is.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import { isUtf8 } from 'node:buffer'
import { ByteReader } from '../../bytes.ts'
import { FatalError } from '../fatal.ts'
import { encodeUntyped } from './message.ts'

/** Major 1234 is no version: it marks the requests that come in place of a StartupMessage. */
export const StartupCode = {
  CancelRequest: 80877102,
  SSLRequest: 80877103,
  GSSENCRequest: 80877104,
} as const

export type FirstPacket =
  | { readonly type: 'SSLRequest' }
  | { readonly type: 'GSSENCRequest' }
  | { readonly type: 'CancelRequest'; readonly processId: number; readonly secret: Buffer }
  | StartupMessage

export interface StartupMessage {
  readonly type: 'StartupMessage'
  readonly major: number
  readonly minor: number
  /** As sent, `user` included; of a name given twice, the last. */
  readonly parameters: ReadonlyMap<string, string>
}

const secretBytesMin = 4
const secretBytesMax = 256

/** `body` is what follows the length. Throws FatalError with the server's own words. */
export function decodeFirstPacket(body: Buffer): FirstPacket {
  const reader = new ByteReader(body)
  const code = reader.uint32() // Int32
  switch (code) {
    case StartupCode.SSLRequest:
    case StartupCode.GSSENCRequest:
      if (reader.left > 0) throw new FatalError('08P01', 'invalid length of startup packet')
      return { type: code === StartupCode.SSLRequest ? 'SSLRequest' : 'GSSENCRequest' }
    case StartupCode.CancelRequest:
      return decodeCancelRequest(reader)
    default:
      return decodeStartupMessage(code, reader)
  }
}

function decodeCancelRequest(reader: ByteReader): FirstPacket {
  const secretBytes = reader.left - 4
  if (secretBytes < secretBytesMin || secretBytes > secretBytesMax) {
    throw new FatalError('08P01', 'invalid length of cancel request packet')
  }
  const processId = reader.int32() // Int32
  const secret = reader.rest() // Byten
  return { type: 'CancelRequest', processId, secret }
}

function decodeStartupMessage(code: number, reader: ByteReader): StartupMessage {
  const major = code >>> 16
  const minor = code & 0xffff
  // The layout of any other major is not known to us, so nothing more of it is read.
  if (major !== 3) throw unsupportedProtocol(code)
  // Names are compared and shown: bytes that decode to a replacement character would let two
  // different names look the same.
  if (!isUtf8(reader.bytes.subarray(reader.offset, reader.end))) {
    throw new FatalError('22021', 'invalid byte sequence for encoding "UTF8" in startup packet')
  }
  return { type: 'StartupMessage', major, minor, parameters: decodeParameters(reader) }
}

function decodeParameters(reader: ByteReader): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  if (reader.left === 0 || reader.bytes[reader.end - 1] !== 0) throw invalidLayout()
  for (;;) {
    if (reader.left === 0) throw invalidLayout()
    const name = reader.cstring() // String
    if (name === '') break
    if (reader.left === 0) throw invalidLayout()
    const value = reader.cstring() // String
    // Deleted first so that the order is that in which the server would apply them.
    parameters.delete(name)
    parameters.set(name, value)
  }
  if (reader.left > 0) throw invalidLayout()
  return parameters
}

function invalidLayout(): FatalError {
  return new FatalError('08P01', 'invalid startup packet layout: expected terminator as last byte')
}

export function unsupportedProtocol(code: number): FatalError {
  const version = `${code >>> 16}.${code & 0xffff}`
  return new FatalError(
    '0A000',
    `unsupported frontend protocol ${version}: server supports 3.0 to 3.2`,
  )
}

export function encodeSslRequest(): Buffer {
  return encodeUntyped(body => body.int32(StartupCode.SSLRequest))
}

export function encodeCancelRequest(processId: number, secret: Buffer): Buffer {
  return encodeUntyped(body => body.int32(StartupCode.CancelRequest).int32(processId).bytes(secret))
}

export function encodeStartupMessage(
  minor: number,
  parameters: ReadonlyMap<string, string>,
): Buffer {
  return encodeUntyped(body => {
    body.int32((3 << 16) | minor)
    for (const [name, value] of parameters) body.cstring(name).cstring(value)
    body.uint8(0)
  })
}
