/**
 * One packet at a time over a socket, with the numbers that they must have: for the start of a
 * connection, from either side. Once the session runs, FrameReader takes over.
 */
import type { Socket } from 'node:net'
import { ProtocolError } from '../errors.ts'
import { HandshakeReader } from '../handshake-reader.ts'
import type { SecuredSocket } from '../tls.ts'
import {
  encodePacket,
  frameLength,
  frameSequence,
  headerBytes,
  nextSequence,
  PacketsOutOfOrder,
} from './framing.ts'

export interface ChannelOptions {
  /** Ends every wait; its reason is what the wait rejects with. */
  readonly signal: AbortSignal
  /** Of one packet and of all that are read. */
  readonly bytesMax: number
  /** The number of the first packet, whoever sends it. */
  readonly sequence?: number
  readonly tls?: boolean
}

export class Channel {
  #socket: Socket
  #reader: HandshakeReader
  #sequence: number
  #tls: boolean
  #bytesLeft: number
  readonly #options: ChannelOptions

  /** An 'error' listener stays on the socket; whoever owns it listens to 'close', which follows. */
  constructor(socket: Socket, options: ChannelOptions) {
    socket.on('error', () => undefined)
    this.#socket = socket
    this.#options = options
    this.#reader = this.#read(socket)
    this.#sequence = options.sequence ?? 0
    this.#tls = options.tls ?? false
    this.#bytesLeft = options.bytesMax
  }

  get socket(): Socket {
    return this.#socket
  }

  get tls(): boolean {
    return this.#tls
  }

  /** Nobody can listen in between: TLS, or both ends on this machine. */
  get private(): boolean {
    return this.#tls || onThisMachine(this.#socket.remoteAddress)
  }

  /** The number of the next packet, whoever sends it. */
  get sequence(): number {
    return this.#sequence
  }

  get closed(): boolean {
    return this.#reader.closed
  }

  /** Bytes that came and were not taken. */
  get buffered(): number {
    return this.#reader.buffered
  }

  get signal(): AbortSignal {
    return this.#options.signal
  }

  /** A payload. Rejects with ConnectionClosed, another ProtocolError, or the signal's reason. */
  async read(): Promise<Buffer> {
    const header = await this.#reader.take(headerBytes)
    const length = frameLength(header, 0)
    const sequence = frameSequence(header, 0)
    if (sequence !== this.#sequence) throw new PacketsOutOfOrder(this.#sequence, sequence)
    this.#bytesLeft -= length
    if (this.#bytesLeft < 0) {
      throw new ProtocolError(`at most ${this.#options.bytesMax} bytes of a start`, 'more')
    }
    this.#sequence = nextSequence(sequence)
    return this.#reader.take(length)
  }

  /** The payload must fit one frame. */
  write(payload: Buffer): void {
    this.#socket.write(encodePacket(this.#sequence, payload))
    this.#sequence = nextSequence(this.#sequence)
  }

  /** A command begins to count anew. */
  restart(): void {
    this.#sequence = 0
  }

  /** `secure` gets the paused socket and what was read of it and not taken. */
  async secure(secure: (socket: Socket, unread: Buffer) => Promise<SecuredSocket>): Promise<void> {
    const plain = this.#socket
    const unread = this.#reader.detach()
    const secured = await secure(plain, unread).catch(error => {
      // Nothing can be told in the middle of a handshake.
      plain.destroy()
      throw error
    })
    this.#socket = secured.socket
    this.#reader = this.#read(secured.socket)
    this.#tls = true
  }

  /** Stops reading and pauses the socket. What was not taken is the caller's to hand on. */
  detach(): Buffer {
    return this.#reader.detach()
  }

  #read(socket: Socket): HandshakeReader {
    const { signal, bytesMax } = this.#options
    return new HandshakeReader(socket, { signal, bufferedBytesMax: bytesMax })
  }
}

/** An address of the other end; a Unix socket has none. */
function onThisMachine(address: string | undefined): boolean {
  return address === undefined || /^(?:::ffff:)?127\.|^::1$/.test(address)
}
