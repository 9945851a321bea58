/**
 * What the player fetches of a recorded session: its timeline, rows in pages, hits of a search, the
 * state of its chain. The same for the console's page and for the API; who may is asked before.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Played } from '../recording/playback/playbacks.ts'
import { searchPlayed } from '../recording/playback/search-played.ts'
import { refuse } from './callers.ts'
import { exportFormats, isExportFormat, sendExport } from './export-routes.ts'
import type { Account, WebOptions } from './options.ts'
import { timelineOf } from './timeline.ts'

/** Of a timeline, in one answer. */
const statementsMax = 500
/** How long an answer waits for something new. */
const newsMsMax = 2_000
const searchLengthMax = 200

export interface SessionRoute {
  Params: { id: string }
  Querystring: {
    since?: unknown
    format?: unknown
    result?: unknown
    row?: unknown
    text?: unknown
  }
}

/** Undefined: the answer was sent. */
export type Admit = (request: FastifyRequest, reply: FastifyReply) => Account | undefined

export function registerPlayer(app: FastifyInstance, options: WebOptions, admit: Admit): void {
  const { playbacks } = options

  async function played(
    request: FastifyRequest<SessionRoute>,
    reply: FastifyReply,
  ): Promise<Played | undefined> {
    if (admit(request, reply) === undefined) return undefined
    const found = await playbacks?.open(request.params.id)
    if (found === undefined) refuse(reply, 404, 'not_found', 'there is no such session')
    return found
  }

  app.get<SessionRoute>('/sessions/:id/timeline', async (request, reply) => {
    const found = await played(request, reply)
    if (found === undefined) return reply
    const since = numberOf(request.query.since ?? '0')
    if (since === undefined) return refuse(reply, 400, 'bad_request', 'expected since=VERSION')
    if (since > 0) await found.beyond(since, newsMsMax)
    return reply.send(timelineOf(found, since, statementsMax))
  })

  app.get<SessionRoute>('/sessions/:id/rows', async (request, reply) => {
    const found = await played(request, reply)
    if (found === undefined) return reply
    const result = numberOf(request.query.result)
    const row = numberOf(request.query.row)
    if (result === undefined || row === undefined) {
      return refuse(reply, 400, 'bad_request', 'expected result=NUMBER and row=NUMBER')
    }
    const page = await found.row(result, row)
    if (page === undefined) return refuse(reply, 404, 'not_found', 'there is no such row')
    return reply.type('application/json; charset=utf-8').send(page)
  })

  app.get<SessionRoute>('/sessions/:id/search', async (request, reply) => {
    const found = await played(request, reply)
    if (found === undefined) return reply
    const { text } = request.query
    if (typeof text !== 'string' || text === '' || text.length > searchLengthMax) {
      const message = `expected text=WORDS of 1 to ${searchLengthMax} characters`
      return refuse(reply, 400, 'bad_request', message)
    }
    const { playback } = found
    return reply.send({ hits: playback === undefined ? [] : await searchPlayed(playback, text) })
  })

  app.get<SessionRoute>('/sessions/:id/export', async (request, reply) => {
    const found = await played(request, reply)
    if (found === undefined) return reply
    const { format = 'ndjson', result } = request.query
    if (!isExportFormat(format)) {
      return refuse(reply, 400, 'bad_request', `expected format=${exportFormats.join(' or ')}`)
    }
    const account = admit(request, reply)
    options.log?.('info', 'a session was exported', {
      ...{ session: found.id, format, by: account?.name },
    })
    return sendExport(reply, found, format, numberOf(result))
  })

  app.get<SessionRoute>('/sessions/:id/chain', async (request, reply) => {
    const found = await played(request, reply)
    return found === undefined ? reply : reply.send(await found.chain())
  })
}

function numberOf(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,12}$/.test(text) ? Number(text) : undefined
}
