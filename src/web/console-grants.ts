/** The pages' part of grants and reviews: the list, revoking, closing, and what a form gives. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Approval } from '../approvals/approval.ts'
import { type GrantTerms, grantKinds } from '../approvals/grant.ts'
import type { Doorkeeper, Visit } from './doorkeeper.ts'
import { field, sendPage } from './forms.ts'
import type { Account, WebOptions } from './options.ts'
import { grantsPage } from './pages/grants.ts'
import type { Viewer } from './pages/layout.ts'

export interface GrantPages {
  readonly door: Doorkeeper
  viewerOf(visit: Visit): Viewer
  seen(id: string, account: Account): Promise<Approval | undefined>
  show(
    reply: FastifyReply,
    visit: Visit,
    approval: Approval,
    more?: { error?: string },
  ): FastifyReply
  notFound(reply: FastifyReply, visit: Visit): FastifyReply
}

export function registerGrantPages(
  app: FastifyInstance,
  { approvals }: WebOptions,
  { door, viewerOf, seen, show, notFound }: GrantPages,
): void {
  app.get('/grants', async (request, reply) => {
    const visit = door.enter(request, reply)
    return visit === undefined ? reply : page(reply, visit)
  })

  app.post<IdRoute>('/grants/:id/revoke', async (request, reply) => {
    const visit = door.enterForm(request, reply)
    if (visit === undefined) return reply
    const reason = field(request, 'reason').trim()
    const said = reason === '' ? undefined : reason
    const result = await approvals.revoke(request.params.id, visit.account, said)
    if (result.ok) return reply.redirect('/grants', 303)
    if (result.code === 'not_found') return notFound(reply, visit)
    const status = result.code === 'already_decided' ? 409 : 403
    return page(reply.code(status), visit, `It was not revoked: ${result.message}.`)
  })

  app.post<IdRoute>('/approvals/:id/close-review', async (request, reply) => {
    const visit = door.enterForm(request, reply)
    if (visit === undefined) return reply
    const approval = await seen(request.params.id, visit.account)
    if (approval?.review === undefined) return notFound(reply, visit)
    const comment = field(request, 'comment').trim()
    if (comment === '') {
      const error = 'Say what came of it: the comment stays with the request.'
      return show(reply.code(422), visit, approval, { error })
    }
    const review = { person: visit.account, surface: 'web', comment } as const
    const result = await approvals.closeReview(approval.id, review)
    if (result.ok) return reply.redirect(`/approvals/${approval.shortId}`, 303)
    const error = `The review was not closed: ${result.message}.`
    const now = (await approvals.get(approval.id)) ?? approval
    return show(reply.code(result.code === 'not_open' ? 409 : 403), visit, now, { error })
  })

  async function page(reply: FastifyReply, visit: Visit, error?: string): Promise<FastifyReply> {
    const now = new Date()
    const grants = await approvals.grants.list({ visibleTo: visit.account }, now)
    return sendPage(reply, grantsPage({ viewer: viewerOf(visit), grants, now, error }))
  }
}

interface IdRoute {
  Params: { id: string }
}

/** Undefined: this run only. What is no number is refused with the rest, by its limits. */
export function grantOf(request: FastifyRequest, approval: Approval): GrantTerms | undefined {
  const said = field(request, 'grant')
  const kind = grantKinds.find(each => each === said)
  if (kind === undefined) return undefined
  const asked = Number(field(request, 'grant_minutes') || Number.NaN) * 60
  // Rules may permit less than the minute that the form begins with.
  const seconds = asked === 60 ? Math.min(60, approval.grantable?.secondsMax ?? 60) : asked
  return { kind, seconds, times: Number(field(request, 'grant_times') || Number.NaN) }
}
