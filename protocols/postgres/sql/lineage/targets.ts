/** The target list of a SELECT or RETURNING: stars expanded, columns named as the server does. */
import { as, type Node, nameOf } from '../tree.ts'
import { keepEffects } from './asked.ts'
import { columnName } from './column-name.ts'
import type { Context } from './context.ts'
import { starColumns } from './references.ts'
import type { Scope } from './scope.ts'
import { type Columns, derive, type Field, type Value } from './value.ts'

export function targetList(
  targets: readonly Node[] | undefined,
  scope: Scope,
  context: Context,
): Columns {
  const fields: Field[] = []
  let rest: Value | undefined
  for (const node of targets ?? []) {
    const target = as(node, 'ResTarget')
    const expression = target?.val
    if (expression === undefined) throw new TypeError('expected a target with an expression')
    const star = starColumns(expression, scope, context)
    if (star === undefined) {
      const value = context.value(expression, scope)
      keepEffects(expression, value, scope, context)
      fields.push({ name: target?.name ?? columnName(expression, scope, context), value })
    } else {
      fields.push(...star.fields)
      if (star.rest !== undefined) rest = rest === undefined ? star.rest : derive([rest, star.rest])
    }
  }
  return { fields, rest }
}

/** The values of an expression list in which `t.*` stands for its columns: ROW(…), VALUES. */
export function expressionList(
  nodes: readonly Node[] | undefined,
  scope: Scope,
  context: Context,
): Columns {
  const fields: Field[] = []
  let rest: Value | undefined
  for (const node of nodes ?? []) {
    const star = starColumns(node, scope, context)
    if (star === undefined) {
      const name = nameOf(as(node, 'ColumnRef')?.fields).at(-1) ?? ''
      fields.push({ name, value: context.value(node, scope) })
    } else {
      fields.push(...star.fields)
      if (star.rest !== undefined) rest = rest === undefined ? star.rest : derive([rest, star.rest])
    }
  }
  return { fields, rest }
}
