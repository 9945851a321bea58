/**
 * What is known of a value: the base columns that can influence it, and whether it is an unchanged
 * copy of one. Everything here errs on the side of more sources.
 */
import type { Steps } from '../../../origins.ts'
import type { ColumnName, Origin, ValueType } from '../../../protocol.ts'
import type { Conditions } from './conditions.ts'

export interface Value {
  /** Every base column that can influence it. */
  readonly sources: readonly ColumnName[]
  /** The columns of which it is an unchanged copy, each under its first name; empty: computed. */
  readonly copies: readonly ColumnName[]
  /** It may depend on anything at all. */
  readonly untraced: boolean
  /** Known only of a copy of one column. */
  readonly type: ValueType | undefined
  /** The fields, when it is a row whose fields are known. */
  readonly row: Columns | undefined
}

export interface Field {
  readonly name: string
  readonly value: Value
}

/** The columns of something in FROM, of a query, or of a row. */
export interface Columns {
  readonly fields: readonly Field[]
  /**
   * There may be other columns than `fields`, at any position, and each has this value. Undefined:
   * `fields` are all of them, in order.
   */
  readonly rest: Value | undefined
}

/** What a query gives: its columns, and what decided which rows there are. */
export interface Rows {
  readonly columns: Columns
  readonly conditions: Conditions
}

const NONE: readonly ColumnName[] = []

/** Depends on no column. */
export const clean: Value = {
  sources: NONE,
  copies: NONE,
  untraced: false,
  type: undefined,
  row: undefined,
}

export const untraced: Value = { ...clean, untraced: true }

/** Columns of which nothing is known. */
export const unknownColumns: Columns = { fields: [], rest: untraced }

/** A value computed from others: all of their sources, a copy of none. */
export function derive(values: readonly Value[]): Value {
  let lost = false
  let first: Value | undefined
  let more: Set<ColumnName> | undefined
  for (const value of values) {
    lost ||= value.untraced
    if (value.sources.length === 0) continue
    if (first === undefined) {
      first = value
    } else if (value.sources !== first.sources) {
      more ??= new Set(first.sources)
      for (const source of value.sources) more.add(source)
    }
  }
  if (first === undefined) return lost ? untraced : clean
  if (more === undefined && isComputed(first) && first.untraced === lost) return first
  const sources = more === undefined ? first.sources : [...more]
  return { sources, copies: NONE, untraced: lost, type: undefined, row: undefined }
}

/** A value that is one of several, and we do not know which: set operations, USING, candidates. */
export function either(values: readonly Value[]): Value {
  const [first] = values
  if (first === undefined) return clean
  if (values.length === 1) return first
  const union = derive(values)
  if (values.some(value => value.copies.length === 0)) return union
  const copies = [...new Set(values.flatMap(value => value.copies))]
  return { ...union, copies, type: copies.length === 1 ? first.type : undefined }
}

/** A whole row as one value. */
export function rowOf(columns: Columns): Value {
  return { ...anyOf(columns), row: columns }
}

/** The union of all columns. */
export function anyOf(columns: Columns): Value {
  const values = columns.fields.map(field => field.value)
  return derive(columns.rest === undefined ? values : [...values, columns.rest])
}

/** One column of an unchanged value: what a result may show under its own mask. */
export function isPlain(value: Value): boolean {
  return value.copies.length === 1 && !value.untraced
}

/** Whether counting it or testing it for NULL tells no more than where a column is NULL. */
export function isCopy(value: Value): boolean {
  if (value.copies.length > 0) return true
  const { row } = value
  if (row === undefined || row.rest !== undefined) return false
  return row.fields.every(field => isCopy(field.value) || isConstant(field.value))
}

/** All columns of that name, or undefined; `rest` is not looked at. */
export function fieldNamed(columns: Columns, name: string): Value | undefined {
  const found: Value[] = []
  for (const field of columns.fields) if (field.name === name) found.push(field.value)
  return found.length === 0 ? undefined : either(found)
}

/** A column alias list, `t(a, b)`: renames the first columns. */
export function renamed(columns: Columns, names: readonly string[]): Columns {
  if (names.length === 0) return columns
  if (columns.rest === undefined) {
    const fields = columns.fields.map((field, i) => ({ ...field, name: names[i] ?? field.name }))
    return { fields, rest: undefined }
  }
  const value = anyOf(columns)
  return { fields: names.map(name => ({ name, value })), rest: value }
}

/** As the columns come out of what is called `name`, in a trace for people. */
export function through(
  steps: Steps,
  kind: Origin['kind'],
  name: string,
  columns: Columns,
): Columns {
  const fields = columns.fields.map(field => ({
    name: field.name,
    value: steps.through(kind, `${name}.${field.name}`, field.value),
  }))
  const rest = columns.rest && steps.through(kind, `${name}.*`, columns.rest)
  return { fields, rest }
}

/** Column by position: the arms of a set operation, the candidates of a name. */
export function zipped(arms: readonly Columns[]): Columns {
  const [first, ...others] = arms
  if (first === undefined) return unknownColumns
  if (others.length === 0) return first
  const width = first.fields.length
  if (arms.some(arm => arm.rest !== undefined || arm.fields.length !== width)) {
    const value = derive(arms.map(anyOf))
    return { fields: first.fields.map(({ name }) => ({ name, value })), rest: value }
  }
  const fields = first.fields.map(({ name }, i) => ({
    name,
    value: either(arms.flatMap(arm => arm.fields[i]?.value ?? [])),
  }))
  return { fields, rest: undefined }
}

/** Depends on no column. */
export function isConstant(value: Value): boolean {
  return value.sources.length === 0 && !value.untraced
}

function isComputed(value: Value): boolean {
  return value.copies.length === 0 && value.type === undefined && value.row === undefined
}
