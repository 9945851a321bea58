/**
 * From the tables of a database to rules that would mask what is personal in them. Values are looked
 * at and let go of: nothing here keeps or says one.
 */
import { columnPattern } from '../../masking/compiled-rule.ts'
import { type Finding, propose } from '../../masking/detect.ts'
import { nameGlob } from '../../masking/glob.ts'
import type { MaskingRule } from '../../masking/rules.ts'
import type { Survey, SurveyedTable } from '../../protocols/protocol.ts'

export interface Proposal extends Finding {
  /** `schema.table.column`, with a path behind it for a part of a JSON document. */
  readonly column: string
}

export interface Discovery {
  readonly tables: number
  readonly columns: number
  /** Columns that a rule masks already. */
  readonly covered: number
  readonly proposals: readonly Proposal[]
  /** Tables whose values the server did not give: only their names and types were looked at. */
  readonly unread: readonly string[]
}

export interface DiscoverOptions {
  readonly database: string
  readonly rules: readonly MaskingRule[]
  /** Of one table. */
  readonly rowsMax: number
  /** Called before each table, and once at the end. */
  readonly progress: (done: number, of: number, table: string) => void
}

export async function discover(survey: Survey, options: DiscoverOptions): Promise<Discovery> {
  const { database, rules, rowsMax, progress } = options
  const isCovered = coverage(rules, database)
  const proposals: Proposal[] = []
  const unread: string[] = []
  let columns = 0
  let covered = 0
  for (const [index, table] of survey.tables.entries()) {
    const { schema, name } = table
    progress(index, survey.tables.length, `${schema}.${name}`)
    const open = table.columns.map(column => !isCovered(schema, name, column.name))
    columns += open.length
    covered += open.filter(each => !each).length
    if (!open.includes(true)) continue
    const rows = await survey.sample(table, rowsMax).catch((error: unknown) => {
      if (!(error instanceof Error)) throw error
      unread.push(`${schema}.${name}`)
      return []
    })
    for (const [position, column] of table.columns.entries()) {
      if (open[position] !== true) continue
      const values = rows.flatMap(row => row[position] ?? [])
      proposals.push(...inColumn(table, column, values))
    }
  }
  progress(survey.tables.length, survey.tables.length, '')
  return { tables: survey.tables.length, columns, covered, proposals, unread }
}

function inColumn(
  { schema, name: table }: SurveyedTable,
  column: SurveyedTable['columns'][number],
  values: readonly string[],
): readonly Proposal[] {
  const full = [schema, table, column.name].map(written).join('.')
  if (column.class !== 'json') {
    const found = propose({ ...column, table, values })
    return found === undefined ? [] : [{ column: full, ...found }]
  }
  return [...leavesOf(values)].flatMap(([path, texts]) => {
    const name = path.split('.').at(-1) ?? ''
    const found = propose({
      ...{ table, name, type: 'text', class: 'text', comment: undefined, values: texts },
    })
    return found === undefined ? [] : [{ column: `${full} ${path}`, ...found }]
  })
}

const pathsMax = 50

/** The values of a column of JSON documents by their paths, two names deep. */
function leavesOf(documents: readonly string[]): Map<string, string[]> {
  const leaves = new Map<string, string[]>()
  const add = (path: string, value: unknown): void => {
    if (typeof value !== 'string' && typeof value !== 'number') return
    const known = leaves.get(path)
    if (known !== undefined) known.push(String(value))
    else if (leaves.size < pathsMax) leaves.set(path, [String(value)])
  }
  for (const document of documents) {
    for (const [name, value] of entriesOf(parsed(document))) {
      add(`$.${name}`, value)
      for (const [inner, leaf] of entriesOf(value)) add(`$.${name}.${inner}`, leaf)
    }
  }
  return leaves
}

/** A document that was cut is none. */
function parsed(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Names that a path can say without quotes. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
}

/** Whether a rule of the database names the column, or a part of it, whomever it hides it from. */
export function coverage(
  rules: readonly MaskingRule[],
  database: string,
): (schema: string, table: string, column: string) => boolean {
  const patterns = rules
    .filter(({ databases }) => databases?.some(glob => nameGlob(glob)(database)) ?? true)
    .flatMap(({ columns }) => columns.map(columnPattern))
  return (schema, table, column) => patterns.some(({ matches }) => matches(schema, table, column))
}

/** As a rule can name it: a dot, a blank or a star of a name is any character. */
function written(name: string): string {
  return name.replace(/[.\s*?\\$]/gu, '?')
}
