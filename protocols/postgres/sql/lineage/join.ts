/** JOIN … ON, USING and NATURAL. parse_clause.c: transformFromClauseItem. */
import { type FieldsOf, nameOf } from '../tree.ts'
import { keepAsked } from './asked.ts'
import { allOf, asking, comparing, predicate } from './conditions.ts'
import type { Context } from './context.ts'
import { readByOperator } from './made-operators.ts'
import { type Item, joined, level, type Namespace, type Scope } from './scope.ts'
import {
  anyOf,
  type Columns,
  clean,
  derive,
  either,
  type Field,
  fieldNamed,
  renamed,
  type Value,
} from './value.ts'

export function join(
  expression: FieldsOf<'JoinExpr'>,
  left: Namespace,
  right: Namespace,
  outer: Scope,
  context: Context,
): Namespace {
  const both = joined(left, right)
  const merged = mergedFields(expression, left, right)
  const on = predicate(expression.quals, level(outer, both), context)
  const using = merged.map(field => field.value)
  for (const { name } of merged)
    keepAsked(sameName, [of(left.columns, name), of(right.columns, name)], context)
  context.touch(derive(using))
  const { alias, join_using_alias: usingAlias } = expression
  // ON alone merges nothing: the columns of both sides are all there is.
  const onlyOn = merged.length === 0 && expression.isNatural !== true
  if (onlyOn && alias === undefined && usingAlias === undefined) return joined(left, right, on)
  const columns = joinedColumns(expression, left.columns, right.columns, merged)
  const equal = using.length === 0 ? clean : readByOperator(undefined, outer, context)
  const conditions = allOf([both.conditions, on, comparing(using), asking(equal)])
  // An alias for the whole join hides the names inside of it.
  if (alias !== undefined) {
    const shown = renamed(columns, nameOf(alias.colnames))
    return { items: [item(alias.aliasname, shown)], columns: shown, conditions }
  }
  const items =
    usingAlias === undefined
      ? both.items
      : [...both.items, item(usingAlias.aliasname, { fields: merged, rest: undefined })]
  return { items, columns, conditions }
}

/** What USING asks of the two columns. */
const sameName = { kind: 'equality', operands: [], list: false } as const

function item(name: string | undefined, columns: Columns): Item {
  return { name, schemas: undefined, columns, system: false }
}

/** The value may come from either side, depending on the kind of join. */
function mergedFields(
  { usingClause, isNatural }: FieldsOf<'JoinExpr'>,
  leftSide: Namespace,
  rightSide: Namespace,
): Field[] {
  if (usingClause === undefined && isNatural !== true) return []
  const { columns: left } = leftSide
  const { columns: right } = rightSide
  const names =
    isNatural === true
      ? left.fields
          .map(field => field.name)
          .filter(name => right.fields.some(field => field.name === name))
      : nameOf(usingClause)
  return names.map(name => ({ name, value: either([of(left, name), of(right, name)]) }))
}

function of(columns: Columns, name: string): Value {
  return fieldNamed(columns, name) ?? anyOf(columns)
}

/** The merged columns first, then what is left of each side. */
function joinedColumns(
  { isNatural }: FieldsOf<'JoinExpr'>,
  left: Columns,
  right: Columns,
  merged: readonly Field[],
): Columns {
  const names = new Set(merged.map(field => field.name))
  const others = (side: Columns): Field[] => side.fields.filter(field => !names.has(field.name))
  const fields = [...merged, ...others(left), ...others(right)]
  const rests = [left.rest, right.rest].filter(rest => rest !== undefined)
  if (rests.length === 0) return { fields, rest: undefined }
  // Which columns a NATURAL join merges is unknown when one side is: their values may mix.
  const rest = derive(isNatural === true ? [anyOf(left), anyOf(right)] : rests)
  return { fields: isNatural === true ? [] : fields, rest }
}
