/**
 * Turning a connected socket into a TLS one, on the side of the client and of the upstream.
 * Certificates and modes are those of libpq:
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
import { isIP, type Socket } from 'node:net'
import * as tls from 'node:tls'
import { certificateHash } from './certificate-hash.ts'
import { ConnectionClosed } from './handshake-reader.ts'
import type { UpstreamTls } from './protocol.ts'

export interface SecuredSocket {
  /** An 'error' listener stays on it. */
  readonly socket: tls.TLSSocket
  /** `tls-server-end-point` of the server's certificate: ours, or the upstream's. */
  readonly endPoint: Buffer | undefined
}

/** One context for each listener: reading a key takes milliseconds. */
const contexts = new WeakMap<tls.SecureContextOptions, tls.SecureContext>()

/**
 * The server's side. The socket must be paused and have no reader; `unread` is what was already
 * read of the ClientHello. A client that offers protocols (ALPN) must offer `application`.
 */
export async function secureClient(
  socket: Socket,
  options: tls.SecureContextOptions,
  application: string,
  unread: Buffer,
  signal: AbortSignal,
): Promise<SecuredSocket> {
  let secureContext = contexts.get(options)
  if (secureContext === undefined) {
    secureContext = tls.createSecureContext(options)
    contexts.set(options, secureContext)
  }
  // Bytes in the stream's buffer are handed to the TLS engine; bytes anywhere else are lost to it.
  if (unread.length > 0) socket.unshift(unread)
  const secured = new tls.TLSSocket(socket, {
    isServer: true,
    secureContext,
    ALPNProtocols: [application],
  })
  await established(secured, 'secure', signal)
  const own = secured.getX509Certificate()
  return { socket: secured, endPoint: own && certificateHash(own.raw) }
}

/** The client's side. The socket must be paused and have no reader, and nothing read from it. */
export async function secureUpstream(
  socket: Socket,
  host: string,
  options: UpstreamTls,
  application: string,
  signal: AbortSignal,
): Promise<SecuredSocket> {
  const secured = tls.connect({
    socket,
    // The name to check; `servername` is what the server is told, and must not be an address.
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...tlsOptions(options),
    ALPNProtocols: [application],
  })
  await established(secured, 'secureConnect', signal)
  const peer = secured.getPeerX509Certificate()
  return { socket: secured, endPoint: peer && certificateHash(peer.raw) }
}

/** What the client's side shows and checks. */
export function tlsOptions({ mode, ca, cert, key }: UpstreamTls): tls.ConnectionOptions {
  const checksName = mode === 'verify-full'
  // As libpq: who names an authority wants it asked, also where the mode does not say so.
  const checksChain = checksName || mode === 'verify-ca' || ca !== undefined
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: checksChain,
    ...(checksName ? {} : { checkServerIdentity: () => undefined }),
  }
}

/**
 * Destroys the socket and rejects when the handshake fails or the peer leaves (ConnectionClosed,
 * with OpenSSL's error as its cause), or when the signal fires (its reason).
 */
function established(
  socket: tls.TLSSocket,
  event: 'secure' | 'secureConnect',
  signal: AbortSignal,
): Promise<void> {
  // Without a tls.Server above it, a server's socket reports a broken record by this event alone,
  // before and after the handshake, and would stay open.
  socket.on('_tlsError', (error: Error) => socket.destroy(error))
  // 'close' follows, and whoever owns the socket listens to that.
  socket.on('error', () => undefined)
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off(event, done)
      socket.off('error', failed)
      socket.off('_tlsError', failed)
      socket.off('close', closed)
      signal.removeEventListener('abort', aborted)
    }
    const done = (): void => {
      settle()
      resolve()
    }
    const fail = (error: unknown): void => {
      settle()
      socket.destroy()
      reject(error)
    }
    const failed = (cause: Error): void => fail(new ConnectionClosed({ cause }))
    const closed = (): void => fail(new ConnectionClosed())
    const aborted = (): void => fail(signal.reason)
    socket.on(event, done)
    socket.on('error', failed)
    socket.on('_tlsError', failed)
    socket.on('close', closed)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}
