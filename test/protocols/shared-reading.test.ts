import t from 'tap'
import { SharedReading } from '../../protocols/shared-reading.ts'

/** Readings that end when they are told to, in their order. */
function slowly(): { reading: SharedReading; ends: ((error?: Error) => void)[] } {
  const ends: ((error?: Error) => void)[] = []
  const reading = new SharedReading(
    () =>
      new Promise((resolve, reject) => {
        ends.push(error => (error === undefined ? resolve() : reject(error)))
      }),
  )
  return { reading, ends }
}

t.test('all who ask during a reading wait for the one after it', async t => {
  const { reading, ends } = slowly()
  t.equal(reading.underWay, undefined)
  const first = reading.begin()
  t.equal(reading.underWay, first)
  const second = reading.begin()
  t.equal(reading.begin(), second)
  t.equal(reading.underWay, second)
  t.equal(ends.length, 1, 'one at a time')
  ends[0]?.()
  await first
  const third = reading.begin()
  await new Promise(resolve => setImmediate(resolve))
  t.equal(ends.length, 2, 'the second, for all who asked since the first began')
  ends[1]?.()
  await Promise.all([second, third])
  t.equal(reading.underWay, undefined)
  void reading.begin()
  t.equal(ends.length, 3, 'and anew when nothing is under way')
})

t.test('a reading that fails is told to those who asked for it, and the next is tried', async t => {
  const { reading, ends } = slowly()
  const first = reading.begin()
  const second = reading.begin()
  ends[0]?.(new Error('away'))
  await t.rejects(first, /away/)
  await new Promise(resolve => setImmediate(resolve))
  t.equal(ends.length, 2)
  ends[1]?.()
  await second
  t.equal(reading.underWay, undefined)
})
