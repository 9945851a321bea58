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

const open = (kept?: typeof retention | typeof none): Promise<Archive> =>
  Archive.open({ kind: 'embedded' }, path, kept)

t.test('migrations are made once, and retention follows the configuration', async t => {
  const first = await open(retention)
  const made = 'SELECT version FROM migrations WHERE name = {name:String}'
  t.equal((await first.query(made, { name: 'schema' })).length, 1)
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
  t.equal((await again.query(made, { name: 'schema' })).length, 1)
  t.equal((await again.query("SELECT 1 FROM migrations WHERE name LIKE 'ALTER%'")).length, 1)
  await again.close()

  const without = await open(none)
  t.equal(await ttl(without), '')
  await without.close()
  const reader = await open()
  t.equal((await reader.query("SELECT 1 FROM migrations WHERE name LIKE 'ALTER%'")).length, 2)

  // A cluster cannot be had here; what would be sent to it is ClickHouse's own SQL.
  const layout = { cluster: 'the`cluster', retention }
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
