import t from 'tap'
import type { Statement } from '../../../protocols/protocol.ts'
import { applicationReason, requesterReason } from '../../../src/session/requester-reason.ts'

const statement = { text: 'SELECT 1' } as Statement

function reason(beside?: string, session?: string, connection?: string): string | undefined {
  const asker = { reasons: () => ({ statement: beside, session }) }
  return requesterReason(asker, statement, connection)
}

t.test(
  'the statement speaks before the session, and the session before the connection',
  async t => {
    t.equal(reason('a', 'b', 'c'), 'a')
    t.equal(reason(undefined, 'b', 'c'), 'b')
    t.equal(reason('', ' \n ', 'c'), 'c')
    t.equal(reason(), undefined)
  },
)

t.test('is one line of visible text, of a length that fits a message', async t => {
  t.equal(reason('one\ntwo\u202e\u0007'), 'one two⟨U+202E⟩⟨U+0007⟩')
  t.equal(reason(`${' '.repeat(5)}x`), 'x')
  const long = reason('y'.repeat(100_000))
  t.equal(long?.length, 500)
  t.match(long, /y…$/)
  t.equal(reason('\u202e'.repeat(500))?.length, 500)
})

t.test('an application may say why it connects beside its name', async t => {
  for (const [given, application, why] of [
    ['psql', 'psql', undefined],
    ['psql; reason=ticket 7; urgent', 'psql', 'ticket 7; urgent'],
    ['psql;countersign_reason=x', 'psql', 'x'],
    ['; reason=x', undefined, 'x'],
    ['a; b; reason=x', 'a; b; reason=x', undefined],
    [undefined, undefined, undefined],
  ] as const)
    t.same(applicationReason(given), { application, reason: why }, String(given))
})
