import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { FrameReader } from '../../protocols/frame-reader.ts'
import { send } from '../../protocols/send.ts'

async function pair(t: Test): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  const accepted = once(server, 'connection')
  const near = connect(address.port, '127.0.0.1')
  const [far] = (await accepted) as [Socket]
  t.teardown(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return [near, far]
}

t.test('what the consumer leaves is there again, with what came after it', async t => {
  const [near, far] = await pair(t)
  const seen: string[] = []
  const done = new Promise<void>(resolve => {
    const reader: FrameReader = new FrameReader(
      far,
      1024,
      bytes => {
        if (bytes.length < 4) {
          reader.need(4)
          return 0
        }
        seen.push(bytes.toString('latin1', 0, 4))
        if (seen.length === 3) resolve()
        return 4
      },
      error => t.fail(String(error)),
    )
    reader.start(Buffer.from('ab'))
  })
  near.write('cdefgh')
  near.write('ijkl')
  await done
  t.strictSame(seen, ['abcd', 'efgh', 'ijkl'])
})

t.test('a peer that leaves while its bytes wait is noticed at once', async t => {
  const [near, far] = await pair(t)
  const reader: FrameReader = new FrameReader(
    far,
    1024,
    bytes => {
      reader.pauseUntil(new Promise(() => undefined))
      return bytes.length
    },
    error => t.fail(String(error)),
  )
  const gone = once(far, 'end')
  reader.start(Buffer.alloc(0))
  near.write('held')
  near.end('and more')
  await gone
  t.pass('the end was seen while the consumer waited')
})

t.test('bytes that nobody takes stop the socket at the limit', async t => {
  const [near, far] = await pair(t)
  const reader: FrameReader = new FrameReader(
    far,
    64 * 1024,
    () => {
      reader.pauseUntil(new Promise(() => undefined))
      return 0
    },
    error => t.fail(String(error)),
  )
  reader.start(Buffer.alloc(0))
  const full = new Promise<void>(resolve => {
    const more = (): void => {
      if (far.isPaused()) resolve()
      else if (send(near, [Buffer.alloc(64 * 1024)]) === undefined) setImmediate(more)
      else setImmediate(more)
    }
    more()
  })
  await full
  t.ok(far.bytesRead < 8 * 1024 * 1024, `${far.bytesRead} bytes were read`)
})

t.test('a frame larger than the buffer limit is still read whole when it is wanted', async t => {
  const [near, far] = await pair(t)
  const size = 1024 * 1024
  const whole = new Promise<number>(resolve => {
    const reader: FrameReader = new FrameReader(
      far,
      16 * 1024,
      bytes => {
        if (bytes.length < size) {
          reader.need(size)
          return 0
        }
        resolve(bytes.length)
        return bytes.length
      },
      error => t.fail(String(error)),
    )
    reader.start(Buffer.alloc(0))
  })
  near.write(Buffer.alloc(size))
  t.equal(await whole, size)
})

t.test('a consumer that throws is told to its owner, once, and not called again', async t => {
  const [near, far] = await pair(t)
  let calls = 0
  const failed = new Promise<unknown>(resolve => {
    const reader = new FrameReader(
      far,
      1024,
      () => {
        calls += 1
        throw new Error('not a frame')
      },
      resolve,
    )
    reader.start(Buffer.alloc(0))
  })
  near.write('x')
  t.match(await failed, { message: 'not a frame' })
  near.write('y')
  t.equal(calls, 1)
})
