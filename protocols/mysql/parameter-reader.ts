/**
 * Values as clients send them: those of a binary row, with the type that the client chose. Every
 * length is checked; nothing that is read shares memory with the payload.
 */
import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '../errors.ts'
import type { Parameter } from '../protocol.ts'
import { binaryEnd, stringStart } from './packets/rows.ts'
import { PayloadReader } from './payload.ts'
import { type Codec, decodeBinary, Width } from './values/codec.ts'
import { dateCodec, datetimeCodec, timeCodec } from './values/dates.ts'
import { FieldType } from './values/field-types.ts'
import { shortestFloat } from './values/floats.ts'
import { bigintCodec, integerCodec } from './values/numbers.ts'

export interface ParameterType {
  readonly type: number
  readonly unsigned: boolean
}

/** In the second byte of a type. */
const UNSIGNED = 0x80
/** Fractions of a second are shown where there are any. */
const ANY_DECIMALS = 31

export class ParameterReader extends PayloadReader {
  type(): ParameterType {
    const type = this.uint8()
    const flag = this.uint8()
    if (flag !== 0 && flag !== UNSIGNED) throw new ProtocolError('a flag of a type', String(flag))
    return { type, unsigned: flag === UNSIGNED }
  }

  value(type: ParameterType): Parameter {
    const codec = codecOf(type)
    const { width } = codec
    const { bytes } = this
    const end = binaryEnd(bytes, this.offset, this.end, width)
    const skipped =
      width === Width.lenenc ? stringStart(bytes, this.offset) - this.offset : width < 0 ? 1 : 0
    const value = bytes.subarray(this.offset + skipped, end)
    this.offset = end
    if (width === Width.lenenc) return stringValue(type, value)
    const text = decodeBinary(codec, value)
    if (text === undefined) throw new ProtocolError(`a value of type ${type.type}`, 'another')
    return text
  }

  longData(type: ParameterType, bytes: Buffer): Parameter {
    return stringValue(type, bytes)
  }

  /** What was read, if nothing is left. */
  ended<T>(value: T): T {
    if (this.left > 0) throw new ProtocolError('the end of the packet', `${this.left} bytes`)
    return value
  }
}

function stringValue({ type }: ParameterType, bytes: Buffer): Parameter {
  const isText = !BLOBS.has(type) && isUtf8(bytes)
  return isText ? bytes.toString('utf8') : Uint8Array.from(bytes)
}

const BLOBS: ReadonlySet<number> = new Set([
  FieldType.TinyBlob,
  FieldType.MediumBlob,
  FieldType.LongBlob,
  FieldType.Blob,
  FieldType.Bit,
  FieldType.Geometry,
  FieldType.Vector,
])

const STRINGS: ReadonlySet<number> = new Set([
  ...BLOBS,
  FieldType.Decimal,
  FieldType.Newdecimal,
  FieldType.Varchar,
  FieldType.VarString,
  FieldType.String,
  FieldType.Enum,
  FieldType.Set,
  FieldType.Json,
])

const stringCodec: Codec = { width: Width.lenenc, charset: 'utf8', fallback: null }
const floatParameter = shortestFloat(4)
const doubleParameter = shortestFloat(8)
const datetimeParameter = datetimeCodec(ANY_DECIMALS)
const timeParameter = timeCodec(ANY_DECIMALS)

/** A type that no server takes from a client is a ProtocolError: its length is not known. */
function codecOf({ type, unsigned }: ParameterType): Codec {
  if (STRINGS.has(type)) return stringCodec
  switch (type) {
    case FieldType.Tiny:
      return integerCodec(8, 1, unsigned, 0)
    case FieldType.Short:
    case FieldType.Year:
      return integerCodec(16, 2, unsigned, 0)
    case FieldType.Long:
    case FieldType.Int24:
      return integerCodec(32, 4, unsigned, 0)
    case FieldType.Longlong:
      return bigintCodec(unsigned, 0)
    case FieldType.Float:
      return floatParameter
    case FieldType.Double:
      return doubleParameter
    case FieldType.Date:
    case FieldType.Newdate:
      return dateCodec
    case FieldType.Datetime:
    case FieldType.Timestamp:
      return datetimeParameter
    case FieldType.Time:
      return timeParameter
    default:
      throw new ProtocolError('a type of a parameter', String(type))
  }
}
