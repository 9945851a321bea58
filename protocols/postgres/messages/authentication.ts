/**
 * The messages of authentication, both ways.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import type { ByteReader } from '../../bytes.ts'
import { ProtocolError } from '../../errors.ts'
import { encodeMessage } from './message.ts'

/** The code that follows the length of a message of type `R`. */
export const AuthenticationCode = {
  Ok: 0,
  CleartextPassword: 3,
  MD5Password: 5,
  SASL: 10,
  SASLContinue: 11,
  SASLFinal: 12,
} as const

export type Authentication =
  | { readonly type: 'Ok' | 'CleartextPassword' }
  | { readonly type: 'MD5Password'; readonly salt: Buffer }
  | { readonly type: 'SASL'; readonly mechanisms: readonly string[] }
  | { readonly type: 'SASLContinue' | 'SASLFinal'; readonly data: Buffer }
  /** GSSAPI, SSPI, Kerberos and what is yet to come: we do not speak them. */
  | { readonly type: 'other'; readonly code: number }

/** Server: what we ask of a client. */
export function encodeAuthenticationOk(): Buffer {
  return encodeMessage('R', body => body.int32(AuthenticationCode.Ok))
}

export function encodeAuthenticationSASL(mechanisms: readonly string[]): Buffer {
  return encodeMessage('R', body => {
    body.int32(AuthenticationCode.SASL)
    for (const mechanism of mechanisms) body.cstring(mechanism)
    body.uint8(0)
  })
}

export function encodeAuthenticationSASLContinue(data: string): Buffer {
  return encodeMessage('R', body => body.int32(AuthenticationCode.SASLContinue).string(data))
}

export function encodeAuthenticationSASLFinal(data: string): Buffer {
  return encodeMessage('R', body => body.int32(AuthenticationCode.SASLFinal).string(data))
}

/** The body of an `R`. */
export function decodeAuthentication(body: ByteReader): Authentication {
  const code = body.int32() // Int32
  switch (code) {
    case AuthenticationCode.Ok:
      return { type: 'Ok' }
    case AuthenticationCode.CleartextPassword:
      return { type: 'CleartextPassword' }
    case AuthenticationCode.MD5Password:
      return { type: 'MD5Password', salt: body.slice(4) } // Byte4
    case AuthenticationCode.SASL:
      return { type: 'SASL', mechanisms: decodeMechanisms(body) }
    case AuthenticationCode.SASLContinue:
      return { type: 'SASLContinue', data: body.rest() } // Byten
    case AuthenticationCode.SASLFinal:
      return { type: 'SASLFinal', data: body.rest() } // Byten
    default:
      return { type: 'other', code }
  }
}

function decodeMechanisms(body: ByteReader): readonly string[] {
  const mechanisms: string[] = []
  for (;;) {
    const mechanism = body.cstring() // String
    if (mechanism === '') return mechanisms
    mechanisms.push(mechanism)
  }
}

/** Client: the password in clear or as MD5. */
export function encodePasswordMessage(password: string): Buffer {
  return encodeMessage('p', body => body.cstring(password))
}

export function encodeSASLInitialResponse(mechanism: string, data: string): Buffer {
  return encodeMessage('p', body =>
    body.cstring(mechanism).int32(Buffer.byteLength(data)).string(data),
  )
}

export function encodeSASLResponse(data: string): Buffer {
  return encodeMessage('p', body => body.string(data))
}

/** The body of the first `p` that answers AuthenticationSASL. */
export function decodeSASLInitialResponse(body: ByteReader): {
  readonly mechanism: string
  readonly data: Buffer
} {
  const mechanism = body.cstring() // String
  const length = body.int32() // Int32; -1 for no response, which SCRAM has no use for
  const data = body.slice(length) // Byten
  if (body.left > 0) throw new ProtocolError('the end of the message', `${body.left} more bytes`)
  return { mechanism, data }
}
