/** The page that lists and searches recorded sessions, for auditors. */
import type { FastifyInstance } from 'fastify'
import { type AuditorPages, isAuditor } from './auditor.ts'
import { sendPage } from './forms.ts'
import type { WebOptions } from './options.ts'
import { sessionsPage } from './pages/session-search.ts'
import { queryOf, queryTexts } from './session-query.ts'

export function registerSessionSearch(
  app: FastifyInstance,
  options: WebOptions,
  { door, viewerOf, notFound }: AuditorPages,
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
