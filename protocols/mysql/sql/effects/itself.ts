/** Conditions by which a row is looked up in its own table, which always has it. */
import type { Expression, NamedTable, Query, TableReference } from '../ast.ts'
import { folded } from '../names.ts'
import { ownTables, tablesOf } from './query.ts'

/** What is written to, and all that stands beside it in the list of tables. */
export interface Written {
  readonly target: NamedTable
  readonly from: readonly TableReference[]
}

/** `t.id = other.id` where other is t, `id IN (SELECT id FROM t)`. */
export function findsItself(node: Expression, written: Written): boolean {
  const { target, from } = written
  if (node.kind === 'operation' && node.operators.length === 1 && node.operators[0] === '=') {
    // `t.id = other.id`, and other is t.
    const [left, right] = node.operands
    if (left?.kind !== 'column' || right?.kind !== 'column') return false
    const selves = [target, ...tablesOf(from).filter(each => isSame(each, target))].map(each =>
      folded(each.alias ?? each.table.name),
    )
    if (folded(left.name) !== folded(right.name)) return false
    const single = from.length === 1 && from[0]?.kind === 'table'
    return [left, right].every(({ table }) =>
      table === undefined ? single : selves.includes(folded(table)),
    )
  }
  const asked =
    node.kind === 'in' && !node.negated
      ? node
      : node.kind === 'quantified' && node.operator === '=' && node.quantifier === 'any'
        ? node
        : undefined
  // `id IN (SELECT id FROM t)`, `id = ANY (TABLE t)`.
  const query = asked?.query
  if (asked?.operand.kind !== 'column' || query === undefined || !isWhole(query)) return false
  const [table, more] = ownTables(query)
  const body = query.body
  if (table === undefined || more !== undefined || !isSame(table, target)) return false
  const [item, other] = body.kind === 'select' ? body.items : []
  if (item?.expression.kind !== 'column' || other !== undefined) return false
  return folded(item.expression.name) === folded(asked.operand.name)
}

/** Every row of what it is from. */
function isWhole({ body, limit, with: clause }: Query): boolean {
  if (body.kind !== 'select' || limit !== undefined || clause !== undefined) return false
  return body.where === undefined && body.having === undefined && body.groupBy.length === 0
}

export function isSame({ table: a }: NamedTable, { table: b }: NamedTable): boolean {
  if (folded(a.name) !== folded(b.name)) return false
  return a.schema === undefined || b.schema === undefined || folded(a.schema) === folded(b.schema)
}
