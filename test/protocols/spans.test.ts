import t from 'tap'
import type { Session } from '../../protocols/protocol.ts'
import { RecordedSpans } from '../../protocols/recorded-spans.ts'
import { Spans } from '../../protocols/spans.ts'

const chunk = Buffer.from('one two three')

t.test('what nobody changes passes as it came, in one piece', async t => {
  const spans = new Spans()
  spans.begin()
  spans.pass(chunk, 4)
  spans.pass(chunk, 4)
  spans.pass(chunk, chunk.length)
  t.strictSame(spans.output.map(String), ['one ', 'two three'])
  t.equal(spans.output[0]?.buffer, chunk.buffer, 'and is not copied')
})

t.test('what is dropped does not, and something else may stand there', async t => {
  const spans = new Spans()
  spans.begin()
  spans.drop(chunk, 4, 8)
  spans.emit(Buffer.from('2 '))
  spans.pass(chunk, chunk.length)
  spans.begin()
  spans.pass(chunk, 3)
  t.equal(Buffer.concat(spans.output).toString(), 'one 2 threeone')
})

t.test('the recording has what is shown, in that order, and what is only recorded', async t => {
  const recorded: string[] = []
  const full = Promise.resolve()
  const session: Pick<Session, 'record'> = {
    record: event => {
      if (event.type === 'frames') recorded.push(`${event.from}: ${event.bytes}`)
      return recorded.length === 2 ? full : undefined
    },
  }
  const spans = new RecordedSpans(session)
  spans.begin()
  spans.drop(chunk, 4, 8)
  t.equal(spans.takeFull(), undefined)
  spans.record(Buffer.from('(2)'))
  spans.pass(chunk, chunk.length)
  t.strictSame(spans.output.map(String), ['one ', 'three'])
  t.strictSame(recorded, ['server: one ', 'server: (2)', 'server: three'])
  t.equal(spans.takeFull(), full, 'the recorder was full in between')
  t.equal(spans.takeFull(), undefined, 'which is told once')
})
