/** Whole packets out of recorded pieces, without joining the pieces of a long one again and again. */
import { headerBytes, packetExtent, packetPayload } from './framing.ts'

export class RecordedPackets {
  #pieces: Buffer[] = []
  #bytes = 0
  #needed = headerBytes

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#bytes += piece.length
  }

  /** The payload of the next packet; undefined when it is not all there. */
  next(): Buffer | undefined {
    if (this.#bytes < this.#needed) return undefined
    const all = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
    if (all === undefined) return undefined
    this.#pieces = [all]
    const extent = packetExtent(all, 0)
    if (extent < 0) {
      this.#needed = -extent
      return undefined
    }
    this.#pieces = [all.subarray(extent)]
    this.#bytes = all.length - extent
    this.#needed = headerBytes
    return packetPayload(all, 0, extent)
  }

  clear(): void {
    this.#pieces = []
    this.#bytes = 0
    this.#needed = headerBytes
  }
}
