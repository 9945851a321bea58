/**
 * From where the columns of a result come from to what is hidden in them. Closed on failure: what
 * cannot be traced is redacted, and when the tree and the wire disagree the stricter wins.
 */
import type {
  Analysis,
  CellMask,
  Column,
  ColumnMove,
  ColumnName,
  OutputColumn,
  ResultLineage,
  ResultMask,
} from '../protocols/protocol.ts'
import { strictest } from './compiled-rule.ts'
import { redaction } from './redact.ts'
import { remember } from './remember.ts'
import type { Masker, MaskHit } from './rules.ts'

/** The rule that is named where a column is hidden because nothing is known about it. */
export const UNTRACED_RULE = 'untraced'

/** `columns` is what the wire says. Undefined when every column passes as it is. */
export function resultMask(
  masker: Masker,
  lineage: ResultLineage,
  columns: readonly Column[],
): ResultMask | undefined {
  if (!masker.active || columns.length === 0) return undefined
  if (typeof lineage === 'string' || lineage.length !== columns.length)
    return columns.map(({ type }) => untraced(redaction(type)))
  let hidden = false
  const masks = columns.map((column, i) => {
    const output = lineage[i]
    const mask = output === undefined ? undefined : columnMask(masker, output, column)
    hidden ||= mask !== undefined
    return mask
  })
  return hidden ? masks : undefined
}

function untraced(value: string | null): CellMask {
  return { kind: 'constant', value, rule: UNTRACED_RULE }
}

function columnMask(masker: Masker, output: OutputColumn, column: Column): CellMask | undefined {
  const origins = column.origin.filter(origin => masker.hit(origin) !== undefined)
  const found = outputHit(masker, output, origins)
  if (found === undefined) return undefined
  // The wire names a masked column that the tree did not: one of them is wrong.
  const agreed = origins.every(origin => output.sources.some(source => isSame(source, origin)))
  return found.whole && agreed
    ? masker.mask(found.hit, column.type)
    : masker.redaction(found.hit, column.type)
}

/** `whole`: the value has the mask of the rule, and not merely a redaction. */
export interface OutputHit {
  readonly hit: MaskHit
  readonly whole: boolean
}

/** What hides an output, with what else it may come from. Undefined: nothing does. */
export function outputHit(
  masker: Masker,
  { sources, plain }: OutputColumn,
  more: readonly ColumnName[] = [],
): OutputHit | undefined {
  const hits = hitsOf(masker, sources)
  const hit = strictest(distinct([...hits, ...hitsOf(masker, more)]))
  if (hit === undefined) return undefined
  // Several sources of one plain value are further names of it: a view's column, those of a table's
  // parents and children. Under different masks it is not known which one was meant for it.
  return { hit, whole: plain && hits.every(each => sameMask(each, hit)) }
}

function hitsOf(masker: Masker, columns: readonly ColumnName[]): MaskHit[] {
  const hits: MaskHit[] = []
  for (const column of columns) {
    const hit = masker.hit(column)
    if (hit !== undefined) hits.push(hit)
  }
  return hits
}

/** The same object within a version of the catalog; by name across a change of it. */
function isSame(a: ColumnName, b: ColumnName): boolean {
  if (a === b) return true
  const column = a.column === b.column && a.table === b.table && a.schema === b.schema
  return column && a.path?.join('\0') === b.path?.join('\0')
}

/** A column under several names has its parts hidden once. */
function distinct(hits: readonly MaskHit[]): readonly MaskHit[] {
  return hits.filter((hit, i) => hits.findIndex(each => sameMask(each, hit)) === i)
}

function sameMask(a: MaskHit, b: MaskHit): boolean {
  if (a === b) return true
  if (a.parts === undefined || b.parts === undefined)
    return a.parts === b.parts && JSON.stringify(a.mask) === JSON.stringify(b.mask)
  return JSON.stringify(a.parts) === JSON.stringify(b.parts)
}

// ── What a statement reads and moves ────────────────────────────────────────────────────────────

interface Touched {
  readonly reads: readonly ColumnName[]
  readonly moves: readonly ColumnMove[]
}

const NOTHING: Touched = { reads: [], moves: [] }

/** An analysis is shared by every run of its text, and so is this. */
const touchedBy = new WeakMap<Masker, WeakMap<Analysis, Touched>>()

/** The masked columns that anything in the statement depends on, predicates and order included. */
export function maskedReads(masker: Masker, analysis: Analysis): readonly ColumnName[] {
  return touched(masker, analysis).reads
}

/** The masked columns whose values the statement would take somewhere else than to the client. */
export function maskedMoves(masker: Masker, analysis: Analysis): readonly ColumnMove[] {
  return touched(masker, analysis).moves
}

function touched(masker: Masker, analysis: Analysis): Touched {
  if (!masker.active) return NOTHING
  const byAnalysis = remember(touchedBy, masker, () => new WeakMap<Analysis, Touched>())
  return remember(byAnalysis, analysis, () => ({
    reads: analysis.reads.filter(column => masker.hit(column) !== undefined),
    moves: analysis.moves.filter(move => {
      const hit = masker.hit(move.from)
      return hit !== undefined && !(move.itself && showsNothing(hit))
    }),
  }))
}

/** What is shown is the same whatever the value is: writing another one tells nothing. */
function showsNothing({ mask, parts }: MaskHit): boolean {
  // What is hidden in one place of a document may be put into another place of it.
  return parts === undefined && (mask.kind === 'redact' || mask.kind === 'null')
}
