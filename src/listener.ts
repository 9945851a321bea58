/** One protocol's door: takes clients in until it is closed, and knows those that are there. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Gateway, Protocol, Upstream } from '../protocols/protocol.ts'
import type { Address } from './config/config.ts'

export interface ListenerOptions {
  readonly protocol: Protocol
  readonly address: Address
  readonly gateway: Gateway
  /** Of the databases that it serves. */
  readonly upstreams: readonly Upstream[]
  /** Told about what no session survives: a mistake of ours. */
  readonly onError: (error: unknown) => void
}

export class Listener {
  readonly #server: Server
  readonly #options: ListenerOptions
  readonly #clients = new Set<Socket>()
  #stopped: Promise<void> | undefined

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#server = createServer({ noDelay: true }, client => this.#serve(client))
  }

  /** Where it listens, with the port that it got. */
  async listen(): Promise<Address> {
    const { protocol, upstreams, address } = this.#options
    await protocol.learn(upstreams)
    await listening(this.#server, address)
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') throw new TypeError('expected a TCP address')
    return { host: address.host, port: bound.port }
  }

  /** Takes nobody in any more; those who are there stay. */
  stop(): void {
    this.#stopped ??= new Promise(resolve => {
      this.#server.close(() => resolve())
    })
  }

  /** Returns when the last client has left: those without a session are sent away. */
  async close(): Promise<void> {
    this.stop()
    for (const client of this.#clients) client.destroySoon()
    await this.#stopped
    await this.#options.protocol.close()
  }

  #serve(client: Socket): void {
    const { protocol, gateway, onError } = this.#options
    this.#clients.add(client)
    client.once('close', () => this.#clients.delete(client))
    protocol.serve(client, gateway).catch((error: unknown) => {
      client.destroy()
      onError(error)
    })
  }
}

function listening(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 511 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
