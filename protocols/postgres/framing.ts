/**
 * Postgres frames after start-up, protocol 3.0 and 3.2.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 *   +------+-----------------+------------------------+
 *   | type | length          | body                   |
 *   +------+-----------------+------------------------+
 *     1      4, big-endian     length - 4
 *            counts itself
 */

/** What a client sends. Three of the letters are also sent by servers, with other meanings. */
export const Frontend = {
  Bind: 0x42, // B
  Close: 0x43, // C
  CopyData: 0x64, // d
  CopyDone: 0x63, // c
  CopyFail: 0x66, // f
  Describe: 0x44, // D
  Execute: 0x45, // E
  Flush: 0x48, // H
  FunctionCall: 0x46, // F
  Parse: 0x50, // P
  Query: 0x51, // Q
  Sync: 0x53, // S
  Terminate: 0x58, // X
} as const

/** What a server sends after start-up. */
export const Backend = {
  BackendKeyData: 0x4b, // K
  BindComplete: 0x32, // 2
  CloseComplete: 0x33, // 3
  CommandComplete: 0x43, // C
  CopyBothResponse: 0x57, // W
  CopyData: 0x64, // d
  CopyDone: 0x63, // c
  CopyInResponse: 0x47, // G
  CopyOutResponse: 0x48, // H
  DataRow: 0x44, // D
  EmptyQueryResponse: 0x49, // I
  ErrorResponse: 0x45, // E
  NoData: 0x6e, // n
  NoticeResponse: 0x4e, // N
  NotificationResponse: 0x41, // A
  ParameterDescription: 0x74, // t
  ParameterStatus: 0x53, // S
  ParseComplete: 0x31, // 1
  PortalSuspended: 0x73, // s
  ReadyForQuery: 0x5a, // Z
  RowDescription: 0x54, // T
} as const

export const headerBytes = 5

/** The length field of the frame at `offset`; the header must be there. Unsigned on purpose. */
export function frameLength(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset + 1)
}
