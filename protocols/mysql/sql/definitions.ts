/**
 * What a statement depends on in the schemas, each with a digest of how it is defined: a view may
 * give other rows, and a trigger do other things, while the statement's analysis stays the same.
 */
import { createHash } from 'node:crypto'
import type { Analysis } from '../../protocol.ts'
import type { CatalogSnapshot } from '../catalog.ts'

/** By name as people know it: `view shop.recent`, `procedure shop.close_month`. */
export function definitionsOf(
  { relations, effects }: Analysis,
  catalog: CatalogSnapshot,
): ReadonlyMap<string, string> {
  const definitions = new Map<string, string>()
  const named = [...relations, ...effects.flatMap(({ object }) => object ?? [])]
  for (const { schema, name } of named) {
    for (const { kind, definition, columns, ...relation } of catalog.relations(schema, name)) {
      const described = columns.map(({ name, type, generated }) => [name, type, generated])
      const key = `${kind} ${relation.schema}.${relation.name}`
      definitions.set(key, digest([described, definition]))
    }
    for (const trigger of catalog.triggers(schema, name))
      definitions.set(
        `trigger ${trigger.schema}.${trigger.name}`,
        digest([trigger.event, trigger.table, trigger.source]),
      )
  }
  for (const { kind, object } of effects) {
    if (kind !== 'execute' || object === undefined) continue
    for (const { schema, name, ...each } of catalog.routines(object.schema, object.name))
      definitions.set(`${each.kind} ${schema}.${name}`, digest(each))
  }
  return definitions
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)
}
