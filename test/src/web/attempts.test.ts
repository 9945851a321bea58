/** Guessing is slow for the guesser, and the guessed person can still come in. */
import t from 'tap'
import { Attempts } from '../../../src/web/attempts.ts'
import { SignIns } from '../../../src/web/sign-ins.ts'

const right = () => Promise.resolve('rita')
const wrong = () => Promise.resolve(undefined)

t.test('a pair is locked after eight failures, for ten minutes', async t => {
  let now = 0
  const attempts = new Attempts(() => now)
  for (let guess = 0; guess < 8; guess++) {
    t.strictSame(await attempts.check('rita', 'a', wrong), { ok: false, waitSeconds: 0 })
  }
  t.strictSame(await attempts.check('rita', 'a', right), { ok: false, waitSeconds: 600 })
  t.strictSame(await attempts.check('rita', 'b', right), { ok: true, value: 'rita' })
  now += 600_000
  t.strictSame(await attempts.check('rita', 'a', right), { ok: true, value: 'rita' })
})

t.test('an address that tries many names is locked, and a name tried from everywhere', async t => {
  const attempts = new Attempts(() => 0)
  for (let guess = 0; guess < 40; guess++) await attempts.check(`user-${guess}`, 'a', wrong)
  t.match(await attempts.check('rita', 'a', right), { ok: false, waitSeconds: 600 })
  for (let guess = 0; guess < 200; guess++) await attempts.check('sven', `from-${guess}`, wrong)
  t.match(await attempts.check('sven', 'b', right), { ok: false, waitSeconds: 600 })
})

t.test('a check that fails does not hold up the next', async t => {
  const attempts = new Attempts()
  const broken = attempts.check('rita', 'a', () => Promise.reject(new Error('broken')))
  const next = attempts.check('rita', 'a', right)
  await t.rejects(broken, { message: 'broken' })
  t.match(await next, { ok: true })
})

t.test('a sign-in ends when it is idle, old, or ended', t => {
  const minute = 60_000
  let now = 0
  const signIns = new SignIns(() => now)
  const id = signIns.start('rita')
  t.match(signIns.find(id), { user: 'rita' })
  t.equal(signIns.find('made up'), undefined)
  t.equal(signIns.find(undefined), undefined)
  now += 61 * minute
  t.equal(signIns.find(id), undefined, 'idle for an hour')

  const busy = signIns.start('rita')
  for (let used = 0; used < 8 * 2; used++) {
    now += 30 * minute
    t.ok(signIns.find(busy))
  }
  now += minute
  t.equal(signIns.find(busy), undefined, 'eight hours, however busy')

  const over = signIns.start('rita')
  signIns.end(over)
  t.equal(signIns.find(over), undefined)
  t.end()
})
