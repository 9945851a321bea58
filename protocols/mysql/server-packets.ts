/**
 * What the server's packets have in common, whatever they say: how long they are, which one ends
 * rows, and the number that each of them has for the client.
 */
import { ProtocolError } from '../errors.ts'
import type { Limits } from '../protocol.ts'
import { framePayloadMax, frameSequence, headerBytes, packetExtent } from './framing.ts'
import { errHeader } from './packets/err.ts'
import { okEndOfResultHeader } from './packets/ok.ts'

export class ServerPackets {
  /** How many bytes the packet that was looked at last has, when it was not all there. */
  needed = 1
  /** What is added to the server's sequence numbers, since masked rows took more or fewer frames. */
  shift = 0
  readonly deprecatesEof: boolean
  readonly #bytesMax: number

  constructor(deprecatesEof: boolean, { frameBytesMax }: Limits) {
    this.deprecatesEof = deprecatesEof
    this.#bytesMax = frameBytesMax
  }

  /** The extent of the packet at `at`, or 0 when it is not all there. */
  whole(bytes: Buffer, at: number): number {
    const extent = packetExtent(bytes, at)
    const wanted = Math.abs(extent)
    if (wanted > this.#bytesMax + headerBytes)
      throw new ProtocolError(`a packet of at most ${this.#bytesMax} bytes`, `${wanted}`)
    if (extent > 0) return extent
    this.needed = wanted
    return 0
  }

  /** Our chunk to change: nobody else has seen it. */
  renumber(bytes: Buffer, at: number): void {
    if (this.shift !== 0) bytes.writeUInt8((frameSequence(bytes, at) + this.shift) & 0xff, at + 3)
  }

  /** Rows that begin like an OK or EOF have a first value of 16 MiB and are longer. */
  endsRows(first: number, length: number): boolean {
    if (first === errHeader) return true
    if (first !== okEndOfResultHeader) return false
    return this.deprecatesEof ? length < framePayloadMax : length < 9
  }
}
