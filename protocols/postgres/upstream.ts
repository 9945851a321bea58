/**
 * Our connection to the real database: TCP or Unix socket, TLS, StartupMessage, authentication.
 * The only file that reads an upstream's password.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
import type { Socket } from 'node:net'
import { UpstreamError } from '../errors.ts'
import type { Upstream } from '../protocol.ts'

export interface UpstreamOptions {
  /** The client's, as `StartedClient.parameters`; `user` and `database` in it are not used. */
  readonly parameters: ReadonlyMap<string, string>
  /** 0 or 2: what the client agreed on. */
  readonly protocolMinor: number
  readonly signal: AbortSignal
  /** For all of it, until ReadyForQuery. */
  readonly timeoutMs: number
}

/** A server that is ready for its first query. */
export interface UpstreamConnection {
  /** Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly protocolMinor: number
  /** ParameterStatus as the server reported it, in its order. */
  readonly parameters: ReadonlyMap<string, string>
  /** NoticeResponse frames, header included, that came before ReadyForQuery. */
  readonly notices: readonly Buffer[]
  readonly transactionStatus: 'I' | 'T' | 'E'
  /** What came after ReadyForQuery, if anything. */
  readonly leftover: Buffer
  /** Where a CancelRequest has to go, and with which key; undefined when the server gave none. */
  readonly cancelTarget: CancelTarget | undefined
}

/** The very machine that was reached (a host name may stand for several), and the server's key. */
export interface CancelTarget {
  readonly upstream: Upstream
  readonly address: string
  readonly processId: number
  readonly secret: Buffer
}

/** The server answered with an ErrorResponse. */
export class UpstreamRefused extends UpstreamError {
  /** ErrorResponse fields by their letter. */
  readonly fields: ReadonlyMap<string, string>

  constructor(message: string, fields: ReadonlyMap<string, string>, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UpstreamRefused'
    this.fields = fields
  }
}

/** Rejects with UpstreamError (its message is for logs: it names the address, no credentials). */
export async function connectUpstream(
  upstream: Upstream,
  options: UpstreamOptions,
): Promise<UpstreamConnection> {
  throw new Error(`not written yet: ${upstream}${options}`)
}

/** ErrorResponse fields that may be shown to a client: no upstream address, no upstream user. */
export function upstreamErrorForClient(
  error: UpstreamError,
  database: string,
): ReadonlyMap<string, string> {
  throw new Error(`not written yet: ${error}${database}`)
}

/** Resolves when the server has closed the connection: the request was read. */
export async function cancelUpstream(
  target: CancelTarget,
  options: { readonly signal?: AbortSignal; readonly timeoutMs: number },
): Promise<void> {
  throw new Error(`not written yet: ${target}${options}`)
}
