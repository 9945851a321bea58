/** Who may read recorded sessions: people of the stated groups. */
import type { Account, WebOptions } from './options.ts'

export function isAuditor(account: Account, options: WebOptions): boolean {
  return (
    options.sessions !== undefined &&
    account.kind === 'person' &&
    account.groups.some(group => options.auditors.includes(group))
  )
}
