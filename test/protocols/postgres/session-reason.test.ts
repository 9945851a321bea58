import t from 'tap'
import { SessionReason } from '../../../protocols/postgres/session-reason.ts'
import { commentsOf } from '../../../protocols/postgres/sql/pieces.ts'
import { openShop } from './sql/shop.ts'

const shop = await openShop()
t.teardown(() => shop.close())
const names = shop.names()

/** Runs statements as the relay would: `text: tag`, and what ReadyForQuery says after each. */
function after(
  steps: readonly (readonly [text: string, tag: string, ready?: 'open' | 'failed'])[],
  initial?: string,
): string | undefined {
  const reason = new SessionReason(initial)
  for (const [text, tag, ready = 'idle'] of steps) {
    const analysis = shop.analyzer.analyze(text, names)
    for (const result of analysis.results.keys()) reason.completed(analysis, result, tag)
    reason.settled(ready)
  }
  return reason.value
}

t.test('a reason is what the setting was last set to', async t => {
  const set = ["SET countersign.reason = 'ticket 7'", 'SET'] as const
  t.equal(after([set]), 'ticket 7')
  t.equal(after([set, ['SET Countersign.Reason TO other', 'SET']]), 'other')
  t.equal(after([set, ["SELECT set_config('countersign.reason', 'x', false)", 'SELECT 1']]), 'x')
  t.equal(
    after([set, ["SELECT set_config('countersign.reason', 'x', true)", 'SELECT 1']]),
    'ticket 7',
  )
  t.equal(after([set, ["SELECT set_config('work_mem', 'x', false)", 'SELECT 1']]), 'ticket 7')
  for (const reset of ['RESET countersign.reason', 'RESET ALL', 'DISCARD ALL']) {
    t.equal(after([set, [reset, 'RESET']]), undefined, reset)
    t.equal(after([set, [reset, 'RESET']], 'with the connection'), 'with the connection', reset)
  }
  t.equal(after([['SET countersign.reason TO DEFAULT', 'SET']], 'before'), 'before')
})

t.test('a reason goes with its transaction', async t => {
  const begin = ['BEGIN', 'BEGIN', 'open'] as const
  const set = ["SET countersign.reason = 'b'", 'SET', 'open'] as const
  const local = ["SET LOCAL countersign.reason = 'l'", 'SET', 'open'] as const
  t.equal(after([begin, set], 'a'), 'b')
  t.equal(after([begin, set, ['ROLLBACK', 'ROLLBACK']], 'a'), 'a')
  t.equal(after([begin, set, ['COMMIT', 'COMMIT']], 'a'), 'b')
  t.equal(after([begin, set, ['ROLLBACK TO s', 'ROLLBACK', 'open'], ['COMMIT', 'COMMIT']]), 'b')
  t.equal(after([begin, local], 'a'), 'l')
  t.equal(after([begin, local, ['COMMIT', 'COMMIT']], 'a'), 'a')
})

t.test('comments are those of the text, and not of what it quotes', async t => {
  for (const [text, expected] of [
    ["SELECT 1 /*reason='x'*/", ["reason='x'"]],
    ["-- reason='x'\nSELECT 1 -- more", [" reason='x'", ' more']],
    ['SELECT 1 /* a /* b */ c */', [' a /* b */ c ']],
    ["SELECT '/*reason=1*/', $$ -- no $$, E'\\' -- no', \"-- no\"", []],
    ['SELECT 1 /* no end', [' no end']],
  ] as const)
    t.same(commentsOf(text), expected, text)
})
