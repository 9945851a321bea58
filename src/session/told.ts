/** What a client is told about a statement that is held, or was. */
import type { Answer, Refusal } from '../../protocols/protocol.ts'
import type { Outcome, Pending } from '../approvals/approval.ts'
import { visibleLine, visibleText } from '../approvals/visible-text.ts'
import type { PolicyVerdict } from '../policy/rule.ts'
import { unrecorded } from './refusals.ts'

/** What is known of an approval while it is waited for, and of one that was found again. */
export type Asked = Pick<Pending, 'id' | 'shortId' | 'url' | 'expiresAt'>

/** It may have changed, so nothing runs. */
export class SchemaUnread extends Error {}

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof SchemaUnread)) return unrecorded(error)
  return {
    code: 'withdrawn',
    message: 'the statement was not run: its schema could not be read again after the approval',
    detail: undefined,
    hint: 'Run the statement again.',
  }
}

export function held(approval: Asked, verdict: PolicyVerdict, drift?: string): Answer {
  const refusal: Refusal = {
    code: 'held',
    message:
      drift === undefined ? heldText(approval, verdict) : driftedText(approval, drift, verdict),
    // For programs, which come back by it.
    detail: JSON.stringify({
      approval: approval.shortId,
      url: approval.url,
      expires: approval.expiresAt,
      rules: verdict.rules,
    }),
    hint: 'Run the same statement again after the approval: it then runs once.',
  }
  return { run: false, refusal }
}

export function heldText(
  { shortId, url, expiresAt }: Asked,
  { reason, rules }: PolicyVerdict,
): string {
  const why = `${reason} (rule ${rules.join(', ')})`
  return `held for approval ${shortId}: ${why} Decide at ${url} within ${wait(expiresAt)}.`
}

/** `verdict` for who was not told yet. */
export function driftedText(approval: Asked, drift: string, verdict?: PolicyVerdict): string {
  const { shortId, url, expiresAt } = approval
  const rule = verdict === undefined ? '' : ` (rule ${verdict.rules.join(', ')})`
  const why = `what was asked about has drifted: ${visibleLine(drift)}${rule}.`
  return `held again for approval ${shortId}: ${why} Decide at ${url} within ${wait(expiresAt)}.`
}

export function glassText({ shortId, url }: Asked): string {
  return `BREAK-GLASS ${shortId}: it runs now; the reviewers are told, and one has to look at it at ${url}`
}

export function unusable({ shortId }: Asked): Answer {
  return no('withdrawn', `approval ${shortId} can no longer be used`)
}

export function refused(
  outcome: Exclude<Outcome, { kind: 'approved' }>,
  { shortId }: Asked,
): Answer {
  switch (outcome.kind) {
    case 'denied': {
      const people = outcome.by.filter(answer => answer.decision === 'denied')
      const by = people.map(answer => answer.name).join(', ')
      return no('denied', `approval ${shortId} was denied by ${by}`, outcome.reason)
    }
    case 'expired':
      return no('expired', `approval ${shortId} expired: nobody decided in time`)
    case 'withdrawn':
      return no('withdrawn', `approval ${shortId} was withdrawn: ${outcome.reason}`)
  }
}

export function no(code: Refusal['code'], message: string, reason?: string): Answer {
  // A reviewer wrote it, and the requester's terminal would obey what it can.
  const detail =
    reason === undefined || reason === '' ? undefined : `Reason: ${visibleText(reason)}`
  return { run: false, refusal: { code, message, detail, hint: undefined } }
}

/** `10 min`, `45 s`. */
function wait(until: Date): string {
  const seconds = Math.max(0, Math.round((until.getTime() - Date.now()) / 1000))
  return seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${seconds} s`
}
