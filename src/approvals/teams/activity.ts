/**
 * What Teams sends, as far as it is of use here. Everything in it is a claim until the token that
 * came with it was verified, and of a card's data also then: a client can send what it likes.
 * https://github.com/microsoft/Agents/blob/main/specs/activity/protocol-activity.md
 */

export type ConversationKind = 'personal' | 'groupChat' | 'channel'

export interface Activity {
  readonly type: string
  readonly id: string | undefined
  readonly name: string | undefined
  readonly channelId: string
  readonly serviceUrl: string
  /** Every tenant that it names. */
  readonly tenants: readonly string[]
  /** The Entra object id of whom it is from, in lower case. */
  readonly person: string | undefined
  readonly conversation: { readonly id: string; readonly kind: ConversationKind }
  /** The message whose button was pressed. */
  readonly replyToId: string | undefined
  /** Of `installationUpdate` and `conversationUpdate`: whether we are gone from there. */
  readonly removed: boolean
  readonly execute: Execute | undefined
}

/** `Action.Execute` of a card, with what was typed into it. */
export interface Execute {
  readonly verb: string
  readonly data: Readonly<Record<string, unknown>>
}

const textLengthMax = 500

/** Undefined when it is nothing that could be an activity. */
export function readActivity(value: unknown): Activity | undefined {
  const type = text(value, 'type')
  const serviceUrl = text(value, 'serviceUrl')
  const channelId = text(value, 'channelId')
  const conversation = text(value, 'conversation', 'id')
  if (type === undefined || serviceUrl === undefined || channelId === undefined) return undefined
  if (conversation === undefined) return undefined
  const kind = text(value, 'conversation', 'conversationType')
  return {
    ...{ type, serviceUrl, channelId },
    id: text(value, 'id'),
    name: text(value, 'name'),
    tenants: [
      text(value, 'conversation', 'tenantId'),
      text(value, 'channelData', 'tenant', 'id'),
    ].filter(tenant => tenant !== undefined),
    person: text(value, 'from', 'aadObjectId')?.toLowerCase(),
    conversation: {
      // Within a channel it names a thread, too.
      id: conversation.replace(/;.*$/, ''),
      kind: kind === 'channel' || kind === 'groupChat' ? kind : 'personal',
    },
    replyToId: text(value, 'replyToId'),
    removed: isRemoval(value),
    execute: executeOf(value),
  }
}

function executeOf(value: unknown): Execute | undefined {
  const action = at(value, 'value', 'action')
  const verb = text(action, 'verb')
  const data = at(action, 'data')
  if (verb === undefined || typeof data !== 'object' || data === null) return undefined
  return { verb, data: { ...data } }
}

function isRemoval(value: unknown): boolean {
  if (text(value, 'type') === 'installationUpdate')
    return text(value, 'action')?.startsWith('remove') ?? false
  const gone = at(value, 'membersRemoved')
  const self = text(value, 'recipient', 'id')
  return Array.isArray(gone) && self !== undefined && gone.some(who => text(who, 'id') === self)
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' && found.length <= textLengthMax
    ? found
    : undefined
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Readonly<Record<string, unknown>>)[key]
  }
  return found
}
