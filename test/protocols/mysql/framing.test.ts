import t from 'tap'
import {
  checkSequence,
  encodePacket,
  framePackets,
  framePayloadMax,
  framesOf,
  headerBytes,
  nextSequence,
  packetExtent,
  packetPayload,
} from '../../../protocols/mysql/framing.ts'

/** A payload whose bytes tell where they stand. */
function payloadOf(length: number): Buffer {
  const payload = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 65_536) payload.writeUInt32LE(at, at)
  return payload
}

t.test('a packet is known when all of it is there, and not a byte before', async t => {
  const packet = encodePacket(3, Buffer.from('hello'))
  t.equal(packet.toString('hex'), '0500000368656c6c6f')
  const bytes = Buffer.concat([Buffer.from('xx'), packet, Buffer.from('yy')])
  for (let length = 2; length < 2 + packet.length; length += 1) {
    const extent = packetExtent(bytes.subarray(0, length), 2)
    t.equal(extent, length < 6 ? -4 : -9, `${length - 2} bytes`)
  }
  t.equal(packetExtent(bytes, 2), 9)
  t.equal(packetPayload(bytes, 2, 9).toString(), 'hello')
  t.equal(packetPayload(bytes, 2, 9).buffer, bytes.buffer, 'without a copy')
  t.equal(packetExtent(Buffer.alloc(4), 0), 4, 'an empty packet')
})

t.test('large packets go on in the next frame, exact multiples in an empty one', async t => {
  const cases = [
    [framePayloadMax - 1, 1],
    [framePayloadMax, 2],
    [framePayloadMax + 1, 2],
    [2 * framePayloadMax, 3],
    [2 * framePayloadMax + 5, 3],
  ] as const
  for (const [length, frames] of cases) {
    const payload = payloadOf(length)
    const pieces = framePackets(254, payload)
    t.equal(pieces.length, 2 * frames, `${length} bytes`)
    const bytes = Buffer.concat(pieces)
    t.equal(packetExtent(bytes, 0), bytes.length)
    t.equal(framesOf(bytes.length), frames)
    t.equal(checkSequence(bytes, 0, bytes.length, 254), (254 + frames) & 0xff)
    t.ok(packetPayload(bytes, 0, bytes.length).equals(payload))
    t.equal(
      packetExtent(bytes.subarray(0, -1), 0),
      length % framePayloadMax === 0 ? -bytes.length : -bytes.length,
    )
    if (frames === 1) continue
    t.throws(() => checkSequence(bytes, 0, bytes.length, 0), {
      message: 'expected packet number 0, got 254',
    })
    bytes.writeUInt8(9, headerBytes + framePayloadMax + 3)
    t.throws(() => checkSequence(bytes, 0, bytes.length, 254), {
      message: 'expected packet number 255, got 9',
    })
  }
  t.equal(nextSequence(255), 0)
})
