/** Column definitions for tests that need no server. */
import type { ColumnDefinition } from '../../protocols/mysql/packets/column-definition.ts'

/** A nullable utf8mb4 column, unless said otherwise. */
export function columnDefinition(
  type: number,
  options: Partial<ColumnDefinition> = {},
): ColumnDefinition {
  return {
    schema: 'shop',
    table: 't',
    orgTable: 't',
    name: 'c',
    orgName: 'c',
    collation: 45,
    columnLength: 400,
    type,
    flags: 0,
    decimals: 0,
    extendedType: '',
    extendedFormat: '',
    ...options,
  }
}
