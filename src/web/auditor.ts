/** Who may read recorded sessions, and who may end one that runs: people of the stated groups. */
import type { FastifyReply } from 'fastify'
import type { Doorkeeper, Visit } from './doorkeeper.ts'
import type { Account, WebOptions } from './options.ts'
import type { Viewer } from './pages/layout.ts'

/** What a page of theirs needs of the console. */
export interface AuditorPages {
  readonly door: Doorkeeper
  viewerOf(visit: Visit): Viewer
  notFound(reply: FastifyReply, visit: Visit): FastifyReply
}

export function isAuditor(account: Account, options: WebOptions): boolean {
  return options.sessions !== undefined && isOneOf(account, options.auditors)
}

/** Besides being an auditor. */
export function mayEnd(account: Account, options: WebOptions): boolean {
  return options.ending !== undefined && isOneOf(account, options.ending.groups)
}

function isOneOf(account: Account, groups: readonly string[]): boolean {
  return account.kind === 'person' && account.groups.some(group => groups.includes(group))
}
