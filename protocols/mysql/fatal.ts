/** An error that ends a connection during its start, told to the client with its errno. */
import { ErrorCode, encodeErr, oneLine } from './packets/err.ts'

export class FatalError extends Error {
  readonly code = 'COUNTERSIGN_MYSQL_FATAL'
  readonly errno: number
  readonly sqlState: string

  constructor(errno: number, sqlState: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FatalError'
    this.errno = errno
    this.sqlState = sqlState
  }

  /** The payload of an ERR_Packet. */
  get payload(): Buffer {
    const { errno, sqlState, message } = this
    return encodeErr({ code: errno, sqlState, message: oneLine(message) })
  }
}

/** `why` tells a person what the words of the server's list do not. */
export function badHandshake(why: string, options?: ErrorOptions): FatalError {
  return new FatalError(ErrorCode.ER_HANDSHAKE_ERROR, '08S01', `Bad handshake: ${why}`, options)
}
