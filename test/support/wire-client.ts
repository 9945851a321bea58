/**
 * A Postgres client that sends what it is told, byte by byte, and shows every frame that comes
 * back: for pipelines and mistakes that no driver makes.
 */
import type { Socket } from 'node:net'
import type { ByteWriter } from '../../protocols/bytes.ts'
import { ByteReader } from '../../protocols/bytes.ts'
import { decodeErrorFields } from '../../protocols/postgres/messages/error-response.ts'
import { encodeMessage } from '../../protocols/postgres/messages/message.ts'
import { connectUpstream } from '../../protocols/postgres/upstream.ts'
import { password } from './proxy.ts'

export interface Frame {
  readonly type: string
  readonly body: Buffer
}

export class WireClient {
  readonly socket: Socket
  /** Everything that came, start-up left out. */
  received: Buffer = Buffer.alloc(0)
  #rest: Buffer = Buffer.alloc(0)
  #frames: Frame[] = []
  #waiting: (() => void) | undefined
  closed = false

  constructor(socket: Socket, leftover: Buffer) {
    this.socket = socket
    socket.on('data', chunk => this.#take(chunk))
    socket.on('close', () => {
      this.closed = true
      this.#waiting?.()
    })
    if (leftover.length > 0) this.#take(leftover)
    socket.resume()
  }

  static async connect(port: number, user = 'analyst'): Promise<WireClient> {
    const { socket, leftover } = await connectUpstream(
      {
        host: '127.0.0.1',
        port,
        user,
        password,
        database: 'shop',
        tls: { mode: 'disable' },
      },
      {
        parameters: new Map(),
        protocolMinor: 0,
        signal: AbortSignal.timeout(20_000),
        timeoutMs: 20_000,
      },
    )
    return new WireClient(socket, leftover)
  }

  send(...messages: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(messages))
  }

  /** The next frame; undefined when the connection is closed. */
  async next(): Promise<Frame | undefined> {
    while (this.#frames.length === 0 && !this.closed)
      await new Promise<void>(resolve => {
        this.#waiting = resolve
      })
    return this.#frames.shift()
  }

  /** All frames up to and with the next ReadyForQuery, or to the close. */
  async untilReady(): Promise<readonly Frame[]> {
    const frames: Frame[] = []
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) {
      frames.push(frame)
      if (frame.type === 'Z') break
    }
    return frames
  }

  close(): void {
    this.socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk])
    let bytes = Buffer.concat([this.#rest, chunk])
    while (bytes.length >= 5) {
      const end = 1 + bytes.readUInt32BE(1)
      if (bytes.length < end) break
      this.#frames.push({
        type: bytes.toString('latin1', 0, 1),
        body: Buffer.from(bytes.subarray(5, end)),
      })
      bytes = bytes.subarray(end)
    }
    this.#rest = bytes
    this.#waiting?.()
  }
}

/** `1 2 T D C Z(I)`: what came, with the transaction state, tags and SQLSTATEs. */
export function summary(frames: readonly Frame[]): string {
  return frames.map(summaryOf).join(' ')
}

function summaryOf({ type, body }: Frame): string {
  if (type === 'Z') return `Z(${body.toString('latin1')})`
  if (type === 'C') return `C(${body.toString('utf8', 0, body.length - 1)})`
  if (type === 'E' || type === 'N') return `${type}(${fieldsOf(body).get('C')})`
  return type
}

export function fieldsOf(body: Buffer): Map<string, string> {
  return decodeErrorFields(new ByteReader(body))
}

/** The texts of a DataRow. */
export function values(frame: Frame): (string | null)[] {
  const reader = new ByteReader(frame.body)
  return Array.from({ length: reader.uint16() }, () => {
    const length = reader.int32()
    return length < 0 ? null : reader.slice(length).toString('utf8')
  })
}

export const query = (text: string): Buffer => encodeMessage('Q', body => body.cstring(text))

export const parse = (text: string, name = '', types: readonly number[] = []): Buffer =>
  encodeMessage('P', body => {
    body.cstring(name).cstring(text).int16(types.length)
    for (const type of types) body.int32(type)
  })

export const bind = (
  options: {
    portal?: string
    statement?: string
    parameters?: readonly (string | null)[]
    /** 1: every result column in binary. */
    format?: 0 | 1
  } = {},
): Buffer =>
  encodeMessage('B', body => {
    const { portal = '', statement = '', parameters = [], format = 0 } = options
    body.cstring(portal).cstring(statement).int16(0).int16(parameters.length)
    for (const value of parameters) parameter(body, value)
    body.int16(1).int16(format)
  })

function parameter(body: ByteWriter, value: string | null): void {
  if (value === null) body.int32(-1)
  else body.int32(Buffer.byteLength(value)).string(value)
}

export const describe = (kind: 'S' | 'P', name = ''): Buffer =>
  encodeMessage('D', body => body.string(kind).cstring(name))

export const execute = (portal = '', rows = 0): Buffer =>
  encodeMessage('E', body => body.cstring(portal).int32(rows))

export const close = (kind: 'S' | 'P', name: string): Buffer =>
  encodeMessage('C', body => body.string(kind).cstring(name))

export const sync: Buffer = encodeMessage('S', () => undefined)
export const flush: Buffer = encodeMessage('H', () => undefined)
export const copyData = (bytes: Buffer): Buffer => encodeMessage('d', body => body.bytes(bytes))
export const copyDone: Buffer = encodeMessage('c', () => undefined)
export const copyFail = (why: string): Buffer => encodeMessage('f', body => body.cstring(why))
