/**
 * ERR_Packet: a command failed.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html
 */
import { PayloadReader, PayloadWriter } from '../payload.ts'

export const errHeader = 0xff

export interface ErrPacket {
  /** errno */
  readonly code: number
  /** Five characters; `HY000` when the server gave none. */
  readonly sqlState: string
  readonly message: string
}

/** Numbers that we send, as the servers' own list names them. */
export const ErrorCode = {
  ER_CON_COUNT_ERROR: 1040,
  ER_HANDSHAKE_ERROR: 1043,
  ER_DBACCESS_DENIED_ERROR: 1044,
  ER_ACCESS_DENIED_ERROR: 1045,
  ER_UNKNOWN_COM_ERROR: 1047,
  ER_BAD_DB_ERROR: 1049,
  ER_PARSE_ERROR: 1064,
  ER_NO_SUCH_THREAD: 1094,
  ER_UNKNOWN_ERROR: 1105,
  ER_UNKNOWN_CHARACTER_SET: 1115,
  ER_NET_PACKET_TOO_LARGE: 1153,
  ER_NET_PACKETS_OUT_OF_ORDER: 1156,
  ER_NET_READ_INTERRUPTED: 1159,
  ER_SPECIFIC_ACCESS_DENIED_ERROR: 1227,
  ER_NOT_SUPPORTED_AUTH_MODE: 1251,
  ER_QUERY_INTERRUPTED: 1317,
  ER_MALFORMED_PACKET: 1835,
} as const

/** What is told of an error fits a packet of this size in every server. */
const messageCharactersMax = 512

/**
 * `payload` begins with the header. A server that refuses a connection before it knows the
 * client's protocol leaves the SQLSTATE out; so does MariaDB, whose 0xffff is a progress report.
 */
export function decodeErr(payload: Buffer): ErrPacket {
  const body = new PayloadReader(payload, 1)
  const code = body.uint16() // int<2>
  if (body.left < 6 || body.peek() !== 0x23 /* # */) {
    return { code, sqlState: 'HY000', message: body.restString() } // string<EOF>
  }
  body.skip(1) // string[1]
  const sqlState = body.slice(5).toString('latin1') // string[5]
  return { code, sqlState, message: body.restString() } // string<EOF>
}

export function encodeErr(err: ErrPacket): Buffer {
  return new PayloadWriter()
    .uint8(errHeader)
    .uint16(err.code)
    .string('#')
    .string(err.sqlState)
    .string(err.message)
    .finish()
}

/** One line, cut where a server would cut its own. */
export function oneLine(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ')
  return line.length > messageCharactersMax ? `${line.slice(0, messageCharactersMax - 1)}…` : line
}
