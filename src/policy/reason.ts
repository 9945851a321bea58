/**
 * Sentences for people. A rule's reason and hint may name what they are about: `{effect}` is the
 * effect as SQL would say it, `{object}` what it is done to, `{detail}` its detail, `{columns}`
 * the masked columns, `{asked}` what is asked of them, `{statement}` the statement's tag, `{user}` who asked.
 */
import type {
  Analysis,
  ColumnName,
  Effect,
  ObjectName,
  PredicateKind,
} from '../../protocols/protocol.ts'
import type { PolicyContext, Rule } from './rule.ts'

/** Long enough for a few columns, short enough for a notice. */
const columnsShownMax = 4

export function reasonFor(
  rule: Rule,
  effect: Effect,
  analysis: Analysis,
  context: PolicyContext,
): string {
  const verb = rule.action === 'hold' ? 'needs approval' : 'is not allowed'
  const template = rule.reason ?? `{effect} on {object} ${verb} (rule ${rule.name}).`
  return `${fill(template, effect, analysis, context)}${rowsNote(rule, context)}`
}

/** What a rule about rows was asked with. */
function rowsNote({ rowsOver }: Rule, { rows }: PolicyContext): string {
  if (rowsOver === undefined || rows === undefined) return ''
  const limit = `more than ${rowsOver.toLocaleString('en')} rows`
  return rows === 'unknown'
    ? ` How many rows it is about cannot be estimated, which counts as ${limit}.`
    : ` Its plan expects ${rows.toLocaleString('en')} rows, which is ${limit}.`
}

export function hintFor(
  rule: Rule,
  effect: Effect,
  analysis: Analysis,
  context: PolicyContext,
): string | undefined {
  if (rule.action === 'allow') return rule.hint && fill(rule.hint, effect, analysis, context)
  return fill(rule.hint ?? otherwise(rule, effect, analysis), effect, analysis, context)
}

/** What would pass, where the rule does not say it: what it asks for, the other way round. */
function otherwise(rule: Rule, { kind }: Effect, { effects }: Analysis): string {
  if (rule.rowsOver !== undefined)
    return `Narrow it, so that its plan expects at most ${rule.rowsOver.toLocaleString('en')} rows.`
  if (rule.unfiltered === true) return 'Add a WHERE clause that narrows it.'
  if (rule.readsMasked === true || rule.movesMasked === true) return 'Leave {columns} out.'
  if (rule.predicatesMasked !== undefined) return 'Ask nothing of {asked}.'
  if (rule.transaction?.includes('idle') === false) return 'Run it outside of a transaction.'
  if (rule.hours !== undefined) return 'Run it at another time.'
  if (kind === 'unknown') return 'Write it in a simpler form, or in several statements.'
  // Reads are what most statements do besides.
  const others = effects.some(each => each.kind !== kind && each.kind !== 'read')
  if (others) return 'Leave {effect} on {object} out.'
  return rule.action === 'hold' ? 'Nothing else: only an approval lets it run.' : 'Nothing like it.'
}

export function fill(
  template: string,
  effect: Effect,
  analysis: Analysis,
  context: PolicyContext,
): string {
  return template.replace(/\{(\w+)\}/g, (whole, word: string) => {
    if (word === 'effect') return effectName(effect)
    if (word === 'object') return objectName(effect.object)
    if (word === 'detail') return effect.detail ?? effect.kind
    if (word === 'columns') return columnList(context)
    if (word === 'asked') return askedList(context)
    if (word === 'statement') return analysis.tag
    if (word === 'user') return context.identity.name
    if (word === 'why') return analysis.unreadable ?? 'its meaning is not known'
    return whole
  })
}

/** As SQL says it: `DELETE`, `DROP TABLE`. */
export function effectName({ kind, object }: Effect): string {
  if (kind === 'read') return 'SELECT'
  if (kind === 'setting') return 'SET'
  if (kind === 'unknown') return 'A statement that could not be read'
  const named = kind === 'create' || kind === 'alter' || kind === 'drop'
  return named && object ? `${kind} ${object.type}`.toUpperCase() : kind.toUpperCase()
}

export function objectName(object: ObjectName | undefined): string {
  if (!object) return 'this database'
  return object.schema === undefined ? object.name : `${object.schema}.${object.name}`
}

function columnList(context: PolicyContext): string {
  const { maskedReads, maskedMoves } = context
  const columns = maskedMoves.length > 0 ? maskedMoves.map(move => move.from) : maskedReads
  return shortList(columns.map(column => withRule(column, context.maskingRule?.(column))))
}

function withRule({ schema, table, column }: ColumnName, rule: string | undefined): string {
  const name = `${schema}.${table}.${column}`
  return rule === undefined ? name : `${name} (masking rule ${rule})`
}

const questions: Readonly<Record<PredicateKind, string>> = {
  equality: 'an equality',
  range: 'a range',
  pattern: 'a pattern',
  computed: 'something computed from it',
  comparison: 'a comparison with other values',
  group: 'a grouping',
  order: 'an order',
  effect: 'a side effect',
}

/** The masked columns that are asked about, each with what is asked most. */
function askedList({ maskedPredicates = [] }: PolicyContext): string {
  const telling = maskedPredicates.filter(({ says }) => says !== 'pass')
  const shown = telling.length > 0 ? telling : maskedPredicates
  return shortList(
    shown.map(({ column, kind, rule }) => `${withRule(column, rule)}: ${questions[kind]}`),
  )
}

function shortList(all: readonly string[]): string {
  const names = [...new Set(all)]
  const rest = names.length - columnsShownMax
  const shown = names.slice(0, columnsShownMax).join(', ')
  return rest > 0 ? `${shown} and ${rest} more` : shown
}
