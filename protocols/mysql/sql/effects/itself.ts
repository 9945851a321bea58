/** Conditions by which a row is looked up in its own table, which always has it. */
import type { Expression, NamedTable, Query, TableReference } from '../ast.ts'
import { folded } from '../names.ts'
import { tablesOf } from './query.ts'

/** What is written to, and all that stands beside it in the list of tables. */
export interface Written {
  readonly target: NamedTable
  readonly from: readonly TableReference[]
  /** Names of the target's columns, folded, and their types; undefined: they are not known. */
  readonly columns: ReadonlyMap<string, string> | undefined
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
  // `id IN (SELECT id FROM t)`, also through a derived table, as MySQL asks for.
  const found = asked?.query === undefined ? undefined : wholeColumn(asked.query)
  if (asked?.operand.kind !== 'column' || found === undefined) return false
  return isSame(found.table, target) && folded(found.name) === folded(asked.operand.name)
}

/** The column of which a query gives the values of every row, and nothing else. */
function wholeColumn(query: Query): { table: NamedTable; name: string } | undefined {
  const { body } = query
  if (body.kind !== 'select' || !isWhole(query)) return undefined
  const [item, otherItem] = body.items
  const [from, otherFrom] = body.from
  if (item === undefined || otherItem !== undefined || otherFrom !== undefined) return undefined
  const { expression } = item
  if (from?.kind === 'table')
    return expression.kind === 'column' ? { table: from, name: expression.name } : undefined
  if (from?.kind !== 'derived' || from.columns.length > 0) return undefined
  const inner = wholeColumn(from.query)
  if (expression.kind === 'star' || inner === undefined) return inner
  const isIt = expression.kind === 'column' && folded(expression.name) === folded(inner.name)
  return isIt ? inner : undefined
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
