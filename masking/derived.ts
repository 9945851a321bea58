/**
 * Where masked values were moved to. A move that was let through makes its target as masked as its
 * source, for whoever the source's rule hides from: unchanged copies under the rule's own mask, all
 * else under a redaction.
 */
import type { Analysis, ColumnMove, ColumnName } from '../protocols/protocol.ts'
import type { ColumnPattern, CompiledRule } from './compiled-rule.ts'
import { type JsonPath, jsonPathText, overlap } from './json-path.ts'

export interface DerivedColumn {
  readonly database: string
  /** Empty: in any schema. */
  readonly schema: string
  readonly table: string
  /** Empty: any column. */
  readonly column: string
  /** `$.phone`: only this part of the document. Empty: all of it. */
  readonly path: string
  /** A masking rule's name. */
  readonly rule: string
  /** An unchanged copy. */
  readonly copy: boolean
}

/** One text for one column and how it is masked. */
export function derivedKey(derived: DerivedColumn): string {
  const { database, schema, table, column, path, rule, copy } = derived
  return JSON.stringify([database, schema, table, column, path, rule, copy])
}

/** What the statement makes masked that was not, whoever runs it. Mostly nothing. */
export function derivedColumns(
  rules: readonly CompiledRule[],
  { moves }: Analysis,
  database: string,
): readonly DerivedColumn[] {
  const found = new Map<string, DerivedColumn>()
  for (const move of moves) {
    // A session follows its own temporary tables; views are followed by their definitions.
    if (move.to.type !== 'table' || move.to.schema?.startsWith('pg_temp') === true) continue
    for (const rule of rules)
      for (const pattern of rule.columns)
        for (const derived of derivedBy(rule, pattern, move, database))
          if (!rule.columns.some(each => covers(each, derived)))
            found.set(derivedKey(derived), derived)
  }
  return [...found.values()]
}

function derivedBy(
  { rule, inDatabase }: CompiledRule,
  pattern: ColumnPattern,
  { from, to, into, copy, itself }: ColumnMove,
  database: string,
): readonly DerivedColumn[] {
  if (itself || !inDatabase(database) || (pattern.database ?? database) !== database) return []
  if (!pattern.matches(from.schema, from.table, from.column)) return []
  const part = partOf(pattern, from, copy === true)
  if (part === undefined) return []
  const targets = into ?? [{ schema: to.schema ?? '', table: to.name, column: '' }]
  return targets.map(({ schema, table, column }) => ({
    ...{ database, schema, table, column, rule: rule.name },
    path: part.path === undefined ? '' : jsonPathText(part.path),
    copy: part.copy,
  }))
}

/** What of the target is hidden; undefined: nothing of what was moved was. */
function partOf(
  { path, redacted }: ColumnPattern,
  from: ColumnName,
  copied: boolean,
): { readonly path: JsonPath | undefined; readonly copy: boolean } | undefined {
  const copy = copied && !redacted
  if (path === undefined) return { path, copy: copy && from.path === undefined }
  const found = overlap(from.path ?? [], path)
  if (found.kind === 'apart') return undefined
  if (found.kind === 'inside' || !copy) return { path: undefined, copy: false }
  return { path: found.kind === 'around' ? found.rest : undefined, copy }
}

/** Whether the rule hides that column already, and all of it. */
function covers(
  { matches, path, redacted, database }: ColumnPattern,
  { schema, table, column, ...derived }: DerivedColumn,
): boolean {
  if (schema === '' || column === '' || path !== undefined) return false
  if (database !== undefined && database !== derived.database) return false
  return (derived.copy || redacted === true) && matches(schema, table, column)
}

/** The derived columns as a rule's own. */
export function derivedPattern(derived: DerivedColumn, path: JsonPath | undefined): ColumnPattern {
  const same = (mine: string, name: string) =>
    mine === '' || mine.toLowerCase() === name.toLowerCase()
  return {
    matches: (schema, table, column) =>
      same(derived.column, column) && same(derived.table, table) && same(derived.schema, schema),
    path,
    database: derived.database,
    ...(!derived.copy && { redacted: true }),
  }
}
