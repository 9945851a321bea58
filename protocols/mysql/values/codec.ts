/**
 * What a codec is: between the forms that a column's values have on the wire and their text form,
 * in which masks and the recording see them. Text forms are those of the server's text protocol,
 * without the zeros of ZEROFILL; bytes are `\x` and hexadecimal digits.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html
 */

/** How a value stands in a binary row: this many bytes, or one of these. */
export const Width = {
  /** A length-encoded string; the same bytes as in a text row. */
  lenenc: 0,
  /** One byte of length comes first. */
  dated: -1,
  /** Nothing at all: the column is always NULL. */
  absent: -2,
  /** A type that we do not know: what comes after it cannot be found. */
  unknown: -3,
} as const

export interface Codec {
  /** Above 0, or one of Width. */
  readonly width: number
  /** What the bytes of a text row are. */
  readonly charset: 'utf8' | 'latin1' | 'bytes'
  /** The server's text to the text form, where they differ. */
  readonly read?: (text: string) => string
  /** The text form to the server's text. Undefined when it is no value of the type. */
  readonly write?: (text: string) => string | undefined
  /** For widths other than lenenc. Undefined when the bytes are no value of the type. */
  readonly decode?: (bytes: Buffer) => string | undefined
  /** The reverse, the length of a dated value included. */
  readonly encode?: (text: string) => Buffer | undefined
  /** What stands for a masked value that the type cannot hold; null is NULL. */
  readonly fallback: string | null
}

export function decodeText(codec: Codec, bytes: Buffer): string {
  if (codec.charset === 'bytes') return `\\x${bytes.toString('hex')}`
  const text = bytes.toString(codec.charset)
  return codec.read === undefined ? text : codec.read(text)
}

/** Undefined when the text is no value of the type. */
export function encodeText(codec: Codec, text: string): Buffer | undefined {
  const written = codec.write === undefined ? text : codec.write(text)
  if (written === undefined) return undefined
  if (codec.charset === 'bytes')
    return BYTES.test(written) ? Buffer.from(written.slice(2), 'hex') : undefined
  const bytes = Buffer.from(written, codec.charset)
  // Node drops the upper half of a character that latin1 does not have.
  return codec.charset === 'latin1' && bytes.toString('latin1') !== written ? undefined : bytes
}

const BYTES = /^\\x(?:[\da-f]{2})*$/i

/** Of a value in a binary row, its length left off. */
export function decodeBinary(codec: Codec, bytes: Buffer): string | undefined {
  return codec.width === Width.lenenc ? decodeText(codec, bytes) : codec.decode?.(bytes)
}

/** As it stands in a binary row, its length in front. */
export function encodeBinary(codec: Codec, text: string): Buffer | undefined {
  if (codec.width !== Width.lenenc) return codec.encode?.(text)
  const bytes = encodeText(codec, text)
  return bytes === undefined ? undefined : lenencString(bytes)
}

export function lenencString(bytes: Buffer): Buffer {
  const { length } = bytes
  const size = lenencSize(length)
  const whole = Buffer.allocUnsafe(size + length)
  writeLenenc(whole, length, 0)
  whole.set(bytes, size)
  return whole
}

/** How many bytes a length takes. */
export function lenencSize(length: number): number {
  if (length < 0xfb) return 1
  if (length < 0x10000) return 3
  return length < 0x1000000 ? 4 : 9
}

export function writeLenenc(to: Buffer, length: number, offset: number): void {
  if (length < 0xfb) {
    to[offset] = length
  } else if (length < 0x10000) {
    to[offset] = 0xfc
    to.writeUInt16LE(length, offset + 1)
  } else if (length < 0x1000000) {
    to[offset] = 0xfd
    to.writeUIntLE(length, offset + 1, 3)
  } else {
    to[offset] = 0xfe
    to.writeBigUInt64LE(BigInt(length), offset + 1)
  }
}
