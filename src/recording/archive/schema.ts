/**
 * The archive's tables, as versioned migrations. What is inserted goes into the `…_log` tables; what
 * people ask are the views without that ending, where each row is there once.
 * https://clickhouse.com/docs/engines/table-engines/mergetree-family/replacingmergetree
 *
 * Every row's key is where it stands in the journal, so a row that arrives twice replaces itself; a
 * session and a statement arrive again, with a higher version, as they go on.
 */
import type { RetentionConfig } from '../events.ts'

export type ArchiveTable =
  | 'session_log'
  | 'statement_log'
  | 'approval_log'
  | 'event_log'
  | 'record_log'
  | 'head_log'
  | 'hold_log'

export interface Migration {
  readonly version: number
  /** In order; each may be run again after it was cut off. */
  readonly statements: readonly string[]
}

interface Table {
  readonly name: ArchiveTable
  readonly columns: string
  readonly key: string
  /** What says which of two rows is the later one; absent: they are the same. */
  readonly version?: string
  /** When what it is about began: decides its partition and its retention. */
  readonly time: string
  readonly indexes?: readonly string[]
}

/**
 * Names as they are, from behind their first dot, and from behind their second: `customers.email` and
 * `email` of `public.customers.email`. As `shorterNames` has it in reading/search.ts.
 */
const shorterNames = (names: string): string => {
  const first = "position(name, '.')"
  return `arrayDistinct(arrayConcat(${names},
      arrayMap(name -> substring(name, ${first} + 1), ${names}),
      arrayMap(name -> substring(name, position(name, '.', ${first} + 1) + 1), ${names})))`
}

const who = `user LowCardinality(String), database LowCardinality(String),
    environment LowCardinality(String)`
const moment = "DateTime64(6, 'UTC')"

const tables: readonly Table[] = [
  {
    name: 'session_log',
    columns: `session String, version UInt64, started_at ${moment}, ${who},
    kind LowCardinality(String), owner LowCardinality(Nullable(String)),
    purpose LowCardinality(Nullable(String)), groups Array(LowCardinality(String)),
    protocol LowCardinality(String), application LowCardinality(Nullable(String)),
    remote_address String, tls Bool, ended_at Nullable(${moment}),
    end_reason LowCardinality(Nullable(String)), journal LowCardinality(String)`,
    key: 'started_at, session',
    version: 'version',
    time: 'started_at',
    indexes: ['session session TYPE bloom_filter(0.001)'],
  },
  {
    name: 'statement_log',
    columns: `session String CODEC(ZSTD(1)), statement UInt64, version UInt64,
    started_at ${moment}, at ${moment} CODEC(Delta, ZSTD(1)), ${who},
    kind LowCardinality(String), owner LowCardinality(Nullable(String)),
    remote_address LowCardinality(String), command LowCardinality(String), effects Array(LowCardinality(String)),
    tables Array(LowCardinality(String)), columns Array(LowCardinality(String)),
    normalized LowCardinality(String), unreadable LowCardinality(Nullable(String)),
    verdict LowCardinality(String), observed LowCardinality(Nullable(String)),
    rules Array(LowCardinality(String)), reason LowCardinality(String),
    approval Nullable(String), decided_by Array(LowCardinality(String)),
    break_glass Bool, ended_at Nullable(${moment}), tag LowCardinality(Nullable(String)),
    rows Nullable(UInt64), bytes Nullable(UInt64), error LowCardinality(Nullable(String)),
    effect_kinds Array(LowCardinality(String)) MATERIALIZED
      arrayDistinct(arrayMap(effect -> splitByChar(' ', effect)[1], effects)),
    table_names Array(LowCardinality(String)) MATERIALIZED ${shorterNames('tables')},
    column_names Array(LowCardinality(String)) MATERIALIZED ${shorterNames('columns')}`,
    key: 'started_at, session, statement',
    version: 'version',
    time: 'started_at',
    indexes: [
      'session session TYPE bloom_filter(0.001)',
      'at at TYPE minmax',
      'user user TYPE set(100)',
      'owner owner TYPE set(100)',
      'database database TYPE set(100)',
      'verdict verdict TYPE set(4)',
      'rules rules TYPE bloom_filter(0.01)',
      'decided_by decided_by TYPE bloom_filter(0.01)',
      'effect_kinds effect_kinds TYPE bloom_filter(0.01)',
      'table_names table_names TYPE bloom_filter(0.01)',
      'column_names column_names TYPE bloom_filter(0.01)',
      'text lower(normalized) TYPE ngrambf_v1(4, 16384, 2, 0)',
      'rows rows TYPE minmax',
      'bytes bytes TYPE minmax',
    ],
  },
  {
    name: 'approval_log',
    columns: `session String, record UInt64, entry UInt16, started_at ${moment}, at ${moment},
    ${who}, statement UInt64, approval String, short_id String,
    type LowCardinality(String), decision LowCardinality(Nullable(String)),
    person LowCardinality(Nullable(String)), surface LowCardinality(Nullable(String)),
    reason Nullable(String), requester_reason Nullable(String),
    rules Array(LowCardinality(String)), expires_at Nullable(${moment})`,
    key: 'started_at, session, record, entry',
    time: 'started_at',
    indexes: [
      'approval approval TYPE bloom_filter(0.01)',
      'session session TYPE bloom_filter(0.001)',
    ],
  },
  {
    name: 'event_log',
    columns: `journal LowCardinality(String), segment UInt64, session String, record UInt64,
    entry UInt16, started_at ${moment}, at ${moment}, ${who},
    type LowCardinality(String), statement Nullable(UInt64), detail String`,
    key: 'started_at, journal, segment, session, record, entry',
    time: 'started_at',
    indexes: ['type type TYPE bloom_filter(0.01)', 'session session TYPE bloom_filter(0.001)'],
  },
  {
    name: 'record_log',
    columns: `journal LowCardinality(String), segment UInt64, session String, record UInt64,
    started_at ${moment}, ${who}, base64 String EPHEMERAL,
    bytes String DEFAULT base64Decode(base64) CODEC(ZSTD(1))`,
    key: 'journal, segment, session, record',
    time: 'started_at',
    indexes: ['session session TYPE bloom_filter(0.001)'],
  },
  {
    name: 'head_log',
    columns: `journal LowCardinality(String), segment UInt64, over LowCardinality(String),
    hash String, at DateTime64(3, 'UTC'), key String, signature String`,
    key: 'journal, segment, hash, at',
    time: 'at',
  },
]

/** Legal holds of all nodes that ship here; an empty condition is none. */
const holdTable: Table = {
  name: 'hold_log',
  columns: `journal LowCardinality(String), name String, version UInt64, session String, user String,
    database String, reason String, by String, at DateTime64(3, 'UTC'), released Bool`,
  key: 'journal, name',
  version: 'version',
  time: 'at',
}

/** By the view's name: what people read. FINAL leaves one of each. */
const views: Readonly<Record<string, string>> = {
  sessions: 'SELECT * FROM session_log FINAL',
  statements: 'SELECT * FROM statement_log FINAL',
  approvals: 'SELECT * FROM approval_log FINAL',
  events: 'SELECT * FROM event_log FINAL',
  records: 'SELECT * FROM record_log FINAL',
  heads: 'SELECT * FROM head_log FINAL',
}

/** Where the tables live: in one server, or in a cluster that the server knows by name. */
export interface Layout {
  readonly cluster: string | undefined
  readonly retention: RetentionConfig | undefined
  /** What is kept in spite of the retention. */
  readonly holds?: readonly HoldConditions[]
}

/** A row that all of them are true of is held; an empty one is true of every row. */
export interface HoldConditions {
  /** How the session's id begins. */
  readonly session: string
  readonly user: string
  readonly database: string
}

/** A version that was released is never changed: what is new is a migration behind it. */
export function migrations(layout: Layout): readonly Migration[] {
  return [
    {
      version: 1,
      statements: [
        ...tables.flatMap(table => createTable(table, layout)),
        ...Object.entries(views).map(
          ([view, query]) => `CREATE OR REPLACE VIEW ${view}${on(layout)} AS ${query}`,
        ),
      ],
    },
    {
      version: 2,
      statements: [
        ...createTable(holdTable, layout),
        `CREATE OR REPLACE VIEW holds${on(layout)} AS SELECT * FROM hold_log FINAL`,
      ],
    },
  ]
}

/** What the migrations themselves are kept in; the settings say what the retention was set to. */
export function bookkeeping(layout: Layout): readonly string[] {
  return createTable(
    {
      name: 'migrations' as ArchiveTable,
      columns: "version UInt64, name String, at DateTime DEFAULT now('UTC')",
      key: 'name, version',
      version: 'at',
      time: 'at',
    },
    { ...layout, retention: undefined },
  )
}

export const noRetention = 'REMOVE TTL'

/** Statements that put the retention in force for what is there and what comes. */
export function retentionChanges({ cluster, retention, holds }: Layout): readonly string[] {
  const kept = tables.filter(({ name }) => name !== 'head_log')
  return kept.map(({ name, time }) => {
    const table = `${stored(name, cluster)}${on({ cluster })}`
    const expiry = expiryOf(time, retention, holds ?? [])
    return expiry === undefined
      ? `ALTER TABLE ${table} ${noRetention}`
      : `ALTER TABLE ${table} MODIFY TTL ${expiry}`
  })
}

/** In a cluster each shard stores its part, and a table of the plain name asks and fills them all. */
function createTable(table: Table, layout: Layout): readonly string[] {
  const { name, columns, key, version, time, indexes = [] } = table
  const { cluster } = layout
  const parts = [columns, ...indexes.map(index => `INDEX index_${index} GRANULARITY 1`)]
  const engine =
    cluster === undefined
      ? `ReplacingMergeTree(${version ?? ''})`
      : `ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/${name}', '{replica}'${
          version === undefined ? '' : `, ${version}`
        })`
  const create = `CREATE TABLE IF NOT EXISTS ${stored(name, cluster)}${on(layout)} (
    ${parts.join(',\n    ')}
  ) ENGINE = ${engine} PARTITION BY toYYYYMM(${time}) ORDER BY (${key})`
  if (cluster === undefined) return [create]
  // What belongs together, and may have to replace itself, is on one shard.
  const shard = key.includes('session') ? 'cityHash64(session)' : 'cityHash64(journal)'
  const sharding = name === ('migrations' as ArchiveTable) ? 'rand()' : shard
  return [
    create,
    `CREATE TABLE IF NOT EXISTS ${name}${on(layout)} AS ${stored(name, cluster)}
  ENGINE = Distributed(${quotedName(cluster)}, currentDatabase(), ${stored(name, cluster)}, ${sharding})`,
  ]
}

function stored(name: string, cluster: string | undefined): string {
  return cluster === undefined ? name : `${name}_local`
}

function on({ cluster }: Pick<Layout, 'cluster'>): string {
  return cluster === undefined ? '' : ` ON CLUSTER ${quotedName(cluster)}`
}

const dayMs = 86_400_000

/**
 * What is held is kept; then a database's own time beats its environment's, which beats the default.
 * Absent: for ever.
 */
function expiryOf(
  time: string,
  retention: RetentionConfig | undefined,
  holds: readonly HoldConditions[],
): string | undefined {
  if (retention === undefined) return undefined
  const until = (ms: number | undefined): string =>
    ms === undefined
      ? "toDateTime('2105-12-31 00:00:00', 'UTC')"
      : `toDateTime(${time}, 'UTC') + toIntervalDay(${Math.ceil(ms / dayMs)})`
  const classes = [
    ...[...retention.databases].map(([name, ms]) => [`database = ${quoted(name)}`, ms] as const),
    ...[...retention.environments].map(
      ([name, ms]) => [`environment = ${quoted(name)}`, ms] as const,
    ),
  ]
  if (classes.length === 0 && retention.defaultMs === undefined) return undefined
  const kept = holds.map(hold => [heldCondition(hold), undefined] as const)
  const cases = [...kept, ...classes]
    .map(([condition, ms]) => `${condition}, ${until(ms)}, `)
    .join('')
  return cases === ''
    ? until(retention.defaultMs)
    : `multiIf(${cases}${until(retention.defaultMs)})`
}

function heldCondition({ session, user, database }: HoldConditions): string {
  const conditions = [
    ...(session === '' ? [] : [`startsWith(session, ${quoted(session)})`]),
    ...(user === '' ? [] : [`user = ${quoted(user)}`]),
    ...(database === '' ? [] : [`database = ${quoted(database)}`]),
  ]
  return conditions.length === 0 ? 'true' : conditions.join(' AND ')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function quotedName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}
