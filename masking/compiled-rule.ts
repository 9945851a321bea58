/** One rule over base columns and parts of them, and which of several that hit one hides most. */
import type { ColumnName } from '../protocols/protocol.ts'
import { type Applicability, applicability } from './applies.ts'
import { type DerivedColumn, derivedPattern } from './derived.ts'
import { columnGlob, nameGlob } from './glob.ts'
import { type JsonPath, overlap, parseJsonPath } from './json-path.ts'
import type { MaskedPart, MaskHit, MaskingRule } from './rules.ts'
import { compareStrictness } from './strictness.ts'

export interface CompiledRule {
  readonly rule: MaskingRule
  readonly applies: Applicability
  /** Whether the rule is one of that database's, whoever it hides from. */
  readonly inDatabase: (database: string) => boolean
  readonly columns: readonly ColumnPattern[]
  /** The same object for every column, so that what is made for it can be remembered by it. */
  readonly hit: MaskHit
  /** Where only a redaction will do: of a piece of what the rule hides. */
  readonly redacted: MaskHit
}

export interface ColumnPattern {
  readonly matches: ReturnType<typeof columnGlob>
  /** Of the part that is hidden; undefined: the whole column. */
  readonly path: JsonPath | undefined
  /** Absent: those of the rule. */
  readonly database?: string
  /** What is there was computed from what the rule hides: its mask has no meaning for it. */
  readonly redacted?: true
}

/** `derived`: where values that the rule hides were moved to. */
export function compileRule(
  rule: MaskingRule,
  derived: readonly DerivedColumn[] = [],
): CompiledRule {
  const databases = rule.databases?.map(nameGlob)
  return {
    rule,
    applies: applicability(rule),
    inDatabase: database => databases?.some(matches => matches(database)) ?? true,
    columns: [
      ...rule.columns.map(columnPattern),
      ...derived.map(each =>
        derivedPattern(each, each.path === '' ? undefined : parseJsonPath(each.path)),
      ),
    ],
    hit: { rule: rule.name, mask: rule.mask },
    redacted: { rule: rule.name, mask: { kind: 'redact' } },
  }
}

/** Throws RangeError unless it is `schema.table.column`, or that and a path. */
export function columnPattern(text: string): ColumnPattern {
  const [, column = text, path] = /^(.*?)\s+(\$.*)$/s.exec(text) ?? []
  const parsed = path === undefined ? undefined : parseJsonPath(path)
  if (path !== undefined && parsed === undefined)
    throw new RangeError(`expected a path such as $.phone or $.contacts[*].email, got ${path}`)
  return { matches: columnGlob(column), path: parsed }
}

/** What a rule hides of a column, or of a part of one. */
export function hitsOf({ columns, hit, redacted }: CompiledRule, column: ColumnName): MaskHit[] {
  const hits: MaskHit[] = []
  for (const { matches, path, redacted: computed } of columns) {
    if (!matches(column.schema, column.table, column.column)) continue
    if (computed) {
      hits.push(redacted)
      continue
    }
    if (path === undefined) {
      // A piece of a document that is hidden as a whole has no mask of its own.
      hits.push(column.path === undefined ? hit : redacted)
      continue
    }
    const found = overlap(column.path ?? [], path)
    if (found.kind === 'same') hits.push(partly([{ path: [], hit }]))
    else if (found.kind === 'around') hits.push(partly([{ path: found.rest, hit }]))
    else if (found.kind === 'inside') hits.push(redacted)
  }
  return hits
}

/** By name when two hide the same, so that the order in the file never matters. */
export function strictest(hits: readonly MaskHit[]): MaskHit | undefined {
  const [first, ...others] = hits
  if (first === undefined || others.length === 0) return first
  const whole = hits.filter(({ parts }) => parts === undefined).sort(byStrictness)[0]
  const parts = hits.flatMap(hit => hit.parts ?? [])
  if (whole === undefined) return partly(parts)
  // What shows some of the whole may show some of the part.
  const covers = parts.every(({ hit }) => compareStrictness(whole.mask, hit.mask) >= 0)
  return covers || hidesWhole(whole) ? whole : { rule: whole.rule, mask: { kind: 'redact' } }
}

function byStrictness(a: MaskHit, b: MaskHit): number {
  return compareStrictness(b.mask, a.mask) || (a.rule < b.rule ? -1 : Number(a.rule > b.rule))
}

function hidesWhole({ mask }: MaskHit): boolean {
  return mask.kind === 'redact' || mask.kind === 'null' || mask.kind === 'hash'
}

function partly(parts: readonly MaskedPart[]): MaskHit {
  const sorted = [...parts].sort((a, b) => byStrictness(a.hit, b.hit))
  const rules = [...new Set(sorted.map(({ hit }) => hit.rule))]
  return { rule: rules.join(', '), mask: sorted[0]?.hit.mask ?? { kind: 'redact' }, parts: sorted }
}
