/**
 * Stands between a client and a server and keeps what both sent: the bytes of one response, as the
 * server wrote them, for tests of what reads and changes rows.
 */
import { connect, createServer, type Socket } from 'node:net'
import {
  frameLength,
  headerBytes,
  packetExtent,
  packetPayload,
} from '../../protocols/mysql/framing.ts'
import {
  type ColumnDefinition,
  decodeColumnDefinition,
} from '../../protocols/mysql/packets/column-definition.ts'

export interface Capture {
  readonly port: number
  /** What came since the last call. */
  take(): { readonly client: Buffer; readonly server: Buffer }
  close(): Promise<void>
}

export async function captureTo(port: number): Promise<Capture> {
  let client: Buffer[] = []
  let server: Buffer[] = []
  const sockets = new Set<Socket>()
  const listener = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
    near.on('data', chunk => {
      client.push(chunk)
      far.write(chunk)
    })
    far.on('data', chunk => {
      server.push(chunk)
      near.write(chunk)
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>(resolve => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  const address = listener.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    take: () => {
      const taken = { client: Buffer.concat(client), server: Buffer.concat(server) }
      client = []
      server = []
      return taken
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => {
        listener.close(() => resolve())
      })
    },
  }
}

export interface CapturedResult {
  readonly definitions: readonly ColumnDefinition[]
  /** The packets of the rows, headers included. */
  readonly rows: Buffer
}

/** The first result of a response, which begins with the number of its columns. */
export function resultOf(response: Buffer): CapturedResult {
  const definitions: ColumnDefinition[] = []
  let at = packetExtent(response, 0)
  for (let left = response[headerBytes] ?? 0; left > 0; left -= 1) {
    const extent = packetExtent(response, at)
    definitions.push(decodeColumnDefinition(packetPayload(response, at, extent)))
    at += extent
  }
  if (isEnd(response, at) && frameLength(response, at) === 5) at += packetExtent(response, at)
  const start = at
  while (!isEnd(response, at)) at += packetExtent(response, at)
  return { definitions, rows: response.subarray(start, at) }
}

function isEnd(response: Buffer, at: number): boolean {
  return response[at + headerBytes] === 0xfe && frameLength(response, at) < 0xffffff
}
