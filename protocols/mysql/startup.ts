/**
 * The client's side of a session's start: greeting, encryption, authentication.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 */
import type { Socket } from 'node:net'
import type { Login, Session } from '../protocol.ts'
import type { ConnectAttributes } from './packets/connect-attributes.ts'
import type { Flavour } from './packets/handshake-v10.ts'

/** What the server behind us says of itself, which drivers choose their behaviour by. */
export interface ServerGreeting {
  readonly version: string
  readonly flavour: Flavour
  readonly capabilities: bigint
  readonly collation: number
}

/** A client that has proved who it is. The OK that ends authentication was not sent yet. */
export interface StartedClient {
  /** The TLS socket when the client asked for one. Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly session: Session
  readonly login: Login
  /** What was agreed on: low 32 bits MySQL's, high 32 MariaDB's extended ones. */
  readonly capabilities: bigint
  /** For the upstream: one whose character set we can read. */
  readonly collation: number
  readonly attributes: ConnectAttributes
  /** What the client sent after its last packet of the start, if anything. */
  readonly leftover: Buffer
  /** The id that it was told; to be released when the session ends. */
  readonly connectionId: number
  /** The number of the OK. */
  readonly sequence: number
}
