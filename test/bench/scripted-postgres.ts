/**
 * A Postgres that costs nothing, in a process of its own: thousands of sessions that are let in and
 * answered `DELETE 0`. What the proxy's catalog asks goes to a real server. Tells its parent the
 * port, and the time at which each query arrived.
 */
import { connect, createServer, type Socket } from 'node:net'

/** Milliseconds since 1970, to the microsecond, so that two processes can be compared. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}

export interface Arrived {
  readonly text: string
  readonly at: number
}

const parameters = {
  ...{ server_version: '18.4', server_encoding: 'UTF8', client_encoding: 'UTF8' },
  ...{ DateStyle: 'ISO, MDY', IntervalStyle: 'postgres', TimeZone: 'UTC', is_superuser: 'off' },
  ...{ integer_datetimes: 'on', standard_conforming_strings: 'on', in_hot_standby: 'off' },
  ...{ default_transaction_read_only: 'off', search_path: '"$user", public' },
  ...{ session_authorization: 'postgres', application_name: '', scram_iterations: '4096' },
}

function frame(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`)
const ready = frame('Z', Buffer.from('I'))
const letIn = Buffer.concat([
  frame('R', Buffer.alloc(4)),
  ...Object.entries(parameters).map(([name, value]) => frame('S', text(name), text(value))),
  frame('K', Buffer.alloc(8, 1)),
  ready,
])
const done = Buffer.concat([frame('C', text('DELETE 0')), ready])

/** The first message has no type; what follows has. */
function serve(socket: Socket, realPort: number): void {
  let bytes: Buffer = Buffer.alloc(0)
  let started = false
  socket.on('error', () => socket.destroy())
  const take = (chunk: Buffer): void => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    for (;;) {
      const at = started ? 1 : 0
      if (bytes.length < at + 4) return
      const end = at + bytes.readInt32BE(at)
      if (bytes.length < end) return
      const message = bytes.subarray(0, end)
      if (!started && !(message.includes('user\0') && !message.includes('countersign catalog'))) {
        socket.off('data', take)
        passOn(socket, realPort, bytes)
        return
      }
      bytes = bytes.subarray(end)
      if (!started) {
        started = true
        socket.write(letIn)
      } else if (message.toString('latin1', 0, 1) === 'Q') {
        const query = message.toString('utf8', 5, message.length - 1)
        process.send?.({ text: query, at: now() } satisfies Arrived)
        socket.write(done)
      } else socket.destroy()
    }
  }
  socket.on('data', take)
}

function passOn(socket: Socket, port: number, first: Buffer): void {
  const real = connect(port, '127.0.0.1')
  real.on('error', () => socket.destroy())
  real.write(first)
  socket.pipe(real).pipe(socket)
}

if (process.send !== undefined && process.argv[2] !== undefined) {
  const realPort = Number(process.argv[2])
  const server = createServer({ noDelay: true }, socket => serve(socket, realPort))
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => {
    const address = server.address()
    process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
  })
  process.once('disconnect', () => process.exit())
}
