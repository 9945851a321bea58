import t from 'tap'
import { Exchange } from '../../../protocols/mysql/exchange.ts'
import { framePackets, PacketsOutOfOrder } from '../../../protocols/mysql/framing.ts'
import { UnreadFrames } from '../../../protocols/mysql/unread-frames.ts'

function setUp(): {
  exchange: Exchange
  frames: UnreadFrames
  passed: Buffer[]
  discarded: (readonly [code: number, sequence: number])[]
} {
  const exchange = new Exchange()
  const passed: Buffer[] = []
  const discarded: (readonly [number, number])[] = []
  const frames = new UnreadFrames({
    exchange,
    pass: bytes => passed.push(bytes),
    discarded: (code, sequence) => discarded.push([code, sequence]),
  })
  return { exchange, frames, passed, discarded }
}

const packet = (sequence: number, payload: Buffer): Buffer =>
  Buffer.concat(framePackets(sequence, payload))

t.test('a file passes in parts, up to a frame without a byte', async t => {
  const { exchange, frames, passed } = setUp()
  const first = packet(2, Buffer.from('a,b\nc,d\n'))
  t.equal(frames.file(first.subarray(0, 6), 0, 2), 6)
  t.ok(frames.unfinished)
  t.equal(frames.rest(first, 6), first.length)
  t.notOk(frames.unfinished)
  t.equal(exchange.infile, 3)
  t.equal(frames.file(packet(3, Buffer.alloc(0)), 0, 3), 4)
  t.equal(exchange.infile, undefined, 'that was its end')
  t.strictSame(Buffer.concat(passed), Buffer.concat([first, packet(3, Buffer.alloc(0))]))
})

t.test('the empty frame behind a full one is not the end of a file', async t => {
  const { exchange, frames } = setUp()
  const bytes = packet(254, Buffer.alloc(0xffffff))
  const second = frames.file(bytes, 0, 254)
  t.equal(exchange.infile, 255)
  t.equal(frames.file(bytes, second, 255), bytes.length)
  t.equal(exchange.infile, 0, 'numbers begin again behind 255')
})

t.test('a packet that is too large is thrown away, and answered behind its last frame', async t => {
  const { frames, passed, discarded } = setUp()
  const bytes = packet(0, Buffer.alloc(0xffffff + 10))
  frames.startDiscarding(3)
  let offset = frames.discard(bytes.subarray(0, 1000), 0)
  t.equal(offset, 1000)
  offset = frames.rest(bytes, offset)
  t.ok(frames.discarding)
  t.notOk(frames.unfinished)
  t.strictSame(discarded, [])
  t.equal(frames.discard(bytes, offset), bytes.length)
  t.notOk(frames.discarding)
  t.strictSame(discarded, [[3, 2]])
  t.strictSame(passed, [])
})

t.test('frames out of order are noticed', async t => {
  const { frames } = setUp()
  t.throws(() => frames.file(packet(7, Buffer.alloc(1)), 0, 2), PacketsOutOfOrder)
  frames.startDiscarding(3)
  t.throws(() => frames.discard(packet(1, Buffer.alloc(1)), 0), PacketsOutOfOrder)
})
