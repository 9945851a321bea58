/** What people and the server said about a statement, as the player shows it. */
import type { ResultEvent } from '../../../protocols/protocol.ts'
import type { OtherEntry } from '../reading/happenings.ts'
import type { PlayedNote, PlayedStatement } from './played.ts'

export function waited(statement: PlayedStatement, entry: ApprovalEntry): void {
  const from = statement.waitedUs?.from ?? entry.at
  if (entry.type === 'approval.requested') {
    statement.approval = entry.approvalId
    statement.waitedUs = { from, to: undefined }
  } else if (statement.waitedUs?.to === undefined && entry.type !== 'approval.drifted') {
    // Until enough have decided, each of their answers ends it a little later.
    statement.waitedUs = { from, to: entry.at }
  } else if (entry.type === 'approval.decided') {
    statement.waitedUs = { from, to: entry.at }
  }
}

type ApprovalEntry = Exclude<
  OtherEntry,
  { readonly type: 'statement.end' | 'gap' | 'refused' | 'session.end' }
>

export function isNo(entry: ApprovalEntry): boolean {
  if (entry.type === 'approval.decided') return entry.decision === 'denied'
  return entry.type === 'approval.expired' || entry.type === 'approval.withdrawn'
}

export function noteOf(
  entry: ApprovalEntry | Extract<OtherEntry, { type: 'refused' }>,
): Omit<PlayedNote, 'atUs'> | undefined {
  const why = entry.reason ? `: ${entry.reason}` : ''
  switch (entry.type) {
    case 'refused':
      return { kind: 'bad', text: `did not run${why}` }
    case 'approval.requested': {
      const wanted = entry.requesterReason ? `, wanted because: ${entry.requesterReason}` : ''
      const id = entry.shortId ?? entry.approvalId
      return { kind: 'waiting', text: `waits for approval ${id}${why}${wanted}` }
    }
    case 'approval.decided': {
      const { decision = '', by = '', surface = '' } = entry
      const kind = decision === 'approved' ? 'good' : 'bad'
      return { kind, text: `${decision} by ${by} (${surface})${why}` }
    }
    case 'approval.expired':
      return { kind: 'bad', text: 'nobody decided in time: denied' }
    case 'approval.withdrawn':
      return { kind: 'bad', text: `withdrawn${why}` }
    case 'approval.drifted':
      return { kind: 'waiting', text: `drifted, and people are asked again${why}` }
    case 'approval.break_glass':
      return { kind: 'bad', text: `BREAK-GLASS: runs although nobody approved it${why}` }
    default:
      return undefined
  }
}

export function diagnosticText(event: Extract<ResultEvent, { type: 'error' | 'notice' }>): string {
  const { severity, message, detail, hint } = event
  const lines = [`${severity}:  ${message}`]
  if (detail !== undefined) lines.push(`DETAIL:  ${detail}`)
  if (hint !== undefined) lines.push(`HINT:  ${hint}`)
  return lines.join('\n')
}
