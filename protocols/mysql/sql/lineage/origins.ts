/** Which views, common table expressions, subqueries and functions an output came through. */
import { type Behind, Steps } from '../../../origins.ts'
import type { ColumnName, ResultLineage } from '../../../protocol.ts'
import type { Statement } from '../ast.ts'
import type { Names } from '../names.ts'
import { baseColumns, outputSources } from './trace.ts'

/**
 * The result that `trace` found, with origins. Traced once more, apart: a step is a source that no
 * rule may meet.
 */
export function withOrigins(
  result: ResultLineage,
  statement: Statement,
  names: Names,
): ResultLineage {
  if (typeof result === 'string') return result
  const steps = new Steps()
  const sources = outputSources(statement, names, steps)
  return result.map((output, i) => {
    const all = [...(sources[i] ?? []), ...output.sources]
    return { ...output, origins: steps.tree(all, column => behind(column, names)) }
  })
}

function behind({ schema, table, column: name }: ColumnName, names: Names): Behind | undefined {
  for (const relation of names.catalog.relations(schema, table)) {
    const column = relation.columns.find(each => each.name === name)
    if (column === undefined) continue
    const { sources } = baseColumns(relation, column, names)
    return { kind: relation.kind === 'view' ? 'view' : 'column', sources }
  }
  return undefined
}
