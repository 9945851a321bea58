/**
 * What happens to actions that are not SQL, in the journal's chain. They belong to no session: each
 * happening is a note. What would be done stands there by its digest, in clear would only be its
 * title; the text itself is kept with the approval.
 */
import { actionOf } from './approvals/action.ts'
import type { ApprovalEvent } from './approvals/approval.ts'
import type { Approvals } from './approvals/approvals.ts'
import type { Recorder } from './recording/recorder.ts'

/** Returns the function that stops it. */
export function recordActions(approvals: Approvals, recorder: Pick<Recorder, 'note'>): () => void {
  return approvals.on(event => {
    // Each node's journal has what that node did.
    if (event.elsewhere) return
    const fields = fieldsOf(event)
    if (fields !== undefined) recorder.note(`action.${event.type}`, fields)
  })
}

function fieldsOf({ approval, type, answer }: ApprovalEvent): Record<string, unknown> | undefined {
  const action = actionOf(approval)
  if (action === undefined) return undefined
  const { id, shortId, requester, environment, digest, settledReason, result } = approval
  const about = { approvalId: id, shortId }
  switch (type) {
    case 'requested':
      return { ...about, ...action, ...{ requester, environment, digest } }
    case 'answered':
      return {
        ...about,
        ...{ by: answer?.name, decision: answer?.decision, surface: answer?.surface },
        ...{ reason: answer?.reason, digest },
      }
    case 'finished':
    case 'failed':
      return { ...about, result }
    default:
      return { ...about, ...(settledReason !== undefined && { reason: settledReason }) }
  }
}
