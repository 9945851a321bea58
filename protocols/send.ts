/** Writing to a socket, with its back-pressure as a promise that exists only when it is needed. */
import type { Socket } from 'node:net'

/**
 * Writes the buffers in order, as one write where the platform can. Returns undefined while the
 * socket takes more, else a promise for the moment it does again or is closed.
 */
export function send(socket: Socket, buffers: readonly Buffer[]): Promise<void> | undefined {
  if (socket.destroyed || buffers.length === 0) return undefined
  let taken = true
  if (buffers.length === 1) {
    taken = socket.write(buffers[0] as Buffer)
  } else {
    socket.cork()
    for (const buffer of buffers) taken = socket.write(buffer)
    socket.uncork()
  }
  return taken ? undefined : drained(socket)
}

function drained(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
