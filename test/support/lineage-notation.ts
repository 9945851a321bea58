/**
 * Lineage in short, for tables of SQL and what it must give. A column that is a plain copy is
 * `name=table.column`, a computed one `name~table.column,…`, one of no column `name`. Tables of the
 * schema public go without it.
 */
import { trace } from '../../protocols/postgres/sql/lineage/trace.ts'
import type { Names } from '../../protocols/postgres/sql/names.ts'
import { parse } from '../../protocols/postgres/sql/parse.ts'
import type { ColumnName, ResultLineage } from '../../protocols/protocol.ts'

export function traced(sql: string, names: Names): ReturnType<typeof trace> {
  const parsed = parse(sql, 1_000_000)
  if (!parsed.ok) throw new SyntaxError(`${parsed.message}: ${sql}`)
  const [statement] = parsed.statements
  if (statement === undefined) throw new SyntaxError('expected a statement')
  return trace(statement.node, names)
}

export function inShort(result: ResultLineage): string {
  if (typeof result === 'string') return result
  return result
    .map(({ name, sources, plain }) => {
      if (sources.length === 0) return name
      return `${name}${plain ? '=' : '~'}${columnsInShort(sources)}`
    })
    .join(' ')
}

export function columnsInShort(columns: readonly ColumnName[]): string {
  return columns.map(columnInShort).sort().join(',')
}

export function columnInShort({ schema, table, column, path }: ColumnName): string {
  const part = path === undefined ? '' : ['$', ...path].join('.')
  return `${schema === 'public' ? '' : `${schema}.`}${table}.${column}${part}`
}
