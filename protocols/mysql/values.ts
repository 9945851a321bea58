/**
 * What a column definition says about its values: how they are written, and what the rest of the
 * proxy knows of their type. Names are those of SHOW COLUMNS without lengths.
 */
import type { Column, ColumnName, ValueClass, ValueType } from '../protocol.ts'
import { type ColumnDefinition, ColumnFlag } from './packets/column-definition.ts'
import { binaryCollation, charsetOf } from './values/charsets.ts'
import type { Codec } from './values/codec.ts'
import { dateCodec, datetimeCodec, timeCodec } from './values/dates.ts'
import { FieldType } from './values/field-types.ts'
import { floatCodec } from './values/floats.ts'
import { bigintCodec, decimalCodec, integerCodec, yearCodec } from './values/numbers.ts'
import * as plain from './values/plain.ts'

export interface ColumnValues {
  readonly type: ValueType
  readonly codec: Codec
}

export function columnOf(definition: ColumnDefinition, origin: readonly ColumnName[]): Column {
  return { name: definition.name, type: valueType(definition), origin }
}

export function valueType(definition: ColumnDefinition): ValueType {
  return valuesOf(definition).type
}

export function valuesOf(definition: ColumnDefinition): ColumnValues {
  const { columnLength, decimals } = definition
  const unsigned = has(definition, ColumnFlag.unsigned)
  const zerofill = has(definition, ColumnFlag.zerofill) ? columnLength : 0
  const number = (valueClass: ValueClass, name: string, codec: Codec) =>
    values(valueClass, unsigned ? `${name} unsigned` : name, codec)
  switch (definition.type) {
    case FieldType.Tiny: {
      const codec = integerCodec(8, 1, unsigned, zerofill)
      // What BOOLEAN is in MySQL; drivers make booleans of it.
      if (columnLength === 1 && !unsigned) return values('boolean', 'tinyint(1)', codec)
      return number('integer', 'tinyint', codec)
    }
    case FieldType.Short:
      return number('integer', 'smallint', integerCodec(16, 2, unsigned, zerofill))
    case FieldType.Int24:
      return number('integer', 'mediumint', integerCodec(24, 4, unsigned, zerofill))
    case FieldType.Long:
      return number('integer', 'int', integerCodec(32, 4, unsigned, zerofill))
    case FieldType.Longlong:
      return number('integer', 'bigint', bigintCodec(unsigned, zerofill))
    case FieldType.Year:
      return values('integer', 'year', yearCodec, '0000')
    case FieldType.Float:
      return number('float', 'float', floatCodec(4, decimals, zerofill))
    case FieldType.Double:
      return number('float', 'double', floatCodec(8, decimals, zerofill))
    case FieldType.Decimal:
    case FieldType.Newdecimal:
      return number('decimal', 'decimal', decimalCodec(decimals, zerofill))
    case FieldType.Date:
    case FieldType.Newdate:
      return values('date', 'date', dateCodec)
    case FieldType.Datetime:
      return values('timestamp', 'datetime', datetimeCodec(decimals))
    case FieldType.Timestamp:
      return values('timestamp', 'timestamp', datetimeCodec(decimals))
    case FieldType.Time:
      return values('time', 'time', timeCodec(decimals))
    case FieldType.Bit: {
      const name = `bit(${columnLength})`
      return values('bytes', name, plain.bitCodec(columnLength), plain.zeroBits(columnLength))
    }
    case FieldType.Json:
      return values('json', 'json', plain.textCodec('utf8'))
    case FieldType.Vector:
      return values('other', 'vector', plain.opaqueCodec, null)
    case FieldType.Geometry:
      return values('other', definition.extendedType || 'geometry', plain.opaqueCodec, null)
    case FieldType.Null:
      return values('other', 'null', plain.nullCodec, null)
    case FieldType.Enum:
    case FieldType.Set:
    case FieldType.TinyBlob:
    case FieldType.MediumBlob:
    case FieldType.LongBlob:
    case FieldType.Blob:
    case FieldType.Varchar:
    case FieldType.VarString:
    case FieldType.String:
      return stringValues(definition)
    default:
      return values('other', `type ${definition.type}`, plain.unknownCodec, null)
  }
}

function stringValues(definition: ColumnDefinition): ColumnValues {
  const { type, extendedType, extendedFormat } = definition
  const charset = charsetOf(definition.collation)
  if (type === FieldType.Enum || has(definition, ColumnFlag.enum))
    return values('other', 'enum', plain.textCodec(readable(charset.name)), null)
  if (type === FieldType.Set || has(definition, ColumnFlag.set))
    return values('other', 'set', plain.textCodec(readable(charset.name), ''), '')
  if (extendedFormat === 'json')
    return values('json', 'json', plain.textCodec(readable(charset.name)))
  if (extendedType === 'uuid') return values('uuid', 'uuid', plain.uuidCodec)
  if (extendedType === 'inet6') return values('other', 'inet6', plain.textCodec('utf8'), '::')
  if (extendedType === 'inet4') return values('other', 'inet4', plain.textCodec('utf8'), '0.0.0.0')
  const name = stringName(definition, charset.characterBytesMax)
  if (charset.name === 'other') return values('other', name, plain.opaqueCodec, null)
  // Of what is computed it may be the length of a value: of a parameter, of what a variable holds.
  const bounded = definition.orgTable !== '' && (type === FieldType.String || isVarying(type))
  const lengthMax = bounded
    ? Math.floor(definition.columnLength / charset.characterBytesMax)
    : undefined
  // In bytes, which are its characters.
  if (charset.name === 'binary')
    return { type: { class: 'bytes', name, lengthMax }, codec: plain.bytesCodec }
  return {
    type: { class: 'text', name, lengthMax },
    codec: plain.textCodec(charset.name),
  }
}

/** The labels of ENUM and SET are texts, even where the connection takes them as bytes. */
function readable(charset: 'binary' | 'utf8' | 'latin1' | 'other'): 'utf8' | 'latin1' {
  return charset === 'latin1' ? 'latin1' : 'utf8'
}

function stringName(definition: ColumnDefinition, characterBytesMax: number): string {
  const { type, collation, columnLength } = definition
  const binary = collation === binaryCollation
  if (type === FieldType.String) return binary ? 'binary' : 'char'
  if (isVarying(type)) return binary ? 'varbinary' : 'varchar'
  // All four are sent as BLOB; the length is that of the type, in bytes of the result's characters.
  const size = columnLength / characterBytesMax
  const prefix = size <= 0xff ? 'tiny' : size <= 0xffff ? '' : size <= 0xffffff ? 'medium' : 'long'
  return prefix + (binary ? 'blob' : 'text')
}

function isVarying(type: number): boolean {
  return type === FieldType.VarString || type === FieldType.Varchar
}

function values(
  valueClass: ValueClass,
  name: string,
  codec: Codec,
  redaction?: string | null,
): ColumnValues {
  const type: ValueType = { class: valueClass, name, lengthMax: undefined }
  return { type: redaction === undefined ? type : { ...type, redaction }, codec }
}

function has({ flags }: ColumnDefinition, flag: number): boolean {
  return (flags & flag) !== 0
}
