/**
 * Why a held statement needs nobody's answer now: its rules approve it by themselves, a grant covers
 * it, or its requester breaks the glass. It becomes an approval like any other, decided from the
 * start, so that it is used once, listed, told and recorded in the same way.
 */
import type { Asker, Refusal, Statement, StatementContext } from '../../protocols/protocol.ts'
import type { Approval, ApprovalRequest, PersonAnswer } from '../approvals/approval.ts'
import { type GrantBinding, type GrantLimits, isAboutTables } from '../approvals/grant.ts'
import { shownReason } from '../approvals/visible-text.ts'
import { approvesItself, glassHolds, type Leeway } from '../policy/leeway.ts'
import { sha256 } from './binding.ts'
import type { SessionParts } from './parts.ts'

/** `approval`: to be run by it. `refusal`: not at all. */
export type Unasked = { readonly approval: Approval } | { readonly refusal: Refusal }

/** Undefined: people have to be asked. `breaksGlass` is what the client says, and good for once. */
export async function shortcutFor(
  { approvals, identity }: Pick<SessionParts, 'approvals' | 'identity'>,
  leeway: Leeway,
  request: ApprovalRequest,
  breaksGlass: () => ReturnType<Asker['breaksGlass']>,
): Promise<Unasked | undefined> {
  const now = new Date()
  const { database, environment, requesterReason } = request
  if (approvesItself(leeway, { identity, database, environment, now }, requesterReason)) {
    const answers = leeway.autoApprove.map(
      ({ rule }): PersonAnswer => ({
        ...{ name: rule, groups: [], decision: 'approved', surface: 'rule', at: now },
      }),
    )
    return { approval: await approvals.decided(request, { shortcut: 'rule', answers }) }
  }
  const use = await approvals.grants.use(request, now)
  if (use !== undefined) {
    const { answers, shortId: grantedBy } = use
    return { approval: await approvals.decided(request, { shortcut: 'grant', answers, grantedBy }) }
  }
  const glass = breaksGlass()
  if (glass === undefined) return undefined
  const reason = shownReason(glass.reason) ?? requesterReason
  const bar = reason === undefined ? 'it needs a reason' : glassHolds(leeway, identity)
  if (bar !== undefined) return { refusal: glassRefused(bar, request) }
  const broken = { ...request, requesterReason: reason }
  return { approval: await approvals.decided(broken, { shortcut: 'break_glass', answers: [] }) }
}

function glassRefused(why: string, { rules }: ApprovalRequest): Refusal {
  return {
    code: 'denied',
    message: `break-glass refused: ${why}`,
    detail: `Rule: ${rules.join(', ')}`,
    hint: 'Say why you break the glass; or leave break_glass out, and people are asked.',
  }
}

/** What may be granted of a statement; undefined when its rules permit none. */
export function grantable(
  parts: SessionParts,
  { grants }: Leeway,
  statement: Statement,
  context: StatementContext,
): { grantable: GrantLimits; grantBinding: GrantBinding } | undefined {
  if (grants === undefined) return undefined
  const kinds = grants.kinds.filter(
    kind => kind !== 'table' || isAboutTables(statement.analysis.effects),
  )
  if (kinds.length === 0) return undefined
  return {
    grantable: { ...grants, kinds },
    grantBinding: grantBinding(parts, statement, context),
  }
}

/**
 * The text counts as it is, with its literals and comments: a reviewer who allows it with any
 * parameters has seen nothing else. What it does counts as well, for a name may come to stand for
 * something else.
 */
function grantBinding(
  { identity, database }: SessionParts,
  { text, analysis }: Statement,
  { role, searchPath, settings }: StatementContext,
): GrantBinding {
  const { effects, results, reads, moves, relations } = analysis
  const { name, upstream } = database
  const meant = [role, searchPath, settings].map(each => each ?? null)
  const context = sha256([identity.name, name, upstream.user, ...meant])
  return {
    context,
    statement: sha256([context, text, [effects, results, reads, moves, relations]]),
  }
}
