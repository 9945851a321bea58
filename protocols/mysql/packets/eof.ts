/**
 * EOF_Packet: the end of columns or of rows, where DEPRECATE_EOF was not agreed on.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_eof_packet.html
 */
import { PayloadReader, PayloadWriter } from '../payload.ts'

export const eofHeader = 0xfe

export interface EofPacket {
  readonly warnings: number
  readonly statusFlags: number
}

/** A row can begin with the same byte, as the length of its first column; it is longer then. */
export function isEof(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === eofHeader && end - start < 9
}

export function decodeEof(payload: Buffer): EofPacket {
  const body = new PayloadReader(payload, 1)
  const warnings = body.uint16() // int<2>
  return { warnings, statusFlags: body.uint16() } // int<2>
}

export function encodeEof(eof: EofPacket): Buffer {
  return new PayloadWriter(5).uint8(eofHeader).uint16(eof.warnings).uint16(eof.statusFlags).finish()
}
