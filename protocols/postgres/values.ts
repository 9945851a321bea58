/**
 * Values between the two formats of the wire and the text form that masks, parameters and the
 * recording use. See https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 */
import type { ValueType } from '../protocol.ts'
import { arrayCodec } from './values/arrays.ts'
import type { Codec } from './values/codec.ts'
import { dates } from './values/dates.ts'
import { network } from './values/network.ts'
import { numbers } from './values/numbers.ts'
import { plain } from './values/plain.ts'
import { redacted } from './values/redacted.ts'
import { builtInOids } from './values/types.ts'

export { builtInTypes, valueType } from './values/types.ts'

const codecs: ReadonlyMap<string, Codec> = withArrays({
  ...redacted,
  ...plain,
  ...numbers,
  ...dates,
  ...network,
})

/**
 * A value in text format. The session's client_encoding is UTF8; other bytes become U+FFFD, which
 * is wrong and harmless.
 */
export function decodeText(_type: ValueType, bytes: Buffer): string {
  return bytes.toString('utf8')
}

/**
 * A value in binary format as the server would write it in text format. Undefined when the type is
 * not known or the bytes are no value of it.
 */
export function decodeBinary(typeName: string, bytes: Buffer): string | undefined {
  return codecs.get(typeName)?.decode(bytes)
}

/** The reverse of decodeBinary. Undefined when the type is not known or the text is no value. */
export function encodeBinary(typeName: string, text: string): Buffer | undefined {
  return codecs.get(typeName)?.encode(text)
}

function withArrays(elements: Readonly<Record<string, Codec>>): Map<string, Codec> {
  const all = new Map(Object.entries(elements))
  for (const [name, codec] of Object.entries(elements))
    all.set(`_${name}`, arrayCodec(codec, builtInOids.get(name)))
  return all
}
