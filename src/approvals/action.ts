/**
 * Actions that are not SQL: a deployment, a role at the identity provider, an export of a bucket.
 * They go through the same door as statements. Whoever asks does what was approved, and says so:
 * first claims it, once, and reports the end.
 */
import { createHash } from 'node:crypto'
import type { ApprovalFacts, ApprovalRequest, Approvers, Requester } from './approval.ts'
import { shownReason } from './visible-text.ts'

export interface Action {
  /** `command`, `role-change`: lower case. */
  readonly kind: string
  /** One line for people. */
  readonly title: string
  /** What would be done, whole: it is shown to everybody who is asked. */
  readonly what: string
  /** By name: what else the decision is bound to. */
  readonly context: Readonly<Record<string, string>>
  readonly environment: string
}

export interface ActionTerms {
  readonly requester: Requester
  readonly approvers: Approvers
  readonly expiresInMs: number
  readonly ownerMayApprove: boolean
  /** Why it is asked for. */
  readonly reason: string | undefined
}

/** Of everything that a decision is bound to. The asker computes it, too, of what it is about to do. */
export function actionDigest(action: Action, requester: string): string {
  const { kind, title, what, environment } = action
  const bound = ['action', kind, title, what, contextOf(action), environment, requester]
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex')
}

export function actionRequest(action: Action, terms: ActionTerms): ApprovalRequest {
  const { requester, approvers, expiresInMs, ownerMayApprove } = terms
  const context = contextOf(action).map(([name, value]) => `${name}: ${value}`)
  const text = [action.what, ...(context.length === 0 ? [] : ['', ...context])].join('\n')
  return {
    ...{ requester, approvers, expiresInMs, ownerMayApprove },
    ...{ sessionId: '', statementNumber: 0, database: '', environment: action.environment },
    text,
    parameters: [],
    // Nobody can tell which parts of it are values.
    normalized: text,
    rules: [],
    reason: 'It is not to be done before somebody else has looked at it.',
    requesterReason: shownReason(terms.reason),
    risk: 'medium',
    effects: [
      {
        kind: 'execute',
        object: { type: action.kind, schema: undefined, name: action.title },
      },
    ],
    maskedColumns: [],
    digest: actionDigest(action, requester.name),
    inTransaction: false,
    onHold: 'claim',
  }
}

/** Statements have a database, whose name is never empty. */
export function actionOf(
  facts: Pick<ApprovalFacts, 'database' | 'effects'>,
): { readonly kind: string; readonly title: string } | undefined {
  const object = facts.database === '' ? facts.effects[0]?.object : undefined
  return object && { kind: object.type, title: object.name }
}

function contextOf({ context }: Action): readonly (readonly [string, string])[] {
  return Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))
}
