/**
 * INSERT, UPDATE, DELETE and MERGE: where values go, and what RETURNING gives.
 * https://www.postgresql.org/docs/current/dml.html
 */
import type { ObjectName } from '../../../protocol.ts'
import { as, type FieldsOf, type Node } from '../tree.ts'
import { allOf, type Conditions, predicate, unconditional, wholly } from './conditions.ts'
import type { Context } from './context.ts'
import { fromClause, fromItem, targetRelation } from './from.ts'
import { decidedBy } from './guesses.ts'
import { defaultValues, replacedBy } from './implicit.ts'
import { emptyNamespace, type Item, joined, level, type Namespace, type Scope } from './scope.ts'
import { targetList } from './targets.ts'
import {
  anyOf,
  type Columns,
  clean,
  derive,
  fieldNamed,
  isConstant,
  type Rows,
  type Value,
} from './value.ts'
import { withScope } from './with.ts'

type Written = ReadonlyMap<string, Value>

export function traceInsert(insert: FieldsOf<'InsertStmt'>, parent: Scope, context: Context): Rows {
  const outer = outerScope(insert.withClause, parent, context)
  const target = targetOf(insert.relation, context)
  const given =
    insert.selectStmt === undefined ? undefined : context.query(insert.selectStmt, outer)
  const names = (insert.cols ?? []).map(node => as(node, 'ResTarget')?.name ?? '')
  const written = withDefaults(
    assigned(target, names, given?.columns),
    insert.selectStmt,
    insert.relation,
    context,
  )
  move(written, target, insert.relation, context)
  const conflict = insert.onConflictClause
  const updated = new Map(written)
  if (conflict !== undefined) {
    const excluded: Item = {
      ...itemOf(target),
      name: 'excluded',
      columns: proposed(target, written),
    }
    const scope = level(outer, withItems(target, [excluded]))
    const infer = [conflict.infer?.whereClause, conflict.whereClause]
    context.touch(derive(context.values(infer, scope)))
    const values = assignments(conflict.targetList, scope, context)
    move(values, target, insert.relation, context)
    for (const [name, value] of values) {
      updated.set(name, derive([value, updated.get(name) ?? clean]))
    }
  }
  const conditions = given?.conditions ?? unconditional
  return returning(
    {
      clause: insert.returningClause,
      range: insert.relation,
      target,
      written: updated,
      others: emptyNamespace,
      conditions,
    },
    outer,
    context,
  )
}

export function traceUpdate(update: FieldsOf<'UpdateStmt'>, parent: Scope, context: Context): Rows {
  const outer = outerScope(update.withClause, parent, context)
  const target = targetOf(update.relation, context)
  const from = fromClause(update.fromClause, outer, context)
  const scope = level(outer, joined(target, from))
  const where = predicate(update.whereClause, scope, context)
  const written = assignments(update.targetList, scope, context)
  move(written, target, update.relation, context)
  const conditions = allOf([from.conditions, where])
  return returning(
    {
      clause: update.returningClause,
      range: update.relation,
      target,
      written,
      others: from,
      conditions,
    },
    outer,
    context,
  )
}

export function traceDelete(del: FieldsOf<'DeleteStmt'>, parent: Scope, context: Context): Rows {
  const outer = outerScope(del.withClause, parent, context)
  const target = targetOf(del.relation, context)
  const using = fromClause(del.usingClause, outer, context)
  const scope = level(outer, joined(target, using))
  const conditions = allOf([using.conditions, predicate(del.whereClause, scope, context)])
  return returning(
    {
      clause: del.returningClause,
      range: del.relation,
      target,
      written: new Map(),
      others: using,
      conditions,
    },
    outer,
    context,
  )
}

export function traceMerge(merge: FieldsOf<'MergeStmt'>, parent: Scope, context: Context): Rows {
  const outer = outerScope(merge.withClause, parent, context)
  const target = targetOf(merge.relation, context)
  const source =
    merge.sourceRelation === undefined
      ? emptyNamespace
      : fromItem(merge.sourceRelation, outer, emptyNamespace, context)
  const scope = level(outer, joined(target, source))
  const conditions = [source.conditions, predicate(merge.joinCondition, scope, context)]
  const written = new Map<string, Value>()
  // What was asked so far decides which clause it is, and so what is written.
  const chosen: Value[] = []
  for (const node of merge.mergeWhenClauses ?? []) {
    const clause = as(node, 'MergeWhenClause')
    if (clause === undefined) continue
    const condition = predicate(clause.condition, scope, context)
    conditions.push(condition)
    chosen.push(wholly(condition))
    const given =
      clause.values === undefined
        ? assignments(clause.targetList, scope, context)
        : insertedValues(clause, target, scope, context)
    const defaults = clause.commandType === 'CMD_INSERT' ? merge.relation : undefined
    const values = decidedBetween(withDefaults(given, undefined, defaults, context), chosen)
    move(values, target, merge.relation, context)
    for (const [name, value] of values) {
      written.set(name, withOthers(value, [written.get(name)]))
    }
  }
  return returning(
    {
      clause: merge.returningClause,
      range: merge.relation,
      target,
      written,
      others: source,
      conditions: allOf(conditions),
      chosen: derive(chosen),
      // RETURNING * of a MERGE gives the source's columns before the target's.
      othersFirst: true,
    },
    outer,
    context,
  )
}

/** Columns that an INSERT leaves to their defaults. */
function withDefaults(
  written: Written,
  given: Node | undefined,
  range: FieldsOf<'RangeVar'> | undefined,
  context: Context,
): Written {
  if (range === undefined) return written
  const values = new Map(written)
  const literal = given === undefined || as(given, 'SelectStmt')?.valuesLists !== undefined
  for (const [name, value] of defaultValues(range, context)) {
    const own = written.get(name)
    // DEFAULT may stand among the values of a list.
    if (own === undefined || literal) values.set(name, withOthers(value, [own]))
  }
  return values
}

function decidedBetween(written: Written, chosen: readonly Value[]): Written {
  const by = derive(chosen)
  if (isConstant(by)) return written
  return new Map([...written].map(([name, value]) => [name, derive([value, by])]))
}

function outerScope(
  clause: FieldsOf<'WithClause'> | undefined,
  parent: Scope,
  context: Context,
): Scope {
  return clause === undefined ? parent : withScope(clause, parent, context)
}

/** Common table expressions cannot be written to: the name is a relation's. */
function targetOf(range: FieldsOf<'RangeVar'> | undefined, context: Context): Namespace {
  if (range === undefined) throw new TypeError('expected a relation to write to')
  return targetRelation(range, context)
}

function insertedValues(
  clause: FieldsOf<'MergeWhenClause'>,
  target: Namespace,
  scope: Scope,
  context: Context,
): Written {
  const names = (clause.targetList ?? []).map(node => as(node, 'ResTarget')?.name ?? '')
  const fields = context.values(clause.values, scope).map(value => ({ name: '', value }))
  return assigned(target, names, { fields, rest: undefined })
}

/** Values by position to the named columns, or to the table's own. */
function assigned(
  target: Namespace,
  names: readonly string[],
  given: Columns | undefined,
): Written {
  if (given === undefined) return new Map()
  const own = target.columns.fields.map(field => field.name)
  const columns = names.length > 0 ? names : own
  const exact = given.rest === undefined && given.fields.length <= columns.length
  const whole = anyOf(given)
  const written = new Map<string, Value>()
  columns.forEach((name, i) => {
    const value = exact ? given.fields[i]?.value : whole
    // `name.field` and `name[i]` write a part of it, several times perhaps.
    if (value !== undefined) written.set(name, withOthers(value, [written.get(name)]))
  })
  // Into a table of which we do not know the columns.
  if (columns.length === 0) written.set('', whole)
  return written
}

/** SET a = …, (b, c) = (…): by column. */
function assignments(
  targets: readonly Node[] | undefined,
  scope: Scope,
  context: Context,
): Map<string, Value> {
  const written = new Map<string, Value>()
  for (const node of targets ?? []) {
    const target = as(node, 'ResTarget')
    const name = target?.name ?? ''
    const subscripts = (target?.indirection ?? []).flatMap(step => {
      const indices = as(step, 'A_Indices')
      return [indices?.lidx, indices?.uidx]
    })
    const before = [...context.values(subscripts, scope), written.get(name)]
    const value = assignedValue(target?.val, scope, context)
    written.set(name, withOthers(value, before))
  }
  return written
}

/** A value that is written alone is what it is: a copy, perhaps. */
function withOthers(value: Value, others: readonly (Value | undefined)[]): Value {
  const more = others.filter(each => each !== undefined)
  return more.length === 0 ? value : derive([value, ...more])
}

/** One column of `(a, b) = (…)`: of a row its own element, of a subquery its own column. */
function assignedValue(node: Node | undefined, scope: Scope, context: Context): Value {
  const reference = as(node, 'MultiAssignRef')
  if (reference === undefined) return context.value(node, scope)
  const at = (reference.colno ?? 0) - 1
  const element = as(reference.source, 'RowExpr')?.args?.[at]
  if (element !== undefined) return context.value(element, scope)
  const subselect = as(reference.source, 'SubLink')?.subselect
  if (subselect === undefined) return context.value(reference.source, scope)
  const { columns } = context.query(subselect, scope)
  return (columns.rest === undefined ? columns.fields[at]?.value : undefined) ?? anyOf(columns)
}

function move(
  written: Written,
  target: Namespace,
  range: FieldsOf<'RangeVar'> | undefined,
  context: Context,
): void {
  const item = itemOf(target)
  const to: ObjectName = {
    type: 'table',
    schema: range?.schemaname ?? item.schemas?.[0],
    name: range?.relname ?? '',
  }
  for (const [name, value] of written) {
    context.move(value, to, fieldNamed(item.columns, name))
  }
}

/** excluded.*: the row that was to be inserted. */
function proposed(target: Namespace, written: Written): Columns {
  const { fields, rest } = target.columns
  return { fields: fields.map(({ name }) => ({ name, value: written.get(name) ?? clean })), rest }
}

/** The row as it is afterwards: what it was, and what was written to it. */
function after(columns: Columns, written: Written): Columns {
  const all = written.get('')
  const fields = columns.fields.map(({ name, value }) => {
    const added = written.get(name)
    const tainted = added !== undefined && (added.sources.length > 0 || added.untraced)
    return { name, value: tainted ? derive([value, added]) : value }
  })
  const { rest } = columns
  return { fields, rest: rest === undefined || all === undefined ? rest : derive([rest, all]) }
}

/** A row that triggers may have changed. */
function replaced({ fields, rest }: Columns, by: (column: string) => Value): Columns {
  const changed = fields.map(field => {
    const more = by(field.name)
    return isConstant(more) ? field : { name: field.name, value: derive([field.value, more]) }
  })
  return { fields: changed, rest: rest === undefined ? rest : derive([rest, by('')]) }
}

interface Returning {
  readonly clause: FieldsOf<'ReturningClause'> | undefined
  readonly range: FieldsOf<'RangeVar'> | undefined
  readonly target: Namespace
  readonly written: Written
  /** What FROM, USING or the source of a MERGE adds. */
  readonly others: Namespace
  readonly conditions: Conditions
  readonly othersFirst?: boolean
  /** What merge_action() tells. */
  readonly chosen?: Value
}

function returning(
  { clause, range, target, written, others, conditions, othersFirst = false, chosen }: Returning,
  outer: Scope,
  context: Context,
): Rows {
  const changes = replacedBy(range, context)
  if (clause === undefined) return { columns: { fields: [], rest: undefined }, conditions }
  const item = itemOf(target)
  const columns = replaced(after(item.columns, written), changes)
  const now: Namespace = { items: [{ ...item, columns }], columns, conditions: unconditional }
  const names = { old: 'old', new: 'new' }
  for (const node of clause.options ?? []) {
    const option = as(node, 'ReturningOption')
    if (option?.option === 'RETURNING_OPTION_OLD') names.old = option.value ?? 'old'
    if (option?.option === 'RETURNING_OPTION_NEW') names.new = option.value ?? 'new'
  }
  const versions: Item[] = [
    { ...item, schemas: undefined, name: names.old },
    { ...item, schemas: undefined, name: names.new, columns },
  ]
  // A relation that is called so itself hides the version, unless the version was given the name.
  const beside = decidedBy(others, conditions)
  const shown = othersFirst ? joined(beside, now) : joined(now, beside)
  const free = versions.filter(version => !shown.items.some(each => each.name === version.name))
  const seen = level(outer, withItems(shown, free))
  const scope = chosen === undefined || isConstant(chosen) ? seen : { ...seen, args: chosen }
  return { columns: targetList(clause.exprs, scope, context), conditions }
}

function withItems(namespace: Namespace, items: readonly Item[]): Namespace {
  const { columns, conditions } = namespace
  return { items: [...namespace.items, ...items], columns, conditions }
}

function itemOf(target: Namespace): Item {
  const [item] = target.items
  if (item === undefined) throw new TypeError('expected the relation that is written to')
  return item
}
