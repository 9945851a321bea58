/**
 * Sentences for people. A rule's reason and hint may name what they are about: `{effect}` is the
 * effect as SQL would say it, `{object}` what it is done to, `{detail}` its detail, `{columns}`
 * the masked columns, `{statement}` the statement's tag, `{user}` who asked.
 */
import type { Analysis, Effect, ObjectName } from '../../protocols/protocol.ts'
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
  return fill(template, effect, analysis, context)
}

export function hintFor(
  rule: Rule,
  effect: Effect,
  analysis: Analysis,
  context: PolicyContext,
): string | undefined {
  return rule.hint && fill(rule.hint, effect, analysis, context)
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

function columnList({ maskedReads, maskedMoves }: PolicyContext): string {
  const columns = maskedMoves.length > 0 ? maskedMoves.map(move => move.from) : maskedReads
  const names = [...new Set(columns.map(c => `${c.schema}.${c.table}.${c.column}`))]
  const rest = names.length - columnsShownMax
  const shown = names.slice(0, columnsShownMax).join(', ')
  return rest > 0 ? `${shown} and ${rest} more` : shown
}
