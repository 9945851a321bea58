/** What goes wrong with an upstream, and how much of it a client may know. */
import { UpstreamError } from '../errors.ts'
import { type ErrorFields, errorFields } from './messages/error-response.ts'

/** The server answered with an ErrorResponse. */
export class UpstreamRefused extends UpstreamError {
  readonly fields: ErrorFields

  constructor(place: string, fields: ErrorFields) {
    const said = `${fields.get('C') ?? ''} ${fields.get('M') ?? ''}`
    super(`the upstream at ${place} refused the connection: ${said}`)
    this.name = 'UpstreamRefused'
    this.fields = fields
  }
}

/**
 * ErrorResponse fields for a client whose upstream could not be had. The client knows neither the
 * upstream's address nor our user and database there, so the server's own words are passed on only
 * where they speak of the client's settings, or of the server itself.
 */
export function upstreamErrorForClient(error: UpstreamError, database: string): ErrorFields {
  const sqlState = error instanceof UpstreamRefused ? error.fields.get('C') : undefined
  if (!(error instanceof UpstreamRefused) || sqlState === undefined) {
    return errorFields('FATAL', '08001', `database "${database}" cannot be reached`)
  }
  if (sqlState.startsWith('28')) {
    return errorFields('FATAL', '08004', `database "${database}" does not accept the proxy's login`)
  }
  if (sqlState === '3D000') {
    return errorFields('FATAL', sqlState, `database "${database}" does not exist`)
  }
  if (!speaksOfNoName.test(sqlState)) {
    return errorFields('FATAL', sqlState, `database "${database}" refused the connection`)
  }
  return new Map([...error.fields].filter(([letter]) => shownLetters.has(letter)))
}

/** Data exceptions, unknown settings, a server that starts or stops. */
const speaksOfNoName = /^(?:22...|42704|57P..)$/

/** Not the server's source file and line. */
const shownLetters: ReadonlySet<string> = new Set(['S', 'V', 'C', 'M', 'D', 'H'])
