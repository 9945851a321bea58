/**
 * What a statement depends on in the schema, each with a digest of how it is defined: a view may
 * give other rows, and a function do other things, while the statement's analysis stays the same.
 */
import { createHash } from 'node:crypto'
import type { Analysis } from '../../protocol.ts'
import type { CatalogSnapshot, Relation } from '../catalog.ts'

/** By name as people know it: `view public.recent`, `function public.close_month`. */
export function definitionsOf(
  { relations, effects }: Analysis,
  catalog: CatalogSnapshot,
): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>()
  const named = [...relations, ...effects.flatMap(({ object }) => object ?? [])]
  for (const { schema, name } of named)
    for (const relation of catalog.relations(schema, name))
      definitions.set(
        `${word(relation)} ${relation.schema}.${relation.name}`,
        digest(shape(relation)),
      )
  for (const { kind, object } of effects) {
    if (kind !== 'execute' || object === undefined) continue
    const functions = catalog.functions(object.schema, object.name)
    for (const { schema, name, builtIn, ...each } of functions) {
      if (builtIn) continue
      const key = `${each.kind} ${schema}.${name}`
      // Overloads have one name: which one is called is not known.
      definitions.set(key, digest([definitions.get(key), each]))
    }
  }
  return definitions
}

function word({ kind }: Relation): string {
  return kind === 'materialized' ? 'materialized view' : kind === 'partitioned' ? 'table' : kind
}

function shape({ kind, columns, definition, parents }: Relation): unknown {
  const described = columns.map(({ name, typeOid, typeModifier, generated }) => [
    ...[name, typeOid, typeModifier, generated],
  ])
  return [kind, described, definition, parents]
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)
}
