import t from 'tap'
import { Compressor, decompress } from '../../../../src/recording/journal/compress.ts'
import { RecordFlag } from '../../../../src/recording/journal/record.ts'
import { readSegment } from '../../../../src/recording/journal/segment.ts'
import { JournalReader } from '../../../../src/recording/reading/reader.ts'
import { verifyJournal } from '../../../../src/recording/verify/verify.ts'
import { collect, place, run, sessionStart } from '../../../support/recorded-place.ts'

const text = Buffer.from('one row is much like the next\n'.repeat(1000))

t.test('what is compressed comes back as it was', async t => {
  const small = new Compressor().compress(text)
  t.ok(small !== undefined && small.length < text.length / 5)
  t.strictSame(small && decompress(small), text)
  t.equal(decompress(Buffer.from('no such thing')), undefined)
})

t.test('little, or what does not get smaller, is kept as it is', async t => {
  const { randomBytes } = await import('node:crypto')
  t.equal(new Compressor().compress(text.subarray(0, 900)), undefined)
  t.equal(new Compressor().compress(randomBytes(100_000)), undefined)
})

t.test('it takes no more than its share of the time, and takes it again after a pause', async t => {
  let now = 0
  // Each look at the clock is a millisecond later: so each compression takes one.
  const compressor = new Compressor(() => now++)
  let done = 0
  while (compressor.compress(text) !== undefined) done += 1
  t.ok(done >= 20 && done < 30, `${done} at once`)
  now += 100
  t.ok(compressor.compress(text))
})

t.test('records are compressed before they are sealed, and read back whole', async t => {
  const here = await place()
  t.teardown(here.remove)
  const recorder = await here.open()
  const session = await recorder.openSession(sessionStart('small-1'))
  run(session, 'SELECT 1', text.toString())
  await recorder.close()
  const { records } = await readSegment(here.journal, 1)
  const compressed = records.filter(({ flags }) => (flags & RecordFlag.Compressed) !== 0)
  t.equal(compressed.length, 1)
  t.ok((compressed[0]?.bytes.length ?? 0) < text.length / 5)
  const all = await collect(
    new JournalReader({ dir: here.journal, keys: here.keys }).happenings('small-1'),
  )
  t.match(all, [{ type: 'statement' }, { type: 'frames', bytes: text }, {}, {}])
  const { publicKey } = here.keys
  const report = await verifyJournal({ dir: here.journal, publicKey, keys: here.keys })
  t.strictSame(report.findings, [])
})
