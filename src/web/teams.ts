/** The door for Microsoft Teams. Who it is that calls is found out behind it. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { teamsPath } from '../approvals/teams/teams.ts'
import type { WebOptions } from './options.ts'

export function registerTeams(app: FastifyInstance, { teams }: WebOptions): void {
  if (teams === undefined) return
  app.post(teamsPath, async (request, reply) => {
    const { authorization } = request.headers
    const answer = await teams({ authorization, body: request.body, local: isLocal(request) })
    return reply.code(answer.status).send(answer.body)
  })
}

/** A proxy on this machine is as local as we are, but not whom it speaks for. */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  const address = socket.remoteAddress ?? ''
  const between = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']
  return (
    /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/.test(address) &&
    between.every(name => headers[name] === undefined)
  )
}
