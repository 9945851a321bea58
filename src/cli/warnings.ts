/**
 * What is no mistake in a configuration and yet most likely not what was meant: rules that match
 * nothing there is, personal columns without a rule, names that nobody has.
 */
import { columnPattern } from '../../masking/compiled-rule.ts'
import { looksPersonal } from '../../masking/detect.ts'
import { nameGlob } from '../../masking/glob.ts'
import type { MaskingRule } from '../../masking/rules.ts'
import type { SurveyedTable } from '../../protocols/protocol.ts'
import type { Config } from '../config/config.ts'
import type { Path } from '../config/mistakes.ts'
import { coverage } from './discovery.ts'

export interface Warning {
  /** Where in the configuration it is about. */
  readonly path: Path
  readonly message: string
}

/** By the name of each database that could be looked at. */
export type Catalogs = ReadonlyMap<string, readonly SurveyedTable[]>

/** What the configuration says about itself, without any database. */
export function staticWarnings(config: Config, now: Date = new Date()): readonly Warning[] {
  const names: Readonly<Record<'users' | 'groups' | 'databases' | 'environments', string[]>> = {
    users: config.users.map(user => user.name),
    groups: config.users.flatMap(user => user.groups),
    databases: [...config.databases.keys()],
    environments: [...config.databases.values()].map(({ environment }) => environment),
  }
  const globs = (
    section: 'policy' | 'masking',
    index: number,
    rule: { readonly name: string } & Partial<
      Readonly<Record<keyof typeof names, readonly string[] | undefined>>
    >,
  ): readonly Warning[] =>
    (['users', 'groups', 'databases', 'environments'] as const).flatMap(key =>
      (rule[key] ?? []).flatMap((glob, position) => {
        const matches = nameGlob(glob)
        if (names[key].some(name => matches(name))) return []
        const one = key.slice(0, -1)
        return {
          path: [section, 'rules', index, key, position],
          message: `rule "${rule.name}" can never match: there is no ${one} "${glob}"`,
        }
      }),
    )
  return [
    ...config.policy.rules.flatMap((rule, index) => globs('policy', index, rule)),
    ...config.masking.flatMap((rule, index) => globs('masking', index, rule)),
    ...config.masking.flatMap((rule, index) => exemptions(rule, index, names)),
    ...config.masking.flatMap((rule, index) => expired(rule, index, now)),
  ]
}

function expired({ name, exempt }: MaskingRule, index: number, now: Date): readonly Warning[] {
  return (exempt ?? []).flatMap(({ until, approvedBy }) => {
    if (until === undefined || until > now) return []
    const whose = approvedBy === undefined ? '' : `, which ${approvedBy} approved,`
    const day = until.toISOString().slice(0, 10)
    return {
      path: ['masking', 'rules', index, 'exempt'],
      message: `an exemption of rule "${name}"${whose} ended ${day}: take it out, or give it a new end`,
    }
  })
}

function exemptions(
  { name, exempt }: MaskingRule,
  index: number,
  names: Readonly<Record<'users' | 'groups', readonly string[]>>,
): readonly Warning[] {
  return (exempt ?? []).flatMap(each =>
    (['users', 'groups'] as const).flatMap(key =>
      (each[key] ?? [])
        .filter(wanted => !names[key].includes(wanted))
        .map(wanted => ({
          path: ['masking', 'rules', index, 'exempt'],
          message: `rule "${name}" exempts nobody: there is no ${key.slice(0, -1)} "${wanted}"`,
        })),
    ),
  )
}

/** What the databases say about it. */
export function catalogWarnings(config: Config, catalogs: Catalogs): readonly Warning[] {
  const unmatched = config.masking.flatMap((rule, index) => unmatchedColumns(rule, index, catalogs))
  const open = [...catalogs].flatMap(([database, tables]) =>
    personalColumns(config, database, tables),
  )
  return [...unmatched, ...open]
}

function unmatchedColumns(
  { name, columns, databases }: MaskingRule,
  index: number,
  catalogs: Catalogs,
): readonly Warning[] {
  const where = [...catalogs].filter(
    ([database]) => databases?.some(glob => nameGlob(glob)(database)) ?? true,
  )
  if (where.length === 0) return []
  return columns.flatMap((column, position) => {
    const { matches } = columnPattern(column)
    const found = where.some(([, tables]) =>
      tables.some(({ schema, name: table, columns: own }) =>
        own.some(each => matches(schema, table, each.name)),
      ),
    )
    if (found) return []
    const looked = where.map(([database]) => database).join(', ')
    return {
      path: ['masking', 'rules', index, 'columns', position],
      message: `rule "${name}" masks nothing: ${column} matches no column of ${looked}`,
    }
  })
}

function personalColumns(
  config: Config,
  database: string,
  tables: readonly SurveyedTable[],
): readonly Warning[] {
  const covered = coverage(config.masking, database)
  return tables.flatMap(({ schema, name: table, columns }) =>
    columns.flatMap(column => {
      if (covered(schema, table, column.name)) return []
      const found = looksPersonal({ ...column, table })
      if (found === undefined) return []
      const message = `${database}: ${schema}.${table}.${column.name} has no masking rule: ${found.evidence.join('; ')}`
      return { path: ['databases', database], message }
    }),
  )
}
