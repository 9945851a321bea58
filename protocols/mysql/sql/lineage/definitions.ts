/**
 * What a definition asks of the rows that are there: it fails where one does not hold, and that is
 * an answer. https://dev.mysql.com/doc/refman/9.7/en/alter-table.html
 */
import type { AlterTable, Asked, Expression, TableName } from '../ast.ts'
import { keepSorted } from './asked.ts'
import { predicate } from './conditions.ts'
import type { Context } from './context.ts'
import { targetRelation } from './from.ts'
import { emptyScope, findInItem, level, type Namespace } from './scope.ts'
import { anyOf, isCopy, type Value } from './value.ts'

export function traceAltered({ table, actions, asked }: AlterTable, context: Context): void {
  traceAsked(table, asked, context)
  const target = targetRelation(table, undefined, context)
  for (const { action, name, table: other } of actions) {
    const changes = action === 'modify column' || action === 'change column'
    const { sources: all } = anyOf(target.columns)
    // Values may not fit into the new type or character set, nor rows into their partition.
    if (changes && name !== undefined)
      for (const { sources } of named(name, target)) context.predicates.add(sources, 'effect')
    if (converts.test(action)) context.predicates.add(all, 'effect')
    if (/^reorganize\b/.test(action)) context.predicates.add(all, 'range')
    // What a constraint that is enforced again asks of the rows, its name does not say.
    if (/^alter (?:check|constraint)\b/.test(action)) context.predicates.add(all, 'computed')
    if (action === 'exchange partition' && other !== undefined) {
      const { sources } = anyOf(targetRelation(other, undefined, context).columns)
      context.predicates.add(sources, 'range')
    }
  }
}

export function traceAsked(table: TableName, asked: Asked, context: Context): void {
  const target = targetRelation(table, undefined, context)
  const scope = level(emptyScope, target)
  const valuesOf = (parts: readonly (string | Expression)[]): readonly Value[] =>
    parts.flatMap(part =>
      typeof part === 'string' ? named(part, target) : context.value(part, scope),
    )
  for (const check of asked.checks) predicate(check, scope, context)
  keepSorted('group', valuesOf(asked.unique), context)
  for (const value of valuesOf(asked.bounded)) context.predicates.add(value.sources, 'range')
  for (const value of valuesOf(asked.generated))
    if (!isCopy(value)) context.predicates.add(value.sources, 'computed')
  keepSorted('order', valuesOf(asked.sorted), context)
  for (const value of valuesOf(asked.keys)) context.predicates.add(value.sources, 'equality')
  for (const { table: other, columns } of asked.references) {
    const item = targetRelation(other, undefined, context)
    for (const column of columns)
      for (const { sources } of named(column, item)) context.predicates.add(sources, 'equality')
  }
}

/** CONVERT TO CHARACTER SET, and not CONVERT PARTITION. */
const converts = /^convert(?! (?:partition|table))/

function named(column: string, { items }: Namespace): readonly Value[] {
  return items.flatMap(item => findInItem(item, column) ?? [])
}
