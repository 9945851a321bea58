/** Makes the tables of schema.ts, and changes them as the program grows. */
import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import type { Tables } from './schema.ts'

export type StateDialect = 'sqlite' | 'postgres'

/** Brings the tables up to date. Of several nodes that start at once, one does it. */
export async function migrate(db: Kysely<Tables>, dialect: StateDialect): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations(dialect)) },
    migrationTableName: 'approvals_migrations',
    migrationLockTableName: 'approvals_migrations_lock',
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

/** They run in the order of their names. Only what one of the two does not have asks for it. */
function migrations(dialect: StateDialect): Readonly<Record<string, Migration>> {
  return {
    '0001-approvals': { up: createTables },
    '0002-returned': { up: addReturned },
    '0003-copies': { up: createCopies },
    '0004-deliveries': { up: createDeliveries },
    '0005-nodes': { up: db => createNodes(db, dialect) },
    '0006-grants': { up: createGrants },
    '0007-reasons': { up: addReasons },
    '0008-teams': { up: createTeamsConversations },
    '0009-drifts': { up: addDrifts },
    '0010-derived-columns': { up: createDerivedColumns },
    '0011-leases': { up: addLeases },
    '0012-impact': { up: addImpact },
  }
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

/** Postgres tells every node of each change, in the transaction that makes it. */
async function createNodes(db: Kysely<unknown>, dialect: StateDialect): Promise<void> {
  await db.schema
    .createTable('nodes')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('beat_at', 'bigint', column => column.notNull())
    .execute()
  if (dialect === 'sqlite') return
  await sql`
    CREATE FUNCTION countersign_approval_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('countersign_approvals', NEW.id || ' ' || current_setting('application_name'));
      RETURN NULL;
    END $$
  `.execute(db)
  await sql`
    CREATE TRIGGER approvals_added AFTER INSERT ON approvals
      FOR EACH ROW EXECUTE FUNCTION countersign_approval_changed()
  `.execute(db)
  await sql`
    CREATE TRIGGER approvals_changed AFTER UPDATE ON approvals
      FOR EACH ROW WHEN (OLD.revision <> NEW.revision)
      EXECUTE FUNCTION countersign_approval_changed()
  `.execute(db)
}

async function createGrants(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('grants')
    .addColumn('approval_id', 'text', column => column.primaryKey())
    .addColumn('requester', 'text', column => column.notNull())
    .addColumn('database', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('times', 'integer', column => column.notNull())
    .addColumn('used', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', column => column.notNull())
    .addColumn('expires_at', 'bigint', column => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('revoked_by', 'text')
    .addColumn('revoked_reason', 'text')
    .execute()
  await db.schema
    .createIndex('grants_in_force')
    .on('grants')
    .columns(['requester', 'database', 'expires_at'])
    .execute()
  const texts = ['grantable', 'grant_binding', 'shortcut', 'granted_by', 'review_state', 'review']
  for (const column of texts)
    await db.schema.alterTable('approvals').addColumn(column, 'text').execute()
  await db.schema
    .alterTable('approvals')
    .addColumn('granted', 'integer', column => column.notNull().defaultTo(0))
    .execute()
}

async function createTeamsConversations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('teams_conversations')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('service_url', 'text', column => column.notNull())
    .addColumn('tenant', 'text', column => column.notNull())
    .addColumn('person', 'text')
    .addColumn('seen_at', 'bigint', column => column.notNull())
    .execute()
}

async function addReasons(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('approvals').addColumn('requester_reason', 'text').execute()
}

async function addDrifts(db: Kysely<unknown>): Promise<void> {
  for (const [column, value] of [
    ['binding', ''],
    ['drifts', '[]'],
  ] as const)
    await db.schema
      .alterTable('approvals')
      .addColumn(column, 'text', added => added.notNull().defaultTo(value))
      .execute()
  await db.schema.alterTable('approvals').addColumn('seen', 'text').execute()
  await sql`UPDATE approvals SET binding = digest`.execute(db)
  // What comes back is found by what is sent, and not by what it means by now.
  await db.schema.dropIndex('approvals_returned').execute()
  await db.schema.dropIndex('approvals_by_digest').execute()
  await sql`
    CREATE UNIQUE INDEX approvals_returned ON approvals (requester, binding)
      WHERE on_hold = 'return' AND state = 'pending'
  `.execute(db)
  await db.schema
    .createIndex('approvals_by_binding')
    .on('approvals')
    .columns(['requester', 'binding'])
    .execute()
}

async function createDerivedColumns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('derived_columns')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('facts', 'text', column => column.notNull())
    .addColumn('moved_by', 'text', column => column.notNull())
    .addColumn('moved_at', 'bigint', column => column.notNull())
    .execute()
}

async function addLeases(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('approvals').addColumn('lease_ms', 'bigint').execute()
}

async function addImpact(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('approvals').addColumn('impact', 'text').execute()
}
