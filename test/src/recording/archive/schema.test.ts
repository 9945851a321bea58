import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { Archive } from '../../../../src/recording/archive/archive.ts'
import {
  bookkeeping,
  migrations,
  retentionChanges,
} from '../../../../src/recording/archive/schema.ts'
import type { RetentionConfig } from '../../../../src/recording/events.ts'

const folder = await mkdtemp(join(tmpdir(), 'countersign-schema-'))
const path = join(folder, 'archive')
t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
const day = 86_400_000
const retention = {
  defaultMs: 400 * day,
  databases: [["it's", 7 * day]] as const,
  environments: [['staging', 30 * day]] as const,
}
const none = { defaultMs: undefined, databases: [], environments: [] }

const open = (kept?: RetentionConfig): Promise<Archive> =>
  Archive.open({ kind: 'embedded' }, path, kept)

t.test('migrations are made once, and retention follows the configuration', async t => {
  const first = await open(retention)
  const made = 'SELECT version FROM migrations WHERE name = {name:String}'
  const versions = migrations({ cluster: undefined, retention: undefined }).length
  t.equal((await first.query(made, { name: 'schema' })).length, versions)
  const ttl = async (archive: Archive): Promise<string> => {
    const [table] = await archive.query(
      `SELECT extract(create_table_query, 'TTL (.+) SETTINGS') AS ttl FROM system.tables
       WHERE name = 'statement_log'`,
    )
    return String(table?.['ttl'])
  }
  t.match(await ttl(first), /multiIf\(database = 'it\\+'s', .*IntervalDay\(7\).*30.*400/)
  await first.close()

  const again = await open(retention)
  t.equal((await again.query(made, { name: 'schema' })).length, versions)
  t.equal((await again.query("SELECT 1 FROM migrations WHERE name LIKE 'ALTER%'")).length, 1)
  await again.close()

  const without = await open(none)
  t.equal(await ttl(without), '')
  await without.close()
  const reader = await open()
  t.equal((await reader.query("SELECT 1 FROM migrations WHERE name LIKE 'ALTER%'")).length, 2)

  // A cluster cannot be had here; what would be sent to it is ClickHouse's own SQL.
  const holds = [{ session: "it's", user: '', database: 'shop' }]
  const layout = { cluster: 'the`cluster', retention, holds }
  const all = [
    ...bookkeeping(layout),
    ...migrations(layout).flatMap(({ statements }) => statements),
    ...retentionChanges(layout),
  ]
  for (const query of all) {
    t.match(query, 'ON CLUSTER `the\\`cluster`')
    await t.resolves(reader.query('SELECT formatQuery({query:String})', { query }))
  }
  t.match(all.join('\n'), /ReplicatedReplacingMergeTree.*'\{replica\}', version\)/)
  t.match(all.join('\n'), /Distributed\(.*statement_log_local, cityHash64\(session\)\)/)
  await reader.close()
})

t.test('what is held stays in spite of its retention, until it is released', async t => {
  const kept = await open(none)
  const started_at = '2020-01-01 00:00:00.000000'
  for (const user of ['ada', 'bob', 'eve']) {
    const who = { started_at, user, database: 'shop', environment: 'production' }
    const session = `session-of-${user}`
    await kept.insert('session_log', [{ ...who, session, version: 1, groups: [] }])
    await kept.insert('record_log', [
      { ...who, session, journal: 'j', segment: 1, record: 1, base64: 'eA==' },
    ])
  }
  const hold = {
    name: 'case-17',
    user: 'bob',
    reason: 'court',
    by: 'ada',
    at: '2026-11-21T10:00:00Z',
  }
  const other = {
    name: 'case-18',
    session: 'session-of-e',
    reason: 'court',
    by: 'ada',
    at: hold.at,
  }
  await kept.hold('one', [hold])
  await kept.hold('two', [other])
  await kept.close()
  // What is past its time may go as soon as there is one.
  const archive = await open({ ...none, defaultMs: 30 * day })
  const left = async (table: 'session_log' | 'record_log'): Promise<string> => {
    await archive.command(`OPTIMIZE TABLE ${table} FINAL`)
    const rows = await archive.query(`SELECT user FROM ${table} ORDER BY user`)
    return rows.map(({ user }) => user).join()
  }
  t.equal(await left('session_log'), 'bob,eve')
  t.equal(await left('record_log'), 'bob,eve')
  t.match(await archive.query('SELECT * FROM holds ORDER BY name'), [
    { journal: 'one', name: 'case-17', user: 'bob', released: false },
    { journal: 'two', name: 'case-18', session: 'session-of-e', released: false },
  ])
  await archive.hold('one', [])
  t.equal(await left('session_log'), 'eve', 'of another node, and held still')
  await archive.hold('two', [])
  t.equal(await left('session_log'), '')
  await archive.close()
})
