/** What an analysis says of tables that foreign keys reach: its effects have the word for it. */
import type { Analysis, CascadeImpact, Effect } from './protocol.ts'

/** Whether a trigger or a foreign key does it, and not the statement itself. No plan does it. */
export function isConsequence({ detail }: Effect): boolean {
  return detail !== undefined && /\b(?:trigger|cascade)\b/.test(detail)
}

export function cascadesOf({ effects }: Analysis): readonly CascadeImpact[] {
  const found = new Map<string, CascadeImpact>()
  for (const { kind, object, detail = '' } of effects) {
    if (kind !== 'delete' && kind !== 'update' && kind !== 'truncate') continue
    if (!/\bcascade\b/.test(detail) || object === undefined) continue
    const table = `${object.schema}.${object.name}`
    found.set(`${table} ${kind}`, { table, does: kind })
  }
  return [...found.values()]
}
