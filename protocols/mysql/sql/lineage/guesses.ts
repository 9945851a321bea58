/**
 * Values that come from no table, compared with those of one, tell them: of all the numbers of a
 * recursive query, or the texts of VALUES, a condition leaves the one that is the secret.
 */
import type { ColumnName } from '../../../protocol.ts'
import { type Conditions, wholly } from './conditions.ts'
import type { Namespace } from './scope.ts'
import { type Columns, clean, derive, type Field, type Value } from './value.ts'

/** Columns of temporary tables, which hold what the session has put there. */
export const ownColumns: WeakSet<ColumnName> = new WeakSet()

/** The same names, where columns that depend on no table depend on what decided about the rows. */
export function decidedBy(namespace: Namespace, conditions: Conditions): Namespace {
  const { sources, untraced } = wholly(conditions)
  if ((sources.length === 0 && !untraced) || !holdsGuesses(namespace)) return namespace
  const decided: Value = { ...clean, sources, untraced }
  const columns = (each: Columns): Columns => decidedColumns(each, decided)
  return {
    ...namespace,
    items: namespace.items.map(item => ({ ...item, columns: columns(item.columns) })),
    columns: columns(namespace.columns),
  }
}

export function decidedColumns({ fields, rest }: Columns, decided: Value): Columns {
  const field = (each: Field): Field =>
    isGuess(each.value) ? { ...each, value: derive([each.value, decided]) } : each
  return { fields: fields.map(field), rest }
}

function holdsGuesses({ items, columns }: Namespace): boolean {
  return [columns, ...items.map(item => item.columns)].some(({ fields }) =>
    fields.some(({ value }) => isGuess(value)),
  )
}

/** Of no table, or of the session's own. */
function isGuess({ sources, untraced }: Value): boolean {
  return !untraced && sources.every(source => ownColumns.has(source))
}
