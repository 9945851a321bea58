/**
 * Reaching an upstream, whatever is spoken then: a limit for all of it, a socket, and what is said
 * when there is none. Messages are for logs: they name the address, and no credentials.
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { startDeadline } from './deadline.ts'
import { ProtocolError, UpstreamError } from './errors.ts'
import { ConnectionClosed } from './handshake-reader.ts'
import type { Upstream } from './protocol.ts'

/** The host is a path: of a socket's file, or of the directory that it is in. */
export function onThisMachine(host: string): boolean {
  return host.startsWith('/')
}

/** For logs. */
export function place({ host, port }: Upstream): string {
  return onThisMachine(host) ? host : `${host}:${port}`
}

/** Runs `work` with its limit; whatever goes wrong becomes an UpstreamError. */
export async function withinLimit<T>(
  upstream: Upstream,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new UpstreamError(
    `the upstream at ${place(upstream)} was not ready after ${timeoutMs} ms`,
  )
  const deadline = startDeadline(timeoutMs, late, signal)
  try {
    return await work(deadline.signal)
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    if (deadline.signal.aborted) {
      throw new UpstreamError('the connection to the upstream is no longer wanted', {
        cause: error,
      })
    }
    if (error instanceof ProtocolError) {
      throw new UpstreamError(`the upstream at ${place(upstream)}: ${error.message}`, {
        cause: error,
      })
    }
    throw error
  } finally {
    deadline.clear()
  }
}

/** Whoever owns the socket listens to 'close'. Here, for a closure would keep what connecting needed. */
const closeFollows = (): void => undefined

/**
 * Connects to `at`, which is where the upstream is. Rejects with the signal's reason or with
 * UpstreamError; nothing stays open then. An 'error' listener stays on the socket.
 */
export function connectSocket(
  upstream: Upstream,
  at: NetConnectOpts,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect(at)
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off('connect', done)
      socket.off('error', failed)
      signal.removeEventListener('abort', aborted)
    }
    const done = (): void => {
      settle()
      socket.on('error', closeFollows)
      resolve(socket)
    }
    const failed = (cause: Error): void => {
      settle()
      const why = `cannot reach the upstream at ${place(upstream)}: ${describe(cause)}`
      reject(new UpstreamError(why, { cause }))
    }
    const aborted = (): void => {
      settle()
      socket.on('error', closeFollows)
      socket.destroy()
      reject(signal.reason)
    }
    socket.on('connect', done)
    socket.on('error', failed)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}

/** What a TLS handshake that failed is told as. */
export function withoutTls(upstream: Upstream, error: unknown): UpstreamError {
  const reason = error instanceof ConnectionClosed ? error.cause : error
  const why = `no TLS with the upstream at ${place(upstream)}: ${describe(reason)}`
  return new UpstreamError(why, { cause: error })
}

/** Of several addresses that were tried, Node's error has a code and no message. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection was closed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return error.message || code
}
