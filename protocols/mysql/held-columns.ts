/**
 * The number of a result's columns and all of their definitions: held back until all are there, so
 * that they are judged before any of them is shown. Looks at no packet twice.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html
 */
import { ProtocolError } from '../errors.ts'
import { framePayloadMax, headerBytes } from './framing.ts'
import { errHeader } from './packets/err.ts'
import type { ServerPackets } from './server-packets.ts'

export class HeldColumns {
  /** Of the result that was taken last. */
  count = 0
  readonly #packets: ServerPackets
  readonly #bytesMax: number
  /** How far they were looked at, from the first packet, and how many were seen until there. */
  #scanned = 0
  #seen = 0

  constructor(packets: ServerPackets, frameBytesMax: number) {
    this.#packets = packets
    this.#bytesMax = frameBytesMax + framePayloadMax
  }

  /**
   * The packet from `offset` to `end` is the number of columns. Returns where the rows begin, or
   * `offset` when not all is there: then the next chunk begins with that packet.
   */
  take(bytes: Buffer, offset: number, end: number): number {
    const packets = this.#packets
    this.count = columnCount(bytes.subarray(offset + headerBytes, end))
    const wanted = this.count + (packets.deprecatesEof ? 0 : 1)
    let at = this.#scanned === 0 ? end : offset + this.#scanned
    let seen = this.#scanned === 0 ? 0 : this.#seen
    while (seen < wanted) {
      const extent = bytes.length - at < headerBytes ? 0 : packets.whole(bytes, at)
      if (extent === 0) {
        this.#scanned = at - offset
        this.#seen = seen
        packets.needed = at - offset + Math.max(packets.needed, headerBytes)
        if (packets.needed > this.#bytesMax)
          throw new ProtocolError('columns that fit into memory', `${packets.needed} bytes of them`)
        return offset
      }
      if (bytes[at + headerBytes] === errHeader) throw new ProtocolError('ColumnDefinition', 'ERR')
      at += extent
      seen += 1
    }
    this.#scanned = 0
    return at
  }
}

/** int<lenenc>, alone in its packet. */
function columnCount(payload: Buffer): number {
  const first = payload[0] ?? 0
  const count =
    first < 0xfb && payload.length === 1
      ? first
      : first === 0xfc && payload.length === 3
        ? payload.readUInt16LE(1)
        : 0
  if (count === 0)
    // Neither the bytes of what may be a row nor how many there are is for an error.
    throw new ProtocolError('a number of columns', 'another packet')
  return count
}
