/**
 * From an accepted socket to its StartupMessage: SSLRequest, direct TLS, GSSENCRequest,
 * CancelRequest. Each kind of encryption can be asked for once.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
import type { Socket } from 'node:net'
import { HandshakeReader } from '../handshake-reader.ts'
import type { Gateway } from '../protocol.ts'
import { secureClient } from '../tls.ts'
import { FatalError } from './fatal.ts'
import {
  decodeFirstPacket,
  type FirstPacket,
  StartupCode,
  unsupportedProtocol,
} from './messages/startup.ts'

/** The name of the protocol in TLS (ALPN), from Postgres 17 on. */
export const application = 'postgresql'

/** What a TLS record of a handshake begins with; no length of a first packet does. */
const tlsHandshake = 0x16

/** The client's socket as it stands now; TLS puts another one in its place. */
export interface ClientConnection {
  socket: Socket
  reader: HandshakeReader
  tls: boolean
  /** Our certificate's `tls-server-end-point`, when the connection has TLS. */
  endPoint: Buffer | undefined
}

/** Changes `connection` on the way; reads up to the packet that says what the client is here for. */
export async function readFirstPacket(
  connection: ClientConnection,
  gateway: Gateway,
  signal: AbortSignal,
): Promise<Extract<FirstPacket, { type: 'StartupMessage' | 'CancelRequest' }>> {
  if ((await connection.reader.peek()) === tlsHandshake) {
    await secureDirectly(connection, gateway, signal)
  }
  const asked = new Set<string>()
  for (;;) {
    const packet = await readPacket(connection.reader, gateway.limits.startupBytesMax)
    if (packet.type === 'StartupMessage' || packet.type === 'CancelRequest') return packet
    if (connection.tls || asked.has(packet.type)) {
      throw unsupportedProtocol(StartupCode[packet.type])
    }
    asked.add(packet.type)
    refuseEarlyBytes(connection.reader, packet.type)
    const secure = packet.type === 'SSLRequest' && gateway.tls !== undefined
    connection.socket.write(secure ? 'S' : 'N')
    if (secure) await upgrade(connection, gateway, signal)
  }
}

async function readPacket(reader: HandshakeReader, bytesMax: number): Promise<FirstPacket> {
  const header = await reader.take(4)
  const length = header.readUInt32BE(0) // Int32
  if (length < 8 || length > bytesMax) {
    throw new FatalError('08P01', 'invalid length of startup packet')
  }
  return decodeFirstPacket(await reader.take(length - 4))
}

/**
 * What came in the clear before encryption began must not be taken for what came encrypted
 * (CVE-2021-23214), so a client that did not wait for the answer is sent away.
 */
function refuseEarlyBytes(reader: HandshakeReader, request: string): void {
  if (reader.buffered === 0) return
  const kind = request === 'SSLRequest' ? 'SSL' : 'GSSAPI encryption'
  throw new FatalError('08P01', `received unencrypted data after ${kind} request`, {
    detail:
      'This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.',
  })
}

/** `sslnegotiation=direct`: no SSLRequest; the protocol's name in ALPN stands in for it. */
async function secureDirectly(
  connection: ClientConnection,
  gateway: Gateway,
  signal: AbortSignal,
): Promise<void> {
  if (gateway.tls === undefined) {
    throw new FatalError('0A000', 'this server does not support SSL')
  }
  const secured = await upgrade(connection, gateway, signal)
  if (secured !== application) {
    throw new FatalError(
      '08P01',
      'received direct SSL connection request without ALPN protocol negotiation extension',
    )
  }
}

/** Returns the application protocol that was agreed on, if any. */
async function upgrade(
  connection: ClientConnection,
  gateway: Gateway,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (gateway.tls === undefined) return undefined
  const unread = connection.reader.detach()
  const plain = connection.socket
  const secured = await secureClient(plain, gateway.tls, application, unread, signal).catch(
    error => {
      // Nothing can be told in the middle of a handshake.
      plain.destroy()
      throw error
    },
  )
  connection.socket = secured.socket
  connection.reader = new HandshakeReader(secured.socket, {
    signal,
    bufferedBytesMax: gateway.limits.startupBytesMax,
  })
  connection.tls = true
  connection.endPoint = secured.endPoint
  return secured.socket.alpnProtocol || undefined
}
