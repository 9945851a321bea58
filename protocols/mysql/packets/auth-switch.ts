/**
 * What is said between the handshake response and the OK: another plugin, and a plugin's own data.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_switch_request.html
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
 */
import { PayloadReader, PayloadWriter } from '../payload.ts'

export const authMoreDataHeader = 0x01
export const authSwitchHeader = 0xfe

/** The one byte of AuthMoreData by which caching_sha2_password says how it goes on. */
export const CachingSha2 = {
  requestPublicKey: 0x02,
  fastAuthSuccess: 0x03,
  performFullAuthentication: 0x04,
} as const

export interface AuthSwitchRequest {
  readonly plugin: string
  /** The plugin's first data, without its closing NUL: for ours the scramble. */
  readonly data: Buffer
}

/** `payload` begins with the header. Without more it asks for the method before 4.1. */
export function decodeAuthSwitchRequest(payload: Buffer): AuthSwitchRequest {
  if (payload.length === 1) return { plugin: 'mysql_old_password', data: Buffer.alloc(0) }
  const body = new PayloadReader(payload, 1)
  const plugin = body.cstring() // string<NUL>
  const data = body.rest() // string<EOF>
  const closed = data.length > 0 && data[data.length - 1] === 0
  return { plugin, data: closed ? data.subarray(0, -1) : data }
}

export function encodeAuthSwitchRequest(request: AuthSwitchRequest): Buffer {
  return new PayloadWriter()
    .uint8(authSwitchHeader)
    .cstring(request.plugin)
    .bytes(request.data)
    .uint8(0)
    .finish()
}

/** `payload` begins with the header. */
export function decodeAuthMoreData(payload: Buffer): Buffer {
  return payload.subarray(1) // string<EOF>
}

export function encodeAuthMoreData(data: Buffer): Buffer {
  return new PayloadWriter(data.length + 1).uint8(authMoreDataHeader).bytes(data).finish()
}
