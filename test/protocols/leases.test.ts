import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { Leases } from '../../protocols/leases.ts'

interface Opened {
  readonly number: number
}

/** What is opened is numbered, and what is closed is told. */
function opener(idleMsMax?: number): {
  leases: Leases<Opened>
  open: () => Promise<Opened>
  closed: number[]
  events: EventEmitter
} {
  const closed: number[] = []
  const events = new EventEmitter()
  let last = 0
  const leases = new Leases<Opened>(async ({ number }) => {
    closed.push(number)
    events.emit('closed')
  }, idleMsMax)
  return { leases, open: async () => ({ number: ++last }), closed, events }
}

t.test('those who come at the same time share one, by its key', async t => {
  const { leases, open } = opener()
  const [one, two, other] = await Promise.all([
    leases.acquire('a', open),
    leases.acquire('a', open),
    leases.acquire('b', open),
  ])
  t.equal(one.thing, two.thing)
  t.not(other.thing, one.thing)
  t.equal((await leases.acquire('a', open)).thing, one.thing)
})

t.test('the last to let go closes it, after a while', async t => {
  const { leases, open, closed, events } = opener(1)
  const one = await leases.acquire('a', open)
  const two = await leases.acquire('a', open)
  const other = await leases.acquire('b', open)
  one.release()
  other.release()
  // A timer keeps no process alive, so something else has to.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))
  await once(events, 'closed')
  t.strictSame(closed, [other.thing.number], 'somebody still has the first')
  two.release()
  await once(events, 'closed')
  t.strictSame(closed, [other.thing.number, one.thing.number])
  t.equal((await leases.acquire('a', open)).thing.number, 3, 'and it is opened anew')
})

t.test('who comes before the while is over has the same again', async t => {
  const { leases, open, closed } = opener()
  const one = await leases.acquire('a', open)
  one.release()
  const again = await leases.acquire('a', open)
  t.equal(again.thing, one.thing)
  t.strictSame(closed, [])
})

t.test('what cannot be opened is tried again by the next', async t => {
  const { leases, open } = opener()
  const fails = (): Promise<Opened> => Promise.reject(new Error('away'))
  await Promise.all([
    t.rejects(leases.acquire('a', fails), /away/),
    t.rejects(leases.acquire('a', open), /away/, 'they waited for the same'),
  ])
  t.equal((await leases.acquire('a', open)).thing.number, 1)
})

t.test('all are closed at the end, and each once', async t => {
  const { leases, open, closed } = opener(0)
  const held = await leases.acquire('a', open)
  const idle = await leases.acquire('b', open)
  idle.release()
  await leases.close()
  t.strictSame(closed.sort(), [1, 2])
  held.release()
  await leases.close()
  t.strictSame(closed, [1, 2])
  t.equal((await leases.acquire('a', open)).thing.number, 3)
})

t.test('one that closes badly keeps no other from being closed', async t => {
  const closed: number[] = []
  const leases = new Leases<number>(async number => {
    if (number === 1) throw new Error('broken')
    closed.push(number)
  })
  for (const number of [1, 2]) await leases.acquire(`${number}`, () => Promise.resolve(number))
  await leases.close()
  t.strictSame(closed, [2])
})
