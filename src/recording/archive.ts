/**
 * The archive: ClickHouse, embedded (chDB) or a server by URL, the same tables and the same SQL.
 * https://clickhouse.com/docs/engines/table-engines/mergetree-family/replacingmergetree
 *
 * Everything may arrive twice; a row's key says what it is, and reading with FINAL leaves one of
 * each. `events` holds the journal's records as they are, sealed, and with their hashes: what was
 * read from the archive is checked like what was read from the journal.
 */
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import type { ArchiveConfig } from './events.ts'

export type ArchiveTable =
  | 'session_starts'
  | 'session_ends'
  | 'statement_starts'
  | 'statement_ends'
  | 'approvals'
  | 'heads'
  | 'events'

export type ArchiveRow = Readonly<Record<string, unknown>>

/** The views to ask: `sessions`, `statements`; the rest is what they are made of. */
const definitions = [
  `CREATE TABLE IF NOT EXISTS session_starts (
    session String, user LowCardinality(String), kind LowCardinality(String),
    owner Nullable(String), purpose Nullable(String), groups Array(String),
    database LowCardinality(String), environment LowCardinality(String),
    protocol LowCardinality(String), application Nullable(String), remote_address String,
    tls Bool, started_at DateTime64(6, 'UTC')
  ) ENGINE = ReplacingMergeTree ORDER BY session`,
  `CREATE TABLE IF NOT EXISTS session_ends (
    session String, ended_at Nullable(DateTime64(6, 'UTC')), end_reason Nullable(String)
  ) ENGINE = ReplacingMergeTree ORDER BY session`,
  `CREATE TABLE IF NOT EXISTS statement_starts (
    session String, statement UInt64, at DateTime64(6, 'UTC'), user LowCardinality(String),
    database LowCardinality(String), environment LowCardinality(String),
    kind LowCardinality(String), effects Array(String), tables Array(String),
    columns Array(String), normalized String, unreadable Nullable(String),
    verdict LowCardinality(String), observed LowCardinality(Nullable(String)),
    rules Array(String), reason String, approval Nullable(String)
  ) ENGINE = ReplacingMergeTree ORDER BY (session, statement)`,
  `CREATE TABLE IF NOT EXISTS statement_ends (
    session String, statement UInt64, ended_at Nullable(DateTime64(6, 'UTC')),
    tag Nullable(String), rows Nullable(UInt64), bytes Nullable(UInt64), error Nullable(String)
  ) ENGINE = ReplacingMergeTree ORDER BY (session, statement)`,
  `CREATE TABLE IF NOT EXISTS approvals (
    session String, statement UInt64, approval String, type LowCardinality(String),
    at DateTime64(6, 'UTC'), decision Nullable(String), person Nullable(String),
    surface Nullable(String), reason Nullable(String), rules Array(String)
  ) ENGINE = ReplacingMergeTree ORDER BY (session, statement, approval, at, type)`,
  `CREATE TABLE IF NOT EXISTS heads (
    journal String, segment UInt64, over LowCardinality(String), hash String,
    at DateTime64(3, 'UTC'), key String, signature String
  ) ENGINE = ReplacingMergeTree ORDER BY (journal, segment, hash)`,
  `CREATE TABLE IF NOT EXISTS events (
    session String, record UInt64, segment UInt64, at DateTime64(6, 'UTC'),
    clear String, hash String, bytes String CODEC(ZSTD(1))
  ) ENGINE = ReplacingMergeTree ORDER BY (session, record)`,
  `CREATE VIEW IF NOT EXISTS sessions AS
    SELECT s.session AS session, user, kind, owner, purpose, groups, database, environment,
      protocol, application, remote_address, tls, started_at, e.ended_at AS ended_at,
      e.end_reason AS end_reason
    FROM (SELECT * FROM session_starts FINAL) AS s
    LEFT JOIN (SELECT * FROM session_ends FINAL) AS e ON e.session = s.session`,
  `CREATE VIEW IF NOT EXISTS statements AS
    SELECT s.session AS session, s.statement AS statement, at, user, database, environment, kind,
      effects, tables, columns, normalized, unreadable, verdict, observed, rules, reason, approval,
      e.ended_at AS ended_at, e.tag AS tag, e.rows AS rows, e.bytes AS bytes, e.error AS error
    FROM (SELECT * FROM statement_starts FINAL) AS s
    LEFT JOIN (SELECT * FROM statement_ends FINAL) AS e
      ON e.session = s.session AND e.statement = s.statement`,
]

export class Archive {
  readonly #client: ClickHouseClient

  /** `path` is the embedded one's folder; one process may have it open. Rejects when it cannot. */
  static async open(
    config: Exclude<ArchiveConfig, { kind: 'none' }>,
    path: string,
  ): Promise<Archive> {
    const archive = new Archive(await clientOf(config, path))
    try {
      for (const query of definitions) await archive.#client.command({ query })
      return archive
    } catch (error) {
      await archive.close()
      throw error
    }
  }

  private constructor(client: ClickHouseClient) {
    this.#client = client
  }

  async insert(table: ArchiveTable, values: readonly ArchiveRow[]): Promise<void> {
    if (values.length === 0) return
    await this.#client.insert({
      table,
      values,
      format: 'JSONEachRow',
      clickhouse_settings: { date_time_input_format: 'best_effort' },
    })
  }

  /** Values go in by parameters only: `{id:String}`. */
  async query(
    query: string,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly ArchiveRow[]> {
    const result = await this.#client.query({
      query,
      query_params: { ...parameters },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    })
    return result.json<ArchiveRow>()
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}

type EmbeddedConnection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>

async function clientOf(
  config: Exclude<ArchiveConfig, { kind: 'none' }>,
  path: string,
): Promise<ClickHouseClient> {
  if (config.kind === 'server') {
    const { url, database, username, password } = config
    return createClient({
      url,
      database,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      request_timeout: 30_000,
    })
  }
  // An optional dependency of 540 MB: loaded by the process that needs it, and no other.
  const { createChdbConnection } = await import('chdb/connection')
  // chdb brings the same contract's types under another package's name.
  const connection: unknown = createChdbConnection({ path })
  return createClient({ connection: connection as EmbeddedConnection })
}
