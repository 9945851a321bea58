/**
 * Reaching the upstream: TCP or Unix socket, then TLS as its mode asks for.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
import type { NetConnectOpts, Socket } from 'node:net'
import { ProtocolError, UpstreamError } from '../errors.ts'
import { HandshakeReader } from '../handshake-reader.ts'
import type { Upstream } from '../protocol.ts'
import { secureUpstream } from '../tls.ts'
import { connectSocket, onThisMachine, place, withoutTls } from '../upstream-socket.ts'
import { application } from './client-connection.ts'
import { encodeSslRequest } from './messages/startup.ts'

/** What may wait unread while the connection starts. */
const bufferedBytesMax = 65536

export interface ReachedUpstream {
  readonly socket: Socket
  readonly reader: HandshakeReader
  readonly tls: boolean
  /** The server certificate's `tls-server-end-point`. */
  readonly endPoint: Buffer | undefined
}

/**
 * `address` is an address of the upstream to use in place of its host's name. Rejects with the
 * signal's reason or with UpstreamError; nothing stays open then.
 */
export async function reachUpstream(
  upstream: Upstream,
  address: string,
  signal: AbortSignal,
): Promise<ReachedUpstream> {
  const socket = await connectSocket(upstream, whereIs(upstream, address), signal)
  const reader = new HandshakeReader(socket, { signal, bufferedBytesMax })
  // As libpq: nobody can listen on a Unix socket, so there is nothing to encrypt for.
  if (upstream.tls.mode === 'disable' || onThisMachine(upstream.host)) {
    return { socket, reader, tls: false, endPoint: undefined }
  }
  try {
    return await secured(upstream, socket, reader, signal)
  } catch (error) {
    reader.detach()
    socket.destroy()
    throw error
  }
}

async function secured(
  upstream: Upstream,
  socket: Socket,
  reader: HandshakeReader,
  signal: AbortSignal,
): Promise<ReachedUpstream> {
  socket.write(encodeSslRequest())
  const answer = String.fromCharCode((await reader.take(1)).readUInt8(0)) // Byte1
  if (answer === 'N' && upstream.tls.mode === 'prefer') {
    return { socket, reader, tls: false, endPoint: undefined }
  }
  if (answer === 'N') {
    throw new UpstreamError(`the upstream at ${place(upstream)} does not support TLS`)
  }
  // Anything else, an ErrorResponse included, is text of who knows whom: it is not repeated.
  if (answer !== 'S') throw new ProtocolError('S or N in answer to SSLRequest', 'something else')
  // Bytes in the clear must not be taken for encrypted ones (CVE-2021-23222).
  if (reader.buffered > 0) throw new ProtocolError('a TLS handshake', 'unencrypted bytes')
  reader.detach()
  const secure = await secureUpstream(
    socket,
    upstream.host,
    upstream.tls,
    application,
    signal,
  ).catch(error => {
    signal.throwIfAborted()
    throw withoutTls(upstream, error)
  })
  return {
    socket: secure.socket,
    reader: new HandshakeReader(secure.socket, { signal, bufferedBytesMax }),
    tls: true,
    endPoint: secure.endPoint,
  }
}

/** A path is a directory, as libpq has it: the socket's file in it is named by the port. */
function whereIs({ host, port }: Upstream, address: string): NetConnectOpts {
  if (!onThisMachine(host)) return { host: address, port, noDelay: true }
  return { path: `${host.replace(/\/+$/, '')}/.s.PGSQL.${port}` }
}
