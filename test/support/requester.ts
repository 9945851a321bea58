/** Somebody whose statement is held, by either protocol: what they send, and how it ends for them. */
import { connect, type Socket } from 'node:net'
import { type Connection, createConnection } from 'mysql2/promise'
import pg from 'pg'
import { password } from './running-program.ts'

export interface Ended {
  readonly ok: boolean
  /** Of a refusal: message and detail. */
  readonly said: string
}

export interface Requester {
  /** Never rejects. */
  run(text: string): Promise<Ended>
  /** As Ctrl-C does. */
  cancel(): Promise<void>
  leave(): void
}

export type Connect = (port: number, user: string) => Promise<Requester>

const said = (error: unknown): Ended => {
  const { message, detail } = error as { readonly message?: string; readonly detail?: string }
  return { ok: false, said: `${message ?? ''} ${detail ?? ''}` }
}

export async function postgresRequester(port: number, user: string): Promise<Requester> {
  const host = '127.0.0.1'
  const client = new pg.Client({ host, port, user, password, database: 'shop' })
  // What is cut off by a test is no news.
  client.on('error', () => undefined)
  await client.connect()
  const { processID, secretKey, connection } = client as unknown as {
    readonly processID: number
    readonly secretKey: number
    readonly connection: { readonly stream: Socket }
  }
  return {
    run: text => client.query(text).then(() => ({ ok: true, said: '' }), said),
    cancel: async () => {
      const request = Buffer.alloc(16)
      for (const [at, value] of [16, 80877102, processID, secretKey].entries())
        request.writeInt32BE(value, at * 4)
      const socket = connect(port, host)
      await new Promise<void>(resolve => {
        socket.once('close', () => resolve())
        socket.end(request)
        socket.resume()
      })
    },
    leave: () => connection.stream.destroy(),
  }
}

export async function mysqlRequester(port: number, user: string): Promise<Requester> {
  const place = { host: '127.0.0.1', port, user, password, database: 'shop' }
  const connection: Connection = await createConnection(place)
  connection.on('error', () => undefined)
  return {
    run: text => connection.query(text).then(() => ({ ok: true, said: '' }), said),
    cancel: async () => {
      const other = await createConnection(place)
      await other.query(`KILL QUERY ${connection.threadId}`)
      await other.end()
    },
    leave: () => connection.destroy(),
  }
}
