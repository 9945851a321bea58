/**
 * Bytes from one socket to one consumer. It flows on 'data' and pauses itself at a limit, so that
 * a peer that leaves while its bytes wait is noticed at once: an iterator over the socket would
 * not notice, because unread bytes keep 'end' back.
 */
import type { Socket } from 'node:net'

/**
 * Takes whole frames from the front of `bytes` and returns how many bytes it took. `bytes` is the
 * consumer's until it returns; slices of it may be kept, they are never written to again.
 */
export type Consume = (bytes: Buffer) => number

export class FrameReader {
  readonly #socket: Socket
  readonly #bufferedBytesMax: number
  readonly #consume: Consume
  readonly #failed: (error: unknown) => void
  #kept: Buffer[] = []
  #keptBytes = 0
  /** Bytes that must be there before the consumer is called again. */
  #needed = 1
  #waiting = false
  #consuming = false
  #closed = false

  constructor(
    socket: Socket,
    bufferedBytesMax: number,
    consume: Consume,
    failed: (error: unknown) => void,
  ) {
    this.#socket = socket
    this.#bufferedBytesMax = bufferedBytesMax
    this.#consume = consume
    this.#failed = failed
  }

  /** `leftover` came with the last bytes of whatever read the socket before. */
  start(leftover: Buffer): void {
    this.#socket.on('data', this.#data)
    if (leftover.length > 0) this.#data(leftover)
    this.#socket.resume()
  }

  /** To be called by the consumer: do not call me before `bytes` are there. */
  need(bytes: number): void {
    this.#needed = bytes
  }

  /** To be called by the consumer: do not call me before `wait` has settled. */
  pauseUntil(wait: Promise<void>): void {
    this.#waiting = true
    wait.then(
      () => {
        this.#waiting = false
        this.#run()
      },
      error => this.#fail(error),
    )
  }

  /** Drops what is buffered and consumes nothing more. */
  close(): void {
    this.#closed = true
    this.#kept = []
    this.#keptBytes = 0
    this.#socket.off('data', this.#data)
  }

  readonly #data = (chunk: Buffer): void => {
    this.#kept.push(chunk)
    this.#keptBytes += chunk.length
    this.#run()
  }

  #run(): void {
    if (this.#consuming) return
    this.#consuming = true
    try {
      while (!this.#waiting && !this.#closed && this.#keptBytes >= this.#needed) {
        const bytes = this.#kept.length === 1 ? this.#kept[0] : Buffer.concat(this.#kept)
        if (bytes === undefined) break
        this.#needed = 1
        const taken = this.#consume(bytes)
        if (this.#closed) return
        const rest = bytes.length - taken
        this.#keptBytes = rest
        this.#kept = rest === 0 ? [] : [taken === 0 ? bytes : bytes.subarray(taken)]
        if (taken === 0 && this.#needed <= rest && !this.#waiting) this.#needed = rest + 1
      }
    } catch (error) {
      this.#fail(error)
      return
    } finally {
      this.#consuming = false
    }
    this.#govern()
  }

  /** Reads on while a frame that is wanted is still incomplete, whatever its size. */
  #govern(): void {
    const full = this.#keptBytes >= this.#bufferedBytesMax
    if (full && (this.#waiting || this.#keptBytes >= this.#needed)) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #fail(error: unknown): void {
    if (this.#closed) return
    this.close()
    this.#failed(error)
  }
}
