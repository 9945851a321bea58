/**
 * The sealed part of a session's records: a sequence of items, in the order in which they happened.
 *
 * ┌───────┬───────────┬────────────┬────────┬───────┐
 * │ type  │ statement │ at         │ length │ bytes │   statement: its number, for text and parameters
 * │ uint8 │ uint32    │ uint48, µs │ uint32 │       │   at: since the session's start
 * └───────┴───────────┴────────────┴────────┴───────┘
 */
import type { Parameter } from '../../../protocols/protocol.ts'

export const PayloadType = {
  Text: 1,
  Parameters: 2,
  ServerFrames: 3,
  ClientFrames: 4,
  /** What vouches for the clear parts of a stretch: see crypt.ts. */
  Vouch: 5,
} as const
export type PayloadType = (typeof PayloadType)[keyof typeof PayloadType]

export interface PayloadItem {
  readonly type: PayloadType
  readonly statement: number
  readonly atUs: number
  readonly bytes: Buffer
}

export const itemHeaderBytes = 15

/** Appends items to a buffer that grows. Whoever takes the bytes must copy or encrypt them first. */
export class PayloadBuffer {
  #bytes: Buffer = emptyBuffer
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Shares memory with this buffer: valid until the next call of any other method. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  text(type: PayloadType, statement: number, atUs: number, text: string): void {
    const start = this.#item(type, statement, atUs, text.length * 3)
    const length = this.#bytes.write(text, start, 'utf8')
    this.#finish(start, length)
  }

  data(type: PayloadType, statement: number, atUs: number, bytes: Uint8Array): void {
    const start = this.#item(type, statement, atUs, bytes.length)
    this.#bytes.set(bytes, start)
    this.#finish(start, bytes.length)
  }

  /** Forgets the items. A large buffer goes back to those that all sessions share. */
  clear(): void {
    this.#length = 0
    if (this.#bytes.length <= keptBytesMax) return
    if (spare.length < spareBuffersMax && this.#bytes.length <= spareBytesMax) {
      spare.push(this.#bytes)
    }
    this.#bytes = emptyBuffer
  }

  #item(type: PayloadType, statement: number, atUs: number, bytesMax: number): number {
    const at = this.#length
    const needed = at + itemHeaderBytes + bytesMax
    if (needed > this.#bytes.length) this.#grow(needed)
    const bytes = this.#bytes
    bytes[at] = type
    bytes.writeUInt32BE(statement, at + 1)
    bytes.writeUIntBE(atUs, at + 5, 6)
    return at + itemHeaderBytes
  }

  #finish(start: number, length: number): void {
    this.#bytes.writeUInt32BE(length, start - 4)
    this.#length = start + length
  }

  #grow(needed: number): void {
    const old = this.#bytes
    let size = Math.max(smallestBytes, old.length * 2)
    while (size < needed) size *= 2
    const grown =
      size > keptBytesMax && needed <= spareBytesMax
        ? (spare.pop() ?? Buffer.allocUnsafeSlow(spareBytesMax))
        : Buffer.allocUnsafeSlow(size)
    grown.set(old.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** Room for one short statement: thousands of sessions say no more for a long time. */
const smallestBytes = 256
/** A session keeps a buffer up to this size; a thousand idle ones then hold 32 MB. */
const keptBytesMax = 32_768
const spareBytesMax = 512 * 1024
const spareBuffersMax = 16
const emptyBuffer = Buffer.alloc(0)
const spare: Buffer[] = []

/** Slices share memory with `bytes`. Stops at an item that is cut, and says so by `cut`. */
export function decodePayload(bytes: Buffer): { items: readonly PayloadItem[]; cut: boolean } {
  const items: PayloadItem[] = []
  let at = 0
  while (at + itemHeaderBytes <= bytes.length) {
    const length = bytes.readUInt32BE(at + 11)
    const start = at + itemHeaderBytes
    if (start + length > bytes.length) return { items, cut: true }
    items.push({
      type: bytes.readUInt8(at) as PayloadType,
      statement: bytes.readUInt32BE(at + 1),
      atUs: bytes.readUIntBE(at + 5, 6),
      bytes: bytes.subarray(start, start + length),
    })
    at = start + length
  }
  return { items, cut: at !== bytes.length }
}

/** Strings as they are, null as null, bytes as `{"hex":"…"}`. */
export function encodeParameters(parameters: readonly Parameter[]): string {
  return JSON.stringify(
    parameters.map(value =>
      value === null || typeof value === 'string'
        ? value
        : { hex: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') },
    ),
  )
}

export function decodeParameters(bytes: Buffer): readonly Parameter[] {
  const values: unknown = JSON.parse(bytes.toString('utf8'))
  if (!Array.isArray(values)) return []
  return values.map((value: unknown) => {
    if (typeof value === 'string' || value === null) return value
    const hex: unknown = (value as { readonly hex?: unknown }).hex
    return typeof hex === 'string' ? Buffer.from(hex, 'hex') : null
  })
}
