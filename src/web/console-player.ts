/**
 * The console's part of the player: its page, its line of events while a session runs, and the form
 * that ends one. Recordings are for auditors; ending is for those who may.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Played } from '../recording/playback/playbacks.ts'
import { isAuditor, mayEnd } from './auditor.ts'
import { refuse } from './callers.ts'
import type { Doorkeeper, Visit } from './doorkeeper.ts'
import { endSession } from './ending.ts'
import type { EventStreams } from './event-streams.ts'
import { field, sendPage } from './forms.ts'
import type { WebOptions } from './options.ts'
import type { Viewer } from './pages/layout.ts'
import { playerPage } from './pages/player.ts'
import { registerPlayer, type SessionRoute } from './player-routes.ts'

/** News are told no more often. */
const newsMs = 200

export interface PlayerParts {
  readonly door: Doorkeeper
  readonly streams: EventStreams
  readonly viewerOf: (visit: Visit) => Viewer
  readonly notFound: (reply: FastifyReply, visit: Visit) => FastifyReply
}

export function registerPlayerPages(
  app: FastifyInstance,
  options: WebOptions,
  parts: PlayerParts,
): void {
  const { door, streams, viewerOf, notFound } = parts
  registerPlayer(app, options, (request, reply) => {
    const account = door.visit(request)?.account
    if (account !== undefined && isAuditor(account, options)) return account
    if (account === undefined) refuse(reply, 401, 'unauthorized', 'sign in first')
    else refuse(reply, 404, 'not_found', 'there is no such session')
    return undefined
  })

  app.get<SessionRoute>(
    '/sessions/:id/events',
    { exposeHeadRoute: false },
    async (request, reply) => {
      const auditor = (): Visit | undefined => {
        const visit = door.visit(request, false)
        return visit !== undefined && isAuditor(visit.account, options) ? visit : undefined
      }
      const visit = auditor()
      const played = visit && (await options.playbacks?.open(request.params.id))
      if (visit === undefined || played === undefined) {
        return reply.code(404).type('text/plain').send('there is no such session\n')
      }
      tellOf(played, streams, reply, visit.account.name, () => auditor() !== undefined)
      return reply
    },
  )

  app.post<SessionRoute>('/sessions/:id/end', async (request, reply) => {
    const visit = door.enterForm(request, reply)
    if (visit === undefined) return reply
    const played = isAuditor(visit.account, options)
      ? await options.playbacks?.open(request.params.id)
      : undefined
    if (played?.session === undefined) return notFound(reply, visit)
    const { session } = played
    const { account } = visit
    const ended = endSession(options, account, session.id, field(request, 'reason'), 'web')
    if (ended.error === undefined) return reply.redirect(`/sessions/${session.id}`, 303)
    const error = `Not ended: ${ended.error}.`
    const page = { session, viewer: viewerOf(visit), live: played.live, error }
    return sendPage(
      reply.code(ended.status),
      playerPage({ ...page, mayEnd: mayEnd(visit.account, options) }),
    )
  })
}

function tellOf(
  played: Played,
  streams: EventStreams,
  reply: FastifyReply,
  name: string,
  allowed: () => boolean,
): void {
  let timer: NodeJS.Timeout | undefined
  let off = (): void => undefined
  const stream = streams.open(reply, name, allowed, () => {
    clearTimeout(timer)
    off()
  })
  if (stream === undefined) return
  off = played.watch(() => {
    timer ??= setTimeout(() => {
      timer = undefined
      stream.send('change', { version: played.playback?.version ?? 0 })
      // Nothing more comes; the page looks once more and leaves.
      if (played.complete || played.forgotten) stream.end()
    }, newsMs)
  })
}
