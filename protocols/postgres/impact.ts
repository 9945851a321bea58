/**
 * What a statement would touch: its plan's rows, the tables, the locks, what foreign keys reach.
 * Gathered on a connection of our own, and nothing of the statement runs.
 */
import { NoPlan } from '../planning.ts'
import type { Analysis, CascadeImpact, Impact, Reading, TableImpact } from '../protocol.ts'
import { locksOf, undoOf } from './impact/locks.ts'
import { obstacle, type Part, partsOf, quoted } from './impact/parts.ts'
import { type Planned, readPlan } from './impact/plan.ts'
import type { PlannedAs, Planner, Query } from './impact/planner.ts'
import { cascadesOf, tableFacts } from './impact/tables.ts'
import { as, type Node } from './sql/tree.ts'

const tablesMax = 40

/** Never rejects. */
export async function impactOf(
  planner: Planner,
  { statement, context }: Reading,
  gone: AbortSignal,
): Promise<Impact> {
  const { text, analysis, parameters } = statement
  const { effects } = analysis
  const parts = analysis.unreadable === undefined ? partsOf(text) : undefined
  const nodes = parts?.map(part => part.node) ?? []
  const known = {
    locks: locksOf(nodes, effects),
    undo: parts === undefined ? ('never' as const) : undoOf(nodes, effects),
    ...(context.openedAt !== undefined && { openMs: Math.max(0, Date.now() - context.openedAt) }),
  }
  const nothing = { ...known, tables: [], cascades: [] }
  if (parts === undefined) return { ...nothing, noEstimate: 'it cannot be read' }
  const told: Told = { tables: [], cascades: [] }
  try {
    const rows = await planner.plan(plannedAs(context), gone, async query => {
      await facts(query, analysis, nodes, told)
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

async function facts(
  query: Query,
  { effects, relations }: Analysis,
  nodes: readonly Node[],
  told: Told,
): Promise<void> {
  const cascades = await cascadesOf(query, { effects, ...writtenBy(nodes, effects) })
  const named = [...relations, ...effects.flatMap(({ object }) => (object ? [object] : []))]
    .filter(({ schema }) => schema !== undefined && !system.has(schema))
    .map(({ schema, name }) => `${schema}.${name}`)
  const all = [...new Set([...named, ...cascades.map(({ table }) => table)])].slice(0, tablesMax)
  const sizes = await tableFacts(query, all)
  told.tables = all.flatMap(table => {
    const size = sizes.get(table)
    return size === undefined || !named.includes(table) ? [] : [{ table, ...size }]
  })
  told.cascades = cascades.map(each => {
    const rows = sizes.get(each.table)?.rows
    return rows === undefined ? each : { ...each, rows }
  })
}

const system: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema'])

/** Which columns an UPDATE sets, where the text says so; and whether a TRUNCATE cascades. */
function writtenBy(
  nodes: readonly Node[],
  effects: Analysis['effects'],
): { truncates: boolean; set: ReadonlyMap<string, ReadonlySet<string>> } {
  const set = new Map<string, ReadonlySet<string>>()
  let truncates = false
  for (const node of nodes) {
    truncates ||= as(node, 'TruncateStmt')?.behavior === 'DROP_CASCADE'
    const update = as(node, 'UpdateStmt')
    const updated = effects.filter(({ kind }) => kind === 'update')
    const [only] = updated
    if (update === undefined || updated.length !== 1 || only?.object === undefined) continue
    const columns = (update.targetList ?? []).map(each => as(each, 'ResTarget')?.name ?? '')
    set.set(`${only.object.schema}.${only.object.name}`, new Set(columns))
  }
  return { truncates, set }
}

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
  let rows = 0
  for (const { table, does, rows: known } of cascades)
    if (does === 'truncate') rows += known ?? (await sizeOf(query, table))
  for (const { table, rows: known } of tables)
    if (about.has(table)) rows += known ?? (await sizeOf(query, table))
  return rows
}

/** By the size of its file, where nobody has counted yet. */
async function sizeOf(query: Query, table: string): Promise<number> {
  const dot = table.indexOf('.')
  const name = `${quoted(table.slice(0, dot))}.${quoted(table.slice(dot + 1))}`
  return (await plan(query, `SELECT FROM ${name}`, [])).rows
}
