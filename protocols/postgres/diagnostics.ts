/**
 * Errors and notices on their way to the client. When the statement touches what is masked, only
 * what cannot hold a value passes: severity, SQLSTATE, and the message if the server's parser wrote
 * it. DETAIL, HINT, CONTEXT and the names of constraints say too much.
 * https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
import { ByteReader } from '../bytes.ts'
import { headerBytes } from './framing.ts'
import {
  decodeErrorFields,
  encodeErrorResponse,
  encodeNoticeResponse,
  errorFields,
} from './messages/error-response.ts'
import { type PostgresRefusal, sqlStateOf } from './refusal.ts'

/** What the client is told in place of the error that a refusal made the server raise. */
export function refusalResponse(refusal: PostgresRefusal): Buffer {
  const fields = errorFields('ERROR', sqlStateOf(refusal), refusal.message, refusal)
  if (refusal.position !== undefined) fields.set('P', String(refusal.position))
  return encodeErrorResponse(fields)
}

export function notice(message: string): Buffer {
  return encodeNoticeResponse(errorFields('NOTICE', '00000', message))
}

/** Closes the connection after it. */
export function fatal(sqlState: string, message: string): Buffer {
  return encodeErrorResponse(errorFields('FATAL', sqlState, message))
}

/** The frame itself when nothing in it is hidden. */
export function concealed(frame: Buffer, hidden: boolean): { shown: Buffer; code: string } {
  const fields = decodeErrorFields(new ByteReader(frame, headerBytes))
  const code = fields.get('C') ?? 'XX000'
  if (!hidden) return { shown: frame, code }
  const shown = new Map<string, string>()
  for (const letter of ['S', 'V', 'C']) shown.set(letter, fields.get(letter) ?? '')
  const readable = !fields.has('W') && parserFile.test(fields.get('F') ?? '')
  shown.set(
    'M',
    readable ? (fields.get('M') ?? '') : 'the message is hidden: it may show masked data',
  )
  const position = fields.get('P')
  if (readable && position !== undefined) shown.set('P', position)
  const isNotice = frame[0] === 0x4e
  return { shown: isNotice ? encodeNoticeResponse(shown) : encodeErrorResponse(shown), code }
}

/**
 * Source files of the server whose messages are about the statement's text and the catalog, raised
 * before anything runs. A function cannot forge the field: RAISE always says pl_exec.c.
 */
const parserFile =
  /^(scan\.l|gram\.y|parse_[a-z]+\.c|analyze\.c|namespace\.c|aclchk\.c|portalmem\.c|xact\.c|prepare\.c)$/
