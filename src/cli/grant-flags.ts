/** `--grant statement --for 1h --times 20`: what a person gives with an approval. */

import type { ApprovalFacts } from '../approvals/approval.ts'
import { type GrantTerms, grantKinds, termsMistake } from '../approvals/grant.ts'
import { durationMs, durationPattern } from '../config/units.ts'
import { UsageError } from './io.ts'

export interface GrantFlags {
  readonly grant?: string
  readonly for?: string
  readonly times?: string
}

/** Undefined: this run only. Throws UsageError. What is not said is the most that is permitted. */
export function grantOption(
  flags: GrantFlags,
  approval: Pick<ApprovalFacts, 'grantable'>,
): GrantTerms | undefined {
  if (flags.grant === undefined) {
    if (flags.for === undefined && flags.times === undefined) return undefined
    throw new UsageError('expected --grant statement, table or rule beside --for and --times')
  }
  const kind = grantKinds.find(each => each === flags.grant)
  if (kind === undefined) {
    throw new UsageError(`expected --grant ${grantKinds.join(', ')}, got ${flags.grant}`)
  }
  if (flags.for !== undefined && !durationPattern.test(flags.for)) {
    throw new UsageError(`expected --for with a time such as 30m or 1h, got ${flags.for}`)
  }
  const { secondsMax = 1, timesMax = 1 } = approval.grantable ?? {}
  const terms: GrantTerms = {
    kind,
    seconds: flags.for === undefined ? secondsMax : Math.floor(durationMs(flags.for) / 1000),
    times: flags.times === undefined ? timesMax : Number(flags.times),
  }
  const mistake = termsMistake(approval, terms)
  if (mistake !== undefined) throw new UsageError(mistake)
  return terms
}
