/**
 * What writing a row sets going: triggers, rules, defaults, and foreign keys that cascade. Whoever
 * put them there had to ask for it; here they say which tables are touched besides, and never that
 * the statement itself would be unreadable or unfiltered.
 * https://www.postgresql.org/docs/current/trigger-definition.html
 */
import type { Effect } from '../../../protocol.ts'
import type { CatalogSnapshot, FollowingKey, KeyAction, Relation, Write } from '../../catalog.ts'
import { parse } from '../parse.ts'
import { as } from '../tree.ts'
import { type Collector, type Columns, objectOf, type WriteEvent } from './collector.ts'
import { words } from './objects.ts'
import { namesOfDefinition } from './views.ts'

const textBytesMax = 256 * 1024

export function readConsequences(
  relation: Relation,
  writeEvent: WriteEvent,
  columns: Columns,
  out: Collector,
): void {
  const { catalog } = out.names
  const event = writeEvent === 'truncate cascade' ? 'truncate' : writeEvent
  if (writeEvent === 'truncate cascade') truncated(relation, out)
  if (event === 'update' || event === 'delete')
    for (const each of [relation, ...kin(relation, catalog)]) keys(each, event, columns, out)
  for (const each of [relation, ...below(relation, catalog)]) {
    for (const trigger of each.triggers ?? [])
      if (trigger.events.includes(event)) runs(trigger.function, out)
    if (each.rules !== undefined && !out.reading.has(each.rules)) {
      out.reading.add(each.rules)
      for (const rule of each.rules) ruled(rule, event, out)
      out.reading.delete(each.rules)
    }
    if (event === 'insert') defaults(each, out)
  }
}

function runs(oid: number, out: Collector): void {
  const candidate = out.names.catalog.functionByOid(oid)
  if (candidate === undefined || out.reading.has(candidate)) return
  const { schema, name } = candidate
  out.add('execute', { type: 'function', schema, name }, { detail: 'trigger' })
  const inside = out.beside()
  inside.body(candidate)
  addWithoutDoubt(inside.effects, 'trigger', out)
}

/** `CREATE RULE … ON DELETE TO … DO ALSO …`, as the server prints it. */
function ruled(text: string, event: Write, out: Collector): void {
  const parsed = parse(text, textBytesMax)
  const [statement] = parsed.ok ? parsed.statements : []
  const rule = as(statement?.node, 'RuleStmt')
  if (rule?.event !== `CMD_${event.toUpperCase()}`) return
  const inside = out.beside(namesOfDefinition(out.names.catalog))
  for (const action of rule.actions ?? []) inside.statement(action)
  addWithoutDoubt(inside.effects, 'rule', out)
}

function defaults({ columns }: Relation, out: Collector): void {
  for (const { defaulted } of columns) {
    if (defaulted === undefined) continue
    const parsed = parse(`SELECT ${defaulted}`, textBytesMax)
    if (!parsed.ok) continue
    const inside = out.beside(namesOfDefinition(out.names.catalog))
    for (const { node } of parsed.statements) inside.statement(node)
    // The next number of a column's own sequence is a part of the row.
    const more = inside.effects.filter(({ object }) => object?.type !== 'sequence')
    addWithoutDoubt(more, 'default', out)
  }
}

function addWithoutDoubt(effects: readonly Effect[], why: string, out: Collector): void {
  for (const { kind, object, detail = '' } of effects) {
    if (kind === 'unknown' || kind === 'transaction') continue
    const kept = detail.split(' ').filter(word => !doubts.has(word))
    out.add(kind, object, { detail: words(...kept.filter(word => word !== why), why) })
  }
}

const doubts: ReadonlySet<string> = new Set(['opaque', 'unknown', 'dynamic', 'volatile', 'code'])

/** Rows that go, or change, because those go that they refer to. */
function keys(
  { oid }: Pick<Relation, 'oid'>,
  event: 'update' | 'delete',
  columns: Columns,
  out: Collector,
  seen: Set<FollowingKey> = new Set(),
): void {
  const { catalog } = out.names
  for (const key of catalog.following(oid)) {
    const action = event === 'delete' ? key.onDelete : key.onUpdate
    const child = catalog.relationByOid(key.relation)
    if (action === 'refuse' || child === undefined || seen.has(key)) continue
    if (event === 'update' && !sets(columns, key, catalog.relationByOid(oid))) continue
    seen.add(key)
    const then = followed(event, action)
    out.add(then, objectOf(child), { detail: 'cascade' })
    const changed = new Set(
      child.columns.filter(each => key.columns.includes(each.number)).map(({ name }) => name),
    )
    for (const each of [child, ...below(child, catalog)]) {
      for (const trigger of each.triggers ?? [])
        if (trigger.events.includes(then)) runs(trigger.function, out)
      keys(each, then, changed, out, seen)
    }
  }
}

function followed(event: Write, action: KeyAction): 'update' | 'delete' {
  return event === 'delete' && action === 'cascade' ? 'delete' : 'update'
}

function sets(columns: Columns, key: FollowingKey, relation: Relation | undefined): boolean {
  if (columns === undefined || relation === undefined) return true
  return relation.columns.some(
    ({ name, number }) => columns.has(name) && key.references.includes(number),
  )
}

/** TRUNCATE … CASCADE empties whatever refers to the table, whatever the keys say. */
function truncated(relation: Relation, out: Collector, seen: Set<number> = new Set()): void {
  const { catalog } = out.names
  for (const { relation: oid } of catalog.following(relation.oid)) {
    const child = catalog.relationByOid(oid)
    if (child === undefined || seen.has(oid)) continue
    seen.add(oid)
    out.add('truncate', objectOf(child), { detail: 'cascade' })
    truncated(child, out, seen)
  }
}

/** Partitions, and tables that inherit: a row that is written to their parent is one of theirs. */
function below(relation: Relation, catalog: CatalogSnapshot): readonly Relation[] {
  const found = new Set<Relation>()
  const add = (oid: number): void => {
    for (const child of oid === 0 ? [] : catalog.children(oid)) {
      if (found.has(child)) continue
      found.add(child)
      add(child.oid)
    }
  }
  add(relation.oid)
  return [...found]
}

/** All of a tree of partitions that a key may refer to. */
function kin(relation: Relation, catalog: CatalogSnapshot): readonly Relation[] {
  const found = new Set(below(relation, catalog))
  const add = ({ parents }: Relation): void => {
    for (const oid of parents) {
      const parent = catalog.relationByOid(oid)
      if (parent === undefined || found.has(parent)) continue
      found.add(parent)
      add(parent)
    }
  }
  add(relation)
  return [...found]
}
