/**
 * What writing a row sets going: triggers and foreign keys that cascade. Whoever put them there had
 * to ask for it; here they say which tables are touched besides, and never that the statement
 * itself would be unreadable or unfiltered.
 */
import type { Effect } from '../../../protocol.ts'
import type { Relation, Trigger } from '../../catalog.ts'
import { type Body, bodyEffects } from './bodies.ts'
import { type Collector, type Write, words } from './collector.ts'

const locals = new Set(['new', 'old'])
const head = 'CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW'

const known = new WeakMap<Trigger, Body>()

export function readTriggers(relation: Relation, event: Write, out: Collector): void {
  if (relation.kind !== 'table') return
  for (const trigger of out.names.catalog.triggers(relation.schema, relation.name)) {
    if (trigger.event !== event || out.reading.has(trigger)) continue
    const { schema, name } = trigger
    out.add('execute', { type: 'trigger', schema, name }, { detail: 'trigger' })
    for (const effect of effectsOf(trigger, out)) {
      const { kind, object, detail } = effect
      out.add(kind, object, { detail: words(withoutDoubt(detail), 'trigger') })
    }
  }
}

function effectsOf(trigger: Trigger, within: Collector): readonly Effect[] {
  const found = known.get(trigger)
  if (found !== undefined) return found.effects
  const outermost = within.reading.size === 0
  within.reading.add(trigger)
  const body = bodyEffects({ ...trigger, locals, head }, within)
  within.reading.delete(trigger)
  if (outermost) known.set(trigger, body)
  return body.effects
}

function withoutDoubt(detail = ''): string {
  return detail
    .split(' ')
    .filter(word => word !== 'opaque' && word !== 'unknown' && word !== 'dynamic')
    .join(' ')
}
