/**
 * Reading what EXPLAIN FORMAT=JSON says, in the form that MySQL calls version 1 and MariaDB speaks
 * with other words: how many rows come out, and how they are found.
 * https://dev.mysql.com/doc/refman/9.7/en/explain-output.html, https://mariadb.com/kb/en/explain-format-json/
 */
import type { TableImpact } from '../../protocol.ts'

export interface Planned {
  /** Before LIMIT and without aggregates; undefined: it is every row of a table. */
  readonly rows: number | undefined
  /** By the name or alias that the statement gives it. */
  readonly access: ReadonlyMap<string, Pick<TableImpact, 'access' | 'index'>>
}

type Json = { readonly [key: string]: unknown }

export function readPlan(json: string | null | undefined): Planned | undefined {
  const whole = object(JSON.parse(json ?? 'null'))
  const block = object(whole?.['query_block'])
  if (block === undefined) return undefined
  const access = new Map<string, Pick<TableImpact, 'access' | 'index'>>()
  collect(block, access)
  return { rows: rowsOf(block), access }
}

/** What stands around the tables of a block. */
const around: readonly string[] = [
  ...['ordering_operation', 'grouping_operation', 'duplicates_removal', 'buffer_result'],
  ...['windowing', 'window_functions_computation', 'insert_from', 'filesort', 'temporary_table'],
  ...['read_sorted_file', 'query_block', 'having_condition'],
]

function rowsOf(block: Json): number | undefined {
  for (const key of around) {
    const inner = object(block[key])
    if (inner !== undefined) return rowsOf(inner)
  }
  const union = object(block['union_result'])
  if (union !== undefined)
    return sum(list(union['query_specifications']).map(each => rowsOf(object(each) ?? {})))
  const nested = list(block['nested_loop'])
  if (nested.length > 0) return nestedRows(nested)
  const table = object(block['table'])
  return table === undefined ? messageRows(block) : tableRows(table)
}

/** MySQL tells how many come out of the last, MariaDB how many of each for one of the last. */
function nestedRows(nested: readonly unknown[]): number | undefined {
  let rows: number | undefined = 1
  for (const each of nested) {
    const table = tableIn(object(each) ?? {})
    const produced = table?.['rows_produced_per_join']
    if (typeof produced === 'number') rows = produced
    else {
      const own = table === undefined ? undefined : tableRows(table)
      rows = rows === undefined || own === undefined ? undefined : rows * own
    }
  }
  return rows
}

/** In MariaDB a join buffer may stand around it. */
function tableIn(item: Json): Json | undefined {
  return object(item['table']) ?? object(object(item['block-nl-join'])?.['table'])
}

function tableRows(table: Json): number | undefined {
  if (typeof table['rows_produced_per_join'] === 'number') return table['rows_produced_per_join']
  const rows = table['rows_examined_per_scan'] ?? table['rows']
  if (typeof rows !== 'number') return messageRows(table)
  return rows * (Number(table['filtered'] ?? 100) / 100)
}

function messageRows(block: Json): number | undefined {
  const message = String(block['message'] ?? '')
  if (/deleting all rows/i.test(message)) return undefined
  return /impossible|no matching|zero limit/i.test(message) ? 0 : 1
}

function collect(value: unknown, access: Map<string, Pick<TableImpact, 'access' | 'index'>>): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, access)
    return
  }
  const block = object(value)
  if (block === undefined) return
  const name = block['table_name']
  const type = block['access_type']
  if (typeof name === 'string' && typeof type === 'string') {
    const key = block['key']
    const whole = type.toUpperCase() === 'ALL' || type === 'index'
    // A table that is read whole anywhere is read whole.
    if (whole) access.set(name, { access: 'whole' })
    else if (!access.has(name) && typeof key === 'string')
      access.set(name, { access: 'index', index: key })
  }
  for (const under of Object.values(block)) collect(under, access)
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  let total = 0
  for (const value of values) {
    if (value === undefined) return undefined
    total += value
  }
  return total
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
