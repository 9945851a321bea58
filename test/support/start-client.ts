/** A listener whose clients go through startClient, and a client that speaks in raw bytes. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { ByteReader } from '../../protocols/bytes.ts'
import { HandshakeReader } from '../../protocols/handshake-reader.ts'
import { CancelRegistry } from '../../protocols/postgres/cancel.ts'
import { decodeErrorFields } from '../../protocols/postgres/messages/error-response.ts'
import { encodeUntyped } from '../../protocols/postgres/messages/message.ts'
import { type StartedClient, startClient } from '../../protocols/postgres/startup.ts'
import type { Gateway } from '../../protocols/protocol.ts'

export interface TestListener {
  readonly port: number
  readonly cancels: CancelRegistry
  /** What became of the next client. */
  next(): Promise<StartedClient | undefined>
  close(): Promise<void>
}

/** `serve` gets each client that was let in. */
export async function listen(
  gateway: Gateway,
  serve?: (client: StartedClient, cancels: CancelRegistry) => Promise<void>,
): Promise<TestListener> {
  const cancels = new CancelRegistry()
  const sockets = new Set<Socket>()
  const results: Promise<StartedClient | undefined>[] = []
  const server = createServer(socket => {
    sockets.add(socket)
    const started = startClient(socket, gateway, cancels)
    results.push(started)
    server.emit('started')
    started.then(
      client => client && serve?.(client, cancels),
      () => undefined,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cancels,
    async next() {
      if (results.length === 0) await once(server, 'started')
      return results.shift()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** One raw client. Messages are read as they come. */
export class RawClient {
  socket: Socket
  #reader: HandshakeReader
  static readonly #patience = new AbortController().signal

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    this.#reader = RawClient.#read(socket)
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  static #read(socket: Socket): HandshakeReader {
    return new HandshakeReader(socket, {
      signal: RawClient.#patience,
      bufferedBytesMax: 1_000_000,
    })
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes)
  }

  /** Each byte in a segment of its own, as far as the system lets us. */
  async writeSlowly(bytes: Buffer): Promise<void> {
    this.socket.setNoDelay(true)
    for (const byte of bytes) {
      await new Promise(resolve => this.socket.write(Buffer.from([byte]), resolve))
    }
  }

  startup(parameters: Record<string, string>, version = 0x30000): void {
    this.write(startupPacket(parameters, version))
  }

  async byte(): Promise<string> {
    return (await this.#reader.take(1)).toString('latin1')
  }

  async message(): Promise<{ type: string; body: Buffer }> {
    const header = await this.#reader.take(5)
    const body = await this.#reader.take(header.readUInt32BE(1) - 4)
    return { type: header.toString('latin1', 0, 1), body: Buffer.from(body) }
  }

  /** The fields of the ErrorResponse that must come next, after which the connection must end. */
  async fatal(): Promise<Record<string, string>> {
    const { type, body } = await this.message()
    if (type !== 'E') throw new Error(`expected ErrorResponse, got ${type}`)
    await this.ended()
    return Object.fromEntries(decodeErrorFields(new ByteReader(body)))
  }

  /** Rejects when there is one more byte. */
  async ended(): Promise<void> {
    const more = await this.#reader.take(1).catch(() => undefined)
    if (more !== undefined) throw new Error(`expected the end, got byte ${more[0]}`)
    this.socket.destroy()
  }

  /** Gives the socket to `wrap` and goes on with what it returns. */
  async upgrade(wrap: (socket: Socket) => Promise<Socket>): Promise<void> {
    this.#reader.detach()
    this.socket = await wrap(this.socket)
    this.socket.on('error', () => undefined)
    this.#reader = RawClient.#read(this.socket)
  }
}

export function startupPacket(parameters: Record<string, string>, version = 0x30000): Buffer {
  return encodeUntyped(body => {
    body.int32(version)
    for (const [name, value] of Object.entries(parameters)) body.cstring(name).cstring(value)
    body.uint8(0)
  })
}
