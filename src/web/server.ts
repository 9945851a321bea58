/**
 * The console: pages for people, an API for programs, probes for machines. Everything is built
 * from what it is given; the caller listens and closes.
 */
import Fastify, { type FastifyError, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { StateAway } from '../approvals/state/away.ts'
import { registerApi } from './api.ts'
import { Attempts } from './attempts.ts'
import { registerConsole } from './console.ts'
import { guard } from './guard.ts'
import type { WebOptions } from './options.ts'
import { messagePage } from './pages/layout.ts'
import { registerProbes } from './probes.ts'
import { registerSlack } from './slack.ts'
import { registerTeams } from './teams.ts'

const bodyBytesMax = 64 * 1024
const requestMsMax = 15_000

export async function buildWeb(options: WebOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    // Live pages keep their connection open; closing must not wait for them.
    forceCloseConnections: true,
    logger: false,
    routerOptions: { maxParamLength: 100 },
    ...(options.tls !== undefined && { https: { ...options.tls } }),
  }) as unknown as FastifyInstance
  guard(app, options.publicUrl)
  // Before the parts are registered: each has the handlers that are there by then.
  app.setNotFoundHandler((request, reply) => {
    reply.code(404)
    if (isApi(request.url)) return reply.send(apiError('not_found', 'there is no such resource'))
    return reply
      .type('text/html; charset=utf-8')
      .send(messagePage('Not found', 'There is no such page.', undefined).markup)
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) options.log?.('error', 'a request of the console failed', { err: error })
    // What went wrong inside is for the log.
    const message = status < 500 ? error.message : insideMessage(error)
    reply.code(status)
    if (isApi(request.url))
      return reply.send(apiError(status < 500 ? 'bad_request' : 'internal', message))
    return reply
      .type('text/html; charset=utf-8')
      .send(messagePage(`Error ${status}`, message, undefined).markup)
  })
  // One count for pages and API: a guesser must not get two.
  const attempts = new Attempts()
  const pages: FastifyPluginAsync = scope => registerConsole(scope, options, attempts)
  const api: FastifyPluginAsync = async scope => registerApi(scope, options, attempts)
  await app.register(pages)
  await app.register(api, { prefix: '/api/v1' })
  registerProbes(app, options)
  const slack: FastifyPluginAsync = async scope => registerSlack(scope, options)
  await app.register(slack)
  registerTeams(app, options)
  return app
}

function insideMessage(error: Error): string {
  return error instanceof StateAway
    ? 'the state database does not answer: look again in a moment whether this was done'
    : 'something went wrong; the log says what'
}

function isApi(url: string): boolean {
  return url.startsWith('/api/')
}

export interface ApiError {
  readonly error: { readonly code: string; readonly message: string }
}

function apiError(code: string, message: string): ApiError {
  return { error: { code, message } }
}
