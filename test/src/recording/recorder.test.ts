import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { JournalReader } from '../../../src/recording/reading/reader.ts'
import { verifyJournal } from '../../../src/recording/verify/verify.ts'
import {
  allowed,
  analysis,
  collect,
  place,
  run,
  sessionStart,
  statement,
} from '../../support/recorded-place.ts'

t.test('a session is read back as it happened', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open()
  const session = await recorder.openSession(sessionStart('0001-a'))
  run(session, 'SELECT email FROM customers WHERE id = 1', 'row one')
  const held = session.statement({
    text: 'DELETE FROM customers',
    parameters: [null, Buffer.from([0, 255])],
    analysis: { ...analysis, tag: 'DELETE' },
    verdict: { kind: 'hold', rules: ['unfiltered'], reason: 'no WHERE', observed: undefined },
    approvalId: 'appr-1',
  })
  session.approval({
    type: 'approval.decided',
    approvalId: 'appr-1',
    statement: held,
    decision: 'denied',
    by: 'grace',
    surface: 'web',
    reason: 'not today',
  })
  session.commit()
  await session.event({ type: 'gap', reason: 'a frame was too large', bytes: 12 })
  await session.end('the client left')
  await recorder.close()

  const reader = new JournalReader({ dir: journal, keys })
  const [summary] = await reader.sessions()
  t.match(summary, {
    id: '0001-a',
    user: 'ada',
    statements: 2,
    held: 1,
    rows: 1,
    state: 'ended',
    endReason: 'the client left',
  })
  const happenings = await collect(reader.happenings('0001-a'))
  t.match(happenings, [
    {
      type: 'statement',
      statement: 0,
      text: 'SELECT email FROM customers WHERE id = 1',
      parameters: ['7'],
      tables: ['public.customers'],
      columns: ['public.customers.email'],
      verdict: allowed,
    },
    { type: 'frames', from: 'server', bytes: Buffer.from('row one') },
    { type: 'entry', entry: { type: 'statement.end', statement: 0, tag: 'SELECT 1', rows: 1 } },
    {
      type: 'statement',
      statement: 1,
      tag: 'DELETE',
      parameters: [null, Buffer.from([0, 255])],
      verdict: { kind: 'hold', rules: ['unfiltered'] },
      approval: 'appr-1',
    },
    { type: 'entry', entry: { type: 'approval.decided', by: 'grace', reason: 'not today' } },
    { type: 'entry', entry: { type: 'gap', reason: 'a frame was too large', bytes: 12 } },
    { type: 'entry', entry: { type: 'session.end', reason: 'the client left' } },
  ])
  t.equal(happenings.length, 7)
  const report = await verifyJournal({ dir: journal, publicKey: keys.publicKey, keys })
  t.strictSame(report.findings, [])
  t.match(report.sessions, [{ id: '0001-a', ended: true, erased: false }])
  t.equal(report.sessions[0]?.signed, report.sessions[0]?.records)
})

t.test('a statement is in the file when commit returns', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open()
  t.teardown(() => recorder.close())
  const session = await recorder.openSession(sessionStart('0001-b'))
  session.statement(statement('SELECT 1 AS only_this'))
  session.commit()
  // Another process could read it now: nothing but the file is asked.
  const found = await collect(new JournalReader({ dir: journal, keys }).happenings('0001-b'))
  t.match(found, [{ type: 'statement', text: 'SELECT 1 AS only_this' }])
})

t.test('nothing of a text, a parameter or a row is readable without the key', async t => {
  const { journal, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open()
  const session = await recorder.openSession(sessionStart('0001-c'))
  run(session, "SELECT 'plaintext-secret'", 'row-secret')
  await recorder.close()
  for (const name of await readdir(journal)) {
    const bytes = await readFile(join(journal, name))
    t.notOk(bytes.includes('plaintext-secret'), name)
    t.notOk(bytes.includes('row-secret'), name)
    t.equal((await stat(join(journal, name))).mode & 0o077, 0, `${name} is for its owner only`)
  }
  const without = new JournalReader({ dir: journal, keys: undefined })
  const happenings = await collect(without.happenings('0001-c'))
  t.match(happenings[0], { type: 'statement', text: undefined, normalized: /SELECT email/ })
  t.match(happenings[1], { entry: { type: 'gap', reason: /key/ } })
})

t.test('frames that nobody waits for are in the file within the flush time', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open()
  t.teardown(() => recorder.close())
  const session = await recorder.openSession(sessionStart('0001-d'))
  await session.event({ type: 'frames', from: 'client', bytes: Buffer.from('copy data') })
  const reader = new JournalReader({ dir: journal, keys })
  let found: unknown[] = []
  while (found.length === 0) found = await collect(reader.happenings('0001-d'))
  t.match(found, [{ type: 'frames', from: 'client', bytes: Buffer.from('copy data') }])
})

t.test('sessions go on over segments, and every segment can be read by itself', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open({ segmentBytesMax: 20_000 })
  const first = await recorder.openSession(sessionStart('0001-e'))
  const second = await recorder.openSession(sessionStart('0002-e', 'bob'))
  for (let number = 0; number < 100; number += 1) {
    run(first, `SELECT ${number}`, 'x'.repeat(700))
    run(second, `SELECT -${number}`, 'y'.repeat(100))
  }
  await recorder.close()
  const segments = (await readdir(journal)).filter(name => name.endsWith('.seg'))
  t.ok(segments.length > 4, `${segments.length} segments`)
  const reader = new JournalReader({ dir: journal, keys })
  for (const [id, sign] of [
    ['0001-e', ''],
    ['0002-e', '-'],
  ] as const) {
    const texts: (string | undefined)[] = []
    for await (const happening of reader.happenings(id)) {
      if (happening.type === 'statement') texts.push(happening.text)
    }
    t.strictSame(
      texts,
      Array.from({ length: 100 }, (_, number) => `SELECT ${sign}${number}`),
    )
  }
  const report = await verifyJournal({ dir: journal, publicKey: keys.publicKey, keys })
  t.strictSame(report.findings, [])
  t.strictSame(report.notes, [])
})

t.test('large results arrive whole and in order', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open({ segmentBytesMax: 4_000_000 })
  const session = await recorder.openSession(sessionStart('0001-f'))
  const sent: Buffer[] = []
  for (let number = 0; number < 200; number += 1) {
    const bytes = Buffer.alloc(65_536, number)
    sent.push(Buffer.from(bytes))
    await session.event({ type: 'frames', from: 'server', bytes })
    bytes.fill(0)
  }
  await recorder.close()
  const got: Buffer[] = []
  for await (const happening of new JournalReader({ dir: journal, keys }).happenings('0001-f')) {
    if (happening.type === 'frames') got.push(Buffer.from(happening.bytes))
  }
  t.ok(Buffer.concat(sent).equals(Buffer.concat(got)))
  const report = await verifyJournal({ dir: journal, publicKey: keys.publicKey, keys })
  t.strictSame(report.findings, [])
})

t.test('rows that are not to be recorded leave a gap that says so', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open({ rows: false })
  const session = await recorder.openSession(sessionStart('0001-g'))
  run(session, 'SELECT 1', 'row-secret')
  await recorder.close()
  const happenings = await collect(new JournalReader({ dir: journal, keys }).happenings('0001-g'))
  t.notOk(happenings.some(({ type }) => type === 'frames'))
  t.ok(
    happenings.some(
      happening =>
        happening.type === 'entry' &&
        happening.entry.type === 'gap' &&
        happening.entry.bytes === 10,
    ),
  )
})

t.test('heads are signed while sessions go on', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open({ headMs: 20 })
  t.teardown(() => recorder.close())
  const session = await recorder.openSession(sessionStart('0001-h'))
  run(session, 'SELECT 1', 'x')
  const options = { dir: journal, publicKey: keys.publicKey, keys }
  let report = await verifyJournal(options)
  while (!report.sessions.some(({ signed }) => signed > 1)) report = await verifyJournal(options)
  t.strictSame(report.findings, [])
  t.match(report.sessions, [{ id: '0001-h', ended: false }])
})

t.test('those who wait for the disk share one call, also over the end of a segment', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open({ segmentBytesMax: 5_000 })
  const sessions = await Promise.all(
    ['a', 'b', 'c', 'd'].map(id => recorder.openSession(sessionStart(id))),
  )
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(sessions.map(each => each.durable(run(each, `SELECT ${round}`, 'x'))))
  }
  await recorder.close()
  const report = await verifyJournal({ dir: journal, publicKey: keys.publicKey, keys })
  t.strictSame(report.findings, [])
  t.ok(report.segments > 4, `${report.segments} segments`)
})

t.test('fsync durability records the same', async t => {
  const { journal, keys, open, remove } = await place()
  t.teardown(remove)
  const recorder = await open({ durability: 'fsync' })
  const session = await recorder.openSession(sessionStart('0001-i'))
  run(session, 'SELECT 1', 'x')
  await Promise.all([session.sync(), session.sync(), recorder.sync()])
  await recorder.close()
  const report = await verifyJournal({ dir: journal, publicKey: keys.publicKey, keys })
  t.strictSame(report.findings, [])
})

t.test('one process writes a journal', async t => {
  const { open, remove } = await place()
  t.teardown(remove)
  const recorder = await open()
  await t.rejects(open(), { message: /process \d+ writes it/ })
  await recorder.close()
  const again = await open()
  await again.close()
})
