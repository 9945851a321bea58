/** Ends a session that runs, for whoever may: the same for the console and the API. */
import { mayEnd } from './auditor.ts'
import type { Account, Ending, WebOptions } from './options.ts'

const reasonLengthMax = 500

/** `error`: one sentence. */
export type Ended =
  | { readonly status: 200; readonly error?: undefined }
  | { readonly status: 400 | 403 | 409; readonly code: string; readonly error: string }

export function endSession(
  options: WebOptions,
  account: Account,
  id: string,
  given: string,
  surface: Ending['surface'],
): Ended {
  const reason = given.trim()
  if (!mayEnd(account, options)) {
    return { status: 403, code: 'not_allowed', error: 'you may not end sessions' }
  }
  if (reason === '' || reason.length > reasonLengthMax) {
    const error = `expected a reason of 1 to ${reasonLengthMax} characters: it is recorded`
    return { status: 400, code: 'bad_request', error }
  }
  if (options.ending?.end(id, { by: account.name, surface, reason }) === true) {
    return { status: 200 }
  }
  return { status: 409, code: 'not_running', error: 'it does not run on this node (any more)' }
}
