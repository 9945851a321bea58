/**
 * Our connection to the real server: TLS, handshake, authentication, up to its OK. The only file
 * of the relay that reads an upstream's password.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 */
import type { Socket } from 'node:net'
import type { ConnectAttributes } from './packets/connect-attributes.ts'
import type { Flavour } from './packets/handshake-v10.ts'
import type { ServerGreeting } from './startup.ts'

export interface UpstreamOptions {
  /** As agreed on with the client. */
  readonly capabilities: bigint
  readonly collation: number
  readonly attributes: ConnectAttributes
  /** Undefined: that of the upstream's configuration, or none when that is empty. */
  readonly database: string | undefined
  readonly signal: AbortSignal
  /** For all of it, until OK. */
  readonly timeoutMs: number
}

/** A server that is ready for its first command. */
export interface UpstreamConnection {
  /** Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly greeting: ServerGreeting
  readonly version: string
  readonly flavour: Flavour
  readonly connectionId: number
  readonly statusFlags: number
  /** The payload of the OK that ended authentication. */
  readonly okPacket: Buffer
  /** What came after it, if anything. */
  readonly leftover: Buffer
}
