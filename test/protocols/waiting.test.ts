import t from 'tap'
import { Waiting } from '../../protocols/waiting.ts'

t.test('it is waited until it settles', async t => {
  const waiting = new Waiting()
  t.equal(waiting.wait, undefined)
  waiting.for(Promise.resolve())
  t.type(waiting.wait, Promise)
  await waiting.wait
  t.equal(waiting.wait, undefined)
})

t.test('what fails is told to whoever waits', async t => {
  const waiting = new Waiting()
  waiting.for(Promise.reject(new Error('gone')))
  await t.rejects(waiting.wait ?? Promise.resolve(), /gone/)
})

t.test('what is waited for already comes first', async t => {
  const waiting = new Waiting()
  waiting.alsoFor(undefined)
  t.equal(waiting.wait, undefined)
  waiting.alsoFor(Promise.resolve())
  const first = waiting.wait
  t.type(first, Promise)
  waiting.alsoFor(new Promise(() => undefined))
  t.equal(waiting.wait, first)
  await first
})

t.test('an answer ends the wait for it, and is no news without one', async t => {
  const waiting = new Waiting()
  waiting.answered()
  waiting.forAnswer()
  const { wait } = waiting
  waiting.answered()
  waiting.answered()
  await wait
  t.equal(waiting.wait, undefined)
})
