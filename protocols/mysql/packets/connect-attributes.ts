/**
 * What a client says about itself: pairs of names and values, `program_name` among them.
 * https://dev.mysql.com/doc/refman/9.7/en/performance-schema-connection-attribute-tables.html
 */
import { ProtocolError } from '../../errors.ts'
import { type PayloadReader, PayloadWriter } from '../payload.ts'

/** As the server: 64 KiB of all, and names and values that a person could read. */
const attributesBytesMax = 65535
const attributesMax = 128
const nameBytesMax = 32 * 4
const valueBytesMax = 1024 * 4

export type ConnectAttributes = ReadonlyMap<string, string>

export const noAttributes: ConnectAttributes = new Map()

/** Throws beyond the limits. A name that comes twice has its last value. */
export function decodeConnectAttributes(body: PayloadReader): ConnectAttributes {
  const bytes = body.lenencLength() // int<lenenc>
  if (bytes > attributesBytesMax) throw tooMany('64 KiB of connection attributes', bytes)
  const end = body.offset + bytes
  if (bytes > body.left) throw tooMany(`${body.left} bytes of connection attributes`, bytes)
  const attributes = new Map<string, string>()
  while (body.offset < end) {
    const name = limited(body.lenencBytes(), nameBytesMax) // string<lenenc>
    const value = limited(body.lenencBytes(), valueBytesMax) // string<lenenc>
    attributes.set(name, value)
    if (attributes.size > attributesMax) {
      throw tooMany(`${attributesMax} connection attributes`, attributes.size)
    }
  }
  if (body.offset !== end) throw tooMany(`${bytes} bytes of connection attributes`, body.offset)
  return attributes
}

export function encodeConnectAttributes(
  writer: PayloadWriter,
  attributes: ConnectAttributes,
): void {
  const pairs = new PayloadWriter()
  for (const [name, value] of attributes) pairs.lenencString(name).lenencString(value)
  writer.lenencBytes(pairs.finish())
}

function limited(bytes: Buffer, bytesMax: number): string {
  if (bytes.length > bytesMax) throw tooMany(`an attribute of ${bytesMax} bytes`, bytes.length)
  return bytes.toString('utf8')
}

function tooMany(expected: string, came: number): ProtocolError {
  return new ProtocolError(`at most ${expected}`, String(came))
}
