/**
 * OK_Packet: a command succeeded. With DEPRECATE_EOF it also ends a result, then beginning with
 * 0xfe. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html
 */
import { Capability, has } from '../capabilities.ts'
import { PayloadReader, PayloadWriter } from '../payload.ts'

/** https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html (SERVER_STATUS_…) */
export const ServerStatus = {
  IN_TRANS: 0x0001,
  AUTOCOMMIT: 0x0002,
  MORE_RESULTS_EXISTS: 0x0008,
  NO_GOOD_INDEX_USED: 0x0010,
  NO_INDEX_USED: 0x0020,
  CURSOR_EXISTS: 0x0040,
  LAST_ROW_SENT: 0x0080,
  DB_DROPPED: 0x0100,
  NO_BACKSLASH_ESCAPES: 0x0200,
  METADATA_CHANGED: 0x0400,
  QUERY_WAS_SLOW: 0x0800,
  PS_OUT_PARAMS: 0x1000,
  IN_TRANS_READONLY: 0x2000,
  SESSION_STATE_CHANGED: 0x4000,
  ANSI_QUOTES: 0x8000,
} as const

export const okHeader = 0x00
/** Of the OK that ends a result; payloads of 16 MiB - 1 that begin so are rows. */
export const okEndOfResultHeader = 0xfe

export interface OkPacket {
  readonly header: number
  readonly affectedRows: bigint
  readonly lastInsertId: bigint
  readonly statusFlags: number
  readonly warnings: number
  readonly info: string
  /** As session-track.ts reads it; empty when nothing changed. */
  readonly sessionStateChanges: Buffer
}

const nothing: Buffer = Buffer.alloc(0)

/** `payload` begins with the header, which the caller has looked at. */
export function decodeOk(payload: Buffer, capabilities: bigint): OkPacket {
  const body = new PayloadReader(payload)
  const header = body.uint8() // int<1>
  const affectedRows = body.lenencInteger() // int<lenenc>
  const lastInsertId = body.lenencInteger() // int<lenenc>
  const statusFlags = body.uint16() // int<2>
  const warnings = body.uint16() // int<2>
  const counts = { header, affectedRows, lastInsertId, statusFlags, warnings }
  if (!has(capabilities, Capability.SESSION_TRACK)) {
    return { ...counts, info: body.restString(), sessionStateChanges: nothing } // string<EOF>
  }
  // Servers leave out what is empty and last.
  const info = body.left > 0 ? body.lenencString() : '' // string<lenenc>
  const changed = (statusFlags & ServerStatus.SESSION_STATE_CHANGED) !== 0 && body.left > 0
  return { ...counts, info, sessionStateChanges: changed ? body.lenencBytes() : nothing } // string<lenenc>
}

/** The status flags alone, of an OK or of an EOF: what the relay needs of every one. */
export function statusFlagsOf(payload: Buffer, capabilities: bigint): number {
  const body = new PayloadReader(payload, 1)
  if (payload[0] === okEndOfResultHeader && !has(capabilities, Capability.DEPRECATE_EOF)) {
    body.skip(2) // int<2> warnings come first in an EOF_Packet
    return body.uint16() // int<2>
  }
  body.skipLenencInteger() // int<lenenc>
  body.skipLenencInteger() // int<lenenc>
  return body.uint16() // int<2>
}

export function encodeOk(ok: Partial<OkPacket>, capabilities: bigint): Buffer {
  const writer = new PayloadWriter(64)
    .uint8(ok.header ?? okHeader)
    .lenencInteger(ok.affectedRows ?? 0n)
    .lenencInteger(ok.lastInsertId ?? 0n)
  const changes = ok.sessionStateChanges ?? nothing
  const tracks = has(capabilities, Capability.SESSION_TRACK)
  const changed = tracks && changes.length > 0
  const statusFlags = (ok.statusFlags ?? 0) & ~ServerStatus.SESSION_STATE_CHANGED
  writer.uint16(changed ? statusFlags | ServerStatus.SESSION_STATE_CHANGED : statusFlags)
  writer.uint16(ok.warnings ?? 0)
  const info = ok.info ?? ''
  if (!tracks) return writer.string(info).finish()
  if (info !== '' || changed) writer.lenencString(info)
  if (changed) writer.lenencBytes(changes)
  return writer.finish()
}
