/**
 * The HTTP API. Every request carries a person's name and password, or a program's token, and none
 * is read from a cookie, so that no page of another site can make a browser use it. Its operations,
 * and what they ask of a token, are in openapi.ts.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  type Approval,
  type ApprovalFacts,
  type ApprovalState,
  barredFrom,
  type DecisionErrorCode,
  maySee,
} from '../approvals/approval.ts'
import type { GrantTerms } from '../approvals/grant.ts'
import { registerActions } from './actions.ts'
import { grantTermsSchema } from './api-schemas.ts'
import type { Attempts } from './attempts.ts'
import { isAuditor } from './auditor.ts'
import { Callers, refuse } from './callers.ts'
import { endSession } from './ending.ts'
import { field } from './forms.ts'
import { registerGrants } from './grants.ts'
import { accessOf, openApiDocument } from './openapi.ts'
import type { Account, WebOptions } from './options.ts'
import { registerPlayer } from './player-routes.ts'
import { queryOf, queryTexts } from './session-query.ts'
import { Waits, waitSecondsDefault, waitSecondsMax } from './wait.ts'

const listMax = 500

const statusOf: Readonly<Record<DecisionErrorCode, number>> = {
  not_found: 404,
  own_request: 403,
  not_a_reviewer: 403,
  already_decided: 409,
  stale: 409,
  not_grantable: 400,
  not_open: 409,
  expired: 410,
}

export function registerApi(app: FastifyInstance, options: WebOptions, attempts: Attempts): void {
  const { approvals, sessions } = options
  const callers = new Callers(options, attempts)
  const waits = new Waits(app, approvals)
  // A form of another site can send text, but not JSON, without being asked first.
  app.removeContentTypeParser('text/plain')

  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request.method, request.routeOptions.url)
    return access === undefined ? notFound(reply) : callers.admit(request, reply, access)
  })

  app.get('/openapi.json', async () => openApiDocument(options.publicUrl()))

  app.get<{ Querystring: Record<string, unknown> }>('/approvals', async (request, reply) => {
    const { state, limit, review } = request.query
    const states = typeof state === 'string' ? state.split(',') : undefined
    const unknown = states?.find(name => !isState(name))
    if (unknown !== undefined) {
      return refuse(reply, 400, 'bad_request', `expected states of ${allStates.join(', ')}`)
    }
    const count = limit === undefined ? 50 : Number(limit)
    if (!Number.isInteger(count) || count < 1 || count > listMax) {
      return refuse(reply, 400, 'bad_request', `expected a limit from 1 to ${listMax}`)
    }
    if (review !== undefined && review !== 'open') {
      return refuse(reply, 400, 'bad_request', 'expected review=open')
    }
    const account = accountOf(request)
    const list = await approvals.list({
      ...(review === 'open' && { reviewOpen: true as const }),
      visibleTo: account,
      limit: count,
      ...(states !== undefined && { states: states.filter(isState) }),
    })
    return { approvals: list.map(approval => ({ ...approval, bars: barsOf(approval, account) })) }
  })

  app.get<IdRoute>('/approvals/:id', async (request, reply) => {
    const account = accountOf(request)
    const approval = await seen(request.params.id, account)
    return approval === undefined ? notFound(reply) : shown(approval, account)
  })

  app.get<WaitRoute>('/approvals/:id/wait', { exposeHeadRoute: false }, async (request, reply) => {
    const account = accountOf(request)
    const { timeout } = request.query
    const seconds = timeout === undefined ? waitSecondsDefault : Number(timeout || Number.NaN)
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > waitSecondsMax) {
      const message = `expected a timeout from 0 to ${waitSecondsMax} seconds`
      return refuse(reply, 400, 'bad_request', message)
    }
    const before = await seen(request.params.id, account)
    if (before === undefined) return notFound(reply)
    if (!(await waits.settled(request, account.name, before.id, seconds))) {
      reply.header('retry-after', 5)
      return refuse(reply, 503, 'busy', 'too many wait already: come again')
    }
    return shown((await approvals.get(before.id)) ?? before, account)
  })

  app.post<IdRoute>('/approvals/:id/approve', async (request, reply) =>
    answer(request, reply, 'approved'),
  )
  app.post<IdRoute>('/approvals/:id/deny', async (request, reply) =>
    answer(request, reply, 'denied'),
  )

  async function answer(
    request: FastifyRequest<IdRoute>,
    reply: FastifyReply,
    decision: 'approved' | 'denied',
  ): Promise<FastifyReply> {
    const account = accountOf(request)
    const approval = await seen(request.params.id, account)
    if (approval === undefined) return notFound(reply)
    const digest = field(request, 'digest')
    if (digest === '') {
      const message = 'expected the digest of the approval that was shown'
      return refuse(reply, 400, 'bad_request', message)
    }
    const grant = grantOf(request)
    if (grant === 'mistaken') {
      const message = 'expected a grant of kind, seconds and times'
      return refuse(reply, 400, 'bad_request', message)
    }
    if (grant !== undefined && !callers.may(request, 'grant')) {
      return refuse(reply, 403, 'scope', 'expected a token with the scope grant')
    }
    const reason = field(request, 'reason')
    if (decision === 'denied' && reason.trim() === '') {
      return refuse(reply, 400, 'bad_request', 'expected a reason: the requester sees it')
    }
    const { token } = callers.of(request)
    const surface = surfaceOf(request)
    const answer = { person: account, decision, reason, surface, shownDigest: digest } as const
    const decided = { ...answer, ...(grant && decision === 'approved' && { grant }) }
    const result = await approvals.decide(approval.id, decided)
    if (!result.ok) return refuse(reply, statusOf[result.code], result.code, result.message)
    if (token !== undefined) {
      options.log?.('info', 'a token decided', { token, approval: result.approval.id, decision })
    }
    return reply.send(shown(result.approval, account))
  }

  registerActions(app, options, { accountOf, shown })
  registerGrants(app, options, { statusOf, accountOf, surfaceOf, seen, shown })

  if (sessions !== undefined) {
    app.get<{ Querystring: Record<string, unknown> }>('/sessions', async (request, reply) => {
      if (!isAuditor(accountOf(request), options)) return notFound(reply)
      const query = queryOf(queryTexts(request.query))
      if ('mistake' in query) return refuse(reply, 400, 'bad_request', query.mistake)
      return sessions.search(query)
    })
    registerPlayer(app, options, (request, reply) => {
      const account = accountOf(request)
      if (isAuditor(account, options)) return account
      notFound(reply)
      return undefined
    })
    app.post<IdRoute>('/sessions/:id/end', async (request, reply) => {
      const account = accountOf(request)
      const { id } = request.params
      if (!isAuditor(account, options) || (await options.playbacks?.open(id)) === undefined) {
        return notFound(reply)
      }
      const ended = endSession(options, account, id, field(request, 'reason'), 'api')
      if (ended.error !== undefined) return refuse(reply, ended.status, ended.code, ended.error)
      return { ended: id }
    })
    app.get<IdRoute>('/sessions/:id', async (request, reply) => {
      if (!isAuditor(accountOf(request), options)) return notFound(reply)
      const session = await sessions.get(request.params.id)
      return session === undefined ? notFound(reply) : { session }
    })
  }

  async function seen(id: string, account: Account): Promise<Approval | undefined> {
    const approval = await approvals.get(id)
    return approval !== undefined && maySee(approval, account) ? approval : undefined
  }

  /** A program that holds a token is at no terminal. */
  function surfaceOf(request: FastifyRequest): 'terminal' | 'api' {
    const { token } = callers.of(request)
    return field(request, 'surface') === 'terminal' && token === undefined ? 'terminal' : 'api'
  }

  function accountOf(request: FastifyRequest): Account {
    return callers.of(request).account
  }
}

/** With an approval, beside it: whether it covers more than this run. */
function grantOf({ body }: FastifyRequest): GrantTerms | 'mistaken' | undefined {
  if (typeof body !== 'object' || body === null || !('grant' in body)) return undefined
  const terms = grantTermsSchema.safeParse(body.grant)
  return terms.success ? terms.data : 'mistaken'
}

interface IdRoute {
  Params: { id: string }
}

interface WaitRoute extends IdRoute {
  Querystring: { timeout?: unknown }
}

function shown(approval: Approval, account: Account): { approval: Approval & { bars: Bars } } {
  return { approval: { ...approval, bars: barsOf(approval, account) } }
}

/** Why the caller may not approve or deny; absent when they may. */
export interface Bars {
  readonly approve?: string
  readonly deny?: string
}

function barsOf(approval: ApprovalFacts, account: Account): Bars {
  const approve = barredFrom(approval, account, 'approved')?.message
  const deny = barredFrom(approval, account, 'denied')?.message
  return { ...(approve !== undefined && { approve }), ...(deny !== undefined && { deny }) }
}

const allStates: readonly ApprovalState[] = [
  'pending',
  'approved',
  'denied',
  'expired',
  'withdrawn',
  'running',
  'finished',
  'failed',
]

function isState(name: string): name is ApprovalState {
  return (allStates as readonly string[]).includes(name)
}

function notFound(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not_found', 'there is no such resource')
}
