/** Tells open pages that something changed: which request and its state, never its content. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maySee } from '../approvals/approval.ts'
import type { Visit } from './doorkeeper.ts'
import type { EventStreams } from './event-streams.ts'
import type { WebOptions } from './options.ts'

export function registerEvents(
  app: FastifyInstance,
  options: WebOptions,
  streams: EventStreams,
  visitOf: (request: FastifyRequest) => Visit | undefined,
): void {
  app.get('/events', { exposeHeadRoute: false }, async (request, reply) => {
    const visit = visitOf(request)
    if (visit === undefined) return reply.code(401).type('text/plain').send('sign in first\n')
    let off = (): void => undefined
    const stream = streams.open(
      reply,
      visit.account.name,
      () => visitOf(request) !== undefined,
      () => off(),
    )
    off = options.approvals.on(({ approval, type }) => {
      const now = visitOf(request)
      if (now !== undefined && !maySee(approval, now.account)) return
      stream?.send('change', { id: approval.shortId, state: approval.state, type })
    })
    if (stream === undefined) off()
    return reply
  })
}
