/** All families of ways to get at masked values. */
import { aggregates, orders, setOperations } from './aggregates.ts'
import { catalogs } from './catalogs.ts'
import { columns, types } from './columns.ts'
import { json, newJson, wholeRows } from './composites.ts'
import { expressions } from './expressions.ts'
import type { Family } from './family.ts'
import { blocks, functions } from './functions.ts'
import { errors, names, notices, plans } from './messages.ts'
import { joins, subqueries, withQueries } from './queries.ts'
import { copies, cursors } from './session.ts'
import { moved, newReturning, returning } from './writes.ts'

export const catalogue: readonly Family[] = [
  columns,
  types,
  expressions,
  wholeRows,
  json,
  newJson,
  aggregates,
  setOperations,
  orders,
  joins,
  withQueries,
  subqueries,
  returning,
  newReturning,
  moved,
  cursors,
  copies,
  functions,
  blocks,
  errors,
  names,
  notices,
  plans,
  catalogs,
]
