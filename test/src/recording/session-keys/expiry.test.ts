/** Sessions past their time are erased by whoever writes the journal, and the journal says so. */
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { keysCommand } from '../../../../src/cli/keys.ts'
import type { RetentionConfig } from '../../../../src/recording/events.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import type { Recorder } from '../../../../src/recording/recorder.ts'
import { verifyJournal } from '../../../../src/recording/verify/verify.ts'
import { collect, type Place, place, run, sessionStart } from '../../../support/recorded-place.ts'

const dayMs = 86_400_000
const shredAfter: RetentionConfig = {
  defaultMs: 30 * dayMs,
  environments: [['staging', 7 * dayMs]],
  databases: [['ledger', 90 * dayMs]],
}

/** Sessions of three classes in a segment that has ended, and a recorder that goes on. */
async function recorded(t: Test): Promise<{ here: Place; recorder: Recorder; nowMs: number }> {
  const here = await place()
  t.teardown(here.remove)
  const before = await here.open({ shredAfter })
  for (const [id, more] of [
    ['plain', {}],
    ['staged', { environment: 'staging' }],
    ['booked', { environment: 'staging', database: 'ledger' }],
  ] as const) {
    const start = { ...sessionStart(id), startedAt: new Date(), ...more }
    const session = await before.openSession(start)
    run(session, `SELECT '${id}'`, 'row')
    await session.end('left')
  }
  await before.close()
  const recorder = await here.open({ shredAfter })
  t.teardown(() => recorder.close())
  return { here, recorder, nowMs: Date.now() }
}

async function texts(here: Place, id: string): Promise<readonly (string | undefined)[]> {
  const reader = new JournalReader({ dir: here.journal, keys: here.keys })
  const all = await collect(reader.happenings(id))
  return all.flatMap(each => (each.type === 'statement' ? [each.text] : []))
}

async function keys(here: Place, ...args: string[]): Promise<number> {
  let code = 0
  const io = {
    ...{ stdin: process.stdin, stdout: new PassThrough(), stderr: new PassThrough(), env: {} },
    signal: new AbortController().signal,
    exitCode: (given: 0 | 1 | 2) => {
      code = given
    },
  }
  const command = keysCommand(io).exitOverride()
  await command.parseAsync(['node', 'keys', ...args, '--data-dir', here.dir])
  return code
}

t.test('each class has its time, and what was erased is a note that is signed', async t => {
  const { here, recorder, nowMs } = await recorded(t)
  t.strictSame(await recorder.expire(nowMs + 6 * dayMs), [])
  t.strictSame(await recorder.expire(nowMs + 8 * dayMs), ['staged'])
  t.strictSame(await texts(here, 'staged'), [undefined])
  t.strictSame(await texts(here, 'plain'), ["SELECT 'plain'"])
  t.strictSame(await recorder.expire(nowMs + 31 * dayMs), ['plain'])
  t.strictSame(await recorder.expire(nowMs + 91 * dayMs), ['booked'])
  t.strictSame(await recorder.expire(nowMs + 400 * dayMs), [], 'once')
  t.equal(recorder.expiryFailure, undefined)
  await recorder.close()
  const report = await verifyJournal({
    dir: here.journal,
    publicKey: here.keys.publicKey,
    keys: here.keys,
  })
  t.strictSame(report.findings, [])
  t.match(report.notes, [
    /plain: erased at .* by recording.shred_after: readable for 30 days/,
    /staged: erased at .* readable for 7 days/,
    /booked: erased at .* readable for 90 days/,
  ])
  t.equal(report.unsigned, 0)
})

t.test(
  'a session that goes on, or was cut off, is erased once it has ended for so long',
  async t => {
    const here = await place()
    t.teardown(here.remove)
    const first = await here.open({ shredAfter, segmentBytesMax: 2_000 })
    const session = await first.openSession({ ...sessionStart('long'), startedAt: new Date() })
    for (let number = 0; number < 6; number += 1) run(session, `SELECT ${number}`, 'x'.repeat(400))
    const laterMs = Date.now() + 365 * dayMs
    t.strictSame(await first.expire(laterMs), [], 'it goes on')
    await session.end('left')
    t.strictSame(
      await first.expire(laterMs + dayMs + 1),
      ['long'],
      'its end is segments further on',
    )
    await first.close()
  },
)

t.test('a legal hold keeps a session until it is released, and is in the journal', async t => {
  const { here, recorder, nowMs } = await recorded(t)
  t.equal(await keys(here, 'hold', 'case-17', '--session', 'sta', '--reason', 'court'), 0)
  t.equal(await keys(here, 'hold', 'case-17', '--session', 'sta', '--reason', 'court'), 2)
  t.strictSame(await recorder.expire(nowMs + 31 * dayMs), ['plain'])
  t.strictSame(await texts(here, 'staged'), ["SELECT 'staged'"])
  t.equal(await keys(here, 'release', 'case-17'), 0)
  t.strictSame(await recorder.expire(nowMs + 33 * dayMs), ['staged'])
  await recorder.close()
  const { publicKey } = here.keys
  t.strictSame((await verifyJournal({ dir: here.journal, publicKey })).findings, [])
})

t.test('the recorder that runs erases what others on the machine ask it to', async t => {
  const { here, recorder } = await recorded(t)
  const shred = ['shred', '--session', 'booked', '--reason', 'request 4711', '--yes'] as const
  t.equal(await keys(here, ...shred), 0)
  t.strictSame(await texts(here, 'booked'), [undefined])
  await recorder.close()
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
  t.strictSame(report.findings, [])
  t.match(report.notes, [/booked: erased .*request 4711/])
})
