/**
 * What a statement would touch: its plan's rows, the tables, the locks, what foreign keys reach.
 * Gathered on a connection of our own, and nothing of the statement runs.
 */
import { cascadesOf } from '../cascades.ts'
import { NoPlan } from '../planning.ts'
import type { Analysis, CascadeImpact, Impact, Reading, TableImpact } from '../protocol.ts'
import { locksOf, undoOf } from './impact/locks.ts'
import { obstacle, type Part, partsOf, quoted } from './impact/parts.ts'
import { type Planned, readPlan } from './impact/plan.ts'
import type { PlannedAs, Planner, Query } from './impact/planner.ts'
import { tableFacts } from './impact/tables.ts'

const tablesMax = 40

/** Never rejects. */
export async function impactOf(
  planner: Planner,
  { statement, context, unplanned }: Reading,
  gone: AbortSignal,
): Promise<Impact> {
  const { text, analysis, parameters } = statement
  const { effects } = analysis
  const parts = analysis.unreadable === undefined ? partsOf(text) : undefined
  const nodes = parts?.map(part => part.node) ?? []
  const told: Told = { tables: [], cascades: cascadesOf(analysis) }
  const known = {
    locks: locksOf(nodes, effects),
    undo: parts === undefined ? ('never' as const) : undoOf(nodes, effects),
    ...(context.openedAt !== undefined && { openMs: Math.max(0, Date.now() - context.openedAt) }),
  }
  if (parts === undefined) return { ...known, ...told, noEstimate: 'it cannot be read' }
  try {
    const rows = await planner.plan(plannedAs(context), gone, async query => {
      await facts(query, analysis, told)
      if (unplanned !== undefined) throw new NoPlan(unplanned)
      return rowsOf(query, parts, statement.analysis, parameters, told)
    })
    return { ...known, ...told, rows }
  } catch (error) {
    if (!(error instanceof NoPlan)) throw error
    return { ...known, ...told, noEstimate: error.message }
  }
}

interface Told {
  tables: readonly TableImpact[]
  cascades: readonly CascadeImpact[]
}

/** Throws NoPlan where it is not known. */
function plannedAs({ role, searchPath }: Reading['context']): PlannedAs {
  if (searchPath === undefined) throw new NoPlan('its search path is not known')
  return { searchPath, role: role === undefined ? undefined : roleOf(role) }
}

const setRole = /^SET\s+(?:SESSION\s+|LOCAL\s+)?ROLE\s+(?:TO\s+|=\s*)?("(?:[^"]|"")+"|\w+)\s*;?$/i

/** `role`: the statement that changed it. */
function roleOf(role: string): string {
  const text = role.trim()
  if (/^RESET\s+ROLE\s*;?$/i.test(text)) return 'none'
  const name = setRole.exec(text)?.[1]
  if (name === undefined) throw new NoPlan('the role that it runs as is not known')
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

async function facts(query: Query, { effects, relations }: Analysis, told: Told): Promise<void> {
  const objects = effects.flatMap(({ object }) => (object?.type === 'table' ? [object] : []))
  const named = [...relations, ...objects]
    .filter(({ schema }) => schema !== undefined && !system.has(schema))
    .map(({ schema, name }) => `${schema}.${name}`)
  const sizes = await tableFacts(query, [...new Set(named)].slice(0, tablesMax))
  const reached = new Set(told.cascades.map(({ table }) => table))
  told.tables = [...sizes].flatMap(([table, size]) =>
    reached.has(table) ? [] : [{ table, ...size }],
  )
  told.cascades = told.cascades.map(each => {
    const rows = sizes.get(each.table)?.rows
    return rows === undefined ? each : { ...each, rows }
  })
}

const system: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema'])

/** Throws NoPlan. */
async function rowsOf(
  query: Query,
  parts: readonly Part[],
  analysis: Analysis,
  parameters: Reading['statement']['parameters'],
  told: Told,
): Promise<number> {
  const why = obstacle(analysis.effects)
  if (why !== undefined) throw new NoPlan(why)
  let rows = 0
  for (const part of parts) {
    if (part.kind === 'unknown') throw new NoPlan(part.why)
    if (part.kind === 'planned') {
      const planned = await plan(query, part.text, values(parameters))
      rows += planned.rows
      told.tables = told.tables.map(each => ({ ...each, ...planned.access.get(each.table) }))
    } else if (part.kind === 'tables') rows += await tableRows(query, analysis, told)
  }
  return Math.round(rows)
}

function values(parameters: Reading['statement']['parameters']): (string | null)[] {
  return parameters.map(value => {
    if (value instanceof Uint8Array) throw new NoPlan('a parameter is of a type that is not known')
    return value
  })
}

async function plan(
  query: Query,
  text: string,
  parameters: readonly (string | null)[],
): Promise<Planned> {
  const [[json] = []] = await query(`EXPLAIN (FORMAT JSON, VERBOSE) ${text}`, parameters)
  const planned = readPlan(json)
  if (planned === undefined) throw new NoPlan('the server has no plan for it')
  return planned
}

const whole: ReadonlySet<string> = new Set(['truncate', 'drop', 'alter', 'create', 'maintain'])

/** The rows of the tables that it is about, those that a TRUNCATE reaches included. */
async function tableRows(
  query: Query,
  { effects }: Analysis,
  { tables, cascades }: Told,
): Promise<number> {
  const about = new Set(
    effects.flatMap(({ kind, object }) =>
      whole.has(kind) && object !== undefined ? [`${object.schema}.${object.name}`] : [],
    ),
  )
  const sized = new Set([...tables, ...cascades].map(({ table }) => table))
  for (const { kind, object } of effects) {
    if (!whole.has(kind) || object === undefined || rowless.has(object.type)) continue
    if (sized.has(`${object.schema}.${object.name}`)) continue
    throw new NoPlan(`nobody has counted what is in ${object.name}`)
  }
  let rows = 0
  for (const { table, does, rows: known } of cascades)
    if (does === 'truncate') rows += known ?? (await sizeOf(query, table))
  for (const { table, rows: known } of tables)
    if (about.has(table)) rows += known ?? (await sizeOf(query, table))
  return rows
}

/** What has no rows of its own. */
const rowless: ReadonlySet<string> = new Set([
  ...['view', 'function', 'procedure', 'aggregate', 'index', 'trigger', 'rule', 'policy'],
  ...['sequence', 'operator', 'cast', 'collation', 'statistics', 'constraint'],
])

/** By the size of its file, where nobody has counted yet. */
async function sizeOf(query: Query, table: string): Promise<number> {
  const dot = table.indexOf('.')
  const name = `${quoted(table.slice(0, dot))}.${quoted(table.slice(dot + 1))}`
  return (await plan(query, `SELECT FROM ${name}`, [])).rows
}
