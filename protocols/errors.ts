/**
 * Errors by whose fault they are. ProtocolError: the peer broke the protocol, its connection is
 * closed. AccessDenied: told to the client. UpstreamError: told to the client and recorded.
 * Anything else is a bug and ends the session.
 */

/** The peer sent what the protocol does not allow. `expected` and `came` go into the message. */
export class ProtocolError extends Error {
  readonly code = 'COUNTERSIGN_PROTOCOL'

  constructor(expected: string, came: string, options?: ErrorOptions) {
    super(`expected ${expected}, got ${came}`, options)
    this.name = 'ProtocolError'
  }
}

/** Why somebody may not come in. The message is safe to send to the client. */
export class AccessDenied extends Error {
  readonly code = 'COUNTERSIGN_ACCESS_DENIED'
  readonly reason: 'password' | 'user' | 'database' | 'policy' | 'capacity'

  constructor(reason: AccessDenied['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AccessDenied'
    this.reason = reason
  }
}

/** The upstream could not be reached, refused us, or broke off. The message has no credentials. */
export class UpstreamError extends Error {
  readonly code = 'COUNTERSIGN_UPSTREAM'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UpstreamError'
  }
}
