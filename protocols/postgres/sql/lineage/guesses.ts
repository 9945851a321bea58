/**
 * Values that come from no table, compared with those of one, tell them: of all the numbers of
 * generate_series, or the texts of VALUES, a condition leaves the one that is the secret.
 */
import { type Conditions, wholly } from './conditions.ts'
import type { Namespace } from './scope.ts'
import { type Columns, derive, type Field, isConstant, type Value } from './value.ts'

/** The same names, where columns that depend on no table depend on what decided about the rows. */
export function decidedBy(namespace: Namespace, conditions: Conditions): Namespace {
  const decided = derive([wholly(conditions)])
  if (isConstant(decided) || !holdsGuesses(namespace)) return namespace
  const field = (each: Field): Field =>
    isGuess(each.value) ? { ...each, value: derive([each.value, decided]) } : each
  const columns = ({ fields, rest }: Columns): Columns => ({ fields: fields.map(field), rest })
  return {
    ...namespace,
    items: namespace.items.map(item => ({ ...item, columns: columns(item.columns) })),
    columns: columns(namespace.columns),
  }
}

function holdsGuesses({ items, columns }: Namespace): boolean {
  return [columns, ...items.map(item => item.columns)].some(({ fields }) =>
    fields.some(({ value }) => isGuess(value)),
  )
}

/** Of no table, or of the session's own. */
function isGuess({ sources, untraced }: Value): boolean {
  return !untraced && sources.every(({ schema }) => schema === 'pg_temp')
}
