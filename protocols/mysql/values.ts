/** Column definitions and what the rest of the proxy knows of a type. */
import type { Column, ColumnName, ValueType } from '../protocol.ts'
import type { ColumnDefinition } from './packets/column-definition.ts'

export declare function valueType(definition: ColumnDefinition): ValueType
export declare function columnOf(
  definition: ColumnDefinition,
  origin: readonly ColumnName[],
): Column
