/**
 * The tables of the state; migrations.ts makes them. Types that SQLite and Postgres both have: times
 * are milliseconds since 1970 (bigint, a number here), lists are JSON in text, truth is 0 or 1.
 */
import type { ColumnType } from 'kysely'
import type { ApprovalState } from './approval.ts'
import type { GrantKind } from './grant.ts'

export interface Tables {
  derived_columns: DerivedColumnsTable
  approvals: ApprovalsTable
  copies: CopiesTable
  deliveries: DeliveriesTable
  teams_conversations: TeamsConversationsTable
  grants: GrantsTable
  nodes: NodesTable
}

/** Nodes that share the state: see state/watch.ts. */
export interface NodesTable {
  /** Of one start of one node: `process` of the approvals that it holds. */
  id: string
  /** As people call it. */
  name: string
  /** By the database's clock, which is the same for all. */
  beat_at: number
}

/** Where masked values were moved to: see derived-columns.ts. */
export interface DerivedColumnsTable {
  id: string
  /** JSON of DerivedColumnFacts. */
  facts: string
  moved_by: string
  moved_at: number
}

/** A message about an approval, or one in its thread. */
export type CopyPart = 'card' | `answer-${number}` | 'end'

/** Messages in chats: see outbox.ts. */
export interface CopiesTable {
  id: string
  approval_id: string
  courier: string
  place: string
  part: CopyPart
  /** What the chat calls it; null until it was posted. */
  message: ColumnType<string | null, string | null | undefined>
  /** The approval's revision that it shows. */
  shown_revision: ColumnType<number | null, number | null | undefined>
  tries: ColumnType<number, number | undefined>
  retry_at: ColumnType<number, number | undefined>
  given_up: ColumnType<number, number | undefined>
  created_at: number
}

/** Where Teams is answered: see teams/conversations.ts. */
export interface TeamsConversationsTable {
  id: string
  service_url: string
  tenant: string
  /** Whose own conversation it is, by Entra object id. */
  person: string | null
  seen_at: number
}

/** Events for webhooks, one row for each target: see webhooks/webhooks.ts. */
export interface DeliveriesTable {
  event_id: string
  /** The URL. */
  target: string
  approval_id: string
  /** Which of the approval's events it is, from 0. */
  number: number
  /** The approval's, when its events were last noted. */
  revision: number
  /** Empty once it was taken. */
  body: string
  created_at: number
  delivered_at: number | null
  tries: ColumnType<number, number | undefined>
  retry_at: ColumnType<number, number | undefined>
  given_up: ColumnType<number, number | undefined>
  /** Why it was not taken. */
  error: ColumnType<string | null, string | null | undefined>
}

/** One for each approval that covers more than its own run: see grants.ts. */
export interface GrantsTable {
  approval_id: string
  /** The approval's, for the one look that a held statement costs. */
  requester: string
  database: string
  kind: GrantKind
  times: number
  used: ColumnType<number, number | undefined>
  created_at: number
  expires_at: number
  revoked_at: ColumnType<number | null, number | null | undefined>
  revoked_by: ColumnType<string | null, string | null | undefined>
  revoked_reason: ColumnType<string | null, string | null | undefined>
}

export interface ApprovalsTable {
  id: string
  short_id: string
  state: ApprovalState
  /** The process whose client waits; see proxy-process.ts. */
  process: string
  session_id: string
  statement_number: number
  requester: string
  requester_kind: string
  requester_owner: string | null
  database: string
  environment: string
  application: string | null
  text: string
  parameters: string
  normalized: string
  rules: string
  reason: string
  hint: string | null
  risk: string
  effects: string
  masked_columns: string
  /** JSON of Impact; null: nobody looked. */
  impact: ColumnType<string | null, string | null | undefined>
  digest: string
  /** What is sent again by who does not wait. */
  binding: string
  /** JSON of what the reviewer saw. */
  seen: ColumnType<string | null, string | null | undefined>
  approvers: string
  in_transaction: number
  owner_may_approve: number
  created_at: number
  expires_at: number
  settled_at: number | null
  settled_reason: string | null
  started_at: number | null
  ended_at: number | null
  result: string | null
  /** In the same row, so that an answer and what it decides are one compare-and-set. */
  answers: string
  /** JSON of Drift. */
  drifts: ColumnType<string, string | undefined>
  /** `wait` or `return`: whether a client waits, or comes back with the same statement. */
  on_hold: ColumnType<string, string | undefined, never>
  /** When a client that came back was told of the denial. */
  told_at: number | null
  requester_reason: ColumnType<string | null, string | null | undefined>
  /** JSON of GrantLimits; null: nothing more than this run can be allowed. */
  grantable: ColumnType<string | null, string | null | undefined, never>
  grant_binding: ColumnType<string | null, string | null | undefined, never>
  /** Whether it has a row in grants. */
  granted: ColumnType<number, number | undefined>
  /** Why nobody was asked. */
  shortcut: ColumnType<string | null, string | null | undefined, never>
  granted_by: ColumnType<string | null, string | null | undefined, never>
  /** `open` or `closed`; null: there is nothing to look at afterwards. */
  review_state: ColumnType<string | null, string | null | undefined>
  /** JSON of who closed it, and with what comment. */
  review: ColumnType<string | null, string | null | undefined>
  /** For how long whoever runs it elsewhere may be silent; null: for ever. */
  lease_ms: ColumnType<number | null, undefined>
  /** Counts changes. */
  revision: ColumnType<number, number | undefined, number>
}
