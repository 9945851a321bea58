/** Rows as the command-line clients print them: bytes as 0x and digits, everything else as text. */
import { ProtocolError } from '../errors.ts'
import type { ColumnDefinition } from './packets/column-definition.ts'
import { binaryRowValues, type RowValue, textRowValues } from './packets/rows.ts'
import { type Codec, Width } from './values/codec.ts'
import { valuesOf } from './values.ts'

export interface ShownColumn {
  readonly name: string
  readonly type: string
  readonly codec: Codec
  readonly binary: boolean
}

export function shownColumn(definition: ColumnDefinition, binary: boolean): ShownColumn {
  const { type, codec } = valuesOf(definition)
  return { name: definition.name, type: type.name, codec, binary }
}

/** Throws ProtocolError for what is no row of those columns. */
export function shownRow(
  payload: Buffer,
  columns: readonly ShownColumn[],
): readonly (string | null)[] {
  const binary = columns[0]?.binary === true
  const values: readonly RowValue[] = binary
    ? binaryRowValues(
        payload,
        columns.map(column => column.codec.width),
      )
    : textRowValues(payload, columns.length)
  return columns.map(({ codec }, i) => {
    const value = values[i]
    return value === undefined ? null : shown(codec, value, binary)
  })
}

function shown(codec: Codec, value: Buffer, binary: boolean): string {
  if (codec.charset === 'bytes') return `0x${value.toString('hex').toUpperCase()}`
  if (!binary || codec.width === Width.lenenc) return value.toString(codec.charset)
  const text = codec.decode?.(value)
  if (text === undefined)
    throw new ProtocolError('a value of its type', `0x${value.toString('hex')}`)
  // Puts the zeros of ZEROFILL in front, which binary rows do not have.
  return codec.write?.(text) ?? text
}
