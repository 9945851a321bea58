/** What a client is told when its statement does not run. */
import type { Analysis, Refusal } from '../../protocols/protocol.ts'
import { StateAway } from '../approvals/state/away.ts'
import type { PolicyVerdict } from '../policy/rule.ts'

export function denied(verdict: PolicyVerdict, analysis: Analysis): Refusal {
  if (analysis.unreadable !== undefined)
    return { code: 'unreadable', message: analysis.unreadable, detail: undefined, hint: undefined }
  return {
    code: 'denied',
    message: `denied by policy: ${verdict.reason}`,
    detail: `Rule: ${verdict.rules.join(', ')}`,
    hint: verdict.hint,
  }
}

/** What is moved is masked where it goes, or it is not moved. */
export function uncovered(error: unknown): Refusal {
  return {
    code: 'unrecorded',
    message: 'the statement was not run: masked values would be moved to where nothing masks them',
    detail: error instanceof Error ? error.message : undefined,
    hint: 'Try again when the state of the proxy can be written.',
  }
}

/** Nothing runs unrecorded, and nothing that is held runs unasked. */
export function unrecorded(error: unknown): Refusal {
  if (error instanceof StateAway)
    return {
      code: 'unrecorded',
      message: 'the statement was not run: nobody can be asked now',
      detail: error.message,
      hint: 'Try again when the state database answers. What needs no approval runs meanwhile.',
    }
  return {
    code: 'unrecorded',
    message: 'the statement was not run: it could not be recorded',
    detail: error instanceof Error ? error.message : undefined,
    hint: 'Free space for the journal, then try again.',
  }
}
