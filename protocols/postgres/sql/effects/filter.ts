/**
 * Whether a WHERE narrows anything: none, or one that is true for every row, does not. What cannot
 * be decided narrows. Literals that decided are reported, since texts that differ in them differ.
 */
import { type Node, nameOf, walk } from '../tree.ts'
import { type Literals, systemColumns } from './constants.ts'
import { lookingFrom, withoutOneself } from './itself.ts'
import type { Written } from './sources.ts'
import { truth } from './truth.ts'

/** Nothing is left out by it: it is true for every row, or asks nothing of the rows at all. */
export function unfiltered(where: Node | undefined, written: Written, literals: Literals): boolean {
  if (where === undefined) return true
  const rest = withoutOneself(where, lookingFrom(written, literals))
  const certain = truth(rest, written.columns, literals)
  return certain ?? !asksOf(where, written)
}

/**
 * Whether a column of what is written to is named. A name of no table is, unless nothing there has
 * it: then it is another table's, or a variable of the body that it stands in.
 */
export function asksOf(where: Node, { relation, columns, doubled }: Written): boolean {
  const name = relation?.alias?.aliasname ?? relation?.relname
  let asks = false
  walk(where, (kind, fields) => {
    if (kind === 'CurrentOfExpr') asks = true
    if (kind !== 'ColumnRef') return
    const names = nameOf((fields as { fields?: readonly Node[] }).fields)
    const star = names.length < ((fields as { fields?: readonly Node[] }).fields?.length ?? 0)
    const table = star ? names.at(-1) : names.at(-2)
    const column = names.at(-1) ?? ''
    const known = columns === undefined || columns.has(column) || systemColumns.has(column)
    asks ||=
      doubled === true || (table === undefined ? star || known || column === name : table === name)
  })
  return asks
}
