/**
 * Types whose binary format is (almost) their text, and those that are plain bytes. Source:
 * varlena.c, char.c, bool.c, uuid.c, json.c, jsonb.c, varbit.c.
 */
import type { Codec, Codecs } from './codec.ts'

const utf8: Codec = {
  decode: bytes => bytes.toString('utf8'),
  encode: text => Buffer.from(text),
}

export const plain: Codecs = {
  text: utf8,
  varchar: utf8,
  bpchar: utf8,
  name: utf8,
  unknown: utf8,
  cstring: utf8,
  refcursor: utf8,
  // An extension's type: known by name, since its OID differs between databases.
  citext: utf8,
  json: utf8,
  xml: utf8,
  jsonb: {
    // One byte of version comes first.
    decode: bytes => (bytes[0] === 1 ? bytes.toString('utf8', 1) : undefined),
    encode: text => Buffer.concat([Buffer.of(1), Buffer.from(text)]),
  },
  bool: {
    decode: bytes => (bytes.length !== 1 ? undefined : bytes[0] === 0 ? 'f' : 't'),
    encode: text => (text === 't' ? Buffer.of(1) : text === 'f' ? Buffer.of(0) : undefined),
  },
  char: { decode: decodeChar, encode: encodeChar },
  bytea: {
    decode: bytes => `\\x${bytes.toString('hex')}`,
    encode: text =>
      /^\\x(?:[\da-f]{2})*$/i.test(text) ? Buffer.from(text.slice(2), 'hex') : undefined,
  },
  uuid: {
    decode: bytes =>
      bytes.length === 16
        ? bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
        : undefined,
    encode: text =>
      /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text)
        ? Buffer.from(text.replaceAll('-', ''), 'hex')
        : undefined,
  },
  bit: { decode: decodeBits, encode: encodeBits },
  varbit: { decode: decodeBits, encode: encodeBits },
}

/** "char" is one byte. NUL is the empty text, a byte beyond ASCII is written in octal. */
function decodeChar(bytes: Buffer): string | undefined {
  const [byte] = bytes
  if (byte === undefined || bytes.length !== 1) return undefined
  if (byte === 0) return ''
  return byte < 0x80 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`
}

function encodeChar(text: string): Buffer | undefined {
  if (/^\\[23][0-7]{2}$/.test(text)) return Buffer.of(Number.parseInt(text.slice(1), 8))
  if (text === '') return Buffer.of(0)
  return text.length === 1 && text.charCodeAt(0) < 0x80 ? Buffer.from(text) : undefined
}

/** Int32 count of bits, then the bits from the highest on. */
function decodeBits(bytes: Buffer): string | undefined {
  if (bytes.length < 4) return undefined
  const count = bytes.readInt32BE()
  if (count < 0 || Math.ceil(count / 8) !== bytes.length - 4) return undefined
  let bits = ''
  for (const byte of bytes.subarray(4)) bits += byte.toString(2).padStart(8, '0')
  return bits.slice(0, count)
}

function encodeBits(text: string): Buffer | undefined {
  if (!/^[01]*$/.test(text)) return undefined
  const bytes = Buffer.alloc(4 + Math.ceil(text.length / 8))
  bytes.writeInt32BE(text.length)
  for (let i = 4; i < bytes.length; i += 1) {
    const start = (i - 4) * 8
    bytes[i] = Number.parseInt(text.slice(start, start + 8).padEnd(8, '0'), 2)
  }
  return bytes
}
