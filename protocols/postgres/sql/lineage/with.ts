/**
 * Common table expressions. Each is traced when it is first named, so that those of WITH RECURSIVE
 * may name later ones; one that names itself is traced until nothing is added.
 * https://www.postgresql.org/docs/current/queries-with.html
 */
import { as, type FieldsOf, type Node, nameOf } from '../tree.ts'
import { unknownConditions } from './conditions.ts'
import { type Context, TraceLimit } from './context.ts'
import { level, type Scope } from './scope.ts'
import {
  anyOf,
  clean,
  type Field,
  type Rows,
  renamed,
  through,
  unknownColumns,
  type Value,
} from './value.ts'

const ROUNDS_MAX = 50

type Cte = FieldsOf<'CommonTableExpr'>

export function withScope(clause: FieldsOf<'WithClause'>, parent: Scope, context: Context): Scope {
  const ctes = new Map<string, () => Rows>()
  const own: (() => Rows)[] = []
  const recursive = clause.recursive === true
  const scope: Scope = { ...level(parent), ctes }
  for (const node of clause.ctes ?? []) {
    const cte = as(node, 'CommonTableExpr')
    if (cte === undefined) continue
    // Without RECURSIVE only the earlier ones are in view.
    const seen = recursive ? scope : { ...scope, ctes: new Map(ctes) }
    const rows = once(cte, recursive, seen, context)
    ctes.set(cte.ctename ?? '', rows)
    own.push(rows)
  }
  // One that nobody names is run all the same when it writes, and checked in any case.
  for (const rows of own) rows()
  return scope
}

/** Traces at its first call; a call from within itself gets what is known by then. */
function once(cte: Cte, recursive: boolean, scope: Scope, context: Context): () => Rows {
  let known: Rows | undefined
  let busy = false
  let circular = false
  return () => {
    if (busy) circular = true
    if (busy || known !== undefined) {
      return known ?? { columns: unknownColumns, conditions: unknownConditions }
    }
    busy = true
    const query = cte.ctequery
    const seed = recursive ? firstArm(query) : undefined
    // The first arm of a recursive query cannot name the query itself.
    if (seed !== undefined) known = shaped(cte, context.query(seed, scope))
    for (let round = 0; ; round++) {
      const before: number = known === undefined ? -1 : weight(known)
      const next = shaped(cte, context.query(query, scope))
      known = next
      if (!circular || seed === undefined || weight(next) === before) break
      if (round > ROUNDS_MAX) throw new TraceLimit(`${ROUNDS_MAX} rounds of a recursive query`)
    }
    busy = false
    const { steps } = context
    if (steps !== undefined)
      known = { ...known, columns: through(steps, 'cte', cte.ctename ?? '', known.columns) }
    return known
  }
}

/** With the WITH of the whole, as the first arm may name what is in it. */
function firstArm(query: Node | undefined): Node | undefined {
  const select = as(query, 'SelectStmt')
  if (select?.larg === undefined) return undefined
  const { withClause } = select
  const { withClause: inner } = select.larg
  if (withClause === undefined || inner !== undefined) return { SelectStmt: select.larg }
  return { SelectStmt: { ...select.larg, withClause } }
}

/** Grows with every source and never shrinks: equal twice means nothing is added any more. */
function weight({ columns, conditions }: Rows): number {
  const values = [...columns.fields.map(field => field.value), conditions.keys, conditions.asked]
  let sum = 0
  for (const value of columns.rest === undefined ? values : [...values, columns.rest]) {
    sum += value.sources.length * 4 + (value.untraced ? 2 : 0) + (value.copies.length === 1 ? 0 : 1)
  }
  return sum
}

function shaped(cte: Cte, rows: Rows): Rows {
  const columns = renamed(rows.columns, nameOf(cte.aliascolnames))
  const added: Field[] = []
  const by = (name: string | undefined, value: Value): void => {
    if (name !== undefined) added.push({ name, value })
  }
  // SEARCH and CYCLE columns are made of the columns that they name: take all.
  const all = cte.search_clause || cte.cycle_clause ? anyOf(columns) : clean
  by(cte.search_clause?.search_seq_column, all)
  by(cte.cycle_clause?.cycle_mark_column, all)
  by(cte.cycle_clause?.cycle_path_column, all)
  if (added.length === 0) return { ...rows, columns }
  const { fields, rest } = columns
  return {
    columns: { fields: [...fields, ...added], rest },
    conditions: rows.conditions,
  }
}
