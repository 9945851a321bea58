/**
 * The archive: ClickHouse, embedded (chDB) or a server by URL, the same tables and the same SQL.
 * Everything may arrive twice; schema.ts says why nothing is there twice when it is read.
 */
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import type { ArchiveConfig, RetentionConfig } from '../events.ts'
import type { LegalHold } from '../session-keys/holds.ts'
import {
  type ArchiveTable,
  bookkeeping,
  type HoldConditions,
  type Layout,
  migrations,
  noRetention,
  retentionChanges,
} from './schema.ts'

export type ArchiveRow = Readonly<Record<string, unknown>>

export class Archive {
  readonly #client: ClickHouseClient
  readonly #layout: Layout

  /**
   * `path` is the embedded one's folder; one process may have it open. Brings the tables up to
   * date; without a `retention` that stays as it is. Rejects when it cannot.
   */
  static async open(
    config: Exclude<ArchiveConfig, { kind: 'none' }>,
    path: string,
    retention?: RetentionConfig,
  ): Promise<Archive> {
    const cluster = config.kind === 'server' ? config.cluster : undefined
    const archive = new Archive(await clientOf(config, path), { cluster, retention })
    try {
      await archive.#migrate()
      await archive.#retain()
      return archive
    } catch (error) {
      await archive.close()
      throw error
    }
  }

  private constructor(client: ClickHouseClient, layout: Layout) {
    this.#client = client
    this.#layout = layout
  }

  async insert(table: ArchiveTable, values: readonly ArchiveRow[]): Promise<void> {
    if (values.length === 0) return
    // In a cluster an insert has arrived when its shards have it.
    const settings = { distributed_foreground_insert: 1, optimize_on_insert: 0 } as const
    // Most of what comes: without names of columns it is read faster.
    const columns = manyRows[table]
    await this.#client.insert<unknown>({
      table,
      clickhouse_settings: settings,
      ...(columns === undefined
        ? { values, format: 'JSONEachRow' as const }
        : {
            values: values.map(row => columns.map(column => row[column])),
            format: 'JSONCompactEachRow' as const,
            columns,
          }),
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

  /** One that answers nothing. */
  async command(query: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#client.command({ query, query_params: { ...parameters } })
  }

  /** These are all the holds of that journal's node now: their rows are kept from the retention. */
  async hold(journal: string, holds: readonly LegalHold[]): Promise<void> {
    const known = await this.query(
      'SELECT * EXCEPT (version, at) FROM holds WHERE journal = {journal:String} AND NOT released',
      { journal },
    )
    const version = Date.now()
    const rows = holds.map(hold => holdRow(journal, hold, version))
    const names = new Set(holds.map(({ name }) => name))
    const gone = known
      .filter(({ name }) => !names.has(String(name)))
      .map(row => ({ ...row, version, at: moment(version), released: true }))
    await this.insert('hold_log', [...rows, ...gone])
    await this.#retain()
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  /** Several nodes may do so at once: each statement can be run again. */
  async #migrate(): Promise<void> {
    const layout = this.#layout
    for (const query of bookkeeping(layout)) await this.command(query)
    const [made] = await this.query(
      "SELECT max(version) AS version FROM migrations WHERE name = 'schema'",
    )
    const version = Number(made?.['version'] ?? 0)
    for (const migration of migrations(layout)) {
      if (migration.version <= version) continue
      for (const query of migration.statements) await this.command(query)
      await this.#made(migration.version, 'schema')
    }
  }

  /** A changed retention rewrites what is there, so it is set only when it did change. */
  async #retain(): Promise<void> {
    if (this.#layout.retention === undefined) return
    const holds = await this.query(
      'SELECT DISTINCT session, user, database FROM holds WHERE NOT released ORDER BY ALL',
    )
    const changes = retentionChanges({
      ...this.#layout,
      holds: holds as readonly unknown[] as readonly HoldConditions[],
    })
    const wanted = changes.join('\n')
    const [last] = await this.query(
      "SELECT name FROM migrations FINAL WHERE name LIKE 'ALTER%' ORDER BY version DESC LIMIT 1",
    )
    const none = changes.every(change => change.endsWith(noRetention))
    if (last === undefined ? none : last['name'] === wanted) return
    for (const query of changes) {
      // A table that has none has none to be removed.
      const harmless = query.endsWith(noRetention)
      await this.command(query).catch((error: unknown) => {
        if (!harmless) throw error
      })
    }
    await this.#made(Date.now(), wanted)
  }

  async #made(version: number, name: string): Promise<void> {
    await this.#client.insert({
      table: 'migrations',
      values: [{ version, name }],
      format: 'JSONEachRow',
      columns: ['version', 'name'],
      clickhouse_settings: { distributed_foreground_insert: 1 },
    })
  }
}

function holdRow(journal: string, hold: LegalHold, version: number): ArchiveRow {
  const { name, session = '', user = '', database = '', reason, by, at } = hold
  return {
    ...{ journal, name, version, session, user, database, reason, by },
    ...{ at: moment(at), released: false },
  }
}

/** As ClickHouse reads it, UTC. */
function moment(time: string | number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '')
}

type Columns = [string, ...string[]]

/** Bytes are sent as base64, and kept as they are. */
const recordColumns: Columns = [
  ...(['journal', 'segment', 'session', 'record', 'started_at'] as const),
  ...['user', 'database', 'environment', 'base64'],
]

const statementColumns: Columns = [
  ...(['session', 'statement', 'version', 'started_at', 'at'] as const),
  ...['user', 'database', 'environment', 'kind', 'owner', 'remote_address', 'command'],
  ...['effects', 'tables', 'columns', 'normalized', 'unreadable', 'verdict', 'observed', 'rules'],
  ...[
    'reason',
    'approval',
    'decided_by',
    'break_glass',
    'ended_at',
    'tag',
    'rows',
    'bytes',
    'error',
  ],
]

const manyRows: Partial<Readonly<Record<ArchiveTable, Columns>>> = {
  record_log: recordColumns,
  statement_log: statementColumns,
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
