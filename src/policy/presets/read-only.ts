/** What `read-only` adds: nothing that stays is written. */
import type { Rule } from '../rule.ts'

/** What ends with the session that made it. */
const temporary = ['pg_temp*.*', 'temporary table:*', 'session:*']

export const readOnly: readonly Rule[] = [
  {
    name: 'read-only',
    action: 'deny',
    risk: 'high',
    effects: [
      ...(['insert', 'update', 'delete', 'truncate'] as const),
      ...(['create', 'alter', 'drop', 'grant', 'import', 'lock', 'maintain'] as const),
    ],
    exceptObjects: temporary,
    reason: '{effect} on {object} is not allowed: only reading is.',
    hint: 'Ask for a connection that may write.',
  },
]
