/**
 * A grant: an approval that covers more than one run. It is given with an approval, by the people
 * whose answers that approval needs, and carries its id. Only types and pure functions: what may be
 * granted, what was agreed upon, and which statements a grant covers.
 */
import type { Effect } from '../../protocols/protocol.ts'
import {
  type ApprovalFacts,
  type ApprovalRequest,
  countedAnswers,
  isApproved,
  type PersonAnswer,
  type Requester,
} from './approval.ts'

/**
 * `statement`: the very same text, whatever its bound parameters; literals are part of the text.
 * `table`: statements that do no more to no other tables. `rule`: all that the same rules hold.
 */
export const grantKinds = ['statement', 'table', 'rule'] as const
export type GrantKind = (typeof grantKinds)[number]

/** The most that the rules permit. */
export interface GrantLimits {
  readonly kinds: readonly GrantKind[]
  readonly secondsMax: number
  readonly timesMax: number
}

/** Digests of what a grant is bound to. */
export interface GrantBinding {
  /** Of identity, database, upstream user, role and the settings that change what a text means. */
  readonly context: string
  /** Of that, and of the text and what it does; not of its parameters. */
  readonly statement: string
}

/** What one person gives with an approval. */
export interface GrantTerms {
  readonly kind: GrantKind
  readonly seconds: number
  readonly times: number
}

export interface Grant {
  /** Those of the approval that it was given with. */
  readonly id: string
  readonly shortId: string
  readonly url: string
  readonly kind: GrantKind
  readonly requester: Requester
  readonly database: string
  readonly environment: string
  readonly rules: readonly string[]
  readonly effects: readonly Effect[]
  /** The statement that it was given for: its beginning, without its literals. */
  readonly statement: string
  /** Who gave it. */
  readonly by: readonly string[]
  readonly times: number
  readonly used: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | undefined
  readonly revokedBy: string | undefined
  readonly revokedReason: string | undefined
}

export type GrantState = 'active' | 'used up' | 'expired' | 'revoked'

export function grantState(
  grant: Pick<Grant, 'used' | 'times' | 'expiresAt' | 'revokedAt'>,
  now: Date,
): GrantState {
  if (grant.revokedAt !== undefined) return 'revoked'
  if (grant.used >= grant.times) return 'used up'
  return grant.expiresAt.getTime() <= now.getTime() ? 'expired' : 'active'
}

/** Why these terms may not be given; undefined when they may. */
export function termsMistake(
  { grantable }: Pick<ApprovalFacts, 'grantable'>,
  { kind, seconds, times }: GrantTerms,
): string | undefined {
  if (grantable === undefined || grantable.kinds.length === 0) {
    return 'no grant can be given here: its rules permit none'
  }
  const { kinds, secondsMax, timesMax } = grantable
  if (!kinds.includes(kind)) {
    return `expected a grant of a ${kinds.join(' or ')}, got one of a ${kind}`
  }
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > secondsMax) {
    return `expected a grant for 1 to ${secondsMax} seconds, got ${seconds}`
  }
  if (!Number.isInteger(times) || times < 1 || times > timesMax) {
    return `expected a grant for 1 to ${timesMax} times, got ${times}`
  }
  return undefined
}

/**
 * What was agreed upon: as many people as the approval needs have to give a grant of the same kind,
 * and the narrowest of what they give counts.
 */
export function agreedTerms(
  approval: Pick<ApprovalFacts, 'approvers' | 'answers'>,
): GrantTerms | undefined {
  for (const kind of grantKinds) {
    const answers = givingAnswers(approval.answers, kind)
    if (answers.length === 0 || !isApproved({ approvers: approval.approvers, answers })) continue
    const terms = answers.flatMap(({ grant }) => (grant === undefined ? [] : [grant]))
    return {
      kind,
      seconds: Math.min(...terms.map(({ seconds }) => seconds)),
      times: Math.min(...terms.map(({ times }) => times)),
    }
  }
  return undefined
}

/** The counted answers that give a grant of this kind. */
export function givingAnswers(
  answers: readonly PersonAnswer[],
  kind: GrantKind,
): readonly PersonAnswer[] {
  return countedAnswers(answers).filter(
    ({ decision, grant }) => decision === 'approved' && grant?.kind === kind,
  )
}

/** What was shown when a grant was given, as far as it says what the grant covers. */
export interface GrantBasis {
  readonly kind: GrantKind
  readonly createdAt: number
  readonly used: number
  readonly binding: GrantBinding
  readonly rules: readonly string[]
  readonly effects: readonly Effect[]
  readonly maskedColumns: readonly string[]
  readonly answers: readonly PersonAnswer[]
}

/**
 * Whether a grant lets a held statement through. What the policy says now counts: that it permits
 * the grant still, and that the people who gave it are those whom it asks for.
 */
export function covers(basis: GrantBasis, held: ApprovalRequest, now: number): boolean {
  const { grantable: limits, grantBinding: binding } = held
  const { kind } = basis
  if (limits === undefined || binding === undefined || !limits.kinds.includes(kind)) return false
  if (now >= basis.createdAt + limits.secondsMax * 1000 || basis.used >= limits.timesMax) {
    return false
  }
  if (binding.context !== basis.binding.context) return false
  // What another rule holds was shown to nobody.
  if (!isSubset(held.rules, basis.rules)) return false
  const answers = givingAnswers(basis.answers, kind)
  if (!isApproved({ approvers: held.approvers, answers })) return false
  switch (kind) {
    case 'statement':
      return binding.statement === basis.binding.statement
    case 'table':
      return isSubset(held.maskedColumns, basis.maskedColumns) && onlySuch(held, basis)
    case 'rule':
      return isSubset(held.maskedColumns, basis.maskedColumns)
    default:
      return kind satisfies never
  }
}

/** Whether a statement only reads tables and changes their rows, so that tables can be granted. */
export function isAboutTables(effects: readonly Effect[]): boolean {
  return (
    effects.length > 0 &&
    effects.every(({ kind, object }) => rowKinds.has(kind) && object?.type === 'table')
  )
}

const rowKinds: ReadonlySet<Effect['kind']> = new Set([
  ...(['read', 'insert', 'update', 'delete', 'truncate'] as const),
])

/** Every effect was among those shown; one that is narrowed is less than one that is not. */
function onlySuch(held: ApprovalRequest, basis: GrantBasis): boolean {
  if (!isAboutTables(held.effects)) return false
  const shown = new Set(basis.effects.map(effectKey))
  return held.effects.every(
    effect => shown.has(effectKey(effect)) || shown.has(effectKey({ ...effect, unfiltered: true })),
  )
}

function effectKey({ kind, object, unfiltered, detail }: Effect): string {
  return JSON.stringify([
    ...[kind, object?.type, object?.schema, object?.name],
    ...[unfiltered === true, detail ?? null],
  ])
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every(each => all.includes(each))
}

/** `DELETE on public.orders`: what a grant of tables is about, reads left out. */
export function grantedEffects(effects: readonly Effect[]): readonly Effect[] {
  const writes = effects.filter(({ kind }) => kind !== 'read')
  return writes.length > 0 ? writes : effects
}
