/**
 * Refusing a statement by letting the server refuse something else. A message that must fail takes
 * its place; the server raises the error where the statement would have run, rolls back what it
 * has to and skips to Sync, and `diagnostics.ts` rewrites that error. Both state machines stay in
 * step, and nothing of the statement reaches the server.
 */
import { randomBytes } from 'node:crypto'
import type { Refusal } from '../protocol.ts'
import { encodeMessage } from './messages/message.ts'

/** No client can make a portal of that name: it cannot know it, and may not use it. */
export const reservedName: string = `countersign_refused_${randomBytes(12).toString('hex')}`

/** Execute of a portal that does not exist: SQLSTATE 34000, then everything up to Sync skipped. */
export const failingExecute: Buffer = encodeMessage('E', body =>
  body.cstring(reservedName).int32(0),
)

/**
 * A Query that does not parse: SQLSTATE 42601, also inside of a failed transaction. The text is what
 * the server's log will show.
 */
export const failingQuery: Buffer = encodeMessage('Q', body =>
  body.cstring('REFUSED BY COUNTERSIGN'),
)

/** A refusal by the session, or one of this protocol's own with a SQLSTATE of its own. */
export interface PostgresRefusal extends Refusal {
  readonly sqlState?: string
  /** In the text that was refused, in characters from 1. */
  readonly position?: number
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlStates: Readonly<Record<Refusal['code'], string>> = {
  denied: '42501', // insufficient_privilege
  held: '57C01', // of the class operator intervention, and our own
  expired: '42501',
  withdrawn: '57014', // query_canceled
  unreadable: '42601', // syntax_error
  unrecorded: '58030', // io_error
}

export function sqlStateOf(refusal: PostgresRefusal): string {
  return refusal.sqlState ?? sqlStates[refusal.code]
}

/** A FunctionCall message. */
export const fastPath: PostgresRefusal = {
  code: 'denied',
  message: 'fast-path function calls are not let through',
  detail: 'A FunctionCall message names a function by its OID and cannot be read.',
  hint: 'Call the function with SELECT.',
}

/** A name that the server would not know either, or that the proxy cannot vouch for. */
export function missingStatement(name: string): PostgresRefusal {
  return plain('26000', `prepared statement "${name}" does not exist`)
}

export function missingPortal(name: string): PostgresRefusal {
  return plain('34000', `portal "${name}" does not exist`)
}

/** Names that differ behind their 63rd byte only are one name to the server. */
export function longName(name: string): PostgresRefusal | undefined {
  if (name.length <= nameBytesMax / 3 || Buffer.byteLength(name) <= nameBytesMax) return undefined
  return {
    ...plain('42622', `the name has more than ${nameBytesMax} bytes`),
    hint: 'The server would cut it off and take it for another name.',
  }
}

/** NAMEDATALEN, its NUL left out. */
const nameBytesMax = 63

/** A name that SQL and the protocol would both give a meaning to. */
export function duplicate(name: string): PostgresRefusal {
  return plain('42P05', `prepared statement "${name}" already exists`)
}

export function tooLarge(bytes: number, bytesMax: number): PostgresRefusal {
  return {
    ...plain('54000', `the message has ${bytes} bytes; at most ${bytesMax} can be read`),
    hint: 'Use COPY, or several smaller statements.',
  }
}

function plain(sqlState: string, message: string): PostgresRefusal {
  return { code: 'denied', sqlState, message, detail: undefined, hint: undefined }
}
