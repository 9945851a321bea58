/**
 * An approval: one request for a decision by people, and everything that happened to it.
 *
 *   pending ──► approved ──► running ──► finished
 *      ▲           │
 *      └─ drifted ─┤ what was approved is not what would run: nothing rests in that state
 *      │           │            └──────► failed
 *      ├─► denied  └─► withdrawn, expired
 *      ├─► expired
 *      └─► withdrawn
 *
 * Only types and pure functions: who may see it, who may decide it, when it is decided.
 */
import type { Effect, Impact } from '../../protocols/protocol.ts'
import type { Grant, GrantBinding, GrantLimits, GrantTerms } from './grant.ts'

export type ApprovalState =
  | 'pending'
  | 'approved'
  | 'denied'
  | 'expired'
  | 'withdrawn'
  | 'running'
  | 'finished'
  | 'failed'

/** `rule`: a rule of the policy answered by itself. `grant`: who gave a grant that covers it. */
export type Surface = 'web' | 'terminal' | 'api' | 'slack' | 'teams' | 'rule' | 'grant'
/** Why nobody was asked: a rule approves such statements, a grant covers it, or it broke the glass. */
export type Shortcut = 'rule' | 'grant' | 'break_glass'
export type Risk = 'low' | 'medium' | 'high'

export interface Requester {
  readonly name: string
  readonly kind: 'person' | 'agent'
  /** The person who answers for an agent. */
  readonly owner?: string | undefined
}

/** Somebody who looks at or decides an approval; any Identity fits. */
export interface Person {
  readonly name: string
  readonly kind: 'person' | 'agent'
  readonly groups: readonly string[]
}

/** One alternative is enough: so many distinct people of that group. None: nobody can approve. */
export interface Approvers {
  readonly any: readonly { readonly group: string; readonly count: number }[]
}

/** What a session asks. All texts are as they would run; pages and terminals escape them. */
export interface ApprovalRequest {
  readonly sessionId: string
  /** Of the session, from 0. */
  readonly statementNumber: number
  readonly requester: Requester
  readonly database: string
  readonly environment: string
  readonly application?: string | undefined
  readonly text: string
  /** In display form; null is SQL NULL. */
  readonly parameters: readonly (string | null)[]
  readonly normalized: string
  readonly rules: readonly string[]
  /** One sentence: why it is held. */
  readonly reason: string
  /** Why it is wanted, in the requester's own words: one line of visible text. */
  readonly requesterReason?: string | undefined
  /** What would pass. */
  readonly hint?: string | undefined
  readonly risk: Risk
  readonly effects: readonly Effect[]
  /** As `schema.table.column`: what the statement touches of what is masked. */
  readonly maskedColumns: readonly string[]
  /** What it would touch. Absent: nobody looked, as when it runs already. */
  readonly impact?: Impact | undefined
  /** Of everything that an approval is bound to; an answer has to name it. */
  readonly digest: string
  /** What a requester who comes back sends again; the digest's, unless told. */
  readonly binding?: string | undefined
  /** What is compared when it would run; kept as it is. */
  readonly seen?: string | undefined
  readonly approvers: Approvers
  /** An open transaction waits with the statement, and holds its locks. */
  readonly inTransaction: boolean
  readonly expiresInMs: number
  /** Whether an agent's owner may approve what the agent asks. */
  readonly ownerMayApprove: boolean
  /**
   * `return`: no client waits; whoever asked comes back with the same statement. `claim`: whoever
   * asked does it elsewhere, and claims it first. Absent: wait.
   */
  readonly onHold?: 'wait' | 'return' | 'claim' | undefined
  /** Absent: it can only be approved this once. */
  readonly grantable?: GrantLimits | undefined
  /** With `grantable`. */
  readonly grantBinding?: GrantBinding | undefined
}

/** One person's answer. The latest of each person counts. */
export interface PersonAnswer {
  readonly name: string
  /** The person's groups when they answered. */
  readonly groups: readonly string[]
  readonly decision: 'approved' | 'denied'
  readonly surface: Surface
  readonly at: Date
  readonly reason?: string | undefined
  /** Given before what was asked drifted: it counts no more. */
  readonly stale?: true | undefined
  /** More than this one run. */
  readonly grant?: GrantTerms | undefined
}

/** How an approved statement ended. */
export interface RunResult {
  readonly ok: boolean
  readonly tag?: string | undefined
  readonly rows?: number | undefined
  /** SQLSTATE or a message without values. */
  readonly error?: string | undefined
  readonly durationMs: number
}

/** All of an approval but what it would run, which may be large. */
export interface ApprovalFacts
  extends Omit<ApprovalRequest, 'expiresInMs' | 'grantBinding' | 'binding' | 'seen' | BoundPart> {
  readonly id: string
  /** For people: four to six letters and digits, never used twice. */
  readonly shortId: string
  readonly url: string
  readonly state: ApprovalState
  readonly createdAt: Date
  /** Of the request, and then of an approval that nobody has used yet. */
  readonly expiresAt: Date
  /** Oldest first, every one ever given. */
  readonly answers: readonly PersonAnswer[]
  /** Each time that what was approved was no longer what would run, and people were asked again. */
  readonly drifts: readonly Drift[]
  /** When it left `pending`. */
  readonly settledAt: Date | undefined
  /** Why it was denied or withdrawn. */
  readonly settledReason: string | undefined
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly result: RunResult | undefined
  /** Absent: people were asked. */
  readonly shortcut?: Shortcut | undefined
  /** The short id of the approval whose grant let it through. */
  readonly grantedBy?: string | undefined
  /** Of what broke the glass: somebody else has to look at it afterwards. */
  readonly review?: Review | undefined
}

export interface Drift {
  readonly at: Date
  /** What changed, in a sentence without its full stop. */
  readonly what: string
  /** How many answers had been given by then, and whether they had approved it. */
  readonly answers: number
  readonly approved: boolean
}

/** Asked again. */
export interface Drifted {
  readonly approval: Approval
  /** For who waits here. */
  readonly outcome: Promise<Outcome> | undefined
}

export interface Review {
  readonly state: 'open' | 'closed'
  readonly by?: string | undefined
  readonly surface?: Surface | undefined
  readonly comment?: string | undefined
  readonly at?: Date | undefined
}

type BoundPart = 'text' | 'parameters' | 'normalized' | 'digest'

export interface Approval extends ApprovalFacts, Pick<ApprovalRequest, BoundPart> {
  /** What it allowed beyond its own run. */
  readonly grant?: Grant | undefined
}

/** For lists. Has no digest, because nothing can be decided that was not shown whole. */
export interface ApprovalSummary extends ApprovalFacts {
  /** The statement's beginning. */
  readonly preview: string
}

export type Outcome =
  | { readonly kind: 'approved'; readonly by: readonly PersonAnswer[] }
  | { readonly kind: 'denied'; readonly by: readonly PersonAnswer[]; readonly reason: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'withdrawn'; readonly reason: string }

/** A request that waits for its outcome, which never rejects. */
export interface Pending {
  readonly id: string
  readonly shortId: string
  readonly url: string
  readonly expiresAt: Date
  readonly outcome: Promise<Outcome>
}

/** What somebody who came back with a statement finds. */
export type Returned =
  /** `fresh` when this very call asked for it. `seen`: as it was asked. */
  | {
      readonly kind: 'pending'
      readonly approval: Approval
      readonly fresh: boolean
      readonly seen: string | undefined
    }
  /** To be claimed. */
  | { readonly kind: 'approved'; readonly approval: Approval; readonly seen: string | undefined }
  /** Told now, and never again. */
  | { readonly kind: 'denied'; readonly approval: Approval }

export interface DecisionRequest {
  readonly person: Person
  readonly decision: 'approved' | 'denied'
  readonly reason?: string | undefined
  readonly surface: Surface
  /** The digest of what the person was shown. */
  readonly shownDigest: string
  /** With an approval: that it shall cover more than this one run. */
  readonly grant?: GrantTerms | undefined
}

export interface ReviewRequest {
  readonly person: Person
  readonly surface: Surface
  readonly comment: string
}

export type DecisionErrorCode =
  | 'not_found'
  | 'own_request'
  | 'not_a_reviewer'
  | 'already_decided'
  | 'expired'
  | 'stale'
  | 'not_grantable'
  | 'not_open'

/** `ok` says that the answer counted; the approval may still wait for more people. */
export type DecisionResult =
  | { readonly ok: true; readonly approval: Approval }
  | { readonly ok: false; readonly code: DecisionErrorCode; readonly message: string }

export interface ApprovalEvent {
  /** `revoked`: its grant. `reviewed`: what broke the glass. */
  readonly type:
    | 'requested'
    | 'answered'
    | 'drifted'
    | 'revoked'
    | 'reviewed'
    | Exclude<ApprovalState, 'pending'>
  readonly approval: Approval
  /** Of `answered`. */
  readonly answer?: PersonAnswer
  /** Another node did it: this one only heard, perhaps late, and perhaps only of the last of several. */
  readonly elsewhere?: true
}

export interface ApprovalFilter {
  readonly states?: readonly ApprovalState[]
  /** Leaves out what this person may not see. */
  readonly visibleTo?: Person
  readonly requester?: string
  /** What broke the glass and was not looked at yet. */
  readonly reviewOpen?: true
  /** Newest first; 200 unless told. */
  readonly limit?: number
}

/** The latest answer of each person, in the order in which they were given. */
export function countedAnswers(answers: readonly PersonAnswer[]): readonly PersonAnswer[] {
  const latest = new Map<string, PersonAnswer>()
  for (const answer of answers) {
    if (answer.stale === true) continue
    latest.delete(answer.name)
    latest.set(answer.name, answer)
  }
  return [...latest.values()]
}

export interface Progress {
  readonly group: string
  readonly given: number
  readonly needed: number
}

/** What nobody is told of in a chat: people had agreed to it before it was asked for. */
export function isQuiet({ shortcut }: Pick<ApprovalFacts, 'shortcut'>): boolean {
  return shortcut === 'rule' || shortcut === 'grant'
}

/** How far each alternative is. */
export function progress(
  approval: Pick<ApprovalFacts, 'approvers' | 'answers'>,
): readonly Progress[] {
  const approved = countedAnswers(approval.answers).filter(a => a.decision === 'approved')
  return approval.approvers.any.map(({ group, count }) => ({
    group,
    given: approved.filter(answer => answer.groups.includes(group)).length,
    // A count under one would let a statement run that nobody approved.
    needed: Math.max(1, count),
  }))
}

/** Whether enough people approved. Nobody can approve where no alternative is stated. */
export function isApproved(approval: Pick<ApprovalFacts, 'approvers' | 'answers'>): boolean {
  return progress(approval).some(({ given, needed }) => given >= needed)
}

export type Bar = { readonly code: 'own_request' | 'not_a_reviewer'; readonly message: string }

/** Why this person may not give this answer; undefined when they may. The same on every surface. */
export function barredFrom(
  approval: Pick<ApprovalFacts, 'requester' | 'approvers' | 'ownerMayApprove'>,
  person: Person,
  decision: 'approved' | 'denied',
): Bar | undefined {
  if (person.name === approval.requester.name) {
    return { code: 'own_request', message: 'nobody decides their own request' }
  }
  // An agent is run by somebody, and that somebody would be deciding twice.
  if (person.kind === 'agent') {
    return { code: 'not_a_reviewer', message: 'only people decide, agents do not' }
  }
  if (
    decision === 'approved' &&
    person.name === approval.requester.owner &&
    !approval.ownerMayApprove
  ) {
    return {
      code: 'own_request',
      message: `the owner of agent ${approval.requester.name} may not approve what it asks`,
    }
  }
  const groups = approval.approvers.any.map(({ group }) => group)
  if (!groups.some(group => person.groups.includes(group))) {
    const expected = groups.length === 0 ? 'nobody, by its rules' : `one of ${groups.join(', ')}`
    return { code: 'not_a_reviewer', message: `${expected} may decide this request` }
  }
  return undefined
}

/** Requesters, owners of agents, and reviewers of its groups see an approval; nobody else does. */
export function maySee(
  approval: Pick<ApprovalFacts, 'requester' | 'approvers'>,
  person: Person,
): boolean {
  if (person.name === approval.requester.name) return true
  if (person.kind === 'agent') return false
  if (person.name === approval.requester.owner) return true
  return approval.approvers.any.some(({ group }) => person.groups.includes(group))
}
