/**
 * Protocol::HandshakeResponse41 and Protocol::SSLRequest, which is its beginning alone.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html
 * https://mariadb.com/kb/en/connection/#handshake-response-packet
 */
import { ProtocolError } from '../../errors.ts'
import { Capability, has } from '../capabilities.ts'
import { PayloadReader, PayloadWriter } from '../payload.ts'
import {
  type ConnectAttributes,
  decodeConnectAttributes,
  encodeConnectAttributes,
  noAttributes,
} from './connect-attributes.ts'

export interface HandshakeResponse {
  readonly capabilities: bigint
  readonly packetBytesMax: number
  readonly collation: number
  readonly user: string
  readonly authenticationData: Buffer
  /** Empty when the client named none. */
  readonly database: string
  /** Empty when the client named none. */
  readonly plugin: string
  readonly attributes: ConnectAttributes
}

/** Of an SSLRequest, and of the part of a HandshakeResponse that both share. */
export const sslRequestBytes = 32

/** Of a payload of any length; undefined when it is too short to say. */
export function capabilitiesOf(payload: Buffer): bigint | undefined {
  if (payload.length < 4) return undefined
  const low = payload.readUInt32LE(0) // int<4>
  const capabilities = BigInt(low)
  // Before 4.1 there were two bytes of them, and something else followed.
  if (!has(capabilities, Capability.PROTOCOL_41) || payload.length < sslRequestBytes) {
    return capabilities & 0xffffn
  }
  if (has(capabilities, Capability.LONG_PASSWORD)) return capabilities
  return capabilities | (BigInt(payload.readUInt32LE(28)) << 32n) // int<4>
}

export function isSslRequest(payload: Buffer): boolean {
  if (payload.length !== sslRequestBytes) return false
  return has(capabilitiesOf(payload) ?? 0n, Capability.SSL)
}

/** Only for a client that speaks protocol 4.1 with SECURE_CONNECTION. */
export function decodeHandshakeResponse(payload: Buffer): HandshakeResponse {
  const body = new PayloadReader(payload)
  const low = BigInt(body.uint32()) // int<4>
  const packetBytesMax = body.uint32() // int<4>
  const collation = body.uint8() // int<1>
  body.skip(19) // string[19]
  const extended = BigInt(body.uint32()) // int<4>, filler in MySQL
  const capabilities = has(low, Capability.LONG_PASSWORD) ? low : low | (extended << 32n)
  const user = body.cstring() // string<NUL>
  const lenenc = has(capabilities, Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA)
  const authenticationData = body.slice(lenenc ? body.lenencLength() : body.uint8()) // string<length>
  const named = has(capabilities, Capability.CONNECT_WITH_DB) && body.left > 0
  const database = named ? body.cstringOrRest() : '' // string<NUL>
  const plugged = has(capabilities, Capability.PLUGIN_AUTH) && body.left > 0
  const plugin = plugged ? body.cstringOrRest() : '' // string<NUL>
  const described = has(capabilities, Capability.CONNECT_ATTRS) && body.left > 0
  const attributes = described ? decodeConnectAttributes(body) : noAttributes
  return {
    capabilities,
    packetBytesMax,
    collation,
    user,
    authenticationData,
    database,
    plugin,
    attributes,
  }
}

export function encodeHandshakeResponse(response: HandshakeResponse): Buffer {
  const { capabilities, authenticationData } = response
  const writer = beginning(response).cstring(response.user)
  if (has(capabilities, Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA)) {
    writer.lenencBytes(authenticationData)
  } else if (authenticationData.length > 255) {
    throw new ProtocolError(
      'at most 255 bytes of authentication data',
      `${authenticationData.length}`,
    )
  } else {
    writer.uint8(authenticationData.length).bytes(authenticationData)
  }
  if (has(capabilities, Capability.CONNECT_WITH_DB)) writer.cstring(response.database)
  if (has(capabilities, Capability.PLUGIN_AUTH)) writer.cstring(response.plugin)
  if (has(capabilities, Capability.CONNECT_ATTRS)) {
    encodeConnectAttributes(writer, response.attributes)
  }
  return writer.finish()
}

export function encodeSslRequest(
  response: Pick<HandshakeResponse, 'capabilities' | 'packetBytesMax' | 'collation'>,
): Buffer {
  return beginning(response).finish()
}

function beginning(
  response: Pick<HandshakeResponse, 'capabilities' | 'packetBytesMax' | 'collation'>,
): PayloadWriter {
  const { capabilities } = response
  const mysql = has(capabilities, Capability.LONG_PASSWORD)
  return new PayloadWriter()
    .uint32(Number(capabilities & 0xffffffffn))
    .uint32(response.packetBytesMax)
    .uint8(response.collation)
    .zeros(19)
    .uint32(mysql ? 0 : Number((capabilities >> 32n) & 0xffffffffn))
}
