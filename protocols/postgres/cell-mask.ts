/** A column's mask, made ready for one wire format: constants are encoded once, not for each row. */
import type { AsciiMask, CellMask } from '../protocol.ts'
import { decodeBinary, encodeBinary } from './values.ts'

/** A Buffer is the whole cell with its length in front; a function makes the value of each cell. */
export type Cell = Buffer | TextCell | BinaryCell

export interface TextCell {
  readonly as: 'text'
  readonly apply: (value: string) => string | null
  readonly ascii: AsciiMask | undefined
}

export interface BinaryCell {
  readonly as: 'binary'
  /** Undefined is NULL. */
  readonly apply: (value: Buffer) => Buffer | undefined
}

/** The length of a NULL is -1. */
export const NULL_CELL: Buffer = Buffer.from([0xff, 0xff, 0xff, 0xff])

export function compileCell(mask: CellMask, typeName: string, binary: boolean): Cell {
  if (mask.kind === 'constant') return constantCell(mask.value, typeName, binary)
  const apply = (value: string) => mask.apply(value)
  if (!binary) return { as: 'text', apply, ascii: mask.ascii }
  return {
    as: 'binary',
    // What has no codec becomes NULL: the value cannot be made, and may not be shown.
    apply: bytes => {
      const value = decodeBinary(typeName, bytes)
      const masked = value === undefined ? null : apply(value)
      return masked === null ? undefined : encodeBinary(typeName, masked)
    },
  }
}

function constantCell(text: string | null, typeName: string, binary: boolean): Buffer {
  if (text === null) return NULL_CELL
  const value = binary ? encodeBinary(typeName, text) : Buffer.from(text)
  if (value === undefined) return NULL_CELL
  const cell = Buffer.allocUnsafe(4 + value.length)
  cell.writeInt32BE(value.length)
  cell.set(value, 4)
  return cell
}
