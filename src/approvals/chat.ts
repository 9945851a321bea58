/**
 * What chats have in common: where a request belongs, and in which words it is told there. Each
 * escapes them in its own way.
 */
import { actionOf } from './action.ts'
import type { Approval } from './approval.ts'
import { effectNote, effectTitle, grantLine, place, spanText, stateText, who } from './describe.ts'
import { impactText } from './impact-text.ts'
import type { CopyPart } from './schema.ts'
import { visibleText } from './visible-text.ts'

export const riskMark: Readonly<Record<Approval['risk'], string>> = {
  low: '🟢',
  medium: '🟠',
  high: '🔴',
}

const parametersMax = 20

/** What a message says about a request beside its sentence: a name and a text each. */
export function facts(approval: Approval): readonly (readonly [string, string])[] {
  const { requester, application, rules, reason, effects } = approval
  const action = actionOf(approval)
  const touched = effects
    .filter(effect => effect.kind !== 'read')
    .slice(0, 3)
    .map(effect => [effectTitle(effect), effectNote(effect)].filter(Boolean).join(': '))
  const left = approval.expiresAt.getTime() - Date.now()
  const impact = impactText(approval.impact)
  return [
    ['Who', `${who(requester)}${application === undefined ? '' : ` with ${application}`}`],
    ...(approval.requesterReason === undefined
      ? []
      : [['Their reason', approval.requesterReason] as const]),
    ['Where', place(approval)],
    ['Why it is held', `${reason}${rules.length === 0 ? '' : ` Rule: ${rules.join(', ')}`}`],
    ['What it does', action?.title ?? (touched.length === 0 ? 'reads' : touched.join('; '))],
    ...(impact === undefined ? [] : [['What it would touch', impact] as const]),
    ...(action === undefined ? [] : [['Kind', action.kind] as const]),
    ...(approval.maskedColumns.length === 0
      ? []
      : [['Masked columns it touches', approval.maskedColumns.join(', ')] as const]),
    ...(approval.inTransaction
      ? [['Transaction', 'open: it holds its locks while it waits'] as const]
      : []),
    ...(approval.grant === undefined
      ? []
      : [['Beyond this run', grantLine(approval.grant)] as const]),
    ...(approval.review?.state === 'open'
      ? [['To be done', 'look at it, and close its review on its page'] as const]
      : []),
    ...(approval.state === 'pending'
      ? [
          [
            'Time left',
            `${spanText(left)}, until ${approval.expiresAt.toISOString().slice(11, 16)} UTC`,
          ] as const,
        ]
      : []),
  ]
}

export interface Shown {
  readonly text: string
  /** Nothing can be approved that is not shown to its end. */
  readonly whole: boolean
}

/** By default with `?` for values: chats keep what is posted. */
export function shownStatement(approval: Approval, literals: boolean, lengthMax: number): Shown {
  const text = visibleText(literals ? approval.text : approval.normalized)
  return text.length <= lengthMax
    ? { text, whole: text !== '' }
    : { text: cut(text, lengthMax), whole: false }
}

/** One on each line. Undefined when there are none. */
export function shownParameters({ parameters }: Approval, lengthMax: number): Shown | undefined {
  if (parameters.length === 0) return undefined
  const shown = parameters
    .slice(0, parametersMax)
    .map((value, n) => `$${n + 1} = ${value === null ? 'NULL' : `'${value}'`}`)
  const more = parameters.length - shown.length
  const text = visibleText([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'))
  return { text: cut(text, lengthMax), whole: more <= 0 && text.length <= lengthMax }
}

/** What is said in the thread of a card: each answer, and how it ended. */
export function threadText(approval: Approval, part: CopyPart): string | undefined {
  if (part === 'card') return undefined
  if (part === 'end') return ended.has(approval.state) ? stateText(approval) : undefined
  const answer = approval.answers[Number(part.slice('answer-'.length))]
  if (answer === undefined) return undefined
  const { name, decision, surface, reason } = answer
  return `${name} ${decision} it (${surface})${reason === undefined ? '' : `: ${reason}`}`
}

const ended: ReadonlySet<string> = new Set(['expired', 'withdrawn', 'finished', 'failed'])

/** Where requests go that certain rules hold. */
export interface Route {
  /** Whether a rule of that name is told there. */
  readonly rules: (rule: string) => boolean
}

/** The routes that fit; none: the request goes where no route fits. */
export function routesOf<R extends Route>(approval: Approval, routes: readonly R[]): readonly R[] {
  return routes.filter(route => approval.rules.some(route.rules))
}

/** Whoever is told personally: the requester, or who answers for an agent. */
export function requestingPerson({ requester }: Approval): string | undefined {
  return requester.kind === 'agent' ? requester.owner : requester.name
}

export function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`
}
