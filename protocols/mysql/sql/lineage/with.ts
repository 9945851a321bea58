/**
 * Common table expressions. Each is traced when it is first named; a recursive one that names
 * itself is traced until nothing is added.
 * https://dev.mysql.com/doc/refman/9.7/en/with.html
 */
import type { CommonTable, Query, With } from '../ast.ts'
import { commonName } from '../names.ts'
import { unknownConditions } from './conditions.ts'
import { type Context, TraceLimit } from './context.ts'
import { level, type Scope } from './scope.ts'
import { anyOf, type Columns, type Rows, renamed, through, unknownColumns } from './value.ts'

const ROUNDS_MAX = 50

export function withScope(clause: With, parent: Scope, context: Context): Scope {
  const ctes = new Map<string, () => Rows>()
  const own: (() => Rows)[] = []
  // A level of its own without columns: names and aliases of the query around it stay in view.
  const scope: Scope = { ...level(parent), ctes }
  // MariaDB lets those of WITH RECURSIVE name later ones.
  const sees = clause.recursive
  for (const cte of clause.tables) {
    const seen = sees ? scope : { ...scope, ctes: new Map(ctes) }
    const rows = once(cte, clause.recursive, seen, context)
    ctes.set(commonName(cte.name, context.names.catalog), rows)
    own.push(rows)
  }
  // One that nobody names is checked in any case.
  for (const rows of own) rows()
  return scope
}

/** Traces at its first call; a call from within itself gets what is known by then. */
function once(cte: CommonTable, recursive: boolean, scope: Scope, context: Context): () => Rows {
  let known: Rows | undefined
  let busy = false
  let circular = false
  return () => {
    if (busy) circular = true
    if (busy || known !== undefined) {
      return known ?? { columns: unknownColumns, conditions: unknownConditions }
    }
    busy = true
    const seed = recursive ? firstArm(cte.query) : undefined
    // The first arm of a recursive query cannot name the query itself.
    if (seed !== undefined) known = shaped(cte, context.query(seed, scope))
    for (let round = 0; ; round++) {
      const before: number = known === undefined ? -1 : weight(known)
      const next = shaped(cte, context.query(cte.query, scope))
      known = next
      if (!circular || seed === undefined || weight(next) === before) break
      if (round > ROUNDS_MAX) throw new TraceLimit(`${ROUNDS_MAX} rounds of a recursive query`)
    }
    busy = false
    const { steps } = context
    if (steps !== undefined)
      known = { ...known, columns: through(steps, 'cte', cte.name, known.columns) }
    return known
  }
}

/** With the WITH of the whole, as the first arm may name what is in it. */
function firstArm(query: Query): Query | undefined {
  const { body } = query
  if (body.kind === 'query' && query.with === undefined) return firstArm(body)
  if (body.kind !== 'setOperation') return undefined
  const [first] = body.operands
  if (first === undefined) return undefined
  return { ...query, body: first, orderBy: [], limit: undefined, into: undefined }
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

function shaped(cte: CommonTable, rows: Rows): Rows {
  const columns: Columns = renamed(rows.columns, cte.columns)
  if (cte.cycle.length === 0) return { ...rows, columns }
  // Which rows are left out depends on the columns that CYCLE names: take all.
  const all = anyOf(columns)
  return { columns, conditions: { ...rows.conditions, asked: all } }
}
