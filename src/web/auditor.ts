/** Who may read recorded sessions, and who may end one that runs: people of the stated groups. */
import type { Account, WebOptions } from './options.ts'

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
