/**
 * What a client is told in place of an answer: an ERR_Packet by us. The statement never reaches the
 * server, whose transaction goes on as after any statement that failed.
 * https://dev.mysql.com/doc/mysql-errors/9.7/en/server-error-reference.html
 */
import type { Refusal } from '../protocol.ts'
import { commandName } from './packets/commands.ts'
import { ErrorCode, encodeErr, oneLine } from './packets/err.ts'

/** A refusal by the session, or one of this protocol's own with a number of its own. */
export interface MysqlRefusal extends Refusal {
  readonly errno?: number
  readonly sqlState?: string
}

/** `held` is our own number, above those of the servers: nothing of theirs says "later". */
const codes: Readonly<Record<Refusal['code'], readonly [errno: number, sqlState: string]>> = {
  denied: [ErrorCode.ER_SPECIFIC_ACCESS_DENIED_ERROR, '42000'],
  held: [50100, 'HY000'],
  expired: [ErrorCode.ER_SPECIFIC_ACCESS_DENIED_ERROR, '42000'],
  withdrawn: [ErrorCode.ER_QUERY_INTERRUPTED, '70100'],
  unreadable: [ErrorCode.ER_PARSE_ERROR, '42000'],
  unrecorded: [1026 /* ER_ERROR_ON_WRITE */, 'HY000'],
}

export function refusalPacket(refusal: MysqlRefusal): Buffer {
  const [errno, sqlState] = codes[refusal.code]
  return encodeErr({
    code: refusal.errno ?? errno,
    sqlState: refusal.sqlState ?? sqlState,
    message: refusal.errno === undefined ? sentence(refusal) : oneLine(refusal.message),
  })
}

function sentence({ message, detail, hint }: MysqlRefusal): string {
  const parts = [`Countersign: ${message}`, detail, hint].filter(part => part !== undefined)
  return oneLine(parts.map(part => (/[.!?:]$/.test(part) ? part : `${part}.`)).join(' '))
}

export function unknownStatement(id: number, command: string): MysqlRefusal {
  const shown = id | 0
  return plain(
    1243 /* ER_UNKNOWN_STMT_HANDLER */,
    'HY000',
    `Unknown prepared statement handler (${shown}) given to ${command}`,
  )
}

export function noCursor(id: number): MysqlRefusal {
  return plain(1421, 'HY000', `The statement (${id}) has no open cursor.`)
}

export function malformed(): MysqlRefusal {
  return plain(ErrorCode.ER_MALFORMED_PACKET, 'HY000', 'Malformed communication packet.')
}

export function tooLarge(bytesMax: number): MysqlRefusal {
  return plain(
    ErrorCode.ER_NET_PACKET_TOO_LARGE,
    '08S01',
    `Got a packet bigger than ${bytesMax} bytes, which is the most that Countersign reads`,
  )
}

/** The server's own limit is of their number. */
export function tooManyPrepared(lengthMax: number): MysqlRefusal {
  return plain(
    1461 /* ER_MAX_PREPARED_STMT_COUNT_REACHED */,
    '42000',
    `Can't create more prepared statements: the texts of a session's may have ${lengthMax} characters`,
  )
}

export function unknownCommand(): MysqlRefusal {
  return plain(ErrorCode.ER_UNKNOWN_COM_ERROR, '08S01', 'Unknown command')
}

export function forbiddenCommand(code: number): MysqlRefusal {
  return plain(
    ErrorCode.ER_SPECIFIC_ACCESS_DENIED_ERROR,
    '42000',
    `Countersign: ${commandName(code)} is not let through.`,
  )
}

export function unknownThread(id: number): MysqlRefusal {
  return plain(ErrorCode.ER_NO_SUCH_THREAD, 'HY000', `Unknown thread id: ${id}`)
}

export function interrupted(): MysqlRefusal {
  const message = 'Query execution was interrupted'
  return plain(ErrorCode.ER_QUERY_INTERRUPTED, '70100', message)
}

/** Under it no text could be read any more. */
export function unreadableSettingOf(name: string, text: string): MysqlRefusal {
  if (name === 'sql_mode')
    return notAsItStands(`statements under sql_mode '${text}' cannot be read`, 'Use another mode.')
  return plain(
    ErrorCode.ER_UNKNOWN_CHARACTER_SET,
    '42000',
    `Countersign: statements in the character set '${text}' cannot be read. Use utf8mb4.`,
  )
}

/** Of a text with several statements, or of a statement, that may not be sent as it stands. */
export function notAsItStands(message: string, hint: string): MysqlRefusal {
  return { code: 'denied', message, detail: undefined, hint }
}

function plain(errno: number, sqlState: string, message: string): MysqlRefusal {
  return { code: 'denied', errno, sqlState, message, detail: undefined, hint: undefined }
}
