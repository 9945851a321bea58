/** All families of ways to get at masked values. */
import { aggregates, guesses } from './aggregates.ts'
import { columns, lexing, types } from './columns.ts'
import { expressions, json } from './expressions.ts'
import type { Family } from './family.ts'
import { catalogs, errors, plans, warnings } from './messages.ts'
import { queries } from './queries.ts'
import { dynamic, routines, variables } from './session.ts'
import { writes } from './writes.ts'

export const catalogue: readonly Family[] = [
  columns,
  types,
  lexing,
  expressions,
  json,
  aggregates,
  guesses,
  queries,
  variables,
  dynamic,
  routines,
  writes,
  errors,
  warnings,
  plans,
  catalogs,
]
