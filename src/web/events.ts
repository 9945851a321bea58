/**
 * Tells open pages that something changed: which request and its state, never its content.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maySee } from '../approvals/approval.ts'
import type { Visit } from './doorkeeper.ts'
import type { WebOptions } from './options.ts'

const streamsMax = 500
const streamsMaxPerPerson = 20
const heartbeatMs = 20_000
/** A reader that takes nothing is sent away before it costs memory. */
const unreadBytesMax = 64 * 1024

export function registerEvents(
  app: FastifyInstance,
  options: WebOptions,
  visitOf: (request: FastifyRequest) => Visit | undefined,
): void {
  const streams = new Map<string, number>()
  let total = 0

  app.get('/events', { exposeHeadRoute: false }, async (request, reply) => {
    const visit = visitOf(request)
    if (visit === undefined) return reply.code(401).type('text/plain').send('sign in first\n')
    const { name } = visit.account
    const count = streams.get(name) ?? 0
    if (total >= streamsMax || count >= streamsMaxPerPerson) {
      return reply.code(503).header('retry-after', 30).type('text/plain').send('too many pages\n')
    }
    total++
    streams.set(name, count + 1)

    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
    raw.write('retry: 2000\n\n')

    /** Sign-ins end and groups change while a page is open. */
    const write = (text: string, isFor: (visit: Visit) => boolean): void => {
      const now = visitOf(request)
      if (now === undefined || raw.writableLength > unreadBytesMax) raw.end()
      else if (isFor(now)) raw.write(text)
    }
    const off = options.approvals.on(({ approval, type }) => {
      const data = JSON.stringify({ id: approval.shortId, state: approval.state, type })
      write(`event: change\ndata: ${data}\n\n`, visit => maySee(approval, visit.account))
    })
    const heartbeat = setInterval(() => write(': still here\n\n', () => true), heartbeatMs)
    raw.on('close', () => {
      off()
      clearInterval(heartbeat)
      total--
      const left = (streams.get(name) ?? 1) - 1
      if (left > 0) streams.set(name, left)
      else streams.delete(name)
    })
    return reply
  })
}
