/** The page that lists and searches recorded sessions, for auditors. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isAuditor } from './auditor.ts'
import type { Doorkeeper, Visit } from './doorkeeper.ts'
import { sendPage } from './forms.ts'
import type { WebOptions } from './options.ts'
import type { Viewer } from './pages/layout.ts'
import { sessionsPage } from './pages/session-search.ts'
import { queryOf, queryTexts } from './session-query.ts'

export interface SessionPages {
  readonly door: Doorkeeper
  viewerOf(visit: Visit): Viewer
  notFound(reply: FastifyReply, visit: Visit): FastifyReply
}

export function registerSessionSearch(
  app: FastifyInstance,
  options: WebOptions,
  { door, viewerOf, notFound }: SessionPages,
): void {
  const { sessions } = options
  if (sessions === undefined) return
  app.get<{ Querystring: Record<string, unknown> }>('/sessions', async (request, reply) => {
    const visit = door.enter(request, reply)
    if (visit === undefined) return reply
    if (!isAuditor(visit.account, options)) return notFound(reply, visit)
    const texts = queryTexts(request.query)
    const view = { viewer: viewerOf(visit), texts }
    const query = queryOf(texts)
    if ('mistake' in query) {
      return sendPage(reply.code(422), sessionsPage({ ...view, error: query.mistake }))
    }
    return sendPage(reply, sessionsPage({ ...view, page: await sessions.search(query) }))
  })
}
