import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { protocols } from '../../../../protocols/index.ts'
import type { FrameDecoder } from '../../../../protocols/protocol.ts'
import { Archive, type ArchiveRow } from '../../../../src/recording/archive/archive.ts'
import type { ArchiveTable } from '../../../../src/recording/archive/schema.ts'
import {
  archiveSource,
  runningArchive,
  serveArchive,
} from '../../../../src/recording/archive/socket.ts'
import { toArchive } from '../../../../src/recording/archive/to-archive.ts'
import { Playbacks } from '../../../../src/recording/playback/playbacks.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import { Shipper } from '../../../../src/recording/shipping/ship.ts'
import { exportSession } from '../../../../src/recording/verify/export.ts'
import { archivedJournal } from '../../../../src/recording/verify/source.ts'
import { verifyJournal, verifySource } from '../../../../src/recording/verify/verify.ts'
import { verifyExport } from '../../../../src/recording/verify/verify-export.ts'
import { collect, place, run, sessionStart, statement } from '../../../support/recorded-place.ts'

// A process has one embedded ClickHouse: the tests share it, and tell their sessions apart by name.
const folder = await mkdtemp(join(tmpdir(), 'countersign-archive-'))
const archive = await Archive.open({ kind: 'embedded' }, join(folder, 'archive'))
t.teardown(async () => {
  await archive.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function ship(dir: string, into: Pick<Archive, 'insert'> = archive): Promise<number> {
  const shipper = new Shipper(dir, toArchive(into))
  let all = 0
  for (let records = await shipper.step(); records > 0; records = await shipper.step())
    all += records
  return all
}

t.test('what the journal has can be searched without a key', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('search-1'))
  run(session, "SELECT 'plaintext-secret'", 'row')
  session.statement({
    ...statement('DELETE FROM customers'),
    verdict: { kind: 'deny', rules: ['no-deletes'], reason: 'no', observed: undefined },
  })
  session.commit()
  await session.end('left')
  await recorder.close()
  t.ok((await ship(here.journal)) > 5)
  const found = await archive.query(
    `SELECT statement, user, database, tables, columns, verdict, rules, tag, rows, normalized
     FROM statements WHERE has(tables, 'public.customers') AND session = 'search-1'
     ORDER BY statement`,
  )
  t.match(found, [
    { statement: 0, user: 'ada', database: 'shop', verdict: 'allow', tag: 'SELECT 1', rows: 1 },
    { statement: 1, verdict: 'deny', rules: ['no-deletes'], tag: null, rows: null },
  ])
  const [everything] = await archive.query(
    `SELECT (SELECT count() FROM records WHERE position(bytes, 'plaintext-secret') > 0)
       + (SELECT count() FROM events WHERE position(detail, 'plaintext-secret') > 0)
       + (SELECT count() FROM statements WHERE position(toString(tuple(*)), 'plaintext-secret') > 0)
       AS n`,
  )
  t.match(everything, { n: 0 })
})

t.test('a crash between batches loses nothing and doubles nothing', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ segmentBytesMax: 30_000 })
  const session = await recorder.openSession(sessionStart('crash-1'))
  const count = 200
  for (let number = 0; number < count; number += 1)
    run(session, `SELECT ${number}`, 'x'.repeat(300))
  await session.end('left')
  await recorder.close()

  // Every third insert reaches the archive and dies before the shipper knows.
  let inserts = 0
  const dying = {
    async insert(table: ArchiveTable, values: readonly ArchiveRow[]): Promise<void> {
      await archive.insert(table, values)
      inserts += 1
      if (inserts % 3 === 0) throw new Error('killed')
    },
  }
  let crashes = 0
  while (crashes < 6) {
    try {
      await ship(here.journal, dying)
      break
    } catch {
      crashes += 1
    }
  }
  t.ok(crashes > 2, `${crashes} crashes`)
  await ship(here.journal)
  t.equal(await ship(here.journal), 0, 'all of it is there')
  const [counted] = await archive.query(
    `SELECT count() AS n, uniqExact(statement) AS distinct, countIf(tag = 'SELECT 1') AS ended
     FROM statements WHERE session = 'crash-1'`,
  )
  t.match(counted, { n: count, distinct: count, ended: count })
  const raw = await archive.query(
    "SELECT count() = max(record) + 1 AS whole FROM records WHERE session = 'crash-1'",
  )
  t.match(raw, [{ whole: 1 }])
})

t.test('an archive that is away gets everything when it is back', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  t.teardown(() => recorder.close())
  const session = await recorder.openSession(sessionStart('away-1'))
  run(session, 'SELECT 1', 'x')
  let away = true
  const shipper = new Shipper(
    here.journal,
    toArchive({
      insert: (table, values) =>
        away ? Promise.reject(new Error('away')) : archive.insert(table, values),
    }),
  )
  await t.rejects(shipper.step(), { message: 'away' })
  run(session, 'SELECT 2', 'x')
  await t.rejects(shipper.step(), { message: 'away' })
  away = false
  t.ok((await shipper.step()) > 2)
  const found = await archive.query(
    "SELECT statement FROM statements WHERE session = 'away-1' ORDER BY statement",
  )
  t.strictSame(found, [{ statement: 0 }, { statement: 1 }])
})

t.test('a session is read from the archive as from the journal', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ segmentBytesMax: 4_000 })
  const session = await recorder.openSession(sessionStart('same-1'))
  for (let number = 0; number < 20; number += 1) run(session, `SELECT ${number}`, `row ${number}`)
  await session.end('left')
  await recorder.close()
  await ship(here.journal)
  const server = await serveArchive(here.dir, archive)
  t.teardown(() => server.close())
  const source = await archiveSource(here.dir)
  t.teardown(() => source.close())
  const journal = new JournalReader({ dir: here.journal, keys: here.keys })
  const archived = new JournalReader({ dir: here.journal, keys: here.keys, source })
  t.strictSame(
    await collect(archived.happenings('same-1')),
    await collect(journal.happenings('same-1')),
  )
  t.strictSame(await archived.find('same-'), await journal.find('same-'))
  await t.rejects(archived.find('nobody'), { message: /no session/ })
})

t.test('the recorder ships by itself, in a process that ends with it', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ archive: { kind: 'embedded' } })
  const session = await recorder.openSession(sessionStart('own-1'))
  run(session, 'SELECT 1', 'x')
  while ((recorder.archive?.records ?? 0) < 2) await new Promise(resolve => setTimeout(resolve, 50))
  // The folder is that process's now: this goes over its socket.
  const source = await archiveSource(here.dir)
  const { sessions: listed } = await source.search({ limit: 10 })
  t.match(listed, [{ id: 'own-1', user: 'ada', state: 'open' }])
  await source.close()
  await recorder.close()
  t.equal(recorder.archive?.state, 'stopped')
})

t.test('a journal is verified from the archive, with the public key only', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ segmentBytesMax: 4_000 })
  const session = await recorder.openSession(sessionStart('verified-1'))
  for (let number = 0; number < 20; number += 1) run(session, `SELECT ${number}`, `row ${number}`)
  await session.end('left')
  await recorder.close()
  await ship(here.journal)
  const server = await serveArchive(here.dir, archive)
  t.teardown(() => server.close())
  const source = await archiveSource(here.dir)
  t.teardown(() => source.close())
  const id = (await readFile(join(here.journal, 'id'), 'utf8')).trim()
  const { publicKey } = here.keys
  const files = await archivedJournal(source.journal(id))
  const report = await verifySource(files, { publicKey })
  t.strictSame(report.findings, [])
  const whole = await verifyJournal({ dir: here.journal, publicKey })
  t.equal(report.records, whole.records)
  t.ok(report.segments > 2)
  const [gone] = await source.journal(id).records(2)
  const without = await archivedJournal({
    segments: () => source.journal(id).segments(),
    records: async segment => {
      const all = await source.journal(id).records(segment)
      return all.filter(record => record !== gone)
    },
  })
  t.not((await verifySource(without, { publicKey })).findings.length, 0)
})

t.test('what the files of the journal have no more is played from the archive', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ segmentBytesMax: 4_000 })
  const session = await recorder.openSession(sessionStart('gone-1'))
  for (let number = 0; number < 20; number += 1) run(session, `SELECT ${number}`, `row ${number}`)
  await session.end('left')
  await recorder.close()
  await ship(here.journal)
  const { dir, journal, keys } = here
  const { publicKey } = keys
  const before = await collect(new JournalReader({ dir: journal, keys }).happenings('gone-1'))
  const server = await serveArchive(dir, archive)
  t.teardown(() => server.close())
  for (const name of await readdir(journal)) {
    if (name.endsWith('.seg')) await rm(join(journal, name))
  }

  const reader = new JournalReader({ dir: journal, keys, beyond: () => runningArchive(dir) })
  t.equal((await reader.find('gone')).id, 'gone-1')
  t.strictSame(await collect(reader.happenings('gone-1')), before)
  await t.rejects(reader.find('nobody'), { code: 'COUNTERSIGN_NO_SUCH_SESSION' })
  const lines: string[] = []
  for await (const line of exportSession({ reader, publicKey, id: 'gone-1', sealed: false }))
    lines.push(JSON.stringify(line))
  const exported = verifyExport(lines, publicKey)
  t.strictSame(exported.findings, [])
  t.equal(exported.session?.signed, exported.session?.records, 'with the proof of every record')

  const decoder = (name: string): FrameDecoder => {
    const protocol = protocols.find(each => each.name === name)
    if (protocol === undefined) throw new Error(`expected ${name}`)
    return protocol.frameDecoder()
  }
  const running = (): boolean => false
  const playbacks = new Playbacks({ dir: journal, reader, publicKey, running, decoder })
  t.teardown(() => playbacks.close())
  const played = await playbacks.open('gone-1')
  await played?.ready()
  t.equal(played?.playback?.statements.length, 20)
  t.equal(await playbacks.open('nobody'), undefined)

  for (const name of await readdir(journal)) {
    if (name.endsWith('.keys')) await rm(join(journal, name))
  }
  const sealed = await collect(reader.happenings('gone-1'))
  const [gap] = sealed.flatMap(each =>
    each.type === 'entry' && each.entry.type === 'gap' ? [each.entry.reason] : [],
  )
  t.match(gap, /sealed: its wrapped key is not in the journal's 00000001.keys/, 'and says why not')
})
