/**
 * What a view does when it is read or written through: the effects of its own query, found once
 * for each view of a catalog version. Its names are qualified (the catalog reads definitions with
 * an empty search path), so they mean the same in every session.
 */
import type { Effect, EffectKind } from '../../../protocol.ts'
import type { CatalogSnapshot, Relation } from '../../catalog.ts'
import { type Names, noObjects, resolveRelation } from '../names.ts'
import { parse } from '../parse.ts'
import { as } from '../tree.ts'
import { type Collector, type EffectMore, objectOf } from './collector.ts'
import { rangesOf } from './objects.ts'

interface Behind {
  readonly effects: readonly Effect[]
  /** Relations in its own FROM: what a write through the view may write. */
  readonly targets: readonly Relation[]
}

const known = new WeakMap<Relation, Behind>()
const definitionBytesMax = 1 << 20

/** Adds what is behind the view; `kind` is what is done to the view itself. */
export function readView(
  relation: Relation,
  kind: EffectKind,
  more: EffectMore,
  out: Collector,
): void {
  // Views of the server itself stand for themselves: rules speak of them by name.
  if (relation.schema === 'pg_catalog' || relation.schema === 'information_schema') return
  if (out.reading.has(relation)) return
  out.reading.add(relation)
  const behind = find(relation, out)
  out.addAll(behind.effects)
  if (kind !== 'read') {
    for (const target of behind.targets) {
      out.add(kind, objectOf(target), more)
      if (kind === 'insert' || kind === 'update' || kind === 'delete')
        out.consequences(target, kind)
      if (target.definition !== undefined) readView(target, kind, more, out)
    }
  }
  out.reading.delete(relation)
}

function find(relation: Relation, within: Collector): Behind {
  const found = known.get(relation)
  if (found !== undefined) return found
  const out = within.beside(namesOfDefinition(within.names.catalog))
  const parsed = parse(relation.definition ?? '', definitionBytesMax)
  const targets: Relation[] = []
  if (parsed.ok) {
    for (const { node } of parsed.statements) {
      out.evaluated(node)
      for (const range of rangesOf(as(node, 'SelectStmt')?.fromClause ?? []))
        targets.push(...resolveRelation(out.names, range.schemaname, range.relname ?? ''))
    }
  } else {
    out.add('unknown', objectOf(relation), { detail: 'view' })
  }
  const behind = { effects: out.effects, targets }
  // Inside of another view some relations are left out as already being read.
  if (within.reading.size === 1) known.set(relation, behind)
  return behind
}

/** The names that definitions are written in. */
export function namesOfDefinition(catalog: CatalogSnapshot): Names {
  return { catalog, searchPath: [], user: '', session: noObjects, version: 0 }
}
