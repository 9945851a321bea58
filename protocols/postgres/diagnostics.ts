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

/**
 * The frame itself when nothing in it is hidden. What code inside of the server says, a trigger's
 * or a constraint's, is hidden when `code` says so: only its author knows what it tells.
 */
export function concealed(
  frame: Buffer,
  hides: { readonly all: boolean; readonly code: boolean },
): { shown: Buffer; code: string } {
  const fields = decodeErrorFields(new ByteReader(frame, headerBytes))
  const said = fields.get('C') ?? 'XX000'
  if (!hides.all && !(hides.code && isSaidByCode(fields))) return { shown: frame, code: said }
  // Five characters of anything, when it was code that raised it.
  const raised = fields.get('R') === 'exec_stmt_raise'
  const code = raised ? 'P0001' : said
  const shown = new Map([
    ['S', fields.get('S') ?? ''],
    ['V', fields.get('V') ?? ''],
    ['C', code],
  ])
  const readable = isAboutText(fields)
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
 * Messages about the statement's text and the catalog, raised before anything runs. A function
 * cannot forge the source file: RAISE always says pl_exec.c. But names are looked up while a
 * statement runs, too: `email::regclass`. Only then does the message point at no place in the text.
 */
function isAboutText(fields: ReadonlyMap<string, string>): boolean {
  const file = fields.get('F') ?? ''
  if (fields.has('W')) return false
  return statementFile.test(file) || (parserFile.test(file) && fields.has('P'))
}

const parserFile = /^(scan\.l|gram\.y|parse_[a-z]+\.c|analyze\.c|namespace\.c)$/

/** Their messages name what exists already, or what the text itself names. */
const statementFile = /^(aclchk\.c|portalmem\.c|xact\.c|prepare\.c)$/

/** Any context but one that quotes what the client sent itself is of code that ran. */
function isSaidByCode(fields: ReadonlyMap<string, string>): boolean {
  const context = fields.get('W')
  return context !== undefined && !ownContext.test(context)
}

/** COPY FROM, and a parameter that its type does not take. */
const ownContext = /^(?:COPY |unnamed portal parameter |portal "[^"\n]*" parameter )[^\n]*$/
