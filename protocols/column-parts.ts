/**
 * Parts of JSON documents as columns of their own: what a statement takes from one by constant keys
 * depends on that part alone. Interned, like the columns: the same object for the same part.
 */
import type { ColumnName } from './protocol.ts'

const known = new WeakMap<ColumnName, Map<string, ColumnName>>()
/** The keys are of anybody's statements. */
const partsMax = 1000

export function columnPart(column: ColumnName, keys: readonly string[]): ColumnName {
  let parts = known.get(column)
  if (parts === undefined) {
    parts = new Map()
    known.set(column, parts)
  }
  const name = JSON.stringify(keys)
  const before = parts.get(name)
  if (before !== undefined) return before
  if (parts.size >= partsMax) parts.clear()
  const part: ColumnName = { ...column, path: [...(column.path ?? []), ...keys] }
  parts.set(name, part)
  return part
}

/** Whether its meaning hangs on the keys that a text names. */
export function namesParts(columns: readonly ColumnName[]): boolean {
  return columns.some(({ path }) => path !== undefined)
}
