/**
 * The rows of a result on their way to the client: those that nobody masks pass as they are, also
 * in parts, and those with masked columns are made anew, as many as a chunk has in one go.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_row.html
 */
import { ProtocolError } from '../errors.ts'
import type { Spans } from '../spans.ts'
import type { Run } from './exchange.ts'
import { frameLength, framePayloadMax, headerBytes } from './framing.ts'
import type { ServerPackets } from './server-packets.ts'

export class PassingRows {
  readonly #packets: ServerPackets
  readonly #spans: Spans
  /** Bytes of a row that pass without being read, and whether it goes on in another frame. */
  #streaming = 0
  #continues = false

  constructor(packets: ServerPackets, spans: Spans) {
    this.#packets = packets
    this.#spans = spans
  }

  /** A new chunk: how many bytes of it belong to a row that began before. */
  begin(bytes: Buffer): number {
    const passing = Math.min(this.#streaming, bytes.length)
    this.#streaming -= passing
    return passing
  }

  /** Whether the packet at `at`, whose header is there, is the one behind the last row. */
  ended(bytes: Buffer, at: number): boolean {
    const first = bytes[at + headerBytes]
    if (this.#continues || first === undefined) return false
    return this.#packets.endsRows(first, frameLength(bytes, at))
  }

  /** All the rows from `offset` on, up to what ends them. Returns where it stopped. */
  pass(bytes: Buffer, offset: number, run: Run, format: 'text' | 'binary'): number {
    const { mask } = run
    const packets = this.#packets
    let end = offset
    while (bytes.length - end >= headerBytes) {
      const length = frameLength(bytes, end)
      if (!this.#continues) {
        const first = bytes[end + headerBytes]
        if (first === undefined || packets.endsRows(first, length)) break
        if (length === 0 || (format === 'binary' && first !== 0))
          throw new ProtocolError('a row', `${length} bytes from 0x${first.toString(16)}`)
      }
      const next = end + headerBytes + length
      if (mask !== undefined) {
        const extent = packets.whole(bytes, end)
        if (extent === 0) break
        run.rows += 1
        end += extent
        continue
      }
      packets.renumber(bytes, end)
      this.#continues = length === framePayloadMax
      if (!this.#continues) run.rows += 1
      if (next > bytes.length) {
        this.#streaming = next - bytes.length
        run.bytes += next - offset
        return bytes.length
      }
      end = next
    }
    run.bytes += end - offset
    if (mask !== undefined && end > offset) {
      this.#spans.drop(bytes, offset, end)
      const masked = mask.maskRows(bytes, offset, end, packets.shift)
      packets.shift = masked.shift
      this.#spans.emit(masked.bytes)
    }
    return end
  }
}
