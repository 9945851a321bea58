/**
 * What a statement would touch: its plan's rows, the tables, the locks, what foreign keys reach.
 * Gathered on a connection of our own, and nothing of the statement runs.
 */
import { cascadesOf, isConsequence } from '../cascades.ts'
import { NoPlan } from '../planning.ts'
import type {
  Analysis,
  CascadeImpact,
  Impact,
  Parameter,
  Reading,
  TableImpact,
} from '../protocol.ts'
import { commitsAtOnce, locksOf, undoOf } from './impact/locks.ts'
import { obstacle, type Part, partsOf } from './impact/parts.ts'
import { readPlan } from './impact/plan.ts'
import type { PlannedAs, Planner, Query, Value } from './impact/planner.ts'
import type { ParameterType } from './parameters.ts'
import type { LexerOptions } from './sql/lexer/options.ts'
import { FieldType } from './values/field-types.ts'

/** How it is read, where that is not how the session reads texts now. */
export interface Meant {
  readonly lexer: LexerOptions
  /** Of what was prepared under other names or settings nothing can be said. */
  readonly prepared: 'now' | 'otherwise'
  readonly types: readonly ParameterType[]
}

const tablesMax = 40
const none: ReadonlySet<string> = new Set()

/** Never rejects. */
export async function impactOf(
  planner: Planner,
  { statement, context, unplanned }: Reading,
  meant: Meant,
  gone: AbortSignal,
): Promise<Impact> {
  const { text, analysis, parameters } = statement
  const { effects } = analysis
  const parts = analysis.unreadable === undefined ? partsOf(text, meant.lexer) : undefined
  const nodes = parts?.map(part => part.node) ?? []
  const told: Told = { tables: [], cascades: cascadesOf(analysis), engines: none }
  const known = (): Impact => ({
    locks: locksOf(effects),
    undo: parts === undefined ? 'never' : undoOf(effects, nodes, told.engines),
    ...(commitsAtOnce(nodes) && context.transaction !== 'idle' && { commits: true as const }),
    ...(context.openedAt !== undefined && { openMs: Math.max(0, Date.now() - context.openedAt) }),
    tables: told.tables,
    cascades: told.cascades,
  })
  if (parts === undefined) return { ...known(), noEstimate: 'it cannot be read' }
  try {
    const as = plannedAs(context, effects, meant)
    const rows = await planner.plan(as, gone, async query => {
      await facts(query, analysis, told)
      if (unplanned !== undefined) throw new NoPlan(unplanned)
      return rowsOf(query, parts, analysis, valuesOf(parameters, meant.types), told)
    })
    return { ...known(), rows }
  } catch (error) {
    if (!(error instanceof NoPlan)) throw error
    return { ...known(), noEstimate: error.message }
  }
}

interface Told {
  tables: readonly TableImpact[]
  cascades: readonly CascadeImpact[]
  /** Of what is written. */
  engines: ReadonlySet<string>
}

const reading: ReadonlySet<string> = new Set(['read', 'transaction'])

/** Throws NoPlan where it is not known. */
function plannedAs(
  { searchPath: database, settings = '' }: Reading['context'],
  effects: Analysis['effects'],
  { prepared }: Meant,
): PlannedAs {
  if (prepared === 'otherwise') throw new NoPlan('it was prepared under other settings')
  const sqlMode = /^sql_mode=([^;]*)/.exec(settings)?.[1]
  if (sqlMode === undefined) throw new NoPlan('its sql_mode is not known')
  return { database, sqlMode, writes: effects.some(({ kind }) => !reading.has(kind)) }
}

const factsText = `
  SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), CAST(TABLE_ROWS AS CHAR),
         CAST(DATA_LENGTH + INDEX_LENGTH AS CHAR), ENGINE
    FROM information_schema.TABLES
    WHERE TABLE_TYPE = 'BASE TABLE' AND `

async function facts(query: Query, { effects, relations }: Analysis, told: Told): Promise<void> {
  const objects = effects.flatMap(({ object }) => (object?.type === 'table' ? [object] : []))
  const names = new Map<string, readonly [string, string]>()
  for (const { schema, name } of [...relations, ...objects])
    if (schema !== undefined) names.set(`${schema}.${name}`, [schema, name])
  const asked = [...names.values()].slice(0, tablesMax)
  if (asked.length === 0) return
  const pairs = asked.map(() => '(TABLE_SCHEMA = ? AND TABLE_NAME = ?)').join(' OR ')
  const rows = await query(`${factsText}(${pairs})`, asked.flat())
  const sizes = new Map(rows.map(row => [row[0] ?? '', row]))
  const sizeOf = (table: string): Pick<TableImpact, 'rows' | 'bytes'> => {
    const [, count, bytes] = sizes.get(table) ?? []
    return {
      ...(count != null && { rows: Number(count) }),
      ...(bytes != null && { bytes: Number(bytes) }),
    }
  }
  const reached = new Set(told.cascades.map(({ table }) => table))
  told.tables = [...sizes.keys()].flatMap(table =>
    reached.has(table) ? [] : [{ table, ...sizeOf(table) }],
  )
  told.cascades = told.cascades.map(each => {
    const { rows: count } = sizeOf(each.table)
    return count === undefined ? each : { ...each, rows: count }
  })
  const written = new Set(
    effects
      .filter(({ kind, object }) => kind !== 'read' && object?.type === 'table')
      .map(({ object }) => `${object?.schema}.${object?.name}`),
  )
  told.engines = new Set(
    rows.flatMap(([table, , , engine]) =>
      written.has(table ?? '') && engine ? [engine.toLowerCase()] : [],
    ),
  )
}

/** Throws NoPlan. */
async function rowsOf(
  query: Query,
  parts: readonly Part[],
  analysis: Analysis,
  values: readonly Value[],
  told: Told,
): Promise<number> {
  const why = obstacle(analysis.effects)
  if (why !== undefined) throw new NoPlan(why)
  let rows = 0
  for (const part of parts) {
    if (part.kind === 'unknown') throw new NoPlan(part.why)
    if (part.kind === 'counted') rows += part.rows
    else if (part.kind === 'tables') rows += tableRows(analysis, told)
    else rows += await plannedRows(query, part, analysis, values, told)
  }
  return Math.round(rows)
}

async function plannedRows(
  query: Query,
  { text, parameters: { from, to }, limit }: Extract<Part, { kind: 'planned' }>,
  analysis: Analysis,
  values: readonly Value[],
  told: Told,
): Promise<number> {
  const [[json] = []] = await query(`EXPLAIN FORMAT=JSON ${text}`, values.slice(from, to))
  const planned = readPlan(json)
  if (planned === undefined) throw new NoPlan('the server has no plan for it')
  told.tables = told.tables.map(each => {
    const name = each.table.slice(each.table.indexOf('.') + 1)
    return { ...each, ...planned.access.get(name) }
  })
  const rows = planned.rows ?? tableRows(analysis, told)
  const bound = typeof limit === 'object' ? Number(values[limit.parameter]) : limit
  return bound === undefined || Number.isNaN(bound) ? rows : Math.min(rows, bound)
}

const whole: ReadonlySet<string> = new Set([
  ...['truncate', 'drop', 'alter', 'create', 'maintain', 'delete'],
])

/** What has no rows of its own. */
const rowless: ReadonlySet<string> = new Set([
  ...['view', 'function', 'procedure', 'index', 'trigger', 'event', 'sequence'],
])

/** The rows of the tables that it is about. */
function tableRows({ effects }: Analysis, { tables, cascades }: Told): number {
  const about = new Set(
    effects.flatMap(effect => {
      const { kind, object } = effect
      const own = whole.has(kind) && !isConsequence(effect)
      return own && object !== undefined ? [`${object.schema}.${object.name}`] : []
    }),
  )
  const sized = new Set([...tables, ...cascades].map(({ table }) => table))
  for (const effect of effects) {
    const { kind, object } = effect
    if (!whole.has(kind) || isConsequence(effect) || object === undefined) continue
    if (rowless.has(object.type) || sized.has(`${object.schema}.${object.name}`)) continue
    throw new NoPlan(`nobody has counted what is in ${object.name}`)
  }
  let rows = 0
  for (const { table, rows: known } of tables) {
    if (!about.has(table)) continue
    if (known === undefined) throw new NoPlan(`the server does not know the size of ${table}`)
    rows += known
  }
  return rows
}

const numeric: ReadonlySet<number> = new Set([
  ...[FieldType.Tiny, FieldType.Short, FieldType.Long, FieldType.Int24, FieldType.Longlong],
  ...[FieldType.Float, FieldType.Double],
])

/** A number and its text are not the same to the server: `name = 0` is true of most names. */
function valuesOf(
  parameters: readonly Parameter[],
  types: readonly ParameterType[],
): readonly Value[] {
  return parameters.map((value, i) => {
    if (value instanceof Uint8Array) throw new NoPlan('a parameter is of a type that is not known')
    return value !== null && numeric.has(types[i]?.type ?? -1) ? Number(value) : value
  })
}
