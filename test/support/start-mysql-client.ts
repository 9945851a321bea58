/** A MySQL listener whose clients go through startClient, and a client that speaks in packets. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Channel } from '../../protocols/mysql/channel.ts'
import { ConnectionIds } from '../../protocols/mysql/connection-ids.ts'
import { encodePacket } from '../../protocols/mysql/framing.ts'
import { decodeErr } from '../../protocols/mysql/packets/err.ts'
import { encodeHandshakeResponse } from '../../protocols/mysql/packets/handshake-response.ts'
import {
  decodeHandshakeV10,
  type HandshakeV10,
} from '../../protocols/mysql/packets/handshake-v10.ts'
import {
  type ServerGreeting,
  type StartedClient,
  startClient,
} from '../../protocols/mysql/startup.ts'
import { connectUpstream } from '../../protocols/mysql/upstream.ts'
import type { Gateway } from '../../protocols/protocol.ts'
import { secureUpstream } from '../../protocols/tls.ts'

export interface MysqlListener {
  readonly port: number
  readonly connections: ConnectionIds
  /** What became of the next client. */
  next(): Promise<StartedClient | undefined>
  close(): Promise<void>
}

/** `serve` gets each client that was let in. */
export async function listenMysql(
  gateway: Gateway,
  greeting: ServerGreeting,
  serve?: (client: StartedClient) => Promise<void>,
): Promise<MysqlListener> {
  const connections = new ConnectionIds()
  const sockets = new Set<Socket>()
  const results: Promise<StartedClient | undefined>[] = []
  const server = createServer(socket => {
    sockets.add(socket)
    const started = startClient(socket, gateway, () => greeting, connections)
    results.push(started)
    server.emit('started')
    started.then(
      client => client && serve?.(client),
      () => undefined,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections,
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

/** To the upstream of the session, with what the client chose, and then byte by byte both ways. */
export async function pipeToUpstream(client: StartedClient): Promise<void> {
  const { capabilities, collation, attributes, session, socket } = client
  const upstream = await connectUpstream(session.upstream, {
    capabilities,
    collation,
    attributes,
    database: undefined,
    signal: session.signal,
    timeoutMs: 10_000,
  })
  socket.write(encodePacket(client.sequence, upstream.okPacket))
  upstream.socket.write(client.leftover)
  socket.pipe(upstream.socket).pipe(socket)
}

export class PacketClient {
  readonly channel: Channel
  readonly greeting: HandshakeV10

  constructor(channel: Channel, greeting: HandshakeV10) {
    this.channel = channel
    this.greeting = greeting
  }

  static async connect(port: number): Promise<PacketClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const channel = new Channel(socket, {
      signal: new AbortController().signal,
      bytesMax: 10_000_000,
    })
    return new PacketClient(channel, decodeHandshakeV10(await channel.read()))
  }

  respond(response: Partial<Parameters<typeof encodeHandshakeResponse>[0]> = {}): void {
    this.channel.write(
      encodeHandshakeResponse({
        capabilities: this.greeting.capabilities & ~0x808n,
        packetBytesMax: 0x1000000,
        collation: 45,
        user: 'al',
        authenticationData: Buffer.alloc(0),
        database: '',
        plugin: 'caching_sha2_password',
        attributes: new Map(),
        ...response,
      }),
    )
  }

  async upgrade(): Promise<void> {
    await this.channel.secure(socket =>
      secureUpstream(
        socket,
        '127.0.0.1',
        { mode: 'require' },
        'mysql',
        new AbortController().signal,
      ),
    )
  }

  /** The ERR that must come next, after which the connection must end. */
  async refusal(): Promise<string> {
    const payload = await this.channel.read()
    if (payload[0] !== 0xff) throw new Error(`expected ERR, got ${payload.toString('hex')}`)
    await this.ended()
    const { code, sqlState, message } = decodeErr(payload)
    return `${code} ${sqlState} ${message}`
  }

  async ended(): Promise<void> {
    const more = await this.channel.read().catch(() => undefined)
    if (more !== undefined) throw new Error(`expected the end, got ${more.toString('hex')}`)
    this.channel.socket.destroy()
  }
}
