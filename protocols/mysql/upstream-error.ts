/** What goes wrong with an upstream, and how much of it a client may know. */
import { UpstreamError } from '../errors.ts'
import { ErrorCode, type ErrPacket } from './packets/err.ts'

/** The server answered with an ERR_Packet. */
export class UpstreamRefused extends UpstreamError {
  readonly err: ErrPacket

  constructor(place: string, err: ErrPacket) {
    const said = `${err.code} ${err.sqlState} ${err.message}`
    super(`the upstream at ${place} refused the connection: ${said}`)
    this.name = 'UpstreamRefused'
    this.err = err
  }
}

/** Errnos of servers that start, stop, or have enough: no names in them. */
const speaksOfNoName: ReadonlySet<number> = new Set([
  ErrorCode.ER_CON_COUNT_ERROR,
  1053, // ER_SERVER_SHUTDOWN
  1203, // ER_TOO_MANY_USER_CONNECTIONS
  3168, // ER_SERVER_ISNT_AVAILABLE
  3032, // ER_SERVER_OFFLINE_MODE
])

/**
 * For a client whose upstream could not be had. The client knows neither the upstream's address nor
 * our user and database there, so the server's own words are not passed on.
 */
export function upstreamErrorForClient(error: UpstreamError, database: string): ErrPacket {
  const named = database === '' ? 'the database' : `database '${database}'`
  if (!(error instanceof UpstreamRefused)) {
    return { code: 2003, sqlState: 'HY000', message: `Countersign: ${named} cannot be reached` }
  }
  const { code, sqlState } = error.err
  if (code === ErrorCode.ER_BAD_DB_ERROR) {
    return { code, sqlState, message: `Unknown database '${database}'` }
  }
  if (speaksOfNoName.has(code)) {
    return { code, sqlState, message: `Countersign: ${named} refused the connection` }
  }
  return {
    code: ErrorCode.ER_ACCESS_DENIED_ERROR,
    sqlState: '28000',
    message: `Countersign: ${named} does not accept the proxy's login`,
  }
}
