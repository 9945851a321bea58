/**
 * What happened to an approval, told from what it is now. The same list comes out whenever it is
 * asked for, so that a process that died between a change and its note of it makes up for it later.
 */
import type { Approval } from '../approval.ts'

export type TransitionType =
  | 'requested'
  | 'answered'
  | 'approved'
  | 'denied'
  | 'expired'
  | 'withdrawn'
  | 'drifted'
  | 'running'
  | 'finished'
  | 'failed'
  | 'granted'
  | 'revoked'
  | 'reviewed'

export const transitionTypes: readonly TransitionType[] = [
  ...(['requested', 'answered', 'approved', 'denied', 'expired', 'withdrawn'] as const),
  ...(['drifted', 'running', 'finished', 'failed', 'granted', 'revoked', 'reviewed'] as const),
]

export interface Transition {
  readonly type: TransitionType
  /** Of the approval's: each its own, and the same whenever it is told. */
  readonly key: string
  readonly at: Date
}

/** Oldest first. */
export function transitionsOf(approval: Approval): readonly Transition[] {
  const { state, createdAt, settledAt, startedAt, endedAt, grant, review } = approval
  const once = (type: TransitionType, at: Date | undefined): readonly Transition[] =>
    at === undefined ? [] : [{ type, key: type, at }]
  return [
    ...once('requested', createdAt),
    ...asked(approval),
    ...once('granted', grant?.createdAt),
    ...(state === 'denied' || state === 'expired' || state === 'withdrawn'
      ? once(state, settledAt)
      : []),
    ...once('running', startedAt),
    ...(state === 'finished' || state === 'failed' ? once(state, endedAt) : []),
    ...once('revoked', grant?.revokedAt),
    ...once('reviewed', review?.at),
  ]
}

/** Answers and what came of them, each time that people were asked. */
function asked({ state, answers, drifts, startedAt }: Approval): readonly Transition[] {
  const answered = answers.map(
    ({ at }, n): Transition => ({ type: 'answered', key: `answered-${n}`, at }),
  )
  const rounds = [
    ...drifts,
    { answers: answers.length, approved: state === 'approved' || startedAt !== undefined },
  ]
  return rounds.flatMap((round, n): readonly Transition[] => {
    const from = rounds[n - 1]?.answers ?? 0
    const given = answers.slice(from, round.answers)
    const approved = given.findLast(answer => answer.decision === 'approved')?.at
    const suffix = n === 0 ? '' : `-${n}`
    return [
      ...answered.slice(from, round.answers),
      ...(round.approved && approved !== undefined
        ? [{ type: 'approved', key: `approved${suffix}`, at: approved } as const]
        : []),
      ...('at' in round
        ? [{ type: 'drifted', key: `drifted${suffix}`, at: round.at } as const]
        : []),
    ]
  })
}

/**
 * What is sent. No parameters, and of the statement what is left without its values, unless the
 * receiver is to have it whole.
 */
export function payload(approval: Approval, transition: Transition, literals: boolean): string {
  const { parameters, text, digest, ...facts } = approval
  const n = Number(/^answered-(\d+)$/.exec(transition.key)?.[1] ?? Number.NaN)
  return JSON.stringify({
    type: `approval.${transition.type}`,
    timestamp: transition.at.toISOString(),
    data: {
      approval: { ...facts, ...(literals && { text }) },
      ...(approval.answers[n] !== undefined && { answer: approval.answers[n] }),
    },
  })
}
