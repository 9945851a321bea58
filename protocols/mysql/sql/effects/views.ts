/**
 * What a view does when it is read or written through: the effects of its own query, found once
 * for each view of a catalog version. The server keeps definitions with qualified names.
 */
import type { Effect, EffectKind } from '../../../protocol.ts'
import type { Relation } from '../../catalog.ts'
import { inDatabase, resolveRelation } from '../names.ts'
import { parse } from '../parse.ts'
import { canonicalLexer } from './bodies.ts'
import { type Collector, type EffectMore, isSystemDatabase, objectOf } from './collector.ts'
import { ownTables } from './query.ts'

interface Behind {
  readonly effects: readonly Effect[]
  /** Relations in its own FROM: what a write through the view may write. */
  readonly targets: readonly Relation[]
}

const known = new WeakMap<Relation, Behind>()

/** Adds what is behind the view; `kind` is what is done to the view itself. */
export function readView(
  relation: Relation,
  kind: EffectKind,
  more: EffectMore,
  out: Collector,
): void {
  if (isSystemDatabase(relation.schema) || out.reading.has(relation)) return
  out.reading.add(relation)
  const behind = find(relation, out)
  out.addAll(behind.effects)
  if (kind !== 'read') {
    for (const target of behind.targets) {
      out.add(kind, objectOf(target), more)
      if (kind === 'insert' || kind === 'update' || kind === 'delete') out.triggers(target, kind)
      if (target.kind === 'view') readView(target, kind, more, out)
    }
  }
  out.reading.delete(relation)
}

function find(relation: Relation, within: Collector): Behind {
  const found = known.get(relation)
  if (found !== undefined) return found
  const text = relation.definition ?? ''
  const lexer = canonicalLexer(within.names.lexer)
  const names = inDatabase(within.names, relation.schema, lexer)
  const parsed = parse(text, lexer)
  const targets: Relation[] = []
  const [statement, more] = parsed.ok ? parsed.statements : []
  const node = statement?.node
  const out = within.beside(names, { text, tokens: statement?.tokens ?? [] })
  if (node?.kind === 'query' && more === undefined) {
    out.evaluated(node)
    for (const { table } of ownTables(node))
      targets.push(...resolveRelation(names, table.schema, table.name))
  } else {
    out.add('unknown', objectOf(relation), { detail: 'view' })
  }
  const behind = { effects: out.effects, targets }
  // Inside of another view some relations are left out as already being read.
  if (within.reading.size === 1) known.set(relation, behind)
  return behind
}
