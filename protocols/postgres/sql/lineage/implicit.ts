/**
 * What runs without being called: the functions behind operators and casts that somebody made,
 * defaults of columns, triggers that may change a row, rules.
 */
import type { CatalogFunction, Relation } from '../../catalog.ts'
import { resolveRelation } from '../names.ts'
import { type FieldsOf, kindOf, type Node, nameOf } from '../tree.ts'
import type { Context } from './context.ts'
import { functionResult, textValue } from './functions.ts'
import { madeOperators } from './made-operators.ts'
import { rowFields } from './plpgsql.ts'
import { clean, derive, isConstant, untraced, type Value } from './value.ts'

/** What the operator gives besides its operands; undefined: nothing, it is the server's own. */
export function operatorValue(
  name: readonly Node[] | undefined,
  operands: Value,
  context: Context,
): Value | undefined {
  return ran(madeOperators(name, context), operands, context)
}

/** Casts to the type that is named, and those from it that the server adds by itself. */
export function castValue(
  { arg, typeName }: FieldsOf<'TypeCast'>,
  value: Value,
  context: Context,
): Value | undefined {
  const { catalog } = context.names
  const name = nameOf(typeName?.names).at(-1) ?? ''
  const from = catalog.functions(undefined, `from ${name}`)
  // A literal is read by its type, a column of a type of the server's is cast by the server.
  const known = arg === undefined || kindOf(arg) === 'A_Const' || value.type !== undefined
  const to = known ? [] : catalog.functions(undefined, `to ${name}`)
  return ran([...from, ...to], value, context)
}

function ran(
  candidates: readonly CatalogFunction[],
  args: Value,
  context: Context,
): Value | undefined {
  if (candidates.length === 0) return undefined
  return derive(candidates.map(each => functionResult(each, args, context)))
}

/** What of a row that is written nobody wrote: by column, as far as it depends on anything. */
export function defaultValues(
  range: FieldsOf<'RangeVar'> | undefined,
  context: Context,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>()
  for (const relation of written(range, context)) {
    for (const { name, defaulted } of relation.columns) {
      if (defaulted === undefined) continue
      const value = textValue(defaulted, context)
      if (!isConstant(value)) values.set(name, derive([value, values.get(name) ?? clean]))
    }
  }
  return values
}

/** What triggers and rules put in place of a column of a row that is written. */
export function replacedBy(
  range: FieldsOf<'RangeVar'> | undefined,
  context: Context,
): (column: string) => Value {
  const changes: { readonly fields: ReadonlySet<string> | undefined; readonly value: Value }[] = []
  for (const { triggers = [], rules = [] } of written(range, context)) {
    if (rules.length > 0) changes.push({ fields: undefined, value: untraced })
    for (const { function: oid, changes: row } of triggers) {
      const run = context.names.catalog.functionByOid(oid)
      // Code of the server and of its extensions changes rows by what is in them.
      if (run?.builtIn === true || run?.language === 'c') continue
      const value = run === undefined ? untraced : triggered(run, context)
      if (!row || isConstant(value)) continue
      changes.push({ fields: run === undefined ? undefined : rowFields(run), value })
    }
  }
  return column =>
    derive(
      changes
        .filter(({ fields }) => fields === undefined || fields.has(column))
        .map(({ value }) => value),
    )
}

/** What it reads and keeps is its author's doing, what it sends is seen by who listens. */
function triggered(run: CatalogFunction, context: Context): Value {
  const inside = context.inside(context.names)
  const value = functionResult(run, clean, inside)
  for (const move of inside.moves.values()) {
    if (move.to.type === 'channel' || move.to.type === 'setting') context.addMove(move)
  }
  return value
}

function written(range: FieldsOf<'RangeVar'> | undefined, context: Context): readonly Relation[] {
  const found = resolveRelation(context.names, range?.schemaname, range?.relname ?? '')
  const { catalog } = context.names
  // A row that is written to a parent is its partition's.
  const all = new Set(found)
  for (const relation of all) {
    for (const child of catalog.children(relation.oid)) all.add(child)
  }
  return [...all]
}
