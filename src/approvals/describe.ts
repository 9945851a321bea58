/** Says in words what is asked and how it went; the same words on every surface. Not escaped. */
import type { Effect } from '../../protocols/protocol.ts'
import { actionOf } from './action.ts'
import {
  type Approval,
  type ApprovalFacts,
  isApproved,
  type PersonAnswer,
  progress,
  type Requester,
} from './approval.ts'
import type { Grant, GrantTerms } from './grant.ts'

const effectsShownMax = 3

/** `agent copilot (owner analyst) wants to DELETE on public.orders in shop (production)`. */
export function sentence(approval: ApprovalFacts): string {
  if (approval.shortcut === 'break_glass') {
    return `BREAK-GLASS: ${who(approval.requester)} did not wait, and runs ${deed(approval)}`
  }
  const wants = approval.state === 'pending' ? 'wants' : 'wanted'
  const to = actionOf(approval) === undefined ? 'to' : 'to go ahead with'
  return `${who(approval.requester)} ${wants} ${to} ${deed(approval)}`
}

/** `DELETE on public.orders in shop (production)`, `Terraform apply (command, production)`. */
export function deed(
  approval: Pick<ApprovalFacts, 'database' | 'environment' | 'effects'>,
): string {
  const action = actionOf(approval)
  if (action !== undefined) return `${action.title} (${action.kind}, ${approval.environment})`
  return `${what(approval.effects)} in ${place(approval)}`
}

/** `shop (production)`; of an action its environment only. */
export function place({
  database,
  environment,
}: Pick<ApprovalFacts, 'database' | 'environment'>): string {
  return database === '' ? environment : `${database} (${environment})`
}

export function who(requester: Requester): string {
  if (requester.kind === 'person') return requester.name
  const owner = requester.owner === undefined ? '' : ` (owner ${requester.owner})`
  return `agent ${requester.name}${owner}`
}

/** Reads are left out beside anything that does more. */
export function what(effects: readonly Effect[]): string {
  const writes = effects.filter(effect => effect.kind !== 'read')
  const told = [...new Set((writes.length > 0 ? writes : effects).map(effectTitle))]
  if (told.length === 0) return 'run a statement'
  const more = told.length - effectsShownMax
  const shown = told.slice(0, effectsShownMax).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

/** `DELETE on public.orders`. */
export function effectTitle(effect: Effect): string {
  if (effect.kind === 'unknown') return 'run what could not be read'
  const object = objectTitle(effect)
  return object === undefined
    ? effect.kind.toUpperCase()
    : `${effect.kind.toUpperCase()} on ${object}`
}

/** `every row (nothing narrows it)`; undefined when there is nothing to add. */
export function effectNote(effect: Effect): string | undefined {
  const notes = [
    ...(effect.unfiltered === true ? ['every row: nothing narrows it'] : []),
    ...(effect.detail === undefined ? [] : [effect.detail]),
  ]
  return notes.length === 0 ? undefined : notes.join('; ')
}

function objectTitle({ object }: Effect): string | undefined {
  if (object === undefined) return undefined
  const type = object.type === 'table' ? '' : `${object.type} `
  const schema = object.schema === undefined ? '' : `${object.schema}.`
  return `${type}${schema}${object.name}`
}

/** `1 of 2 from dba, or 0 of 1 from security`. */
export function progressText(approval: ApprovalFacts): string {
  const steps = progress(approval)
  if (steps.length === 0) return 'nobody can approve this'
  return steps
    .map(step => `${Math.min(step.given, step.needed)} of ${step.needed} from ${step.group}`)
    .join(', or ')
}

/** `approved by rita, sven`, `expired`, `finished: DELETE 1204, 1,204 rows, 0.8 s`. */
export function stateText(approval: ApprovalFacts): string {
  const { review } = approval
  const note = review && (review.state === 'open' ? 'to be looked at' : `looked at by ${review.by}`)
  return `${runText(approval)}${note === undefined ? '' : `; ${note}`}`
}

function runText(approval: ApprovalFacts): string {
  const { state, result } = approval
  const approvers = approvedBy(approval.answers)
  switch (state) {
    case 'pending': {
      const drift = approval.drifts.at(-1)
      return drift === undefined
        ? 'waiting for a decision'
        : `drifted, and waiting for a new decision: ${drift.what}`
    }
    case 'approved':
      if (approval.shortcut !== undefined) return shortcutText(approval)
      return `approved by ${approvers}${unused[approval.onHold ?? 'wait'] ?? ''}`
    case 'running':
      if (approval.shortcut !== undefined) return `${shortcutText(approval)}, running`
      return `approved by ${approvers}, running`
    case 'denied': {
      const by = approval.answers.findLast(answer => answer.decision === 'denied')?.name
      return `denied${by === undefined ? '' : ` by ${by}`}${because(approval.settledReason)}`
    }
    case 'expired':
      return (approval.onHold ?? 'wait') !== 'wait' && isApproved(approval)
        ? `expired: approved by ${approvers}, and not ${approval.onHold === 'claim' ? 'begun' : 'sent again'} in time`
        : 'expired: nobody decided in time'
    case 'withdrawn':
      return `withdrawn${because(approval.settledReason)}`
    case 'finished':
    case 'failed': {
      const rows = state === 'failed' ? undefined : result?.rows
      const details = [
        result?.tag,
        rows === undefined ? undefined : rowsText(rows),
        result?.error === undefined ? undefined : errorText(result.error),
        result === undefined ? undefined : durationText(result.durationMs),
      ].filter(detail => detail !== undefined)
      return `${state}: ${details.join(', ')}`
    }
    default:
      return state satisfies never
  }
}

/** Why nobody was asked. Empty when people were. */
export function shortcutText({
  shortcut,
  answers,
  grantedBy,
}: Pick<ApprovalFacts, 'shortcut' | 'answers' | 'grantedBy'>): string {
  const names = [...new Set(answers.map(answer => answer.name))].join(', ')
  switch (shortcut) {
    case 'rule':
      return `approved by rule ${names}, nobody was asked`
    case 'grant':
      return `covered by grant ${grantedBy ?? ''} of ${names}`
    case 'break_glass':
      return 'BREAK-GLASS: it runs although nobody approved it'
    case undefined:
      return ''
    default:
      return shortcut satisfies never
  }
}

/** `rita approved it (web): looked at it`, `rule nightly approved it`. */
export function answerText({ name, decision, surface, reason, grant }: PersonAnswer): string {
  const given = grant === undefined ? '' : `, and ${grantText(grant)}`
  const why = reason === undefined ? '' : `: ${reason}`
  if (surface === 'rule') return `rule ${name} ${decision} it${why}`
  return `${name} ${decision} it${given} (${surface})${why}`
}

/** `such statements on the same tables, 20 times until 14:05 UTC, by rita`. */
export function grantLine({ kind, times, by, expiresAt, revokedBy }: Grant): string {
  if (revokedBy !== undefined) return `a grant, which ${revokedBy} revoked`
  const often = times === 1 ? 'once' : `${times} times`
  const until = `${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${grantKindText[kind]}, ${often} until ${until}, by ${by.join(', ')}`
}

/** What happened to its grant and to its review, oldest first. */
export function afterwards({
  grant,
  review,
}: Pick<Approval, 'grant' | 'review'>): readonly { readonly at: Date; readonly text: string }[] {
  const because = grant?.revokedReason === undefined ? '' : `: ${grant.revokedReason}`
  return [
    ...(grant?.revokedAt === undefined
      ? []
      : [{ at: grant.revokedAt, text: `${grant.revokedBy} revoked the grant${because}` }]),
    ...(review?.at === undefined
      ? []
      : [{ at: review.at, text: `${review.by} closed the review: ${review.comment}` }]),
  ]
}

/** `the exact statement with any parameters, 20 times within 1 h 0 min`. */
export function grantText({ kind, seconds, times }: GrantTerms): string {
  const span = spanText(seconds * 1000)
  return `${grantKindText[kind]}, ${times === 1 ? 'once' : `${times} times`} within ${span}`
}

export const grantKindText: Readonly<Record<GrantTerms['kind'], string>> = {
  statement: 'the exact statement with any parameters',
  table: 'such statements on the same tables',
  rule: 'all that the same rules hold',
}

const unused: Readonly<Record<string, string>> = {
  return: ', to be sent again',
  claim: ', not begun yet',
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${reason}`
}

function approvedBy(answers: readonly PersonAnswer[]): string {
  const names = answers
    .filter(answer => answer.decision === 'approved' && answer.stale !== true)
    .map(answer => answer.name)
  return [...new Set(names)].join(', ')
}

/** A SQLSTATE by itself says nothing to most people, nor does an error number of MySQL's. */
export function errorText(error: string): string {
  if (/^\d{1,4}$/.test(error)) return `error ${error}`
  return /^[0-9A-Z]{5}$/.test(error) ? `SQLSTATE ${error}` : error
}

export function rowsText(rows: number): string {
  return `${rows.toLocaleString('en-GB')} ${rows === 1 ? 'row' : 'rows'}`
}

/** `4 ms`, `0.8 s`, `2 min 5 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return spanText(milliseconds)
}

/** A time to wait: `12 s`, `9 min 12 s`, `2 h 5 min`; never negative. */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
