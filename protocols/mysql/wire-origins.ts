/** The base columns behind a column that the server names on the wire. */
import type { ColumnName } from '../protocol.ts'
import type { Names } from './sql/names.ts'

export function origins(
  names: Names,
  schema: string,
  orgTable: string,
  orgName: string,
): readonly ColumnName[] {
  const column = names.catalog.column(schema, orgTable, orgName)
  return column === undefined ? [] : [column]
}
