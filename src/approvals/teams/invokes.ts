/**
 * What people press in a card. Decided by the same rules as everywhere; what does not count is told
 * in the card of whoever pressed, and only there. A press that comes twice decides once.
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
 */
import type { Approval, Person } from '../approval.ts'
import type { Approvals } from '../approvals.ts'
import type { Outbox } from '../outbox.ts'
import type { Activity, Execute } from './activity.ts'
import { card, reasonLengthMax, verbs } from './card.ts'
import { personPrefix, type TeamsCourier } from './courier.ts'
import type { TeamsOptions } from './teams.ts'

/** As the client shows it: a card for this one person, or an error beside the card that it has. */
export type InvokeAnswer =
  | {
      readonly statusCode: 200
      readonly type: 'application/vnd.microsoft.card.adaptive'
      readonly value: object
    }
  | {
      readonly statusCode: 400
      readonly type: 'application/vnd.microsoft.error'
      readonly value: { readonly code: string; readonly message: string }
    }

export interface InvokesParts {
  readonly approvals: Approvals
  readonly options: TeamsOptions
  readonly outbox: Outbox
  readonly courier: TeamsCourier
}

/** Enough for an hour of clicks; a token that could bring one again lives no longer. */
const heardMax = 10_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export class Invokes {
  readonly #parts: InvokesParts
  readonly #heard = new Set<string>()

  constructor(parts: InvokesParts) {
    this.#parts = parts
  }

  async answer(activity: Activity): Promise<InvokeAnswer> {
    const { execute, id, name } = activity
    if (name !== 'adaptiveCard/action' || execute === undefined || id === undefined)
      return refuse('NotSupported', 'This is nothing that can be done here.')
    const copyId = uuidOf(execute, 'copy')
    const seen = copyId === undefined ? undefined : await this.#seen(activity, copyId)
    const approval = seen === undefined ? undefined : await this.#parts.approvals.get(seen)
    if (copyId === undefined || approval === undefined) return refuse('Unknown', unreadable)
    if (execute.verb === verbs.refresh || this.#isAgain(id))
      return this.#shown(activity, copyId, approval)
    return this.#decide(activity, execute, copyId, approval)
  }

  async #decide(
    activity: Activity,
    { verb, data }: Execute,
    copyId: string,
    approval: Approval,
  ): Promise<InvokeAnswer> {
    const { approvals } = this.#parts
    const { digest } = data
    if (verb !== verbs.approve && verb !== verbs.deny) return refuse('NotSupported', unreadable)
    if (data['id'] !== approval.id || typeof digest !== 'string')
      return refuse('Unknown', unreadable)
    const person = this.#person(activity)
    if (person === undefined) {
      const note = `Your account (${activity.person ?? 'without an Entra id'}) is not that of anybody here. Ask for it to be added as "teams" of your user.`
      return this.#shown(activity, copyId, approval, note)
    }
    const reason = typeof data['reason'] === 'string' ? data['reason'].trim() : ''
    if (verb === verbs.deny && reason === '')
      return refuse('ReasonRequired', 'Expected a reason: the requester is told.')
    const result = await approvals.decide(approval.id, {
      person,
      decision: verb === verbs.approve ? 'approved' : 'denied',
      reason: verb === verbs.deny ? reason.slice(0, reasonLengthMax) : undefined,
      surface: 'teams',
      shownDigest: digest,
    })
    if (result.ok) return this.#shown(activity, copyId, result.approval)
    const now = (await approvals.get(approval.id)) ?? approval
    return this.#shown(activity, copyId, now, `It does not count: ${result.message}.`)
  }

  #person({ person }: Activity): Person | undefined {
    return person === undefined ? undefined : this.#parts.options.people.byTeamsId(person)
  }

  /** The card as it is now, for this person. */
  #shown(activity: Activity, copyId: string, approval: Approval, note?: string): InvokeAnswer {
    const value = card(approval, {
      literals: this.#parts.options.literals,
      copyId,
      decidable: activity.conversation.kind !== 'personal' && note === undefined,
      ...(note !== undefined && { note }),
    })
    return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value }
  }

  /** The approval that this card is about; a card of another conversation is none of ours. */
  async #seen(activity: Activity, copyId: string): Promise<string | undefined> {
    const { outbox, courier } = this.#parts
    const { conversation, person, replyToId } = activity
    const place =
      conversation.kind === 'personal' ? `${personPrefix}${person ?? ''}` : conversation.id
    if (replyToId === undefined) return undefined
    const seen = await outbox.seen(copyId, place, replyToId)
    if (seen?.stray === true) await courier.removeStray(place, copyId, replyToId)
    return seen?.approvalId
  }

  #isAgain(id: string): boolean {
    if (this.#heard.has(id)) return true
    if (this.#heard.size >= heardMax) {
      const [oldest] = this.#heard
      if (oldest !== undefined) this.#heard.delete(oldest)
    }
    this.#heard.add(id)
    return false
  }
}

const unreadable = 'This card cannot be decided any more: open the request.'

function uuidOf({ data }: Execute, key: string): string | undefined {
  const value = data[key]
  return typeof value === 'string' && uuid.test(value) ? value : undefined
}

function refuse(code: string, message: string): InvokeAnswer {
  return { statusCode: 400, type: 'application/vnd.microsoft.error', value: { code, message } }
}
