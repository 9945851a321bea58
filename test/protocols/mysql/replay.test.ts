import t from 'tap'
import { encodePacket, framePackets } from '../../../protocols/mysql/framing.ts'
import { commandFrame, frameDecoder } from '../../../protocols/mysql/replay.ts'
import { lenencString } from '../../../protocols/mysql/values/codec.ts'
import type { RecordedFrames, ResultEvent } from '../../../protocols/protocol.ts'

type Step = { from: 'client' | 'server'; bytes: Buffer }

const EOF = (status = 2) => packet(Buffer.of(0xfe, 0, 0, status, 0))
const OK_END = (status = 2) => packet(Buffer.of(0xfe, 0, 0, status, 0, 0, 0))
const OK = (affected: number, status = 2, warnings = 0) =>
  packet(Buffer.of(0, affected, 0, status, 0, warnings, 0))
const moreResults = 8
const cursorExists = 0x40

function packet(payload: Buffer): Step {
  return { from: 'server', bytes: Buffer.concat(framePackets(1, payload)) }
}

function command(code: number, statement = 0): Step {
  const payload = Buffer.of(code, statement, 0, 0, 0)
  return { from: 'client', bytes: commandFrame(payload) }
}

function column(name: string, type = 0xfd, collation = 45): Step {
  const strings = ['def', 's', 't', 't', name, name].map(each => lenencString(Buffer.from(each)))
  const fixed = Buffer.from('0c2d0090010000fd0000000000', 'hex')
  fixed.writeUInt16LE(collation, 1)
  fixed[7] = type
  return packet(Buffer.concat([...strings, fixed]))
}

const count = (columns: number) => packet(Buffer.of(columns))

function row(...values: (string | null)[]): Step {
  return packet(
    Buffer.concat(
      values.map(each => (each === null ? Buffer.of(0xfb) : lenencString(Buffer.from(each)))),
    ),
  )
}

const events = (...steps: Step[]) => without(decoded(steps.map(at)))

function decoded(recorded: readonly RecordedFrames[]): readonly ResultEvent[] {
  const decoder = frameDecoder()
  return recorded.flatMap(each => decoder.push(each))
}

function at(step: Step, i: number): RecordedFrames {
  return { ...step, atUs: i }
}

function without(decoded: Iterable<ResultEvent>) {
  return [...decoded].map(({ atUs: _, ...event }) => event)
}

const columns = (...names: string[]) => ({
  type: 'columns',
  columns: names.map(name => ({ name, type: 'varchar' })),
})
const shown = (...values: (string | null)[]) => ({ type: 'row', values })
const end = (tag: string) => ({ type: 'end', tag })

t.test('a result with and without EOF packets', t => {
  const expected = [columns('a', 'b'), shown('1', null), shown('', 'é'), end('2 rows')]
  const head = [command(3), count(2), column('a'), column('b')]
  const rows = [row('1', null), row('', 'é')]
  t.strictSame(events(...head, EOF(), ...rows, EOF()), expected)
  t.strictSame(events(...head, ...rows, OK_END()), expected)
  const none = [columns('a', 'b'), end('0 rows')]
  t.strictSame(events(...head, EOF(), EOF()), none)
  t.strictSame(events(...head, OK_END()), none)
  t.end()
})

t.test('several results, and what is no result', t => {
  t.strictSame(
    events(
      command(3),
      OK(3, moreResults, 1),
      count(1),
      column('a'),
      row('x'),
      OK_END(moreResults),
      OK(1),
      command(0x0e),
      OK(0),
      command(0x16),
      packet(Buffer.from('00010000000100000000000000', 'hex')),
      column('a'),
      EOF(),
      command(2),
      OK(0),
    ),
    [
      end('OK, 3 rows affected, 1 warning'),
      columns('a'),
      shown('x'),
      end('1 row'),
      end('OK, 1 row affected'),
      end('OK, 0 rows affected'),
    ],
  )
  t.end()
})

t.test('errors, before and within rows', t => {
  const error = packet(
    Buffer.concat([Buffer.from('ff2804', 'hex'), Buffer.from('#42000You have an error')]),
  )
  const expected = {
    type: 'error',
    severity: 'ERROR',
    code: '1064 (42000)',
    message: 'You have an error',
    detail: undefined,
    hint: undefined,
  }
  t.strictSame(events(command(3), error), [expected])
  t.strictSame(events(command(0x16), error, command(3), OK(0)), [
    expected,
    end('OK, 0 rows affected'),
  ])
  t.strictSame(events(command(3), count(1), column('a'), row('x'), error), [
    columns('a'),
    shown('x'),
    expected,
  ])
  t.end()
})

t.test('binary rows, and those of a cursor when they are fetched', t => {
  const binaryRow = packet(Buffer.from('0000' + '0178', 'hex'))
  t.strictSame(events(command(0x17, 1), count(1), column('a'), EOF(), binaryRow, EOF()), [
    columns('a'),
    shown('x'),
    end('1 row'),
  ])
  for (const opened of [EOF(cursorExists), OK_END(cursorExists)]) {
    const ended = opened.bytes.length === 9 ? EOF(cursorExists) : OK_END(cursorExists)
    t.strictSame(
      events(
        command(0x17, 1),
        count(1),
        column('a'),
        opened,
        command(0x17, 2),
        count(2),
        column('b'),
        column('c'),
        opened,
        command(0x1c, 1),
        binaryRow,
        binaryRow,
        ended,
      ),
      [columns('a'), shown('x'), shown('x'), end('2 rows')],
    )
  }
  t.end()
})

t.test('the content of LOCAL INFILE', t => {
  const client = (sequence: number, text: string): Step => ({
    from: 'client',
    bytes: encodePacket(sequence, Buffer.from(text)),
  })
  t.strictSame(
    events(
      command(3),
      packet(Buffer.from('\xfbfile', 'latin1')),
      client(2, '1,a\n'),
      client(0, '2,b\n'),
      client(4, ''),
      OK(2),
    ),
    [
      { type: 'copy', from: 'client', bytes: Buffer.from('1,a\n') },
      { type: 'copy', from: 'client', bytes: Buffer.from('2,b\n') },
      end('OK, 2 rows affected'),
    ],
  )
  t.end()
})

t.test('frames may be cut anywhere', t => {
  const large = 'x'.repeat(0xffffff + 10)
  const steps = [
    command(3),
    count(1),
    column('a'),
    row('1'),
    row(large),
    OK_END(),
    command(3),
    OK(1),
  ]
  const expected = [
    columns('a'),
    shown('1'),
    shown(large),
    end('2 rows'),
    end('OK, 1 row affected'),
  ]
  t.strictSame(events(...steps), expected)
  const pieces = steps.flatMap(({ from, bytes }) => {
    const size = bytes.length > 1000 ? 65_536 : 1
    return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => ({
      from,
      bytes: bytes.subarray(i * size, (i + 1) * size),
    }))
  })
  t.strictSame(events(...pieces), expected)
  t.end()
})

t.test('what is missing is left out up to the next command', t => {
  const whole = [command(3), count(1), column('a'), row('x'), OK_END()]
  const after = [command(3), OK(1)]
  for (let missing = 1; missing < whole.length; missing += 1) {
    const left = whole.filter((_, i) => i !== missing)
    const [last] = events(...left, ...after).slice(-1)
    t.strictSame(last, end('OK, 1 row affected'), String(missing))
  }
  t.strictSame(events(command(3), packet(Buffer.alloc(0)), ...after), [end('OK, 1 row affected')])
  t.end()
})
