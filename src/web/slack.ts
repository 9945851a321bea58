/**
 * The door for Slack's HTTP mode. Bolt reads the body itself, because what is signed is its bytes.
 */
import type { FastifyInstance } from 'fastify'
import { slackPath } from '../approvals/slack/slack.ts'
import type { WebOptions } from './options.ts'

export function registerSlack(app: FastifyInstance, options: WebOptions): void {
  const { slack } = options
  if (slack === undefined) return
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.post(slackPath, (request, reply) => {
    reply.hijack()
    slack(request.raw, reply.raw)
  })
}
