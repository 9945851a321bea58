/** RowDescription: the columns of a result. */
import type { ByteReader } from '../../bytes.ts'
import { encodeMessage } from './message.ts'

export interface FieldDescription {
  readonly name: string
  /** 0 when the column is not simply one of a table. */
  readonly tableOid: number
  readonly attributeNumber: number
  readonly typeOid: number
  readonly typeModifier: number
  /** 0 text, 1 binary; always 0 when a statement, not a portal, was described. */
  readonly format: number
}

export function decodeRowDescription(body: ByteReader): readonly FieldDescription[] {
  const count = body.uint16() // Int16
  const fields: FieldDescription[] = []
  for (let i = 0; i < count; i++) {
    const name = body.cstring() // String
    const tableOid = body.uint32() // Int32
    const attributeNumber = body.int16() // Int16
    const typeOid = body.uint32() // Int32
    body.int16() // Int16 typlen
    const typeModifier = body.int32() // Int32
    const format = body.int16() // Int16
    fields.push({ name, tableOid, attributeNumber, typeOid, typeModifier, format })
  }
  return fields
}

/** `formats` stand in for what the fields say. */
export function encodeRowDescription(
  fields: readonly FieldDescription[],
  formats: readonly number[],
): Buffer {
  return encodeMessage('T', body => {
    body.int16(fields.length)
    for (const [i, field] of fields.entries()) {
      body
        .cstring(field.name)
        .int32(field.tableOid | 0)
        .int16(field.attributeNumber)
      body
        .int32(field.typeOid | 0)
        .int16(-1)
        .int32(field.typeModifier)
        .int16(formats[i] ?? 0)
    }
  })
}
