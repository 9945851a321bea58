/**
 * Reading fields from a frame's body, and building frames. Every length is checked against what is
 * left before it is used; big-endian, as Postgres writes. Protocols that write little-endian add
 * their own readers beside these.
 */
import { ProtocolError } from './errors.ts'

/** A cursor over a body. Slices share memory with the buffer they were cut from. */
export class ByteReader {
  readonly bytes: Buffer
  offset: number
  readonly end: number

  constructor(bytes: Buffer, offset = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.offset = offset
    this.end = end
  }

  get left(): number {
    return this.end - this.offset
  }

  uint8(): number {
    this.#need(1, 'Byte1')
    const value = this.bytes.readUInt8(this.offset)
    this.offset += 1
    return value
  }

  int16(): number {
    this.#need(2, 'Int16')
    const value = this.bytes.readInt16BE(this.offset)
    this.offset += 2
    return value
  }

  uint16(): number {
    this.#need(2, 'Int16')
    const value = this.bytes.readUInt16BE(this.offset)
    this.offset += 2
    return value
  }

  int32(): number {
    this.#need(4, 'Int32')
    const value = this.bytes.readInt32BE(this.offset)
    this.offset += 4
    return value
  }

  uint32(): number {
    this.#need(4, 'Int32')
    const value = this.bytes.readUInt32BE(this.offset)
    this.offset += 4
    return value
  }

  slice(length: number): Buffer {
    if (length < 0) throw new ProtocolError('a length of 0 or more', String(length))
    this.#need(length, `Byte${length}`)
    const value = this.bytes.subarray(this.offset, this.offset + length)
    this.offset += length
    return value
  }

  rest(): Buffer {
    return this.slice(this.left)
  }

  /** Up to the next NUL, which is skipped. */
  cstring(): string {
    const nul = this.bytes.indexOf(0, this.offset)
    if (nul < 0 || nul >= this.end) throw new ProtocolError('a NUL after String', 'the end')
    const value = this.bytes.toString('utf8', this.offset, nul)
    this.offset = nul + 1
    return value
  }

  #need(length: number, field: string): void {
    if (length > this.left) throw new ProtocolError(field, `${this.left} bytes before the end`)
  }
}

/** Builds one buffer, growing as needed. `finish` hands the bytes over; the writer is then empty. */
export class ByteWriter {
  #bytes: Buffer
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity)
  }

  get length(): number {
    return this.#length
  }

  uint8(value: number): this {
    this.#room(1)
    this.#length = this.#bytes.writeUInt8(value, this.#length)
    return this
  }

  int16(value: number): this {
    this.#room(2)
    this.#length = this.#bytes.writeInt16BE(value, this.#length)
    return this
  }

  int32(value: number): this {
    this.#room(4)
    this.#length = this.#bytes.writeInt32BE(value, this.#length)
    return this
  }

  bytes(value: Uint8Array): this {
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
    return this
  }

  string(value: string): this {
    const length = Buffer.byteLength(value)
    this.#room(length)
    this.#bytes.write(value, this.#length, 'utf8')
    this.#length += length
    return this
  }

  /** The text up to its first NUL, and a NUL: what follows one could not be read back. */
  cstring(value: string): this {
    const nul = value.indexOf('\0')
    return this.string(nul < 0 ? value : value.slice(0, nul)).uint8(0)
  }

  patchInt32(offset: number, value: number): this {
    this.#bytes.writeInt32BE(value, offset)
    return this
  }

  finish(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.allocUnsafe(256)
    this.#length = 0
    return bytes
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
