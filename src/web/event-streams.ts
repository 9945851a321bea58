/**
 * Lines of events to open pages, so many and no more.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { FastifyReply } from 'fastify'

const streamsMax = 500
const streamsMaxPerPerson = 20
const heartbeatMs = 20_000
/** A reader that takes nothing is sent away before it costs memory. */
const unreadBytesMax = 64 * 1024

export interface EventStream {
  send(event: string, data: object): void
  /** Ends it after what was sent. */
  end(): void
}

export class EventStreams {
  readonly #counts = new Map<string, number>()
  #total = 0

  /**
   * Undefined: there are too many, and the answer was sent. `allowed` is asked before each line:
   * sign-ins end and groups change while a page is open.
   */
  open(
    reply: FastifyReply,
    name: string,
    allowed: () => boolean,
    closed: () => void,
  ): EventStream | undefined {
    const count = this.#counts.get(name) ?? 0
    if (this.#total >= streamsMax || count >= streamsMaxPerPerson) {
      reply.code(503).header('retry-after', 30).type('text/plain').send('too many pages\n')
      return undefined
    }
    this.#total += 1
    this.#counts.set(name, count + 1)
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
    raw.write('retry: 2000\n\n')
    const write = (text: string): void => {
      if (!allowed() || raw.writableLength > unreadBytesMax) raw.end()
      else raw.write(text)
    }
    const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs)
    raw.on('close', () => {
      clearInterval(heartbeat)
      this.#total -= 1
      const left = (this.#counts.get(name) ?? 1) - 1
      if (left > 0) this.#counts.set(name, left)
      else this.#counts.delete(name)
      closed()
    })
    return {
      send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
      end: () => {
        raw.end()
      },
    }
  }
}
