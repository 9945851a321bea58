import t from 'tap'
import type { MaskedPredicate } from '../../../masking/predicates.ts'
import type { Statement } from '../../../protocols/protocol.ts'
import { PredicateLimit } from '../../../src/session/predicate-limit.ts'

const email = { schema: 'public', table: 'customers', column: 'email' }

function equal(constants: number, more: Partial<MaskedPredicate> = {}): MaskedPredicate {
  return { column: email, kind: 'equality', constants, says: 'pass', rule: 'emails', ...more }
}

function statement(text: string, ...parameters: string[]): Statement {
  const analysis = {
    ...{
      tag: text.startsWith('EXECUTE') ? 'EXECUTE' : 'SELECT',
      effects: [],
      results: [],
      reads: [],
      moves: [],
      relations: [],
    },
    ...{ normalized: '', unreadable: undefined },
  }
  return { text, parameters, analysis }
}

function limited(
  count: number,
): (
  text: string,
  predicate?: MaskedPredicate,
  atMs?: number,
  who?: string,
) => 'hold' | 'deny' | undefined {
  const limit = new PredicateLimit({ count, windowMs: 1000, action: 'hold' })
  return (text, predicate = equal(1), atMs = 0, who = 'anna') =>
    limit.ask(who, 'shop', statement(text), [predicate], atMs)
}

t.test('guesses are counted until they are too many, by whoever makes them', async t => {
  const ask = limited(3)
  for (const guess of ['a', 'b', 'c']) t.equal(ask(guess), undefined)
  t.equal(ask('d'), 'hold')
  t.equal(ask('d', equal(1), 0, 'ben'), undefined, 'somebody else')
})

t.test('what was asked before may be asked again', async t => {
  const ask = limited(2)
  for (let i = 0; i < 10; i++) t.equal(ask('a'), undefined)
  t.equal(ask('b'), undefined)
  t.equal(ask('c'), 'hold')
  t.equal(ask('a'), undefined)
})

t.test('a prepared statement may ask something else under the same name', async t => {
  const ask = limited(2)
  t.strictSame(
    [ask('EXECUTE q'), ask('EXECUTE q'), ask('EXECUTE q')],
    [undefined, undefined, 'hold'],
  )
})

t.test('a window passes', async t => {
  const ask = limited(2)
  ask('a', equal(1), 0)
  ask('b', equal(1), 500)
  t.equal(ask('c', equal(1), 999), 'hold')
  t.equal(ask('c', equal(1), 1000), undefined)
  t.equal(ask('d', equal(1), 1000), 'hold')
})

t.test('every value of a list is a guess, and a join is none', async t => {
  t.equal(limited(10)('a', equal(10)), undefined)
  t.equal(limited(10)('a', equal(11)), 'hold')
  t.equal(limited(1)('a', equal(0)), undefined)
  t.equal(limited(1)('a', equal(0, { kind: 'order', says: 'flag' })), undefined)
  t.equal(limited(2)('a', equal(0, { kind: 'comparison', says: 'flag' })), undefined)
  t.equal(limited(3)("x = any('{a,b,c}')", equal(0, { list: true })), undefined)
  t.equal(limited(2)("x = any('{a,b,c}')", equal(0, { list: true })), 'hold')
})

t.test('parameters make another question', async t => {
  const limit = new PredicateLimit({ count: 2, windowMs: 1000, action: 'deny' })
  const ask = (value: string) => limit.ask('anna', 'shop', statement('x = $1', value), [equal(1)])
  t.strictSame([ask('a'), ask('b'), ask('c')], [undefined, undefined, 'deny'])
})
