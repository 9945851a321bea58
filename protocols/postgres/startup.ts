/**
 * The client's side of a session's start: encryption, StartupMessage, authentication.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
import type { Socket } from 'node:net'
import type { Gateway, Login, Session } from '../protocol.ts'
import type { CancelRegistry } from './cancel.ts'

/** A client that has proved who it is and was sent AuthenticationOk, and nothing after it. */
export interface StartedClient {
  /** The TLS socket when the client asked for one. Paused; an 'error' listener stays on it. */
  readonly socket: Socket
  readonly session: Session
  readonly login: Login
  /** 0 or 2: what was agreed on. */
  readonly protocolMinor: number
  /**
   * `user`, `database`, and every setting, names in lower case. What came inside `options` stands
   * here as settings of their own (`search_path`, `statement_timeout`, …); `options` is not here.
   */
  readonly parameters: ReadonlyMap<string, string>
  /** What the client sent after its last message of the start, if anything. */
  readonly leftover: Buffer
}

/**
 * Undefined when there is no session: the connection was a CancelRequest, was refused (and told
 * so), or is gone; the socket is then closed or closing. Rejects only for a bug of ours.
 */
export async function startClient(
  socket: Socket,
  gateway: Gateway,
  cancels: CancelRegistry,
): Promise<StartedClient | undefined> {
  throw new Error(`not written yet: ${socket}${gateway}${cancels}`)
}
