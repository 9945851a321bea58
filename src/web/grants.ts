/** The API's operations for grants, and for what broke the glass: list, give, revoke, close a review. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Approval, DecisionErrorCode } from '../approvals/approval.ts'
import { type Grant, type GrantState, grantState } from '../approvals/grant.ts'
import { mistaken } from './actions.ts'
import { closeReviewSchema, giveGrantSchema, grantStates } from './api-schemas.ts'
import { refuse } from './callers.ts'
import { field } from './forms.ts'
import type { Account, WebOptions } from './options.ts'

const listMax = 500

export interface GrantRoutes {
  readonly statusOf: Readonly<Record<DecisionErrorCode, number>>
  accountOf(request: FastifyRequest): Account
  surfaceOf(request: FastifyRequest): 'terminal' | 'api'
  /** Undefined: it is not there, or not theirs to see. */
  seen(id: string, account: Account): Promise<Approval | undefined>
  shown(approval: Approval, account: Account): { approval: object }
}

export function registerGrants(
  app: FastifyInstance,
  { approvals }: WebOptions,
  { statusOf, accountOf, surfaceOf, seen, shown }: GrantRoutes,
): void {
  app.get<{ Querystring: Record<string, unknown> }>('/grants', async (request, reply) => {
    const { state } = request.query
    const states = typeof state === 'string' ? state.split(',') : undefined
    if (states?.some(name => !isState(name)) === true) {
      return refuse(reply, 400, 'bad_request', `expected states of ${grantStates.join(', ')}`)
    }
    const now = new Date()
    const grants = await approvals.grants.list(
      {
        ...{ visibleTo: accountOf(request), limit: listMax },
        ...(states !== undefined && { states: states.filter(isState) }),
      },
      now,
    )
    return { grants: grants.map(grant => withState(grant, now)) }
  })

  app.get<IdRoute>('/grants/:id', async (request, reply) => {
    const account = accountOf(request)
    const approval = await seen(request.params.id, account)
    if (approval?.grant === undefined) return notFound(reply)
    return { grant: withState(approval.grant, new Date()) }
  })

  app.post('/grants', async (request, reply) => {
    const body = giveGrantSchema.safeParse(request.body)
    if (!body.success) return mistaken(reply, body.error)
    const account = accountOf(request)
    const { approval: id, digest, reason, ...grant } = body.data
    const approval = await seen(id, account)
    if (approval === undefined) return notFound(reply)
    const result = await approvals.decide(approval.id, {
      ...{ person: account, decision: 'approved', shownDigest: digest },
      ...{ surface: surfaceOf(request), reason, grant },
    })
    if (!result.ok) return refuse(reply, statusOf[result.code], result.code, result.message)
    return reply.code(201).send({
      ...shown(result.approval, account),
      ...(result.approval.grant && { grant: withState(result.approval.grant, new Date()) }),
    })
  })

  app.delete<IdRoute>('/grants/:id', async (request, reply) => {
    const reason = field(request, 'reason').trim()
    const said = reason === '' ? undefined : reason
    const result = await approvals.revoke(request.params.id, accountOf(request), said)
    if (!result.ok) return refuse(reply, statusOf[result.code], result.code, result.message)
    return { grant: withState(result.grant, new Date()) }
  })

  app.post<IdRoute>('/approvals/:id/close-review', async (request, reply) => {
    const body = closeReviewSchema.safeParse(request.body)
    if (!body.success) return mistaken(reply, body.error)
    const account = accountOf(request)
    const approval = await seen(request.params.id, account)
    if (approval?.review === undefined) return notFound(reply)
    const surface = surfaceOf(request)
    const { comment } = body.data
    const result = await approvals.closeReview(approval.id, { person: account, surface, comment })
    if (!result.ok) return refuse(reply, statusOf[result.code], result.code, result.message)
    return shown(result.approval, account)
  })
}

interface IdRoute {
  Params: { id: string }
}

function withState(grant: Grant, now: Date): Grant & { state: GrantState } {
  return { ...grant, state: grantState(grant, now) }
}

function isState(name: string): name is GrantState {
  return (grantStates as readonly string[]).includes(name)
}

function notFound(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not_found', 'there is no such resource')
}
