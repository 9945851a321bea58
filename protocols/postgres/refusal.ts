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
export const reservedName = `countersign_refused_${randomBytes(12).toString('hex')}`

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

/** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const refusalSqlState: Readonly<Record<Refusal['code'], string>> = {
  denied: '42501', // insufficient_privilege
  expired: '42501',
  withdrawn: '57014', // query_canceled
  unreadable: '42601', // syntax_error
  unrecorded: '58030', // io_error
  missing: '26000', // invalid_sql_statement_name
  duplicate: '42P05', // duplicate_prepared_statement
  limit: '54000', // program_limit_exceeded
}

/** A name that the server would not know either, or that the proxy cannot vouch for. */
export function missing(kind: 'prepared statement' | 'portal', name: string): Refusal {
  return plain('missing', `${kind} "${name}" does not exist`)
}

/** A name that SQL and the protocol would both give a meaning to. */
export function duplicate(name: string): Refusal {
  return plain('duplicate', `prepared statement "${name}" already exists`)
}

export function tooLarge(bytes: number, bytesMax: number): Refusal {
  return {
    code: 'limit',
    message: `the message has ${bytes} bytes; at most ${bytesMax} can be read and let through`,
    detail: undefined,
    hint: 'Use COPY, or several smaller statements.',
  }
}

function plain(code: Refusal['code'], message: string): Refusal {
  return { code, message, detail: undefined, hint: undefined }
}
