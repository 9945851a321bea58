/** The API's operations for actions that are not SQL: ask, claim what was approved, report its end. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { actionRequest } from '../approvals/action.ts'
import type { Approval } from '../approvals/approval.ts'
import {
  claimSchema,
  finishedSchema,
  renewSchema,
  requestSchema,
  withdrawSchema,
} from './api-schemas.ts'
import { refuse } from './callers.ts'
import type { Account, WebOptions } from './options.ts'

/** Of one requester at the same time: nobody reads more. */
const pendingMax = 100

export interface ActionRoutes {
  accountOf(request: FastifyRequest): Account
  shown(approval: Approval, account: Account): object
}

export function registerActions(
  app: FastifyInstance,
  options: WebOptions,
  { accountOf, shown }: ActionRoutes,
): void {
  const { approvals, actions } = options

  app.post('/approvals', async (request, reply) => {
    const body = requestSchema.safeParse(request.body)
    if (!body.success) return mistaken(reply, body.error)
    const { reason, context = {}, ...action } = body.data
    const account = accountOf(request)
    const { name, kind, owner } = account
    const waiting = await approvals.list({
      ...{ requester: name, states: ['pending'], limit: pendingMax },
    })
    if (waiting.length >= pendingMax) {
      reply.header('retry-after', 60)
      return refuse(reply, 429, 'too_many', `${pendingMax} requests of yours wait already`)
    }
    try {
      await actions.recorded()
    } catch {
      return unrecorded(reply)
    }
    const approval = await approvals.request(
      actionRequest(
        { ...action, context },
        {
          requester: { name, kind, owner },
          ...{ approvers: actions.approvers, expiresInMs: actions.expiresInMs },
          ...{ ownerMayApprove: actions.ownerMayApprove, reason },
        },
      ),
    )
    return reply.code(201).send(shown(approval, account))
  })

  app.post<IdRoute>('/approvals/:id/claim', async (request, reply) => {
    const body = claimSchema.safeParse(request.body)
    if (!body.success) return mistaken(reply, body.error)
    const approval = await own(request, reply, 'claim')
    if (approval === undefined) return reply
    const { digest, leaseSeconds: lease } = body.data
    if (!(await approvals.claim(approval.id, digest, lease && lease * 1000))) {
      const now = (await approvals.get(approval.id)) ?? approval
      if (now.state === 'approved') {
        return refuse(reply, 409, 'stale', 'what was approved is something else')
      }
      return refuse(reply, 409, 'not_approved', `it is ${now.state}`)
    }
    try {
      await actions.recorded()
    } catch {
      const error = 'it could not be recorded'
      await approvals.finished(approval.id, { ok: false, error, durationMs: 0 })
      return unrecorded(reply)
    }
    return send(reply, approval.id, request)
  })

  app.post<IdRoute>('/approvals/:id/renew', async (request, reply) => {
    const body = renewSchema.safeParse(request.body ?? {})
    if (!body.success) return mistaken(reply, body.error)
    const approval = await own(request, reply, 'claim')
    if (approval === undefined) return reply
    if (await approvals.renew(approval.id)) return send(reply, approval.id, request)
    const now = (await approvals.get(approval.id)) ?? approval
    const why = now.state === 'running' ? 'it was claimed without a lease' : `it is ${now.state}`
    return refuse(reply, 409, 'not_running', why)
  })

  app.post<IdRoute>('/approvals/:id/finished', async (request, reply) => {
    const body = finishedSchema.safeParse(request.body)
    if (!body.success) return mistaken(reply, body.error)
    const approval = await own(request, reply, 'claim')
    if (approval === undefined) return reply
    if (approval.state !== 'running') {
      return refuse(reply, 409, 'not_running', `it is ${approval.state}`)
    }
    await approvals.finished(approval.id, body.data)
    return send(reply, approval.id, request)
  })

  app.post<IdRoute>('/approvals/:id/withdraw', async (request, reply) => {
    const body = withdrawSchema.safeParse(request.body ?? {})
    if (!body.success) return mistaken(reply, body.error)
    const approval = await own(request, reply, 'any')
    if (approval === undefined) return reply
    const reason = body.data.reason ?? 'the requester took it back'
    if (await approvals.withdraw(approval.id, reason)) return send(reply, approval.id, request)
    const now = (await approvals.get(approval.id)) ?? approval
    return refuse(reply, 409, 'already_decided', `it is ${now.state} already`)
  })

  /** The caller's own. `claim`: nobody's client waits for it, as with a statement. */
  async function own(
    request: FastifyRequest<IdRoute>,
    reply: FastifyReply,
    which: 'claim' | 'any',
  ): Promise<Approval | undefined> {
    const approval = await approvals.get(request.params.id)
    const { name } = accountOf(request)
    const fits = which === 'any' || approval?.onHold === 'claim'
    if (approval !== undefined && approval.requester.name === name && fits) return approval
    refuse(reply, 404, 'not_found', 'there is no such request of yours')
    return undefined
  }

  async function send(
    reply: FastifyReply,
    id: string,
    request: FastifyRequest,
  ): Promise<FastifyReply> {
    const approval = await approvals.get(id)
    if (approval === undefined) return refuse(reply, 404, 'not_found', 'there is no such request')
    return reply.send(shown(approval, accountOf(request)))
  }
}

interface IdRoute {
  Params: { id: string }
}

/** What of a body is not as expected. */
export function mistaken(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const message = error.issues
    .map(issue => `${issue.path.length === 0 ? 'body' : issue.path.join('.')}: ${issue.message}`)
    .join('; ')
  return refuse(reply, 400, 'bad_request', message.slice(0, 1000))
}

function unrecorded(reply: FastifyReply): FastifyReply {
  return refuse(reply, 503, 'unrecorded', 'nothing may be done: it could not be recorded')
}
