import t from 'tap'
import { contextWith, sentAs } from '../../../protocols/mysql/sent-as.ts'
import type { Parameter } from '../../../protocols/protocol.ts'

const int = { type: 3, unsigned: false }
const text = { type: 253, unsigned: false }
const none: ReadonlyMap<number, Buffer> = new Map()
const long: ReadonlyMap<number, Buffer> = new Map([[0, Buffer.from('1')]])

t.test('the same value means something else as another type', t => {
  const said = new Set([
    sentAs(['1'], [int], none, []),
    sentAs(['1'], [{ type: 3, unsigned: true }], none, []),
    sentAs(['1'], [text], none, []),
    sentAs(['1'], [int], long, []),
    sentAs([], [], none, []),
    sentAs([], [], none, [{ name: 'a', value: '1' }]),
    sentAs([], [], none, [{ name: 'b', value: '1' }]),
    sentAs([], [], none, [{ name: 'a', value: null }]),
    sentAs([], [], none, [{ name: 'a', value: Uint8Array.of(0x31) }]),
  ])
  t.equal(said.size, 9)
  t.end()
})

t.test('what means nothing makes no difference', t => {
  const nulls: readonly Parameter[] = [null]
  t.equal(sentAs(nulls, [int], none, []), sentAs(nulls, [text], none, []))
  const traced = (value: string) => sentAs([], [], none, [{ name: 'traceparent', value }])
  t.equal(traced('00-1'), traced('00-2'), 'a trace is another with every statement')
  t.end()
})

t.test('it is added to what the session says, once somebody asks', t => {
  let asked = 0
  const said = () => {
    asked += 1
    return 'types=3'
  }
  const context = { transaction: 'idle', role: undefined, searchPath: 'shop' } as const
  const both = contextWith({ ...context, settings: 'sql_mode=ANSI' }, said)
  t.match(both, { transaction: 'idle', role: undefined, searchPath: 'shop' })
  const before = asked
  t.equal(both.settings, 'sql_mode=ANSI; types=3')
  t.equal(asked, before + 1)
  t.equal(contextWith(context, () => undefined).settings, '; ')
  t.end()
})
