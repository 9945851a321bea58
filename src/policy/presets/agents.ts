/** What `agents` adds, for agents only: they work with rows, and leave the rest to people. */
import type { Rule } from '../rule.ts'

export const agents: readonly Rule[] = [
  {
    name: 'agent-definitions',
    action: 'deny',
    risk: 'high',
    kind: 'agent',
    effects: ['create', 'alter', 'drop', 'truncate', 'grant', 'role', 'import', 'maintain'],
    exceptObjects: ['pg_temp*.*', 'temporary table:*', 'session:*'],
    exceptDetails: ['reset'],
    reason: '{effect} on {object} is not allowed to agents: they change rows, not definitions.',
    hint: 'Have a person run it.',
  },
]
