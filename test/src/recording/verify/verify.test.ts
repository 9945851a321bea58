import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  parseSegment,
  readSegment,
  segmentPath,
} from '../../../../src/recording/journal/segment.ts'
import { openCustody } from '../../../../src/recording/session-keys/custody.ts'
import type { Finding } from '../../../../src/recording/verify/report.ts'
import { verifyJournal } from '../../../../src/recording/verify/verify.ts'
import { type Place, place, run, sessionStart } from '../../../support/recorded-place.ts'
import { type JournalFiles, readJournal, verifyFiles } from '../../../support/rewritten-journal.ts'

/** Two sessions over three segments, closed in order. */
async function journal(t: Test): Promise<Place> {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open({ segmentBytesMax: 2500 })
  const first = await recorder.openSession(sessionStart('first'))
  const second = await recorder.openSession(sessionStart('second', 'bob'))
  for (let number = 0; number < 3; number += 1) {
    run(first, `SELECT ${number}`, 'x'.repeat(300))
    run(second, `SELECT -${number}`, 'y'.repeat(300))
  }
  await first.end('left')
  await recorder.close()
  return here
}

async function findings(here: Place, dir = here.journal): Promise<readonly Finding[]> {
  return (await verifyJournal({ dir, publicKey: here.keys.publicKey })).findings
}

t.test('a journal that nobody touched is clean', async t => {
  const here = await journal(t)
  t.strictSame(await findings(here), [])
})

t.test('every flipped byte is found, in every file', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('first'))
  run(session, 'SELECT 1', 'x')
  await session.end('left')
  await recorder.close()
  const { publicKey } = here.keys
  const files = await readJournal(here.journal)
  const variants: Readonly<Record<string, [Buffer, (flipped: Buffer) => JournalFiles]>> = {
    segment: [
      files.segments.get(1) ?? Buffer.alloc(0),
      flipped => ({ ...files, segments: new Map([[1, flipped]]) }),
    ],
    heads: [Buffer.from(files.heads), flipped => ({ ...files, heads: flipped.toString('latin1') })],
    keys: [
      Buffer.from(files.keys.get(1) ?? ''),
      flipped => ({ ...files, keys: new Map([[1, flipped.toString('latin1')]]) }),
    ],
  }
  for (const [name, [bytes, variant]] of Object.entries(variants)) {
    const missed: number[] = []
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      const report = await verifyFiles(variant(flipped), { publicKey })
      if (report.findings.length === 0) missed.push(at)
    }
    t.ok(bytes.length > 0, name)
    t.strictSame(missed, [], name)
  }
  await writeFile(join(here.journal, 'id'), `${randomUUID()}\n`)
  t.match(await findings(here), [{ what: /names another journal/ }])
})

t.test('a removed record is found, whichever it is', async t => {
  const here = await journal(t)
  const path = segmentPath(here.journal, 1)
  const bytes = await readFile(path)
  const { records } = parseSegment(bytes)
  t.ok(records.length > 4)
  for (const gone of records.keys()) {
    const kept = records.filter((_, index) => index !== gone).map(record => record.bytes)
    await writeFile(path, Buffer.concat(kept))
    t.not((await findings(here)).length, 0, `record ${gone} of ${records.length}`)
  }
})

t.test('a removed session is found', async t => {
  const here = await journal(t)
  for (const segment of [1, 2, 3]) {
    const path = segmentPath(here.journal, segment)
    const { records } = parseSegment(await readFile(path))
    const kept = records.filter(({ session }) => session !== 2).map(record => record.bytes)
    await writeFile(path, Buffer.concat(kept))
  }
  t.not((await findings(here)).length, 0)
})

t.test('swapped records are found', async t => {
  const here = await journal(t)
  const path = segmentPath(here.journal, 1)
  const records = parseSegment(await readFile(path)).records.map(({ bytes }) => Buffer.from(bytes))
  for (let at = 1; at < records.length; at += 1) {
    const swapped = [...records]
    const [a, b] = [records[at - 1] ?? Buffer.alloc(0), records[at] ?? Buffer.alloc(0)]
    swapped[at - 1] = b
    swapped[at] = a
    await writeFile(path, Buffer.concat(swapped))
    t.not((await findings(here)).length, 0, `records ${at - 1} and ${at}`)
  }
})

t.test('a removed segment is found: the first, one between, the last', async t => {
  const here = await journal(t)
  const names = (await readdir(here.journal)).filter(name => name.endsWith('.seg'))
  t.ok(names.length >= 3)
  for (const name of names) {
    const copy = await mkdtemp(join(tmpdir(), 'countersign-verify-'))
    await cp(here.journal, copy, { recursive: true })
    await rm(join(copy, name))
    t.match(await findings(here, copy), [{ what: /missing/ }], name)
    // Nor does it help to take the list of heads away, but for a last segment closed in order.
    await rm(join(copy, 'heads.ndjson'))
    t.match(await findings(here, copy), [{ what: /missing/ }], `${name}, without heads`)
    await rm(copy, { recursive: true })
  }
})

t.test('a segment cut anywhere is found', async t => {
  const here = await journal(t)
  const last = (await readdir(here.journal)).filter(name => name.endsWith('.seg')).length
  for (const segment of [1, last]) {
    const path = segmentPath(here.journal, segment)
    const bytes = await readFile(path)
    for (let length = bytes.length - 1; length > 0; length -= 41) {
      await truncate(path, length)
      t.not((await findings(here)).length, 0, `segment ${segment} cut to ${length}`)
    }
    await writeFile(path, bytes)
  }
})

t.test('a journal that was written anew with another key is found', async t => {
  const here = await journal(t)
  const other = await journal(t)
  const report = await verifyJournal({ dir: other.journal, publicKey: here.keys.publicKey })
  t.match(report.findings, [{ what: /not of this key/ }])
})

t.test(
  'a wrapped key that is gone is found, unless the journal says that it was erased',
  async t => {
    const here = await journal(t)
    const path = join(here.journal, '00000001.keys')
    const before = await readFile(path, 'utf8')
    const { publicKey } = here.keys
    const report = () => verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
    const gone = { what: /wrapped key is gone.*no note/, sessionId: 'second' }

    const lines = before.split('\n')
    await writeFile(path, lines.filter(line => !line.includes('"second"')).join('\n'))
    const taken = await report()
    t.match(taken.findings, [gone])
    t.match(taken.sessions, [
      { id: 'first', erased: false },
      { id: 'second', erased: true },
    ])
    // Whoever takes it may leave the same behind as an erasure does.
    const erased = { at: new Date().toISOString(), by: 'ada', reason: 'none' }
    await writeFile(path, `${lines[0]}\n${JSON.stringify({ session: 'second', erased })}\n`)
    t.match((await report()).findings, [gone])

    await writeFile(path, before)
    const custody = await openCustody(here.dir, here.keys)
    const [user, database] = ['bob', 'shop']
    const done = await custody.erase([{ id: 'second', user, database }], erased)
    await custody.close()
    t.match(done, { erased: ['second'] })
    const noted = await report()
    t.strictSame(noted.findings, [])
    t.match(noted.notes, [/second: erased at .* by ada: none/])
    t.match(noted.sessions, [{ erased: false }, { erased: true }])

    for (const name of await readdir(here.journal)) {
      if (name.endsWith('.keys')) await rm(join(here.journal, name))
    }
    t.match((await report()).findings, [{ sessionId: 'first' }], 'the owner misses them')
    const copy = await verifyJournal({ dir: here.journal, publicKey })
    t.strictSame(copy.findings, [])
    t.match(copy.notes, [/second: erased/, /no wrapped keys here/], 'an auditor is told')
  },
)

t.test('a swapped key is found', async t => {
  const here = await journal(t)
  const path = join(here.journal, '00000001.keys')
  const [first = '', second = ''] = (await readFile(path, 'utf8')).split('\n')
  const key = (line: string): string => (JSON.parse(line) as { wrapped: string }).wrapped
  const swapped = JSON.stringify({ session: 'first', wrapped: key(second) })
  t.not(swapped, first)
  await writeFile(path, `${swapped}\n${second}\n`)
  t.match(await findings(here), [{ what: /stored key/, sessionId: 'first' }])
})

t.test('a segment knows its number', async t => {
  const here = await journal(t)
  const { records } = await readSegment(here.journal, 2)
  t.ok(records.every(({ segment }) => segment === 2))
})
