/**
 * The tables of approvals and their migrations. Times are milliseconds since 1970, lists are JSON:
 * types that SQLite and Postgres both have.
 */
import { type ColumnType, type Kysely, type Migration, type MigrationProvider, sql } from 'kysely'
import type { ApprovalState } from './approval.ts'

export interface Tables {
  approvals: ApprovalsTable
  copies: CopiesTable
  deliveries: DeliveriesTable
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
  digest: string
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
  /** `wait` or `return`: whether a client waits, or comes back with the same statement. */
  on_hold: ColumnType<string, string | undefined, never>
  /** When a client that came back was told of the denial. */
  told_at: number | null
  /** Counts changes. */
  revision: ColumnType<number, number | undefined, number>
}

export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '0001-approvals': { up: createTables } satisfies Migration,
      '0002-returned': { up: addReturned } satisfies Migration,
      '0003-copies': { up: createCopies } satisfies Migration,
      '0004-deliveries': { up: createDeliveries } satisfies Migration,
    }),
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approvals')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('short_id', 'text', column => column.notNull().unique())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('process', 'text', column => column.notNull())
    .addColumn('session_id', 'text', column => column.notNull())
    .addColumn('statement_number', 'integer', column => column.notNull())
    .addColumn('requester', 'text', column => column.notNull())
    .addColumn('requester_kind', 'text', column => column.notNull())
    .addColumn('requester_owner', 'text')
    .addColumn('database', 'text', column => column.notNull())
    .addColumn('environment', 'text', column => column.notNull())
    .addColumn('application', 'text')
    .addColumn('text', 'text', column => column.notNull())
    .addColumn('parameters', 'text', column => column.notNull())
    .addColumn('normalized', 'text', column => column.notNull())
    .addColumn('rules', 'text', column => column.notNull())
    .addColumn('reason', 'text', column => column.notNull())
    .addColumn('hint', 'text')
    .addColumn('risk', 'text', column => column.notNull())
    .addColumn('effects', 'text', column => column.notNull())
    .addColumn('masked_columns', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('approvers', 'text', column => column.notNull())
    .addColumn('in_transaction', 'integer', column => column.notNull())
    .addColumn('owner_may_approve', 'integer', column => column.notNull())
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addColumn('expires_at', 'bigint', column => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('settled_reason', 'text')
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('result', 'text')
    .addColumn('answers', 'text', column => column.notNull())
    .addColumn('revision', 'integer', column => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createIndex('approvals_by_state')
    .on('approvals')
    .columns(['state', 'expires_at'])
    .execute()
  await db.schema.createIndex('approvals_by_time').on('approvals').column('created_at').execute()
}

async function addReturned(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('approvals')
    .addColumn('on_hold', 'text', column => column.notNull().defaultTo('wait'))
    .execute()
  await db.schema.alterTable('approvals').addColumn('told_at', 'bigint').execute()
  // Of two sessions that ask the same at the same time, one finds the other's request.
  await sql`
    CREATE UNIQUE INDEX approvals_returned ON approvals (requester, digest)
      WHERE on_hold = 'return' AND state = 'pending'
  `.execute(db)
  await db.schema
    .createIndex('approvals_by_digest')
    .on('approvals')
    .columns(['requester', 'digest'])
    .execute()
}

async function createCopies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('copies')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('approval_id', 'text', column => column.notNull())
    .addColumn('courier', 'text', column => column.notNull())
    .addColumn('place', 'text', column => column.notNull())
    .addColumn('part', 'text', column => column.notNull())
    .addColumn('message', 'text')
    .addColumn('shown_revision', 'integer')
    .addColumn('tries', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('retry_at', 'bigint', column => column.notNull().defaultTo(0))
    .addColumn('given_up', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addUniqueConstraint('copies_once', ['approval_id', 'courier', 'place', 'part'])
    .execute()
}

async function createDeliveries(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('event_id', 'text', column => column.notNull())
    .addColumn('target', 'text', column => column.notNull())
    .addColumn('approval_id', 'text', column => column.notNull())
    .addColumn('number', 'integer', column => column.notNull())
    .addColumn('revision', 'integer', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addColumn('delivered_at', 'bigint')
    .addColumn('tries', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('retry_at', 'bigint', column => column.notNull().defaultTo(0))
    .addColumn('given_up', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('deliveries_once', ['event_id', 'target'])
    .execute()
  await db.schema
    .createIndex('deliveries_of_approvals')
    .on('deliveries')
    .columns(['target', 'approval_id', 'number'])
    .execute()
  await sql`
    CREATE INDEX deliveries_waiting ON deliveries (target, created_at)
      WHERE delivered_at IS NULL AND given_up = 0
  `.execute(db)
}
