/**
 * A Postgres where labelled statements really run: in a transaction that is rolled back, or, where
 * the server does not let them, in a copy of the database that is made anew once it has changed.
 */
import pg from 'pg'
import { changed, emptied, filesIn, type Held, type Outcome } from './changes.ts'
import type { Entry } from './corpus.ts'

/** Says more than a connection may be kept for: it ends a transaction, or is refused within one. */
const outside =
  /\b(?:commit|rollback|begin|start transaction|savepoint)\b(?!.*\$\$)|^(?:vacuum|create database|drop database|alter system|drop owned|discard|create tablespace)\b|^cluster$|concurrently/is

export class PostgresScratch {
  readonly #url: string
  readonly #dir: string
  readonly #template: string
  #client: pg.Client | undefined
  #before: Held | undefined

  /** `dir`: where the statements' `{dir}` is. */
  constructor(url: string, template: string, dir: string) {
    this.#url = url
    this.#template = template
    this.#dir = dir
  }

  async run({ sql }: Entry): Promise<Outcome> {
    const client = await this.#connected()
    this.#before ??= await this.#held(client)
    // What a driver would send beside the text.
    const bound = /^prepare/i.test(sql) ? sql : sql.replaceAll('$1', '1')
    const text = bound.replaceAll('{dir}', this.#dir)
    const loose = outside.test(sql)
    if (!loose) await client.query('BEGIN')
    const error = await client.query(text).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'failed'),
    )
    if (loose) return this.#looked(client, error)
    if (error !== undefined) {
      await client.query('ROLLBACK')
      await client.query('DEALLOCATE ALL')
      // The driver has no rows to send.
      return /No source stream/.test(error) ? { changes: [] } : { error, changes: [] }
    }
    const after = await this.#held(client)
    await client.query('ROLLBACK')
    await client.query('DEALLOCATE ALL')
    const changes = changed(this.#before, after)
    // Files and the numbers that a sequence gave out stay, whatever becomes of the transaction.
    emptied(this.#dir)
    if (changes.includes('rows')) this.#before = { ...this.#before, rows: await this.#rows(client) }
    if (/^load\b/i.test(sql)) await this.#anew()
    return { changes }
  }

  async close(): Promise<void> {
    await this.#client?.end()
  }

  async #looked(client: pg.Client, error: string | undefined): Promise<Outcome> {
    if (error !== undefined) await client.query('ROLLBACK').catch(() => undefined)
    const changes = changed(this.#before ?? (await this.#held(client)), await this.#held(client))
    emptied(this.#dir)
    if (changes.length > 0) await this.#anew()
    else await client.query('ROLLBACK').then(() => client.query('DISCARD ALL'))
    return error === undefined ? { changes } : { error, changes }
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client
    const admin = new pg.Client(this.#url)
    await admin.connect()
    await admin.query('ALTER SYSTEM RESET ALL')
    await admin.query('DROP DATABASE IF EXISTS another')
    await admin.query('DROP DATABASE IF EXISTS scratch WITH (FORCE)')
    await admin.query(`CREATE DATABASE scratch TEMPLATE ${this.#template}`)
    await admin.end()
    const url = new URL(this.#url)
    url.pathname = '/scratch'
    // So that what a reset leaves is the same.
    const options = '-c allow_system_table_mods=on -c timezone=UTC'
    const client = new pg.Client({ connectionString: url.href, options })
    await client.connect()
    // A statement that ends its own session says so in its outcome.
    client.on('error', () => undefined)
    this.#client = client
    return client
  }

  async #anew(): Promise<void> {
    await this.#client?.end()
    this.#client = undefined
    this.#before = undefined
  }

  async #held(client: pg.Client): Promise<Held> {
    const role = await pairs(
      client,
      "SELECT 'role' AS name, current_user || ' ' || session_user AS held",
    )
    await client.query('RESET SESSION AUTHORIZATION')
    await client.query('RESET ROLE')
    const settings = new Map([...(await pairs(client, settingsText)), ...role])
    await client.query("SET TIME ZONE 'UTC'")
    return {
      rows: await this.#rows(client),
      schema: await pairs(client, schemaText),
      privileges: await pairs(client, privilegesText),
      settings,
      files: filesIn(this.#dir),
      sessions: await pairs(client, sessionsText),
    }
  }

  async #rows(client: pg.Client): Promise<ReadonlyMap<string, string>> {
    const { rows: tables } = await client.query<{ name: string }>(tablesText)
    const contents = tables.map(
      ({ name }) =>
        `SELECT ${literal(name)} AS name, string_agg(t::text, '|' ORDER BY t::text) AS held FROM ${name} t`,
    )
    return pairs(client, [...contents, ...otherRows].join(' UNION ALL '))
  }
}

async function pairs(client: pg.Client, text: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; held: string | null }>(text)
  return new Map(rows.map(({ name, held }) => [name, held ?? '']))
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

const mine = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

const tablesText = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND ${mine}`

const otherRows = [
  `SELECT 'sequences', string_agg(s::text, '|' ORDER BY s::text)
   FROM (SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL) s`,
  `SELECT 'large objects', string_agg(l::text, '|' ORDER BY l::text)
   FROM (SELECT m.oid, o.data FROM pg_largeobject_metadata m LEFT JOIN pg_largeobject o ON o.loid = m.oid) l`,
]

/** Each of these tables whole, as far as it is not the server's own. */
function whole(table: string, columns: string, where = 't.oid >= 16384'): string {
  return `SELECT '${table}' AS name, md5(string_agg(s::text, '|' ORDER BY s::text)) AS held
    FROM (SELECT ${columns} FROM ${table} t WHERE ${where}) s`
}

const notTemporary = (
  column: string,
): string => `t.oid >= 16384 AND ${column} <> pg_my_temp_schema()
  AND ${column} NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_toast')`
const ofTables = `t.attrelid IN (SELECT oid FROM pg_class c WHERE c.oid >= 16384
  AND c.relnamespace <> pg_my_temp_schema() AND c.relkind <> 't')
  AND t.attrelid NOT IN (SELECT indexrelid FROM pg_index JOIN pg_class c ON c.oid = indrelid
    WHERE c.relnamespace = pg_my_temp_schema() OR c.relkind = 't')`

const schemaText = [
  whole(
    'pg_class',
    't.relname, t.relnamespace, t.relkind, t.relpersistence, t.relrowsecurity, t.reloptions, t.relispartition',
    notTemporary('t.relnamespace'),
  ),
  whole(
    'pg_attribute',
    't.attrelid, t.attname, t.atttypid, t.atttypmod, t.attnotnull, t.attisdropped, t.atthasdef',
    `${ofTables} AND t.attnum > 0`,
  ),
  whole(
    'pg_attrdef',
    't.adrelid, t.adnum, t.adbin',
    `t.adrelid IN (SELECT attrelid FROM pg_attribute t WHERE ${ofTables})`,
  ),
  whole(
    'pg_constraint',
    't.conname, t.conrelid, t.contype, t.convalidated',
    notTemporary('t.connamespace'),
  ),
  whole('pg_proc', 't.proname, t.prosrc, t.prosecdef, t.proconfig'),
  whole(
    'pg_trigger',
    't.tgname, t.tgrelid, t.tgenabled',
    "NOT t.tgisinternal OR t.tgenabled <> 'O'",
  ),
  whole('pg_rewrite', 't.rulename, t.ev_class, t.ev_action'),
  whole('pg_type', 't.typname, t.typnamespace, t.typtype', `${notTemporary('t.typnamespace')}`),
  whole('pg_sequence', 't.seqrelid, t.seqstart', 'true'),
  whole('pg_partitioned_table', 't.partrelid', 'true'),
  whole('pg_inherits', 't.inhrelid, t.inhparent', 'true'),
  whole('pg_description', 't.*', 't.objoid >= 16384'),
  whole('pg_database', 't.datname, t.datconnlimit, t.datallowconn', 'true'),
  ...[
    ...['pg_enum', 'pg_namespace', 'pg_extension', 'pg_policy', 'pg_event_trigger', 'pg_cast'],
    ...['pg_operator', 'pg_publication', 'pg_subscription', 'pg_foreign_data_wrapper'],
    ...['pg_foreign_server', 'pg_collation', 'pg_language', 'pg_tablespace', 'pg_statistic_ext'],
  ].map(table =>
    whole(
      table,
      table === 'pg_namespace' ? 't.nspname' : 't.oid',
      table === 'pg_extension'
        ? 'true'
        : table === 'pg_namespace'
          ? "t.nspname !~ '^pg_'"
          : 't.oid >= 16384',
    ),
  ),
].join(' UNION ALL ')

const privilegesText = [
  whole('pg_authid', 't.*', 'true'),
  whole('pg_auth_members', 't.roleid, t.member, t.admin_option', 'true'),
  whole('pg_default_acl', 't.*', 'true'),
  whole('pg_parameter_acl', 't.*', 'true'),
  whole(
    'pg_class',
    't.relname, t.relacl, t.relowner',
    't.oid >= 16384 AND (t.relacl IS NOT NULL OR t.relowner <> 10)',
  ),
  whole(
    'pg_attribute',
    't.attrelid, t.attname, t.attacl',
    't.attrelid >= 16384 AND t.attacl IS NOT NULL',
  ),
  whole(
    'pg_proc',
    't.proname, t.proacl, t.proowner',
    't.oid >= 16384 AND (t.proacl IS NOT NULL OR t.proowner <> 10)',
  ),
  whole(
    'pg_namespace',
    't.nspname, t.nspacl, t.nspowner',
    "(t.nspacl IS NOT NULL OR t.nspowner <> 10) AND t.nspname !~ '^pg_temp'",
  ),
  whole('pg_database', 't.datname, t.datacl, t.datdba', "t.datname IN ('postgres', 'scratch')"),
  whole('pg_largeobject_metadata', 't.*', 't.lomacl IS NOT NULL OR t.lomowner <> 10'),
].join(' UNION ALL ')

const sessionsText = `SELECT pid::text AS name, 'there' AS held FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`

const settingsText = `
  SELECT name, setting AS held FROM pg_settings
    WHERE name !~ '^(?:plpgsql\\.|transaction_(?:isolation|read_only|deferrable)$)'
  UNION ALL SELECT 'kept', (SELECT string_agg(s::text, '|' ORDER BY s::text) FROM pg_db_role_setting s)
  UNION ALL SELECT 'system', pg_read_file('postgresql.auto.conf')
  UNION ALL SELECT 'own', current_setting('app.tenant', true)`
