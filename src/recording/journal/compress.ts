/**
 * What is sealed is made smaller first: DEFLATE (RFC 1951) of one record's items, since what is
 * encrypted cannot be compressed any more. It may take a tenth of the core and no more: what comes
 * faster than that is kept as it is, and sessions are never slower for the sake of the disk.
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

/** Below it, setting up costs more than is saved. */
const bytesMin = 1024
const share = 0.1
/** What may be spent at once after a pause. */
const creditMsMax = 20
/** No record is larger: a reader must not be made to fill its memory. */
const inflatedBytesMax = 512 * 1024 * 1024

export class Compressor {
  readonly #now: () => number
  #creditMs = creditMsMax
  #creditedAt: number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#creditedAt = now()
  }

  /** Undefined: they are kept as they are. What is returned is the caller's. */
  compress(bytes: Buffer): Buffer | undefined {
    if (bytes.length < bytesMin) return undefined
    const begun = this.#now()
    const earned = (begun - this.#creditedAt) * share
    this.#creditedAt = begun
    this.#creditMs = Math.min(creditMsMax, this.#creditMs + earned)
    if (this.#creditMs <= 0) return undefined
    const small = deflateRawSync(bytes, { level: constants.Z_BEST_SPEED })
    this.#creditMs -= this.#now() - begun
    return small.length < bytes.length * 0.9 ? small : undefined
  }
}

/** Undefined when they are not what `compress` made. */
export function decompress(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes, { maxOutputLength: inflatedBytesMax })
  } catch {
    // Altered: the tag of its stretch would say the same.
    return undefined
  }
}
