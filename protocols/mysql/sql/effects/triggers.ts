/**
 * What writing a row sets going: triggers and foreign keys that cascade. Whoever put them there had
 * to ask for it; here they say which tables are touched besides, and never that the statement
 * itself would be unreadable or unfiltered.
 */
import type { Effect } from '../../../protocol.ts'
import type { Relation, Trigger } from '../../catalog.ts'
import { folded } from '../names.ts'
import { type Body, bodyEffects } from './bodies.ts'
import { type Collector, type Columns, type Write, words } from './collector.ts'

const locals = new Set(['new', 'old'])
const head = 'CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW'

const known = new WeakMap<Trigger, Body>()

export function readTriggers(
  relation: Relation,
  event: Write,
  columns: Columns,
  out: Collector,
): void {
  if (relation.kind !== 'table') return
  if (event !== 'insert') cascades(relation, event, columns, out, new Set())
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

/** Rows that go, or change, because those go that they refer to. No trigger hears of them. */
function cascades(
  { schema, name }: Pick<Relation, 'schema' | 'name'>,
  event: 'update' | 'delete',
  columns: Columns,
  out: Collector,
  seen: Set<unknown>,
): void {
  for (const key of out.names.catalog.referencing(schema, name)) {
    const [child] = key.columns
    const rule = event === 'delete' ? key.onDelete : key.onUpdate
    if (child === undefined || seen.has(key)) continue
    const set =
      columns === undefined || key.references.some(each => columns.has(folded(each.column)))
    if (event === 'update' && !set) continue
    if (rule !== 'cascade' && rule !== 'set null' && rule !== 'set default') continue
    seen.add(key)
    const then = event === 'delete' && rule === 'cascade' ? 'delete' : 'update'
    const object = { type: 'table', schema: child.schema, name: child.table }
    out.add(then, object, { detail: 'cascade' })
    const changed = new Set(key.columns.map(({ column }) => folded(column)))
    cascades({ schema: child.schema, name: child.table }, then, changed, out, seen)
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
