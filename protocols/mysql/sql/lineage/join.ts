/** JOIN … ON, USING and NATURAL. https://dev.mysql.com/doc/refman/9.7/en/join.html */
import type { Join } from '../ast.ts'
import { folded } from '../names.ts'
import { keepAsked } from './asked.ts'
import { allOf, comparing, predicate } from './conditions.ts'
import type { Context } from './context.ts'
import { joined, level, type Namespace, type Scope } from './scope.ts'
import { anyOf, type Columns, derive, either, type Field, fieldNamed, type Value } from './value.ts'

export function join(
  node: Join,
  left: Namespace,
  right: Namespace,
  outer: Scope,
  context: Context,
): Namespace {
  const both = joined(left, right)
  const merged = mergedFields(node, left, right)
  const on = predicate(node.on, level(outer, both), context)
  const using = merged.map(field => field.value)
  for (const { name } of merged) keepAsked(sameName, [of(left, name), of(right, name)], context)
  context.touch(derive(using))
  const conditions = allOf([both.conditions, on, comparing(using)])
  if (merged.length === 0 && !node.natural) return { ...both, conditions }
  return { ...both, columns: joinedColumns(node, left.columns, right.columns, merged), conditions }
}

/** What USING asks of the two columns. */
const sameName = { kind: 'equality', operands: [] } as const

/** The value may come from either side, depending on the kind of join. */
function mergedFields({ natural, using }: Join, left: Namespace, right: Namespace): Field[] {
  const names = natural ? commonNames(left.columns, right.columns) : using
  return names.map(name => ({ name, value: either([of(left, name), of(right, name)]) }))
}

function commonNames(left: Columns, right: Columns): string[] {
  const names = new Set(right.fields.map(field => folded(field.name)))
  return left.fields.map(field => field.name).filter(name => names.has(folded(name)))
}

function of({ columns, hidden }: Namespace, name: string): Value {
  return fieldNamed(columns, name) ?? fieldNamed(hidden, name) ?? anyOf(columns)
}

/** The merged columns first, then what is left of each side; of a RIGHT JOIN the right one first. */
function joinedColumns(
  { natural, type }: Join,
  left: Columns,
  right: Columns,
  merged: readonly Field[],
): Columns {
  const names = new Set(merged.map(field => folded(field.name)))
  const others = (side: Columns): Field[] =>
    side.fields.filter(field => !names.has(folded(field.name)))
  const sides = type === 'right' ? [right, left] : [left, right]
  const fields = [...merged, ...sides.flatMap(others)]
  const rests = [left.rest, right.rest].filter(rest => rest !== undefined)
  const guessed = fields.some(field => field.guessed)
  if (rests.length === 0 && !(natural && guessed)) return { fields, rest: undefined }
  // Which columns a NATURAL join merges is unknown when one side is: their values may mix.
  const rest = derive(natural ? [anyOf(left), anyOf(right)] : rests)
  return { fields: natural ? [] : fields, rest }
}
