/** The page of what mode `observe` let pass, for auditors. */
import type { FastifyInstance } from 'fastify'
import { type AuditorPages, isAuditor } from './auditor.ts'
import { sendPage } from './forms.ts'
import type { WebOptions } from './options.ts'
import { observedPage, spans } from './pages/observed.ts'

export function registerObservedPage(
  app: FastifyInstance,
  options: WebOptions,
  { door, viewerOf, notFound }: AuditorPages,
): void {
  const { observed } = options
  if (observed === undefined) return
  app.get<{ Querystring: { span?: unknown } }>('/observed', async (request, reply) => {
    const visit = door.enter(request, reply)
    if (visit === undefined) return reply
    if (!isAuditor(visit.account, options)) return notFound(reply, visit)
    const asked = String(request.query.span ?? '7 days')
    const span = Object.hasOwn(spans, asked) ? asked : '7 days'
    const list = await observed.list(spans[span] ?? 0)
    const viewer = viewerOf(visit)
    return sendPage(reply, observedPage({ viewer, span, list, observes: observed.observes() }))
  })
}
