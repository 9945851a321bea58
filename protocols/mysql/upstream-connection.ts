/**
 * Reaching the upstream: TCP or Unix socket, its greeting, then TLS as the mode asks for.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html#sect_protocol_connection_phase_initial_handshake_ssl_handshake
 */
import { ProtocolError, UpstreamError } from '../errors.ts'
import type { Upstream } from '../protocol.ts'
import { secureUpstream } from '../tls.ts'
import { connectSocket, onThisMachine, place, withoutTls } from '../upstream-socket.ts'
import { Capability, has, missing } from './capabilities.ts'
import { Channel } from './channel.ts'
import { decodeErr, errHeader } from './packets/err.ts'
import { encodeSslRequest } from './packets/handshake-response.ts'
import { decodeHandshakeV10, type HandshakeV10 } from './packets/handshake-v10.ts'
import { application } from './startup.ts'
import { UpstreamRefused } from './upstream-error.ts'

/** Of a server's start: keys and messages, and no server comes near it. */
const startBytesMax = 1_048_576

export interface ReachedUpstream {
  readonly channel: Channel
  readonly handshake: HandshakeV10
}

/** What SSLRequest and the handshake response say alike. */
export type Beginning = Parameters<typeof encodeSslRequest>[0]

/** Rejects with the signal's reason or with an error; nothing stays open then. */
export async function reachUpstream(
  upstream: Upstream,
  beginning: (handshake: HandshakeV10, tls: boolean) => Beginning,
  signal: AbortSignal,
): Promise<ReachedUpstream> {
  const { host, port } = upstream
  // A path is that of the server's socket file.
  const at = onThisMachine(host) ? { path: host } : { host, port, noDelay: true }
  const socket = await connectSocket(upstream, at, signal)
  const channel = new Channel(socket, { signal, bytesMax: startBytesMax })
  try {
    const handshake = await readGreeting(upstream, channel)
    if (wantsTls(upstream, handshake)) {
      await secure(upstream, channel, beginning(handshake, true))
    }
    return { channel, handshake }
  } catch (error) {
    channel.detach()
    channel.socket.destroy()
    throw error
  }
}

async function readGreeting(upstream: Upstream, channel: Channel): Promise<HandshakeV10> {
  const payload = await channel.read()
  if (payload[0] === errHeader) throw new UpstreamRefused(place(upstream), decodeErr(payload))
  const handshake = decodeHandshakeV10(payload)
  const lacks = missing(0n, handshake.capabilities)
  if (lacks.length === 0) return handshake
  throw new UpstreamError(`the upstream at ${place(upstream)} has no ${lacks.join(', ')}`)
}

function wantsTls(upstream: Upstream, handshake: HandshakeV10): boolean {
  const { mode } = upstream.tls
  // Nobody can listen on a Unix socket, so there is nothing to encrypt for.
  if (mode === 'disable' || onThisMachine(upstream.host)) return false
  if (has(handshake.capabilities, Capability.SSL)) return true
  if (mode === 'prefer') return false
  throw new UpstreamError(`the upstream at ${place(upstream)} does not support TLS`)
}

async function secure(upstream: Upstream, channel: Channel, beginning: Beginning): Promise<void> {
  // Bytes in the clear must not be taken for encrypted ones.
  if (channel.buffered > 0) throw new ProtocolError('one greeting', 'unencrypted bytes after it')
  channel.write(encodeSslRequest(beginning))
  const { host, tls } = upstream
  const { signal } = channel
  try {
    await channel.secure((socket, unread) => {
      if (unread.length > 0) throw new ProtocolError('a TLS handshake', 'unencrypted bytes')
      return secureUpstream(socket, host, tls, application, signal)
    })
  } catch (error) {
    signal.throwIfAborted()
    throw withoutTls(upstream, error)
  }
}
