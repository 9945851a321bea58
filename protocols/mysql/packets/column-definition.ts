/**
 * ColumnDefinition41: one column of a result, with MariaDB's extended metadata where it was agreed.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html
 * https://mariadb.com/kb/en/result-set-packets/#column-definition-packet
 */
import { ProtocolError } from '../../errors.ts'
import { PayloadReader } from '../payload.ts'

export interface ColumnDefinition {
  readonly schema: string
  readonly table: string
  readonly orgTable: string
  readonly name: string
  readonly orgName: string
  /** A collation's number; 63 is binary. */
  readonly collation: number
  /** In bytes of that character set. */
  readonly columnLength: number
  readonly type: number
  readonly flags: number
  /** 31 where the type has no fixed number of digits behind the point. */
  readonly decimals: number
  /** MariaDB's own name of the type (`uuid`, `inet6`, `point`); empty when it says none. */
  readonly extendedType: string
  /** MariaDB's format of the value (`json`); empty when it says none. */
  readonly extendedFormat: string
}

/** Both are sent by the server and both flavours agree on them. */
export const ColumnFlag = {
  notNull: 0x1,
  unsigned: 0x20,
  zerofill: 0x40,
  binary: 0x80,
  enum: 0x100,
  set: 0x800,
} as const

/** The length that comes before the fields of fixed width. */
const FIXED_BYTES = 12

/** Throws ProtocolError when a length is wrong. Nothing of the definition shares the payload. */
export function decodeColumnDefinition(
  payload: Buffer,
  start = 0,
  end: number = payload.length,
): ColumnDefinition {
  const body = new PayloadReader(payload, start, end)
  body.lenencString() // string<lenenc> catalog, always "def"
  const schema = body.lenencString() // string<lenenc>
  const table = body.lenencString() // string<lenenc>
  const orgTable = body.lenencString() // string<lenenc>
  const name = body.lenencString() // string<lenenc>
  const orgName = body.lenencString() // string<lenenc>
  let extendedType = ''
  let extendedFormat = ''
  // The fixed fields are all that is left, unless MariaDB's metadata comes before them.
  if (body.left > 1 + FIXED_BYTES) {
    const metadata = new PayloadReader(body.lenencBytes()) // string<lenenc>
    while (metadata.left > 0) {
      const kind = metadata.uint8() // int<1>
      const value = metadata.lenencString() // string<lenenc>
      if (kind === 0) extendedType = value
      if (kind === 1) extendedFormat = value
    }
  }
  const length = body.uint8() // int<lenenc>
  if (length !== FIXED_BYTES || body.left !== FIXED_BYTES)
    throw new ProtocolError('12 bytes of ColumnDefinition', `${body.left} bytes`)
  return {
    schema,
    table,
    orgTable,
    name,
    orgName,
    collation: body.uint16(), // int<2>
    columnLength: body.uint32(), // int<4>
    type: body.uint8(), // int<1>
    flags: body.uint16(), // int<2>
    decimals: body.uint8(), // int<1>
    extendedType,
    extendedFormat,
  }
}
