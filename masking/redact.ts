/**
 * What stands in the place of a value that may not be seen at all: one constant a type, in the
 * database's text form, so that the client's own parsing of it succeeds.
 */
import type { ValueType } from '../protocols/protocol.ts'

export const REDACTED = '[redacted]'

/** A value that is valid for the type and says nothing; null where no such value is known. */
export function redaction(type: ValueType): string | null {
  if (type.redaction !== undefined) return type.redaction
  switch (type.class) {
    case 'text':
      return fitText(REDACTED, type)
    case 'integer':
    case 'float':
      return '0'
    case 'decimal':
      return type.name === 'money' ? '$0.00' : '0'
    case 'boolean':
      // Postgres shows a boolean as one letter, MySQL as a number.
      return type.name === 'bool' ? 'f' : '0'
    case 'date':
      return '1970-01-01'
    case 'time':
      return type.name === 'timetz' ? '00:00:00+00' : '00:00:00'
    case 'timestamp':
      return '1970-01-01 00:00:00'
    case 'timestamptz':
      return '1970-01-01 00:00:00+00'
    case 'interval':
      return '00:00:00'
    case 'uuid':
      return '00000000-0000-0000-0000-000000000000'
    case 'json':
      return `"${REDACTED}"`
    case 'bytes':
      return '\\x'
    case 'array':
      return '{}'
    default:
      return null
  }
}

/** Cuts a text to the type's length in characters; char(n) is filled up with blanks, as stored. */
export function fitText(value: string, type: ValueType): string {
  const { lengthMax } = type
  if (lengthMax === undefined) return value
  // Counting code points is only needed when there are more code units than the type allows.
  const cut = value.length <= lengthMax ? value : Array.from(value).slice(0, lengthMax).join('')
  return type.name === 'bpchar' ? cut.padEnd(lengthMax) : cut
}
