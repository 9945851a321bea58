/**
 * The HTTP API. Every request carries a person's name and password (HTTP Basic) and none is read
 * from a cookie, so that no page of another site can make a browser use it.
 *
 *   GET  /api/v1/approvals?state=pending&limit=50      GET  /api/v1/sessions
 *   GET  /api/v1/approvals/:id                         GET  /api/v1/sessions/:id
 *   POST /api/v1/approvals/:id/approve  { digest, reason? }
 *   POST /api/v1/approvals/:id/deny     { digest, reason }
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
import type { Attempts } from './attempts.ts'
import { isAuditor } from './auditor.ts'
import { field } from './forms.ts'
import type { Account, WebOptions } from './options.ts'

const listMax = 500

const statusOf: Readonly<Record<DecisionErrorCode, number>> = {
  not_found: 404,
  own_request: 403,
  not_a_reviewer: 403,
  already_decided: 409,
  stale: 409,
  expired: 410,
}

export function registerApi(app: FastifyInstance, options: WebOptions, attempts: Attempts): void {
  const { approvals, sessions } = options
  const accounts = new WeakMap<FastifyRequest, Account>()
  // A form of another site can send text, but not JSON, without being asked first.
  app.removeContentTypeParser('text/plain')

  app.addHook('onRequest', async (request, reply) => {
    const credentials = basicCredentials(request.headers.authorization)
    if (credentials === undefined) {
      return refuse(reply, 401, 'unauthorized', 'expected HTTP Basic with a user and a password')
    }
    const [user, password] = credentials
    const attempt = await attempts.check(user, request.ip, () =>
      options.users.verifyPassword(user, password),
    )
    if (attempt.ok) {
      accounts.set(request, attempt.value)
      return
    }
    options.log?.('warn', 'a sign-in to the API failed', { user, address: request.ip })
    if (attempt.waitSeconds === 0) {
      return refuse(reply, 401, 'unauthorized', 'user or password is wrong')
    }
    reply.header('retry-after', attempt.waitSeconds)
    return refuse(reply, 429, 'too_many_tries', `wait ${attempt.waitSeconds} s`)
  })

  app.get<{ Querystring: Record<string, unknown> }>('/approvals', async (request, reply) => {
    const { state, limit } = request.query
    const states = typeof state === 'string' ? state.split(',') : undefined
    const unknown = states?.find(name => !isState(name))
    if (unknown !== undefined) {
      return refuse(reply, 400, 'bad_request', `expected states of ${allStates.join(', ')}`)
    }
    const count = limit === undefined ? 50 : Number(limit)
    if (!Number.isInteger(count) || count < 1 || count > listMax) {
      return refuse(reply, 400, 'bad_request', `expected a limit from 1 to ${listMax}`)
    }
    const account = accountOf(request)
    const list = await approvals.list({
      visibleTo: account,
      limit: count,
      ...(states !== undefined && { states: states.filter(isState) }),
    })
    return { approvals: list.map(approval => ({ ...approval, bars: barsOf(approval, account) })) }
  })

  app.get<IdRoute>('/approvals/:id', async (request, reply) => {
    const account = accountOf(request)
    const approval = await seen(request.params.id, account)
    return approval === undefined
      ? notFound(reply)
      : { approval: { ...approval, bars: barsOf(approval, account) } }
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
    const reason = field(request, 'reason')
    if (decision === 'denied' && reason.trim() === '') {
      return refuse(reply, 400, 'bad_request', 'expected a reason: the requester sees it')
    }
    const surface = field(request, 'surface') === 'terminal' ? 'terminal' : 'api'
    const decided = { person: account, decision, reason, surface, shownDigest: digest } as const
    const result = await approvals.decide(approval.id, decided)
    if (!result.ok) return refuse(reply, statusOf[result.code], result.code, result.message)
    const bars = barsOf(result.approval, account)
    return reply.send({ approval: { ...result.approval, bars } })
  }

  if (sessions !== undefined) {
    app.get('/sessions', async (request, reply) => {
      if (!isAuditor(accountOf(request), options)) return notFound(reply)
      return { sessions: await sessions.list({ limit: listMax }) }
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

  function accountOf(request: FastifyRequest): Account {
    const account = accounts.get(request)
    if (account === undefined) throw new Error('expected an authenticated request, got none')
    return account
  }
}

interface IdRoute {
  Params: { id: string }
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

/** RFC 7617. Undefined when there are none, or no valid ones. */
function basicCredentials(header: string | undefined): readonly [string, string] | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,4000})$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const [, user, password] =
    /^([^:]{1,200}):(.{0,1000})$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return user === undefined || password === undefined ? undefined : [user, password]
}

function notFound(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not_found', 'there is no such resource')
}

/** No `www-authenticate: Basic`: browsers would ask, remember, and send it for other sites. */
function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { code, message } })
}
