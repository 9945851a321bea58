import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  listSegments,
  parseSegment,
  readSegment,
  segmentPath,
} from '../../../../src/recording/journal/segment.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import { verifyJournal } from '../../../../src/recording/verify/verify.ts'
import { collect, place, run, sessionStart } from '../../../support/recorded-place.ts'
import { moduleUrl } from '../../../support/repository.ts'

const child = fileURLToPath(moduleUrl('test/support/recording-child.ts'))

function start(dir: string, mode: string): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, child, dir, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

async function killed(dir: string): Promise<void> {
  const writer = start(dir, 'kill')
  const exited = once(writer, 'exit')
  for await (const line of createInterface({ input: writer.stdout ?? process.stdin })) {
    if (Number(line) >= 20) writer.kill('SIGKILL')
  }
  await exited
}

async function statements(dir: string, id: string, here: Awaited<ReturnType<typeof place>>) {
  const all = await collect(new JournalReader({ dir, keys: here.keys }).happenings(id))
  return all.flatMap(happening => (happening.type === 'statement' ? [happening.text] : []))
}

t.test('kill -9 loses no statement whose commit had returned', async t => {
  const here = await place()
  t.teardown(here.remove)
  const writer = start(here.dir, 'kill')
  const exited = once(writer, 'exit')
  let said = -1
  for await (const line of createInterface({ input: writer.stdout ?? process.stdin })) {
    said = Number(line)
    if (said >= 1500) writer.kill('SIGKILL')
  }
  await exited
  t.ok(said >= 1500)
  t.ok((await listSegments(here.journal)).length > 2, 'it was killed over several segments')

  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('afterwards'))
  run(session, 'SELECT 1', 'x')
  await recorder.close()
  for (const id of ['first', 'second', 'third']) {
    const texts = await statements(here.journal, id, here)
    t.ok(texts.length > said, `${texts.length} of at least ${said + 1} statements`)
    t.strictSame(
      texts,
      texts.map((_, number) => `SELECT ${number}`),
    )
  }
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
  t.strictSame(report.findings, [])
  t.match(report.notes, [/cut off and recovered/])
  const states = await new JournalReader({ dir: here.journal, keys: here.keys }).sessions()
  t.strictSame(Object.fromEntries(states.map(({ id, state }) => [id, state])), {
    afterwards: 'ended',
    first: 'cut',
    second: 'cut',
    third: 'cut',
  })
})

t.test('a torn tail is set aside, noted, and the journal goes on', async t => {
  const here = await place()
  t.teardown(here.remove)
  await killed(here.dir)
  const path = segmentPath(here.journal, 1)
  const bytes = await readFile(path)
  const { records } = parseSegment(bytes)
  const last = records.at(-1)?.bytes.length ?? 0
  await truncate(path, bytes.length - Math.floor(last / 2))
  const recorder = await here.open()
  run(await recorder.openSession(sessionStart('afterwards')), 'SELECT 1', 'x')
  await recorder.close()
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
  t.strictSame(report.findings, [])
  t.match(report.notes, [/segment 1 was cut off .* bytes of a torn write set aside/])
  const after = await readSegment(here.journal, 1)
  t.equal(after.records.length, records.length - 1 + 3, 'and a note, an end, a signature')
})

t.test('what was signed cannot be cut off and recovered in silence', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('first'))
  run(session, 'SELECT 1', 'x')
  await recorder.close()
  const path = segmentPath(here.journal, 1)
  const { records } = await readSegment(here.journal, 1)
  const end = records.at(-1)?.bytes.length ?? 0
  await truncate(path, (await readFile(path)).length - end - 20)
  const again = await here.open()
  await again.close()
  const report = await verifyJournal({ dir: here.journal, publicKey: here.keys.publicKey })
  t.match(report.findings, [{ what: /a head that was signed is not in it/, segment: 1 }])
})

t.test('damage inside of an open segment is not taken for a torn write', async t => {
  const here = await place()
  t.teardown(here.remove)
  await killed(here.dir)
  const path = segmentPath(here.journal, 1)
  const bytes = await readFile(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  await truncate(path, 0)
  await appendFile(path, bytes)
  const recorder = await here.open()
  await recorder.close()
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey })
  t.match(report.findings, [{ what: /damaged inside/, segment: 1 }])
  const aside = (await readdir(here.journal)).find(name => name.endsWith('.cut'))
  const kept = aside === undefined ? Buffer.alloc(0) : await readFile(join(here.journal, aside))
  t.ok(bytes.subarray(bytes.length - kept.length).equals(kept), 'nothing was thrown away')
})

t.test('a full disk refuses statements, and they run again once there is room', async t => {
  const here = await place()
  t.teardown(here.remove)
  const writer = start(here.dir, 'full')
  // A file that may not grow: write(2) fails with EFBIG as it would with ENOSPC.
  const limit = (bytes: string): void => {
    execFileSync('prlimit', [`--fsize=${bytes}:unlimited`, '--pid', String(writer.pid)])
    writer.stdin?.write('go on\n')
  }
  const lines: string[] = []
  for await (const line of createInterface({ input: writer.stdout ?? process.stdin })) {
    if (line === 'ready') limit('200000')
    else lines.push(line)
    if (line.startsWith('refused')) limit('unlimited')
  }
  if (writer.exitCode === null) await once(writer, 'exit')
  t.equal(writer.exitCode, 0)
  const refused = lines.findIndex(line => line.startsWith('refused'))
  t.equal(
    lines[refused],
    `refused ${refused} COUNTERSIGN_RECORDING_UNAVAILABLE critical`,
    'the client is told',
  )
  t.strictSame(lines.slice(refused + 1), ['again healthy', 'closed'])

  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
  t.strictSame(report.findings, [])
  t.strictSame(report.notes, [])
  const all = await collect(
    new JournalReader({ dir: here.journal, keys: here.keys }).happenings('first'),
  )
  const texts = all.flatMap(happening => (happening.type === 'statement' ? [happening.text] : []))
  t.equal(texts.at(-1), 'SELECT after')
  t.ok(texts.length >= refused + 1)
  const marks = all.flatMap(happening =>
    happening.type === 'entry' && happening.entry.type === 'refused' ? [happening.entry] : [],
  )
  // Either the statement never entered the recording, or it is there and says that it did not run.
  t.equal(marks.length, texts.length - refused - 1)
})
