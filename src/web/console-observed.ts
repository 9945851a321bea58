/** The page of what mode `observe` let pass, for auditors. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isAuditor } from './auditor.ts'
import type { Doorkeeper, Visit } from './doorkeeper.ts'
import { sendPage } from './forms.ts'
import type { WebOptions } from './options.ts'
import type { Viewer } from './pages/layout.ts'
import { observedPage, spans } from './pages/observed.ts'

export interface ObservedPages {
  readonly door: Doorkeeper
  viewerOf(visit: Visit): Viewer
  notFound(reply: FastifyReply, visit: Visit): FastifyReply
}

export function registerObservedPage(
  app: FastifyInstance,
  options: WebOptions,
  { door, viewerOf, notFound }: ObservedPages,
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
