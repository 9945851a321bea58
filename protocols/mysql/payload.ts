/**
 * Reading fields from a packet's payload, and building payloads. Little-endian, with the protocol's
 * length-encoded integers and strings; every length is checked against what is left before it is
 * used. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_data_types.html
 */
import { ProtocolError } from '../errors.ts'

/** A cursor over a payload. Slices share memory with the buffer they were cut from. */
export class PayloadReader {
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

  peek(): number {
    this.#need(1, 'int<1>')
    return this.bytes.readUInt8(this.offset)
  }

  uint8(): number {
    this.#need(1, 'int<1>')
    const value = this.bytes.readUInt8(this.offset)
    this.offset += 1
    return value
  }

  uint16(): number {
    this.#need(2, 'int<2>')
    const value = this.bytes.readUInt16LE(this.offset)
    this.offset += 2
    return value
  }

  uint24(): number {
    this.#need(3, 'int<3>')
    const value = this.bytes.readUIntLE(this.offset, 3)
    this.offset += 3
    return value
  }

  uint32(): number {
    this.#need(4, 'int<4>')
    const value = this.bytes.readUInt32LE(this.offset)
    this.offset += 4
    return value
  }

  uint64(): bigint {
    this.#need(8, 'int<8>')
    const value = this.bytes.readBigUInt64LE(this.offset)
    this.offset += 8
    return value
  }

  /** int<lenenc>, for lengths and counts: what no number can hold is more than could follow. */
  lenencLength(): number {
    const first = this.uint8()
    if (first < 0xfb) return first
    if (first === 0xfc) return this.uint16()
    if (first === 0xfd) return this.uint24()
    if (first !== 0xfe) throw new ProtocolError('int<lenenc>', `first byte ${first}`)
    const value = this.uint64()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ProtocolError('a length', String(value))
    return Number(value)
  }

  /** int<lenenc>, for values of 64 bits: row counts, insert ids. */
  lenencInteger(): bigint {
    if (this.left > 0 && this.bytes[this.offset] === 0xfe) {
      this.offset += 1
      return this.uint64()
    }
    return BigInt(this.lenencLength())
  }

  skipLenencInteger(): void {
    if (this.left > 0 && this.bytes[this.offset] === 0xfe) this.skip(9)
    else this.lenencLength()
  }

  slice(length: number): Buffer {
    this.#need(length, `string<${length}>`)
    const value = this.bytes.subarray(this.offset, this.offset + length)
    this.offset += length
    return value
  }

  skip(length: number): void {
    this.#need(length, `string<${length}>`)
    this.offset += length
  }

  lenencBytes(): Buffer {
    return this.slice(this.lenencLength())
  }

  lenencString(): string {
    return this.lenencBytes().toString('utf8')
  }

  rest(): Buffer {
    return this.slice(this.left)
  }

  restString(): string {
    return this.rest().toString('utf8')
  }

  /** string<NUL>: up to the next NUL, which is skipped. */
  cstring(): string {
    return this.cstringBytes().toString('utf8')
  }

  cstringBytes(): Buffer {
    const nul = this.bytes.indexOf(0, this.offset)
    if (nul < 0 || nul >= this.end) throw new ProtocolError('a NUL after string<NUL>', 'the end')
    const value = this.bytes.subarray(this.offset, nul)
    this.offset = nul + 1
    return value
  }

  /** As cstring, where some peers leave the NUL out at the end of the packet. */
  cstringOrRest(): string {
    const nul = this.bytes.indexOf(0, this.offset)
    return nul < 0 || nul >= this.end ? this.restString() : this.cstring()
  }

  #need(length: number, field: string): void {
    if (length > this.left) throw new ProtocolError(field, `${this.left} bytes before the end`)
  }
}

/** Builds one payload, growing as needed. `finish` hands the bytes over; the writer is then done. */
export class PayloadWriter {
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

  uint16(value: number): this {
    this.#room(2)
    this.#length = this.#bytes.writeUInt16LE(value, this.#length)
    return this
  }

  uint24(value: number): this {
    this.#room(3)
    this.#length = this.#bytes.writeUIntLE(value, this.#length, 3)
    return this
  }

  uint32(value: number): this {
    this.#room(4)
    this.#length = this.#bytes.writeUInt32LE(value, this.#length)
    return this
  }

  uint64(value: bigint): this {
    this.#room(8)
    this.#length = this.#bytes.writeBigUInt64LE(value, this.#length)
    return this
  }

  zeros(count: number): this {
    this.#room(count)
    this.#bytes.fill(0, this.#length, this.#length + count)
    this.#length += count
    return this
  }

  lenencInteger(value: number | bigint): this {
    if (value < 0xfb) return this.uint8(Number(value))
    if (value <= 0xffff) return this.uint8(0xfc).uint16(Number(value))
    if (value <= 0xffffff) return this.uint8(0xfd).uint24(Number(value))
    return this.uint8(0xfe).uint64(BigInt(value))
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

  lenencBytes(value: Uint8Array): this {
    return this.lenencInteger(value.length).bytes(value)
  }

  lenencString(value: string): this {
    return this.lenencInteger(Buffer.byteLength(value)).string(value)
  }

  /** The text up to its first NUL, and a NUL: what follows one could not be read back. */
  cstring(value: string): this {
    const nul = value.indexOf('\0')
    return this.string(nul < 0 ? value : value.slice(0, nul)).uint8(0)
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
