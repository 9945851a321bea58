/**
 * Reading a known number of bytes at a time, for the start of a connection, where one side speaks
 * after the other and the socket may change under the reader when TLS begins. Once the session
 * runs, FrameReader takes over.
 */
import type { Socket } from 'node:net'
import { ProtocolError } from './errors.ts'

export interface HandshakeReaderOptions {
  /** Ends every wait; its reason is what the wait rejects with. */
  readonly signal: AbortSignal
  /** What may wait in memory beyond the bytes that were asked for. */
  readonly bufferedBytesMax: number
}

/** The peer closed its side, or the connection broke. */
export class ConnectionClosed extends ProtocolError {
  constructor(options?: ErrorOptions) {
    super('more bytes', 'the end of the connection', options)
    this.name = 'ConnectionClosed'
  }
}

export class HandshakeReader {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  readonly #bufferedBytesMax: number
  #chunks: Buffer[] = []
  #bytes = 0
  /** Set by what ends the connection; bytes that came before it can still be taken. */
  #closed: ConnectionClosed | undefined
  #wake: (() => void) | undefined

  constructor(socket: Socket, options: HandshakeReaderOptions) {
    this.#socket = socket
    this.#signal = options.signal
    this.#bufferedBytesMax = options.bufferedBytesMax
    if (socket.destroyed || socket.readableEnded) this.#closed = new ConnectionClosed()
    socket.on('data', this.#data)
    socket.on('end', this.#end)
    socket.on('error', this.#error)
    socket.on('close', this.#end)
    socket.resume()
  }

  /** Bytes that came and were not taken. */
  get buffered(): number {
    return this.#bytes
  }

  get closed(): boolean {
    return this.#closed !== undefined
  }

  /** Rejects with ConnectionClosed, or with the signal's reason. */
  async take(length: number): Promise<Buffer> {
    await this.#available(length)
    const bytes = this.#whole()
    this.#keep(bytes.subarray(length))
    return bytes.subarray(0, length)
  }

  /** The next byte, which stays. */
  async peek(): Promise<number> {
    await this.#available(1)
    return this.#whole().readUInt8(0)
  }

  /** Stops reading and pauses the socket. What was not taken is the caller's to hand on. */
  detach(): Buffer {
    this.#socket.off('data', this.#data)
    this.#socket.off('end', this.#end)
    this.#socket.off('error', this.#error)
    this.#socket.off('close', this.#end)
    this.#socket.pause()
    const rest = this.#whole()
    this.#keep(Buffer.alloc(0))
    return rest
  }

  async #available(length: number): Promise<void> {
    while (this.#bytes < length) {
      if (this.#closed !== undefined) throw this.#closed
      this.#signal.throwIfAborted()
      if (this.#socket.isPaused()) this.#socket.resume()
      await this.#more()
    }
    this.#signal.throwIfAborted()
  }

  #more(): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        this.#wake = undefined
        this.#signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake = wake
      this.#signal.addEventListener('abort', wake)
    })
  }

  #whole(): Buffer {
    const [first] = this.#chunks
    const whole = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    this.#keep(whole)
    return whole
  }

  #keep(bytes: Buffer): void {
    this.#chunks = bytes.length === 0 ? [] : [bytes]
    this.#bytes = bytes.length
  }

  readonly #data = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes >= this.#bufferedBytesMax) this.#socket.pause()
    this.#wake?.()
  }

  readonly #end = (): void => {
    this.#closed ??= new ConnectionClosed()
    this.#wake?.()
  }

  readonly #error = (cause: Error): void => {
    this.#closed = new ConnectionClosed({ cause })
    this.#wake?.()
  }
}
