/**
 * Protocol::HandshakeV10: the server's greeting.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
 * https://mariadb.com/kb/en/connection/#initial-handshake-packet (the extended capabilities)
 */
import { ProtocolError } from '../../errors.ts'
import { Capability, has } from '../capabilities.ts'
import { PayloadReader, PayloadWriter } from '../payload.ts'

export type Flavour = 'mysql' | 'mariadb'

export interface HandshakeV10 {
  /** As drivers read it: MariaDB's begins with `5.5.5-` on some servers. */
  readonly version: string
  readonly connectionId: number
  /** 20 bytes, or none where the server's plugin uses none; its closing NUL is not here. */
  readonly scramble: Buffer
  readonly capabilities: bigint
  readonly collation: number
  readonly statusFlags: number
  readonly plugin: string
}

const protocolVersion = 10
export const scrambleBytes = 20

export function decodeHandshakeV10(payload: Buffer): HandshakeV10 {
  const body = new PayloadReader(payload)
  const protocol = body.uint8() // int<1>
  if (protocol !== protocolVersion) {
    throw new ProtocolError('protocol version 10', String(protocol))
  }
  const version = body.cstring() // string<NUL>
  const connectionId = body.uint32() // int<4>
  const first = body.slice(8) // string[8]
  body.skip(1) // int<1>
  const lower = body.uint16() // int<2>
  const collation = body.uint8() // int<1>
  const statusFlags = body.uint16() // int<2>
  const upper = body.uint16() // int<2>
  const authenticationDataBytes = body.uint8() // int<1>
  body.skip(6) // string[6]
  const extended = body.uint32() // int<4>, filler in MySQL
  const low = BigInt(lower) | (BigInt(upper) << 16n)
  const capabilities = has(low, Capability.LONG_PASSWORD) ? low : low | (BigInt(extended) << 32n)
  const rest = body.slice(Math.max(13, authenticationDataBytes - 8)) // string[length]
  const scramble = Buffer.concat([first, withoutNul(rest)])
  const plugin = has(low, Capability.PLUGIN_AUTH) ? body.cstringOrRest() : '' // string<NUL>
  return { version, connectionId, scramble, capabilities, collation, statusFlags, plugin }
}

function withoutNul(bytes: Buffer): Buffer {
  return bytes.length > 0 && bytes[bytes.length - 1] === 0 ? bytes.subarray(0, -1) : bytes
}

export function encodeHandshakeV10(handshake: HandshakeV10): Buffer {
  const { capabilities, scramble } = handshake
  const mysql = has(capabilities, Capability.LONG_PASSWORD)
  return new PayloadWriter()
    .uint8(protocolVersion)
    .cstring(handshake.version)
    .uint32(handshake.connectionId)
    .bytes(scramble.subarray(0, 8))
    .uint8(0)
    .uint16(Number(capabilities & 0xffffn))
    .uint8(handshake.collation)
    .uint16(handshake.statusFlags)
    .uint16(Number((capabilities >> 16n) & 0xffffn))
    .uint8(scramble.length + 1)
    .zeros(6)
    .uint32(mysql ? 0 : Number((capabilities >> 32n) & 0xffffffffn))
    .bytes(scramble.subarray(8))
    .uint8(0)
    .cstring(handshake.plugin)
    .finish()
}

export function flavourOf(version: string): Flavour {
  return /mariadb/i.test(version) ? 'mariadb' : 'mysql'
}
