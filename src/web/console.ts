/** The pages: signing in and out, the inbox, one request with its forms, sessions. */
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Approval, type DecisionErrorCode, maySee } from '../approvals/approval.ts'
import { assets } from './assets.ts'
import type { Attempts } from './attempts.ts'
import { isAuditor, mayEnd } from './auditor.ts'
import { registerExplainPage } from './console-explain.ts'
import { grantOf, registerGrantPages } from './console-grants.ts'
import { registerObservedPage } from './console-observed.ts'
import { registerPlayerPages } from './console-player.ts'
import { registerSessionSearch } from './console-sessions.ts'
import { Doorkeeper, type Visit } from './doorkeeper.ts'
import { EventStreams } from './event-streams.ts'
import { registerEvents } from './events.ts'
import { field, sendPage } from './forms.ts'
import type { Account, WebOptions } from './options.ts'
import { approvalPage } from './pages/approval.ts'
import { inboxPage } from './pages/inbox.ts'
import { messagePage, type Viewer } from './pages/layout.ts'
import { playerPage } from './pages/player.ts'
import { sessionPage } from './pages/sessions.ts'

const settledShownMax = 50
const openStates = ['pending', 'approved', 'running'] as const
const settledStates = ['denied', 'expired', 'withdrawn', 'finished', 'failed'] as const

export async function registerConsole(
  app: FastifyInstance,
  options: WebOptions,
  attempts: Attempts,
): Promise<void> {
  await app.register(cookie)
  await app.register(formbody, { bodyLimit: 64 * 1024 })
  const { approvals, sessions } = options
  const door = new Doorkeeper(options, attempts)
  door.register(app)
  const streams = new EventStreams()
  registerEvents(app, options, streams, request => door.visit(request, false))

  for (const asset of Object.values(assets)) {
    app.get(asset.path, async (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type(asset.contentType)
        .send(asset.body),
    )
  }

  app.get('/', async (request, reply) => {
    const visit = door.enter(request, reply)
    if (visit === undefined) return reply
    const { account } = visit
    const [reviews, open, settled] = await Promise.all([
      approvals.list({ reviewOpen: true, visibleTo: account }),
      approvals.list({ states: openStates, visibleTo: account }),
      approvals.list({ states: settledStates, visibleTo: account, limit: settledShownMax }),
    ])
    const viewer = viewerOf(visit, options)
    return sendPage(
      reply,
      inboxPage({
        ...{ viewer, person: account, reviews, open, settled, now: new Date() },
        warnings: options.warnings?.() ?? [],
      }),
    )
  })

  app.get<ApprovalRoute>('/approvals/:id', async (request, reply) => {
    const visit = door.enter(request, reply)
    if (visit === undefined) return reply
    const approval = await seen(request.params.id, visit.account)
    if (approval === undefined) return notFound(reply, visit)
    return show(reply, visit, approval)
  })

  app.post<ApprovalRoute>('/approvals/:id/approve', async (request, reply) =>
    answer(request, reply, 'approved'),
  )
  app.post<ApprovalRoute>('/approvals/:id/deny', async (request, reply) =>
    answer(request, reply, 'denied'),
  )

  async function answer(
    request: FastifyRequest<ApprovalRoute>,
    reply: FastifyReply,
    decision: 'approved' | 'denied',
  ): Promise<FastifyReply> {
    const visit = door.enterForm(request, reply)
    if (visit === undefined) return reply
    const approval = await seen(request.params.id, visit.account)
    if (approval === undefined) return notFound(reply, visit)
    const reason = field(request, 'reason').trim()
    if (decision === 'approved' && field(request, 'confirm') !== 'yes') {
      const error = 'Say that you have read the whole statement, then approve.'
      return show(reply.code(422), visit, approval, { error })
    }
    if (decision === 'denied' && reason === '') {
      const error = 'Say why: the requester sees the reason.'
      return show(reply.code(422), visit, approval, { error })
    }
    const grant = decision === 'approved' ? grantOf(request, approval) : undefined
    const result = await approvals.decide(approval.id, {
      ...(grant && { grant }),
      person: visit.account,
      decision,
      reason,
      surface: 'web',
      shownDigest: field(request, 'digest'),
    })
    if (result.ok) return reply.redirect(`/approvals/${result.approval.shortId}`, 303)
    const status = refusedStatus[result.code] ?? 409
    const error = `Your answer did not count: ${result.message}.`
    const now = (await approvals.get(approval.id)) ?? approval
    return show(reply.code(status), visit, now, { error, reason })
  }

  registerGrantPages(app, options, {
    ...{ door, seen, show, notFound, viewerOf: visit => viewerOf(visit, options) },
  })

  registerExplainPage(app, options, {
    ...{ door, seen, notFound, viewerOf: visit => viewerOf(visit, options) },
  })

  registerObservedPage(app, options, {
    ...{ door, notFound, viewerOf: visit => viewerOf(visit, options) },
  })

  if (sessions !== undefined) {
    registerSessionSearch(app, options, {
      ...{ door, notFound, viewerOf: visit => viewerOf(visit, options) },
    })

    registerPlayerPages(app, options, {
      ...{ door, streams, notFound, viewerOf: visit => viewerOf(visit, options) },
    })

    app.get<PlainRoute>('/sessions/:id', async (request, reply) => {
      const visit = door.enter(request, reply)
      if (visit === undefined) return reply
      if (!isAuditor(visit.account, options)) return notFound(reply, visit)
      if (request.query.plain === undefined) {
        const played = await options.playbacks?.open(request.params.id)
        if (played?.session !== undefined) {
          const { session, live } = played
          const allowed = mayEnd(visit.account, options)
          const viewer = viewerOf(visit, options)
          return sendPage(reply, playerPage({ session, viewer, live, mayEnd: allowed }))
        }
      }
      const session = await sessions.get(request.params.id)
      if (session === undefined) return notFound(reply, visit)
      return sendPage(reply, sessionPage(viewerOf(visit, options), session))
    })
  }

  async function seen(id: string, account: Account): Promise<Approval | undefined> {
    const approval = await approvals.get(id)
    return approval !== undefined && maySee(approval, account) ? approval : undefined
  }

  function show(
    reply: FastifyReply,
    visit: Visit,
    approval: Approval,
    more: { error?: string; reason?: string } = {},
  ): FastifyReply {
    const viewer = viewerOf(visit, options)
    const view = { approval, viewer, person: visit.account, now: new Date(), ...more }
    return sendPage(reply, approvalPage(view))
  }

  /** The same for what is not there and for what is not theirs to see. */
  function notFound(reply: FastifyReply, visit: Visit): FastifyReply {
    const viewer = viewerOf(visit, options)
    return sendPage(reply.code(404), messagePage('Not found', 'There is no such page.', viewer))
  }
}

const refusedStatus: Partial<Readonly<Record<DecisionErrorCode, number>>> = {
  own_request: 403,
  not_a_reviewer: 403,
  not_grantable: 422,
}

interface ApprovalRoute {
  Params: { id: string }
}

interface PlainRoute extends ApprovalRoute {
  Querystring: { plain?: unknown }
}

function viewerOf(visit: Visit, options: WebOptions): Viewer {
  const { account, signIn } = visit
  const pages = {
    explains: options.explain !== undefined,
    observes: options.observed !== undefined,
  }
  return { name: account.name, csrf: signIn.csrf, auditor: isAuditor(account, options), ...pages }
}
