/**
 * The page that explains statements, for auditors; and for whoever may see a request, that request.
 * It shows names of columns and rules, and no value of the database.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { actionOf } from '../approvals/action.ts'
import type { Approval } from '../approvals/approval.ts'
import { isAuditor } from './auditor.ts'
import type { Doorkeeper, Visit } from './doorkeeper.ts'
import { field, sendPage } from './forms.ts'
import type { Account, WebOptions } from './options.ts'
import { type ExplainView, explainPage } from './pages/explain.ts'
import type { Viewer } from './pages/layout.ts'

export interface ExplainPages {
  readonly door: Doorkeeper
  viewerOf(visit: Visit): Viewer
  seen(id: string, account: Account): Promise<Approval | undefined>
  notFound(reply: FastifyReply, visit: Visit): FastifyReply
}

export function registerExplainPage(
  app: FastifyInstance,
  options: WebOptions,
  { door, viewerOf, seen, notFound }: ExplainPages,
): void {
  const { explain } = options
  if (explain === undefined) return

  app.get<{ Querystring: { approval?: string } }>('/explain', async (request, reply) => {
    const visit = door.enter(request, reply)
    if (visit === undefined) return reply
    const { approval: id } = request.query
    if (typeof id === 'string') {
      const approval = await seen(id, visit.account)
      if (approval === undefined || actionOf(approval) !== undefined) return notFound(reply, visit)
      return answer(reply, visit, approval.text, approval.database, approval.requester.name)
    }
    if (!isAuditor(visit.account, options)) return notFound(reply, visit)
    return page(reply, visit, { sql: '', database: undefined, user: undefined })
  })

  app.post('/explain', async (request, reply) => {
    const visit = door.enterForm(request, reply)
    if (visit === undefined) return reply
    if (!isAuditor(visit.account, options)) return notFound(reply, visit)
    const sql = field(request, 'sql')
    return answer(reply, visit, sql, field(request, 'database'), field(request, 'user'))
  })

  async function answer(
    reply: FastifyReply,
    visit: Visit,
    sql: string,
    database: string,
    user: string,
  ): Promise<FastifyReply> {
    const asked = { sql, database, user }
    const result = await explain?.answer(asked)
    if (result === undefined) return notFound(reply, visit)
    if (result.ok) return page(reply, visit, { ...asked, answer: result.text })
    return page(reply.code(422), visit, { ...asked, error: result.message })
  }

  function page(
    reply: FastifyReply,
    visit: Visit,
    more: Pick<ExplainView, 'sql' | 'database' | 'user' | 'answer' | 'error'>,
  ): FastifyReply {
    const viewer = viewerOf(visit)
    const auditor = isAuditor(visit.account, options)
    // Whoever only looks at a request learns of no other database or person.
    const databases = auditor ? (explain?.databases() ?? []) : [more.database ?? '']
    const users = auditor ? (explain?.users() ?? []) : [more.user ?? '']
    return sendPage(reply, explainPage({ viewer, databases, users, ...more }))
  }
}
