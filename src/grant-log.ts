/**
 * Grants and reviews in the journal's chain, and answers that did not count because of who gave
 * them. What a session has to do with them is recorded there; given, revoked and closed they are by
 * people who have no session, so each is a note.
 */
import type { ApprovalEvent } from './approvals/approval.ts'
import type { Approvals } from './approvals/approvals.ts'
import type { Recorder } from './recording/recorder.ts'

/** Returns the function that stops it. */
export function recordGrants(approvals: Approvals, recorder: Pick<Recorder, 'note'>): () => void {
  const stopAttempts = approvals.onBarred(({ approval, person, decision, surface, code }) => {
    const about = { approvalId: approval.id, shortId: approval.shortId }
    recorder.note('decision.refused', { ...about, by: person, decision, surface, code })
  })
  const stopEvents = approvals.on(event => {
    // The node that made the change has noted it.
    if (event.elsewhere === true) return
    const note = noteOf(event)
    if (note !== undefined) recorder.note(note.type, note.fields)
  })
  return () => {
    stopAttempts()
    stopEvents()
  }
}

function noteOf({
  type,
  approval,
}: ApprovalEvent): { readonly type: string; readonly fields: Record<string, unknown> } | undefined {
  const { id, shortId, grant, review } = approval
  const about = { approvalId: id, shortId }
  if (type === 'approved' && grant !== undefined) {
    const { kind, times, expiresAt, by, requester, database, rules } = grant
    const fields = { ...about, kind, times, expiresAt, by, requester, database, rules }
    return { type: 'grant.given', fields }
  }
  if (type === 'revoked') {
    const { revokedBy: by, revokedReason: reason, used } = grant ?? {}
    return { type: 'grant.revoked', fields: { ...about, by, reason, used } }
  }
  if (type === 'reviewed') {
    const { by, surface, comment } = review ?? {}
    return { type: 'review.closed', fields: { ...about, by, surface, comment } }
  }
  return undefined
}
